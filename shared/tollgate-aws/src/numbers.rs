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
