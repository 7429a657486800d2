//! The calls of a person: found part by part, and erased one by one.

use jiff::Timestamp;
use tollgate::evidence::{Call, DAY};
use tollgate::number::PhoneNumber;
use tollgate::person::Person;
use tollgate::request::RequestId;
use tollgate::text::AccountId;

use super::{key, read};
use crate::error::StoreError;
use crate::item::{Item, at};
use crate::scan::{Filter, Scanned, text};
use crate::tables::Tables;
use crate::transitions::transaction::outlast;

/// A call of a person.
#[derive(Debug)]
pub struct Found {
    /// Its request.
    pub request: RequestId,
    /// What is stored of it; an item that cannot be read is found all the same.
    pub call: Result<Call, StoreError>,
}

/// A part of the calls that a person had part in, by number, account or line. The indexes would tell them for less, but behind
/// the table by a moment, and each for one way to have had part.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_person(
    tables: &Tables,
    person: &Person,
    after: Option<RequestId>,
) -> Result<Scanned<Found, RequestId>, StoreError> {
    let (filter, names, values) = Filter::default()
        .or_is("number", person.number().map(PhoneNumber::e164))
        .or_is("account", person.account().map(AccountId::as_str))
        .or_is("line", person.line().map(|line| line.to_string()))
        .parts();
    let scanned = tables
        .client
        .scan()
        .table_name(&tables.names.calls)
        .filter_expression(filter)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
        .set_exclusive_start_key(after.map(key))
        .send()
        .await
        .map_err(StoreError::service("Scan"))?;
    let next = scanned.last_evaluated_key().and_then(id);
    let items = scanned.items.unwrap_or_default().into_iter();
    let found = items.filter_map(|item| Some(Found { request: id(&item)?, call: read(item) })).collect();
    Ok(Scanned { found, next })
}

fn id(item: &Item) -> Option<RequestId> {
    RequestId::parse(text(item, "request_id")?).ok()
}

/// Erases a call that is over, or whose end nobody will hear any more. False if it may live.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn erase(tables: &Tables, request: RequestId, now: Timestamp) -> Result<bool, StoreError> {
    let delete = tables
        .client
        .delete_item()
        .table_name(&tables.names.calls)
        .set_key(Some(key(request)))
        .condition_expression(
            "attribute_not_exists(dialed_at) OR attribute_exists(ended_at) OR dialed_at < :over_by",
        )
        .expression_attribute_values(":over_by", at(now - DAY));
    match outlast(tables, || delete.clone().send()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(false),
            _ => Err(StoreError::service("DeleteItem")(error)),
        },
    }
}
