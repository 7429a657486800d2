//! The `Counters` table: what askers ask for, what is approved of what is held, and budgets, by window.
//!
//! - An asker's item holds `asks`, the list of its requests in the order in which they were counted. A request is appended
//!   once; its place never changes, so a redelivery gives the same answer. A full list takes no more.
//! - A range's or carrier's item holds `approved`, the approvals of the day, which only transactions of state transitions
//!   change, and those happen once.
//! - A budget's item holds `calls`, `micro_usd` and the places of newcomers; what all calls of a day share is one item. See
//!   [`tollgate::budget::Pot`].

pub(crate) mod booking;
mod budgets;
mod person;
mod rows;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use jiff::Timestamp;
use tollgate::counter::{Ask, Asked, DAY_SECONDS, Place, Subject, Window};
use tollgate::policy::Limit;

use crate::error::StoreError;
use crate::item::{Item, expires, n, s};
use crate::tables::Tables;
use crate::transitions::transaction::outlast;

pub use budgets::{budgets_used, take_lookup};
pub use person::{Counted, of_person};
pub(crate) use rows::Rows;
use rows::asks;

/// The key of a subject's item in a window.
pub(crate) fn key(subject: &str, window: Window) -> Item {
    [("subject".to_owned(), s(subject)), ("window".to_owned(), s(window.key()))].into()
}

/// Counts a request of an asking subject, unless it is counted already or the list is full, and tells how many were
/// asked for up to and including it. One conditional update; exact under any concurrency and any redelivery.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn ask(
    tables: &Tables,
    subject: &Subject,
    limit: Limit,
    ask: &Ask,
    now: Timestamp,
) -> Result<Asked, StoreError> {
    let window = Window::at(now, limit.window_seconds);
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&subject.key(), window)))
        .update_expression(
            "SET asks = list_append(if_not_exists(asks, :none), :asks), expires_at = :expires_at",
        )
        .condition_expression(
            "attribute_not_exists(asks) OR (size(asks) < :asks_max AND NOT contains(asks, :ask))",
        )
        .expression_attribute_values(":none", AttributeValue::L(vec![]))
        .expression_attribute_values(":asks", AttributeValue::L(vec![s(ask.to_text())]))
        .expression_attribute_values(":ask", s(ask.to_text()))
        .expression_attribute_values(":asks_max", n(limit.requests_max))
        .expression_attribute_values(":expires_at", expires(window.forgotten_at()))
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let item = match outlast(tables, || update.clone().send()).await {
        Ok(written) => written.attributes,
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(full)) => full.item().cloned(),
            // What is no list takes no more of it.
            Some(error) if error.code() == Some("ValidationException") => {
                tables.damage.found("Counters", &format!("{} {}", subject.kind(), window.key()), error);
                return Ok(Asked::full());
            }
            _ => return Err(StoreError::service("UpdateItem")(error)),
        },
    };
    Ok(match item.map(|item| asks(&item, &tables.damage)) {
        Some(None) => Asked::full(),
        Some(Some(asks)) => Asked::up_to(&asks, ask),
        None => Asked::up_to(&[], ask),
    })
}

/// An approval's place in the day's count of a range or carrier, if there is room.
pub(crate) fn place(tables: &Tables, place: &Place) -> Result<TransactWriteItem, StoreError> {
    let mut update = Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&place.subject.key(), place.window)))
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":expires_at", expires(place.window.forgotten_at()));
    if let Some(room) = place.room {
        // With no room at all the item need not exist for the answer to be no.
        let is_room =
            if room == 0 { "approved < :room" } else { "attribute_not_exists(approved) OR approved < :room" };
        update = update.condition_expression(is_room).expression_attribute_values(":room", n(room));
    }
    let update = update.update_expression("ADD approved :one SET expires_at = :expires_at").build();
    Ok(TransactWriteItem::builder().update(update.map_err(StoreError::build("Update"))?).build())
}

/// An approval's place, put back: its request ended before its dial.
pub(crate) fn place_back(
    tables: &Tables,
    subject: &Subject,
    window: Window,
) -> Result<TransactWriteItem, StoreError> {
    let update = Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&subject.key(), window)))
        .update_expression("ADD approved :less SET expires_at = :expires_at")
        .expression_attribute_values(":less", n(-1))
        .expression_attribute_values(":expires_at", expires(window.forgotten_at()))
        .build()
        .map_err(StoreError::build("Update"))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// The approvals of the day for a subject.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn approved(tables: &Tables, subject: &Subject, now: Timestamp) -> Result<u64, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&subject.key(), Window::at(now, DAY_SECONDS))))
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    Ok(rows::number(got.item.as_ref(), "approved", &tables.damage))
}
