//! The requests of a person: found part by part, and erased one by one.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use jiff::{SignedDuration, Timestamp};
use tollgate::number::PhoneNumber;
use tollgate::person::{Named, Person};
use tollgate::request::{PLACED_WITHIN, RequestId};
use tollgate::text::{AccountId, ContactId};

use super::form::{self, Stored};
use crate::error::StoreError;
use crate::item::{Item, at};
use crate::scan::{Filter, Scanned, moment, text};
use crate::tables::Tables;
use crate::tables::schema::REQUESTS;
use crate::transitions::transaction::outlast;

/// A request of a person.
#[derive(Debug)]
pub struct Found {
    /// The request.
    pub id: RequestId,
    /// What is stored of it; an item that cannot be read is found all the same.
    pub stored: Result<Stored, StoreError>,
}

/// Where else something of a request is stored, and whether anything still works on it. Read as it is, so that what is damaged
/// is erased, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traces {
    pub(crate) number: Option<PhoneNumber>,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) marked_at: Option<Timestamp>,
    is_open: bool,
    deadline: Option<Timestamp>,
}

impl Traces {
    /// Whether nothing works on the request any more, and nothing can be told by its disappearance: until its deadline every
    /// request looks to its visitor as if it might still be called.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        !self.is_open && self.deadline.is_none_or(|deadline| deadline <= over_by(now))
    }
}

/// Requests with an earlier deadline are over for their visitors.
fn over_by(now: Timestamp) -> Timestamp {
    let rounding = SignedDuration::from_secs(1);
    now.saturating_sub(PLACED_WITHIN + rounding).unwrap_or(Timestamp::MIN)
}

/// A part of the requests that a person has part in, by number, verified number, account or line.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_person(
    tables: &Tables,
    person: &Person,
    after: Option<RequestId>,
) -> Result<Scanned<Found, RequestId>, StoreError> {
    let number = person.number().map(PhoneNumber::e164);
    let (filter, names, values) = Filter::default()
        .or_is("number", number)
        .or_is("verified_number", number)
        .or_is("account", person.account().map(AccountId::as_str))
        .or_begins("address", person.address().map(|address| address.line_beginning()))
        .parts();
    let scanned = tables
        .client
        .scan()
        .table_name(&tables.names.requests)
        .filter_expression(filter)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
        .set_exclusive_start_key(after.map(super::key))
        .send()
        .await
        .map_err(StoreError::service("Scan"))?;
    let next = scanned.last_evaluated_key().and_then(id);
    let items = scanned.items.unwrap_or_default().into_iter();
    let found = items.filter(|item| person.has_part_in(named(item))).filter_map(found).collect();
    Ok(Scanned { found, next })
}

fn named(item: &Item) -> Named<'_> {
    Named {
        number: text(item, "number"),
        verified_number: text(item, "verified_number"),
        account: text(item, "account"),
        address: text(item, "address"),
    }
}

fn id(item: &Item) -> Option<RequestId> {
    RequestId::parse(text(item, REQUESTS.key.name)?).ok()
}

fn found(item: Item) -> Option<Found> {
    Some(Found { id: id(&item)?, stored: form::read(item) })
}

/// Where else something of a request is stored; none if there is no such request.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn traces(tables: &Tables, id: RequestId) -> Result<Option<Traces>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.requests)
        .set_key(Some(super::key(id)))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    Ok(got.item.map(|item| Traces {
        number: text(&item, "number").and_then(|number| PhoneNumber::from_e164(number).ok()),
        contact_id: text(&item, "contact_id").and_then(|contact| ContactId::parse(contact).ok()),
        marked_at: moment(&item, "marked_at"),
        is_open: item.contains_key("open"),
        deadline: moment(&item, "deadline"),
    }))
}

/// Erases a request that is over, or that there is none of. False if something works on it.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn erase(tables: &Tables, id: RequestId, now: Timestamp) -> Result<bool, StoreError> {
    let delete = tables
        .client
        .delete_item()
        .table_name(&tables.names.requests)
        .set_key(Some(super::key(id)))
        .condition_expression(
            "attribute_not_exists(#open) AND (attribute_not_exists(deadline) OR deadline <= :over_by)",
        )
        .expression_attribute_names("#open", "open")
        .expression_attribute_values(":over_by", at(over_by(now)));
    match outlast(tables, || delete.clone().send()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::service("DeleteItem")(error)),
        },
    }
}
