//! The `Changes` table: who changed what and when, one item a change, by UTC day. Written before the change itself, so
//! that none goes unrecorded. It is kept for [`KEPT`], and names people no longer than requests are kept; see `mask`.

mod mask;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tollgate::person::nameless;
use tollgate::text::{Author, Reason};

use crate::error::StoreError;
use crate::item::{Millis, at, expires, s};
use crate::tables::Tables;

pub(crate) use mask::mask_of_request;
pub use mask::{ChangeKey, Found, mask, mask_of_day, of_person, of_request};

const TABLE: &str = "Changes";
/// How long a change is kept: a year, and the time that an audit of it takes.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

/// A change that an operator made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub changed_at: Timestamp,
    /// Who.
    pub author: Author,
    /// What was done.
    pub action: Action,
    /// To what: an entry's key, a policy version, a number of entries, a request, a blocked subject.
    pub subject: String,
    /// Why, if that was said.
    pub reason: Option<Reason>,
}

/// What an operator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Put an entry on the deny list.
    DenyEntry,
    /// Put an entry on the trust list.
    TrustEntry,
    /// Removed a list entry.
    RemoveEntry,
    /// Imported list entries.
    ImportEntries,
    /// Saved a policy.
    SavePolicy,
    /// Set the kill switches.
    SetKillSwitches,
    /// Marked a request as spam.
    MarkSpam,
    /// Marked a request as legitimate.
    MarkLegitimate,
    /// Marked a request as having reached a person who had not asked for it.
    MarkWrongPerson,
    /// Lifted a block.
    LiftBlock,
    /// Put a proposal aside until it has doubled.
    SnoozeProposal,
    /// Turned a proposal down.
    RejectProposal,
    /// Showed all that is stored of a person.
    ExportPerson,
    /// Erased what is stored of a person.
    ErasePerson,
}

/// Records a change.
///
/// # Errors
/// When DynamoDB or the random source does not answer.
pub async fn record(tables: &Tables, change: &Change) -> Result<(), StoreError> {
    let random = getrandom::u64().map_err(|error| crate::item::inconsistent(TABLE, "(new)", error))?;
    let action = crate::item::nested(TABLE, &change.action)?;
    // Sorts by time; the random part keeps two changes of one millisecond apart.
    let name = format!("{:015}#{random:016x}", change.changed_at.as_millisecond());
    let mut put = tables
        .client
        .put_item()
        .table_name(&tables.names.changes)
        .item("day", s(day(change.changed_at)))
        .item("change", s(name))
        .item("changed_at", at(change.changed_at))
        .item("author", s(change.author.as_str()))
        .item("action", action)
        .item("subject", s(&change.subject))
        .item("expires_at", expires(change.changed_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)));
    if nameless(&change.subject) == change.subject {
        put = put.item("masked", AttributeValue::Bool(true));
    }
    if let Some(reason) = &change.reason {
        put = put.item("reason", s(reason.as_str()));
    }
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}

/// The changes of a UTC day that are kept at `now`, the newest first. One that cannot be read is left out, with a log line.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_day(tables: &Tables, day: Date, now: Timestamp) -> Result<Vec<Change>, StoreError> {
    let mut pages = tables
        .client
        .query()
        .table_name(&tables.names.changes)
        .key_condition_expression("#day = :day")
        .expression_attribute_names("#day", "day")
        .expression_attribute_values(":day", s(day.to_string()))
        .scan_index_forward(false)
        .into_paginator()
        .send();
    let mut changes = vec![];
    while let Some(page) = pages.next().await {
        let page = page.map_err(StoreError::service("Query"))?;
        changes.extend(
            page.items.unwrap_or_default().into_iter().filter_map(|item| crate::item::readable(read(item))),
        );
    }
    changes.retain(|change: &Change| now.duration_since(change.changed_at) < KEPT);
    Ok(changes)
}

fn day(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::UTC).date().to_string()
}

fn read(item: crate::item::Item) -> Result<Change, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        changed_at: Millis,
        author: Author,
        action: Action,
        subject: String,
        reason: Option<Reason>,
    }
    let a: Attributes = crate::item::read(TABLE, "(change)", item)?;
    Ok(Change {
        changed_at: a.changed_at.0,
        author: a.author,
        action: a.action,
        subject: a.subject,
        reason: a.reason,
    })
}
