//! The deny and trust list: entries put on it, one or many, and taken off. What is written holds for the next request.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::policy::Numbers;
use tollgate::text::Reason;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::deny_list;
use tollgate_aws::tables::settings;

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

/// What becomes of an entry that the list says the opposite of: a denial of what is trusted, or trust in what is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opposite {
    /// It stands as it is, and what was asked is refused.
    Stands,
    /// It is turned around: whoever asks has seen it, or said so.
    GivesWay,
}

/// Lists an entry, whether or not it was listed before.
///
/// # Errors
/// When the operator may not, the list says the opposite and that stands, or DynamoDB does not answer.
pub async fn put(
    tables: &Tables,
    operator: &Operator,
    listing: &Listing,
    opposite: Opposite,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::KeepLists)?;
    if opposite == Opposite::Stands {
        let stands = standing(tables, std::slice::from_ref(&listing.entry), now).await?;
        if let Some(effect) = stands.get(&listing.entry.key()).and_then(|before| turned(before, listing)) {
            return Err(Refused::ListedAs { effect });
        }
    }
    let action = match listing.effect {
        Effect::Deny => Action::DenyEntry,
        Effect::Trust => Action::TrustEntry,
    };
    change::record(tables, operator, action, listing.entry.key(), Some(&listing.reason), now).await?;
    Ok(deny_list::add(tables, std::slice::from_ref(listing), now).await?)
}

/// What the list says of these entries now, by their keys. One that cannot be read counts as not listed, and so is written anew.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn standing(
    tables: &Tables,
    entries: &[Entry],
    now: Timestamp,
) -> Result<BTreeMap<String, Listing>, StoreError> {
    let standing = deny_list::of(tables, entries, now).await?;
    Ok(standing.into_iter().map(|listing| (listing.entry.key(), listing)).collect())
}

/// The effect that stands, if `listing` would turn it around.
#[must_use]
pub fn turned(before: &Listing, listing: &Listing) -> Option<Effect> {
    (before.effect != listing.effect).then_some(before.effect)
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
