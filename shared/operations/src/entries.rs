//! The deny and trust list: entries put on it, one or many, and taken off. What is written holds for the next request.

use jiff::Timestamp;
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::policy::Numbers;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::deny_list;
use tollgate_aws::error::StoreError;
use tollgate_aws::settings;
use tollgate_aws::tables::Tables;

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

/// Which numbers the policy lets in, for reading a new entry. A policy that cannot be read must not keep an operator from
/// the list.
pub async fn numbers(tables: &Tables) -> Numbers {
    settings::policy(tables).await.map(|current| current.policy.numbers).unwrap_or_else(|error| {
        tracing::error!(%error, "the policy cannot be read; no number beyond the library's is listed");
        Numbers::default()
    })
}

/// Lists an entry, whether or not it was listed before.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn put(
    tables: &Tables,
    operator: &Operator,
    listing: &Listing,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::KeepLists)?;
    let action = match listing.effect {
        Effect::Deny => Action::DenyEntry,
        Effect::Trust => Action::TrustEntry,
    };
    change::record(tables, operator, action, listing.entry.key(), Some(&listing.reason), now).await?;
    Ok(deny_list::add(tables, std::slice::from_ref(listing), now).await?)
}

/// Lists many entries at once, under one record.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer; some may be listed then, and importing all again is safe.
pub async fn import(
    tables: &Tables,
    operator: &Operator,
    listings: &[Listing],
    reason: Option<&Reason>,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::KeepLists)?;
    let subject = format!("{} entries", listings.len());
    change::record(tables, operator, Action::ImportEntries, subject, reason, now).await?;
    Ok(deny_list::add(tables, listings, now).await?)
}

/// Takes an entry off the list.
///
/// # Errors
/// When the operator may not, it is not listed, or DynamoDB does not answer.
pub async fn remove(
    tables: &Tables,
    operator: &Operator,
    entry: Entry,
    reason: &Reason,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::KeepLists)?;
    match deny_list::get(tables, &entry, now).await {
        // An entry that cannot be read can still be removed.
        Ok(Some(_)) | Err(StoreError::Inconsistent { .. }) => {}
        Ok(None) => return Err(Refused::NotListed),
        Err(error) => return Err(error.into()),
    }
    change::record(tables, operator, Action::RemoveEntry, entry.key(), Some(reason), now).await?;
    Ok(deny_list::remove(tables, &[entry], now).await?)
}
