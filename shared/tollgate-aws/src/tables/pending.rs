//! The `Pending` table: which request holds a number. One item a number at most, so one callback a number at most. A claim
//! is made in [`crate::transitions::approval`] and let go in [`crate::transitions::ending`], each in the transaction that moves its request.

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::Deserialize;
use tollgate::number::PhoneNumber;
use tollgate::request::RequestId;

use crate::error::StoreError;
use crate::item::{Item, Millis, at, s};
use crate::tables::Tables;
use crate::transitions::transaction::outlast;

const TABLE: &str = "Pending";

/// A claim on a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The number.
    pub number: PhoneNumber,
    /// The request that holds it.
    pub holder: RequestId,
    /// When it was made.
    pub claimed_at: Timestamp,
}

/// The claim of a number by a request, if it is free or this request holds it already.
pub(crate) fn put(
    tables: &Tables,
    number: &PhoneNumber,
    holder: RequestId,
    now: Timestamp,
) -> Result<Put, StoreError> {
    Put::builder()
        .table_name(&tables.names.pending)
        .item("number", s(number.e164()))
        .item("held_by", s(holder.to_string()))
        .item("claimed_at", at(now))
        .condition_expression("attribute_not_exists(held_by) OR held_by = :holder")
        .expression_attribute_values(":holder", s(holder.to_string()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(StoreError::build("Put"))
}

/// The release of a number by a request, if it holds it, or nobody does.
pub(crate) fn delete(tables: &Tables, number: &PhoneNumber, holder: RequestId) -> Result<Delete, StoreError> {
    Delete::builder()
        .table_name(&tables.names.pending)
        .key("number", s(number.e164()))
        .condition_expression("attribute_not_exists(held_by) OR held_by = :holder")
        .expression_attribute_values(":holder", s(holder.to_string()))
        .build()
        .map_err(StoreError::build("Delete"))
}

/// Reads an item.
pub(crate) fn read(item: Item) -> Result<Claim, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        number: PhoneNumber,
        held_by: RequestId,
        claimed_at: Millis,
    }
    let Attributes { number, held_by, claimed_at } = crate::item::read(TABLE, "(number)", item)?;
    Ok(Claim { number, holder: held_by, claimed_at: claimed_at.0 })
}

/// The claim on a number, if there is one.
///
/// # Errors
/// When DynamoDB does not answer, or the claim cannot be read.
pub async fn get(tables: &Tables, number: &PhoneNumber) -> Result<Option<Claim>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.pending)
        .key("number", s(number.e164()))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    got.item.map(read).transpose()
}

/// All claims. There are never more than live and waiting calls.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn all(tables: &Tables) -> Result<Vec<Result<Claim, StoreError>>, StoreError> {
    let mut pages =
        tables.client.scan().table_name(&tables.names.pending).consistent_read(true).into_paginator().send();
    let mut claims = vec![];
    while let Some(page) = pages.next().await {
        let page = page.map_err(StoreError::service("Scan"))?;
        claims.extend(page.items.unwrap_or_default().into_iter().map(read));
    }
    Ok(claims)
}

/// Lets a number go whose holder is gone, if that request still holds it. False if it does not.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn release(tables: &Tables, number: &PhoneNumber, holder: RequestId) -> Result<bool, StoreError> {
    let delete = tables
        .client
        .delete_item()
        .table_name(&tables.names.pending)
        .key("number", s(number.e164()))
        .condition_expression("held_by = :holder")
        .expression_attribute_values(":holder", s(holder.to_string()));
    match outlast(tables, || delete.clone().send()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(false),
            _ => Err(StoreError::service("DeleteItem")(error)),
        },
    }
}
