//! The calls that a list entry would have met: how whoever thinks of listing it learns whom it would hit.

use jiff::Timestamp;
use tollgate::entry::Entry;
use tollgate::evidence::Call;
use tollgate::number::NumberRange;

use super::{Part, dialed_before};
use crate::error::StoreError;
use crate::tables::Tables;

/// The newest calls before `before` that a list entry would have met, at most `CALLS_SEEN_MAX` of whatever index is nearest
/// to it. `range` is the one that holds every number which the entry lists, if one does. None where no index finds them: a
/// prefix that is shorter than a range, a country, an autonomous system.
///
/// # Errors
/// When DynamoDB does not answer. A call that cannot be read is left out, with a log line.
pub async fn met_by(
    tables: &Tables,
    entry: &Entry,
    range: Option<&NumberRange>,
    before: Timestamp,
    now: Timestamp,
) -> Result<Option<Vec<Call>>, StoreError> {
    let Some(part) = nearest(entry, range) else { return Ok(None) };
    let mut calls = dialed_before(tables, Some(part), before, now).await?;
    calls.retain(|call| match entry {
        Entry::Prefix(prefix) => prefix.covers(&call.number),
        Entry::Network(network) => call.line.widened(network.prefix_length()) == *network,
        _ => true,
    });
    Ok(Some(calls))
}

/// The index that holds all calls which an entry would have met.
fn nearest(entry: &Entry, range: Option<&NumberRange>) -> Option<Part> {
    match entry {
        Entry::Number(number) => Some(Part::number(number)),
        Entry::Prefix(_) => range.map(Part::range),
        Entry::Account(account) => Some(Part::account(account)),
        Entry::Carrier(carrier) => Some(Part::carrier(carrier)),
        Entry::Network(network) => match (network.is_ipv4(), network.prefix_length()) {
            (true, 32) | (false, 64) => Some(Part::line(*network)),
            (true, 24..32) => Some(Part::network(network.widened(24))),
            (true, 16..24) => Some(Part::neighborhood(network.widened(16))),
            (false, 56..64) => Some(Part::network(network.widened(56))),
            (false, 48..56) => Some(Part::site(network.widened(48))),
            (false, 32..48) => Some(Part::neighborhood(network.widened(32))),
            _ => None,
        },
        Entry::Country(_) | Entry::AddressCountry(_) | Entry::Asn(_) => None,
    }
}
