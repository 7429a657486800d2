//! The `Requests` table: one item a request. The item is the queue, too: its stream hands it to screening and dialing.

mod form;
mod over;
mod person;
mod search;
mod transition;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use tollgate::record::Record;
use tollgate::request::{Fingerprint, RequestId};
use tollgate::text::AccountId;

use crate::error::StoreError;
use crate::item::{Item, at, n, s};
use crate::tables::Tables;
use crate::tables::schema::REQUESTS;
use crate::transitions::transaction::outlast;

pub(crate) use person::{erase, traces};

pub use form::{Look, Stored, from_image};
pub use over::over;
pub use person::{Found, of_person};
pub use search::{Newest, Overdue, Page, Question, newest, open_shards, overdue, search};
pub use transition::{Transition, Written};

/// Whether a request is new.
#[derive(Debug)]
pub enum Taken {
    /// It was written.
    New,
    /// A request with its id was there before.
    Known(Box<Stored>),
}

/// Writes a request if its id is new, or names one that is over and past its retention. One conditional put.
///
/// # Errors
/// When DynamoDB does not answer, or the item that is there cannot be read.
pub async fn take(
    tables: &Tables,
    record: &Record,
    fingerprint: &Fingerprint,
    expires_at: Timestamp,
) -> Result<Taken, StoreError> {
    let item = form::new_item(record, fingerprint, expires_at)?;
    let put = tables
        .client
        .put_item()
        .table_name(&tables.names.requests)
        .set_item(Some(item))
        .condition_expression(
            "attribute_not_exists(request_id) OR (expires_at <= :now AND attribute_not_exists(#open))",
        )
        .expression_attribute_names("#open", "open")
        .expression_attribute_values(":now", n(record.request.received_at.as_second()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    match outlast(tables, || put.clone().send()).await {
        Ok(_) => Ok(Taken::New),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                form::read(failed.item().cloned().unwrap_or_default())
                    .map(|stored| Taken::Known(Box::new(stored)))
            }
            _ => Err(StoreError::service("PutItem")(error)),
        },
    }
}

/// Reads a request, consistently. None if there is none, or it is past its retention.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn get(tables: &Tables, id: RequestId, now: Timestamp) -> Result<Option<Stored>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.requests)
        .key(REQUESTS.key.name, s(id.to_string()))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    let stored = got.item.map(form::read).transpose()?;
    Ok(stored.filter(|stored| now < stored.expires_at))
}

/// Reads of a request what its visitor may know, consistently. None if there is none, or it is past its retention. What
/// screening and the call have added to it is not read: it would take the longer, the further the request has come.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn look(tables: &Tables, id: RequestId, now: Timestamp) -> Result<Option<Look>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.requests)
        .key(REQUESTS.key.name, s(id.to_string()))
        .projection_expression("deadline, cancelled_at, account, expires_at")
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    let found = got.item.map(|item| form::look(id, item)).transpose()?;
    Ok(found.filter(|(_, expires_at)| now < *expires_at).map(|(look, _)| look))
}

/// Marks a request of `account` (or of a guest) as withdrawn, if there is one. One write, whatever its state; the stream
/// hands it to whoever can end it. False if there is no such request, or it is past its retention.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn cancel(
    tables: &Tables,
    id: RequestId,
    account: Option<&AccountId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.requests)
        .key(REQUESTS.key.name, s(id.to_string()))
        .update_expression("SET cancelled_at = if_not_exists(cancelled_at, :now)")
        .expression_attribute_values(":now", at(now))
        .expression_attribute_values(":second", n(now.as_second()));
    let update = match account {
        Some(account) => update
            .condition_expression("expires_at > :second AND account = :account")
            .expression_attribute_values(":account", s(account.as_str())),
        None => update.condition_expression("expires_at > :second AND attribute_not_exists(account)"),
    };
    match outlast(tables, || update.clone().send()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// Keeps a request whose item cannot be read out of upkeep's way until `moment`.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn park(tables: &Tables, id: &str, moment: Timestamp) -> Result<(), StoreError> {
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.requests)
        .key(REQUESTS.key.name, s(id))
        .update_expression("SET wake_at = :moment")
        .condition_expression("attribute_exists(request_id)")
        .expression_attribute_values(":moment", at(moment));
    match outlast(tables, || update.clone().send()).await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// The key of a request.
pub(crate) fn key(id: RequestId) -> Item {
    [(REQUESTS.key.name.to_owned(), s(id.to_string()))].into()
}
