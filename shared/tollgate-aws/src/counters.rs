//! The `Counters` table: what subjects ask for and are called for, by window.
//!
//! - An asking subject's item holds `asks`, the list of its requests in the order in which they were counted. A request is
//!   appended once; its place never changes, so a redelivery gives the same answer. A full list takes no more.
//! - An asked subject's item holds `approved`, which only transactions of state transitions add to, and those happen
//!   once. A number's counts its calls, and `addresses` is the set of those that asked for them.
//! - Carriers share a few items, since a number's carrier becomes known only while its request is screened: all of them
//!   are read along, and each carrier has attributes of its own in one of them.
//! - What calls came to, and who is blocked, is in items of a week: see [`crate::histories`].
//! - A budget's item holds `calls` and `micro_usd`; see [`crate::claim`].

mod budgets;
mod rows;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tollgate::counter::{Ask, Asked, Place, Subject, Window};
use tollgate::policy::Limit;
use tollgate::request::CallbackRequest;

use crate::error::StoreError;
use crate::item::{Item, expires, n, s};
use crate::tables::Tables;

pub use budgets::{budgets_used, take_lookup};
pub(crate) use rows::Rows;
use rows::asks;

/// Carriers are spread over so many items a window.
const CARRIER_SHARDS: u8 = 4;

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
    let sent = tables
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
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let item = match sent {
        Ok(written) => written.attributes,
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(full)) => full.item().cloned(),
            _ => return Err(StoreError::service("UpdateItem")(error)),
        },
    };
    Ok(Asked::up_to(&item.as_ref().map(asks).unwrap_or_default(), ask))
}

/// An approval's place in the count of an asked subject, if there is room. A number's is only looked at, since it is taken
/// by the dial ([`call`]): what is withdrawn before must not use up what its owner may be called. That is as exact, since
/// an approved request holds its number alone.
pub(crate) fn place(tables: &Tables, place: &Place) -> Result<Option<TransactWriteItem>, StoreError> {
    if let Subject::Number(_) = place.subject {
        return place.room.map(|room| room_to_call(tables, place, room)).transpose();
    }
    let (key, approved) = approved_of(&place.subject, place.window);
    let mut update = Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key))
        .expression_attribute_names("#approved", approved)
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":expires_at", expires(place.window.forgotten_at()));
    if let Some(room) = place.room {
        update = update.condition_expression(is_room(room)).expression_attribute_values(":room", n(room));
    }
    let update = update.update_expression("ADD #approved :one SET expires_at = :expires_at").build();
    Ok(Some(TransactWriteItem::builder().update(update.map_err(StoreError::build("Update"))?).build()))
}

/// With no room at all the item need not exist for the answer to be no.
fn is_room(room: u64) -> &'static str {
    if room == 0 { "#approved < :room" } else { "attribute_not_exists(#approved) OR #approved < :room" }
}

fn room_to_call(tables: &Tables, place: &Place, room: u64) -> Result<TransactWriteItem, StoreError> {
    let check = ConditionCheck::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&place.subject.key(), place.window)))
        .condition_expression(is_room(room))
        .expression_attribute_names("#approved", "approved")
        .expression_attribute_values(":room", n(room))
        .build();
    Ok(TransactWriteItem::builder()
        .condition_check(check.map_err(StoreError::build("ConditionCheck"))?)
        .build())
}

/// A call's place in the count of its number, and its address among those that had the number called.
pub(crate) fn call(
    tables: &Tables,
    request: &CallbackRequest,
    limit: Limit,
    now: Timestamp,
) -> Result<Update, StoreError> {
    let window = Window::at(now, limit.window_seconds);
    let address = AttributeValue::Ss(vec![request.caller.address.line().to_string()]);
    Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&Subject::Number(request.number.clone()).key(), window)))
        .update_expression("ADD approved :one, addresses :address SET expires_at = :expires_at")
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":address", address)
        .expression_attribute_values(":expires_at", expires(window.forgotten_at()))
        .build()
        .map_err(StoreError::build("Update"))
}

/// The place of a call that was not placed, put back. Its address stays: an earlier call may have counted it, too.
pub(crate) fn no_call(
    tables: &Tables,
    request: &CallbackRequest,
    limit: Limit,
    called_at: Timestamp,
) -> Result<Update, StoreError> {
    let window = Window::at(called_at, limit.window_seconds);
    Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key(&Subject::Number(request.number.clone()).key(), window)))
        .update_expression("ADD approved :less")
        .expression_attribute_values(":less", n(-1))
        .build()
        .map_err(StoreError::build("Update"))
}

/// An approval's place in the count of an asked subject, put back: its request ended before its dial.
pub(crate) fn place_back(
    tables: &Tables,
    subject: &Subject,
    limit: Limit,
    received_at: Timestamp,
) -> Result<Update, StoreError> {
    let window = Window::at(received_at, limit.window_seconds);
    let (key, approved) = approved_of(subject, window);
    Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(key))
        .update_expression("ADD #approved :less SET expires_at = :expires_at")
        .expression_attribute_names("#approved", approved)
        .expression_attribute_values(":less", n(-1))
        .expression_attribute_values(":expires_at", expires(window.forgotten_at()))
        .build()
        .map_err(StoreError::build("Update"))
}

/// The item and the attribute that count a subject's approvals.
fn approved_of(subject: &Subject, window: Window) -> (Item, String) {
    let (owner, suffix) = owner(subject);
    (key(&owner, window), format!("approved{suffix}"))
}

/// The key of the item in which a subject is counted, and what its attributes' names end in there.
pub(crate) fn owner(subject: &Subject) -> (String, String) {
    match subject {
        Subject::Carrier(carrier) => (carrier_shard(&carrier.key()), format!("#{}", carrier.key())),
        subject => (subject.key(), String::new()),
    }
}

/// The items that carriers are spread over.
pub(crate) fn carrier_shards() -> impl Iterator<Item = String> {
    (0..CARRIER_SHARDS).map(|shard| format!("carriers#{shard}"))
}

fn carrier_shard(carrier: &str) -> String {
    let first = Sha256::digest(carrier).first().copied().unwrap_or(0);
    format!("carriers#{}", first % CARRIER_SHARDS)
}
