//! The `Sessions` table: who is signed in at the console. A row is found by a hash of what the browser holds, so whoever reads
//! the table cannot take anybody's place; what the issuer gave to ask it again is sealed by what the browser holds.
//!
//! A row of its own, `spent#…`, remembers each attempt to sign in that has succeeded, so that none does so twice.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tollgate::text::Author;

use crate::error::StoreError;
use crate::item::{Item, Millis, at, expires, s};
use crate::tables::Tables;
use crate::transitions::transaction;

const TABLE: &str = "Sessions";

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The name under which changes are recorded.
    pub author: Author,
    /// The role's name.
    pub role: String,
    /// Who it is, in the issuer's own words.
    pub subject: String,
    /// What the issuer is asked again with, sealed; none if it gave nothing.
    pub renewal: Option<String>,
    /// When he signed in.
    pub began_at: Timestamp,
    /// When the issuer vouched for him last.
    pub vouched_at: Timestamp,
}

/// Begins a session by an attempt that has not succeeded before. False if it has.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn begin(
    tables: &Tables,
    key: &str,
    attempt: &str,
    stored: &Stored,
    kept_for: SignedDuration,
) -> Result<bool, StoreError> {
    let until = stored.began_at.saturating_add(kept_for).unwrap_or(stored.began_at);
    let put = |key: String| {
        Put::builder()
            .table_name(&tables.names.sessions)
            .item("session", s(key))
            .item("expires_at", expires(until))
            .condition_expression("attribute_not_exists(#session)")
            .expression_attribute_names("#session", "session")
    };
    let session = put(key.to_owned())
        .item("author", s(stored.author.as_str()))
        .item("role", s(&stored.role))
        .item("subject", s(&stored.subject))
        .item("began_at", at(stored.began_at))
        .item("vouched_at", at(stored.vouched_at));
    let session = match &stored.renewal {
        Some(renewal) => session.item("renewal", s(renewal)),
        None => session,
    };
    let items = [put(format!("spent#{attempt}")), session].map(|put| {
        Ok(TransactWriteItem::builder().put(put.build().map_err(StoreError::build("Put"))?).build())
    });
    let items = items.into_iter().collect::<Result<_, StoreError>>()?;
    transaction::write_all(tables, items).await
}

/// The session of this key, if there is one. Whether it still holds is for the reader to judge.
///
/// # Errors
/// When DynamoDB does not answer, or the row cannot be read.
pub async fn get(tables: &Tables, key: &str) -> Result<Option<Stored>, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        author: Author,
        role: String,
        subject: String,
        renewal: Option<String>,
        began_at: Millis,
        vouched_at: Millis,
    }
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.sessions)
        .set_key(Some(self::key(key)))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    let Some(item) = got.item else { return Ok(None) };
    let a: Attributes = crate::item::read(TABLE, "of a session", item)?;
    Ok(Some(Stored {
        author: a.author,
        role: a.role,
        subject: a.subject,
        renewal: a.renewal.filter(|renewal| !renewal.is_empty()),
        began_at: a.began_at.0,
        vouched_at: a.vouched_at.0,
    }))
}

/// Takes the turn to ask the issuer again: of all who saw the same `vouched_at` one does, and another if that one has told
/// nothing within `patience`. False for the others.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn take_turn(
    tables: &Tables,
    key: &str,
    seen: Timestamp,
    now: Timestamp,
    patience: SignedDuration,
) -> Result<bool, StoreError> {
    let given_up = now.saturating_sub(patience).unwrap_or(now);
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.sessions)
        .set_key(Some(self::key(key)))
        .update_expression("SET asked_at = :now")
        .condition_expression(
            "vouched_at = :seen AND (attribute_not_exists(asked_at) OR asked_at < :given_up)",
        )
        .expression_attribute_values(":given_up", at(given_up))
        .expression_attribute_values(":now", at(now))
        .expression_attribute_values(":seen", at(seen));
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(false),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// Keeps what the issuer said of a session; of one that has ended meanwhile nothing.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn keep(tables: &Tables, key: &str, stored: &Stored) -> Result<(), StoreError> {
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.sessions)
        .set_key(Some(self::key(key)))
        .update_expression(
            "SET vouched_at = :vouched_at, #role = :role, author = :author, renewal = :renewal",
        )
        .condition_expression("attribute_exists(#session)")
        .expression_attribute_names("#session", "session")
        .expression_attribute_names("#role", "role")
        .expression_attribute_values(":vouched_at", at(stored.vouched_at))
        .expression_attribute_values(":role", s(&stored.role))
        .expression_attribute_values(":author", s(stored.author.as_str()))
        .expression_attribute_values(":renewal", s(stored.renewal.as_deref().unwrap_or_default()));
    match update.send().await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(()),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// Ends a session.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn end(tables: &Tables, key: &str) -> Result<(), StoreError> {
    let delete = tables.client.delete_item().table_name(&tables.names.sessions).set_key(Some(self::key(key)));
    delete.send().await.map(drop).map_err(StoreError::service("DeleteItem"))
}

fn key(key: &str) -> Item {
    [("session".to_owned(), s(key))].into()
}
