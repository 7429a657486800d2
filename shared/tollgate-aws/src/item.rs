//! Items: attribute values made and read. Moments are stored as milliseconds since the epoch, but for `expires_at`, which
//! DynamoDB wants in seconds.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::StoreError;

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// A text.
pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number.
pub fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A moment, in milliseconds.
#[must_use]
pub fn at(moment: Timestamp) -> AttributeValue {
    n(moment.as_millisecond())
}

/// A moment after which DynamoDB may delete the item, in seconds; rounded up, so that nothing goes early.
#[must_use]
pub fn expires(moment: Timestamp) -> AttributeValue {
    n(moment.as_second().saturating_add(1))
}

/// A nested value, through serde.
///
/// # Errors
/// When the value has no form in DynamoDB, which no type of ours does.
pub fn nested(table: &'static str, value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::Inconsistent {
        table,
        key: String::new(),
        reason: error.to_string(),
    })
}

/// Reads an item into a type; `key` names it in the error.
///
/// # Errors
/// When an attribute is missing or not of its type.
pub fn read<T: DeserializeOwned>(table: &'static str, key: &str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| inconsistent(table, key, error))
}

/// An item that cannot be read.
pub fn inconsistent(table: &'static str, key: &str, reason: impl ToString) -> StoreError {
    StoreError::Inconsistent { table, key: key.to_owned(), reason: reason.to_string() }
}

/// What was read; or nothing, and a log line says why.
pub fn readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(%error, "item left out")).ok()
}

/// A moment read from milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Millis(pub Timestamp);

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let milliseconds = i64::deserialize(deserializer)?;
        Timestamp::from_millisecond(milliseconds).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A moment read from seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(pub Timestamp);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = i64::deserialize(deserializer)?;
        Timestamp::from_second(seconds).map(Self).map_err(serde::de::Error::custom)
    }
}
