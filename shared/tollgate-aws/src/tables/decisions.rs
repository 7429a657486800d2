//! What operators decided on proposals, in one item of the `Settings` table: a map from an entry's key to the last decision on it.
//! It is small (a few dozen entries), so whoever reads proposals reads it whole, and an old decision is forgotten when another is
//! written.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tollgate::entry::Entry;
use tollgate::text::Author;

use crate::error::StoreError;
use crate::item::{Item, n, nested, s};
use crate::tables::Tables;

const TABLE: &str = "Settings";
const DECISIONS: &str = "decisions";
/// How long a decision is known.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// As many are known at once; an item holds 400 KB.
const KNOWN_MAX: usize = 500;

/// The last decision on a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    pub decided: Decided,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub decided_at: Timestamp,
    /// By whom.
    pub author: Author,
    /// How many bad requests spoke for it then.
    pub bad: u64,
    /// How often it was accepted so far.
    pub accepted: u32,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// The entry was listed.
    Accepted,
    /// Not now.
    Snoozed,
    /// Not at all.
    Rejected,
}

/// All decisions that are known, by the entry's key. One that cannot be read is left out, with a log line.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn all(tables: &Tables) -> Result<BTreeMap<String, Decision>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.settings)
        .set_key(Some(key()))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    let named = got.item.unwrap_or_default().into_iter().filter(|(name, _)| name.contains('#'));
    let read = |(name, value): (String, AttributeValue)| {
        let decision = serde_dynamo::from_attribute_value(value);
        match decision {
            Ok(decision) => Some((name, decision)),
            Err(error) => {
                let error: serde_dynamo::Error = error;
                tables.damage.found(TABLE, DECISIONS, error);
                None
            }
        }
    };
    Ok(named.filter_map(read).collect())
}

/// Keeps a decision over the one before it. Each is an attribute of its own, so two decisions on different proposals do not
/// undo each other.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn decide(
    tables: &Tables,
    entry: &Entry,
    decided: Decided,
    bad: u64,
    author: &Author,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = all(tables).await?;
    let name = entry.key();
    let accepted = known.get(&name).map_or(0, |decision| decision.accepted);
    let accepted = accepted.saturating_add(u32::from(decided == Decided::Accepted));
    let decision = Decision { decided, decided_at: now, author: author.clone(), bad, accepted };
    let mut update = tables
        .client
        .update_item()
        .table_name(&tables.names.settings)
        .set_key(Some(key()))
        .expression_attribute_names("#entry", &name)
        .expression_attribute_values(":decision", nested(TABLE, &decision)?);
    let mut expression = "SET #entry = :decision".to_owned();
    let forgotten: Vec<_> = forgotten(&known, now).filter(|key| **key != name).collect();
    for (at, key) in forgotten.into_iter().enumerate() {
        expression += if at == 0 { " REMOVE " } else { ", " };
        expression += &format!("#old{at}");
        update = update.expression_attribute_names(format!("#old{at}"), key);
    }
    update.update_expression(expression).send().await.map(drop).map_err(StoreError::service("UpdateItem"))
}

/// Erases the decisions on these entries.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn erase(tables: &Tables, entries: &BTreeSet<String>) -> Result<(), StoreError> {
    let names: Vec<_> = (0..entries.len()).map(|at| format!("#entry{at}")).collect();
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.settings)
        .set_key(Some(key()))
        .update_expression(format!("REMOVE {}", names.join(", ")))
        .condition_expression("attribute_exists(version)")
        .set_expression_attribute_names(Some(names.into_iter().zip(entries.iter().cloned()).collect()));
    match update.send().await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(()),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// The keys of decisions that are too old, or the oldest of too many.
fn forgotten(known: &BTreeMap<String, Decision>, now: Timestamp) -> impl Iterator<Item = &String> {
    let mut by_age: Vec<_> = known.iter().collect();
    by_age.sort_by_key(|(_, decision)| std::cmp::Reverse(decision.decided_at));
    by_age
        .into_iter()
        .enumerate()
        .filter(move |(at, (_, decision))| *at + 1 >= KNOWN_MAX || decision.decided_at + KNOWN_FOR < now)
        .map(|(_, (key, _))| key)
}

fn key() -> Item {
    [("name".to_owned(), s(DECISIONS)), ("version".to_owned(), n(0))].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_old_or_too_much_is_forgotten_and_the_newest_is_known() {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let of = |hours_ago: i64| Decision {
            decided: Decided::Snoozed,
            decided_at: now - SignedDuration::from_hours(hours_ago),
            author: Author::parse("ada").unwrap(),
            bad: 3,
            accepted: 0,
        };
        let known = [("asn#1".to_owned(), of(1)), ("asn#2".to_owned(), of(91 * 24))].into();
        assert_eq!(forgotten(&known, now).collect::<Vec<_>>(), ["asn#2"]);
        let many = 1..=u32::try_from(KNOWN_MAX).unwrap() + 1;
        let many = many.map(|n| (format!("asn#{n}"), of(i64::from(n)))).collect();
        let forgotten: Vec<_> = forgotten(&many, now).cloned().collect();
        assert_eq!(forgotten, ["asn#500", "asn#501"], "there is room for one more");
    }
}
