//! The `Numbers` table: what the carrier lookup said of a number, for as long as the policy keeps it.

use jiff::Timestamp;
use serde::Deserialize;
use tollgate::line::Line;
use tollgate::number::PhoneNumber;

use crate::error::StoreError;
use crate::item::{Item, Seconds, expires, nested, s};
use crate::tables::Tables;

const TABLE: &str = "Numbers";

/// Keeps an answer of the carrier lookup.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn keep(
    tables: &Tables,
    number: &PhoneNumber,
    line: &Line,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let put = tables
        .client
        .put_item()
        .table_name(&tables.names.numbers)
        .item("number", s(number.e164()))
        .item("line", nested(TABLE, line)?)
        .item("expires_at", expires(expires_at));
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}

/// What is kept of a number, if anything is.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn get(tables: &Tables, number: &PhoneNumber, now: Timestamp) -> Result<Option<Line>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.numbers)
        .key("number", s(number.e164()))
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    Ok(got.item.map(|item| read(item, now)).transpose()?.flatten())
}

/// Erases what is kept of a number. Should it be needed again, it is looked up again.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn erase(tables: &Tables, number: &PhoneNumber) -> Result<(), StoreError> {
    let delete =
        tables.client.delete_item().table_name(&tables.names.numbers).key("number", s(number.e164()));
    delete.send().await.map(drop).map_err(StoreError::service("DeleteItem"))
}

/// Reads an item; none if it has expired.
pub(crate) fn read(item: Item, now: Timestamp) -> Result<Option<Line>, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        line: Line,
        expires_at: Seconds,
    }
    let a: Attributes = crate::item::read(TABLE, "(number)", item)?;
    Ok((now < a.expires_at.0).then_some(a.line))
}
