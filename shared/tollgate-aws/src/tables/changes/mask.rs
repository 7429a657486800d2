//! The record of changes, and the people in it: found for an operator who shows or erases what is stored of one, and masked once
//! the requests of that time are gone, too. A change stays, with who made it, when and what it was; whom it was about does not.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tollgate::person::{Person, nameless};
use tollgate::request::RequestId;

use super::{Change, KEPT, day, read};
use crate::error::StoreError;
use crate::item::{Item, expires, s};
use crate::scan::{Filter, Scanned, text};
use crate::tables::Tables;

/// Which change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeKey {
    /// Its UTC day.
    pub day: Date,
    /// Its name within the day.
    pub name: String,
}

/// A change that names a person.
#[derive(Debug)]
pub struct Found {
    /// Which.
    pub key: ChangeKey,
    /// Whom it names.
    pub subject: String,
    /// What it says; an item that cannot be read is found all the same.
    pub change: Result<Change, StoreError>,
}

/// What is to be taken from a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// Whom it names.
    Subject,
    /// That, and what the operator wrote, which may tell of him.
    SubjectAndReason,
}

/// A part of the changes that name a person: by an entry, a counted subject, of the person alone.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_person(
    tables: &Tables,
    person: &Person,
    after: Option<&ChangeKey>,
) -> Result<Scanned<Found, ChangeKey>, StoreError> {
    let keys = person.keys().into_iter();
    let (filter, names, values) =
        keys.fold(Filter::default(), |filter, key| filter.or_is("subject", Some(key))).parts();
    let scanned = tables
        .client
        .scan()
        .table_name(&tables.names.changes)
        .filter_expression(filter)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
        .set_exclusive_start_key(after.map(key))
        .send()
        .await
        .map_err(StoreError::service("Scan"))?;
    let next = scanned.last_evaluated_key().and_then(key_of);
    Ok(Scanned { found: scanned.items.unwrap_or_default().into_iter().filter_map(found).collect(), next })
}

/// The changes of the day of `marked_at` that marked a request.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_request(
    tables: &Tables,
    id: RequestId,
    marked_at: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let of_day = items_of(tables, &day(marked_at), "subject = :id", Some((":id", s(id.to_string())))).await?;
    Ok(of_day.into_iter().filter_map(found).collect())
}

/// Takes from the changes that marked a request what the operator wrote.
pub(crate) async fn mask_of_request(
    tables: &Tables,
    id: RequestId,
    marked_at: Timestamp,
) -> Result<(), StoreError> {
    for found in of_request(tables, id, marked_at).await? {
        mask(tables, &found).await?;
    }
    Ok(())
}

/// Takes from a change whom it names, and what the operator wrote of him.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn mask(tables: &Tables, found: &Found) -> Result<(), StoreError> {
    take(tables, &found.key, &found.subject, Taken::SubjectAndReason).await
}

/// Masks the changes of a UTC day that name somebody, as many as one go may, and says how many those were. What an earlier
/// version wrote is told here when to expire, too.
///
/// # Errors
/// When DynamoDB does not answer. What is left is done when it is asked for again.
pub async fn mask_of_day(tables: &Tables, day: Date) -> Result<usize, StoreError> {
    let unmasked = items_of(tables, &day.to_string(), "attribute_not_exists(masked)", None).await?;
    let keyed = unmasked.iter().filter_map(|item| Some((key_of(item)?, item)));
    let unmasked: Vec<_> = keyed.take(MASKED_AT_ONCE_MAX).collect();
    for (key, item) in &unmasked {
        take(tables, key, text(item, "subject").unwrap_or_default(), Taken::Subject).await?;
    }
    Ok(unmasked.len())
}

/// The most changes that are masked in one go.
const MASKED_AT_ONCE_MAX: usize = 100;

async fn items_of(
    tables: &Tables,
    day: &str,
    filter: &str,
    value: Option<(&str, AttributeValue)>,
) -> Result<Vec<Item>, StoreError> {
    let mut query = tables
        .client
        .query()
        .table_name(&tables.names.changes)
        .key_condition_expression("#day = :day")
        .filter_expression(filter)
        .expression_attribute_names("#day", "day")
        .expression_attribute_values(":day", s(day));
    if let Some((name, value)) = value {
        query = query.expression_attribute_values(name, value);
    }
    let mut pages = query.into_paginator().send();
    let mut items = vec![];
    while let Some(page) = pages.next().await {
        let page = page.map_err(StoreError::service("Query"))?;
        items.extend(page.items.unwrap_or_default());
    }
    Ok(items)
}

async fn take(tables: &Tables, of: &ChangeKey, subject: &str, taken: Taken) -> Result<(), StoreError> {
    let kept_until = of.day.to_zoned(TimeZone::UTC).and_then(|day| day.timestamp().checked_add(KEPT));
    let remove = match taken {
        Taken::Subject => "",
        Taken::SubjectAndReason => " REMOVE reason",
    };
    let mut update = tables
        .client
        .update_item()
        .table_name(&tables.names.changes)
        .set_key(Some(key(of)))
        .condition_expression("attribute_exists(#day)")
        .expression_attribute_names("#day", "day")
        .expression_attribute_values(":subject", s(nameless(subject)))
        .expression_attribute_values(":yes", AttributeValue::Bool(true));
    let expires_at = match kept_until {
        Ok(kept_until) => {
            update = update.expression_attribute_values(":expires_at", expires(kept_until));
            ", expires_at = if_not_exists(expires_at, :expires_at)"
        }
        Err(_) => "",
    };
    update = update.update_expression(format!("SET subject = :subject, masked = :yes{expires_at}{remove}"));
    match update.send().await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(()),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

fn found(item: Item) -> Option<Found> {
    let subject = text(&item, "subject").unwrap_or_default().to_owned();
    Some(Found { key: key_of(&item)?, subject, change: read(item) })
}

fn key(key: &ChangeKey) -> Item {
    [("day".to_owned(), s(key.day.to_string())), ("change".to_owned(), s(&key.name))].into()
}

fn key_of(item: &Item) -> Option<ChangeKey> {
    Some(ChangeKey { day: text(item, "day")?.parse().ok()?, name: text(item, "change")?.to_owned() })
}
