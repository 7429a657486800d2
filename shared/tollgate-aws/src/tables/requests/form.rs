//! The form of a request's item: flat, each state's data in attributes of its own.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;
use tollgate::country::CountryCode;
use tollgate::line::Line;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::outcome::{CallEnd, Excuse};
use tollgate::overdue;
use tollgate::record::{Mark, MarkKind, Record, Terms};
use tollgate::reply::Answered;
use tollgate::request::{Account, CallbackRequest, Caller, Fingerprint, NetworkMark, RequestId, Whereabouts};
use tollgate::state::{Attempt, Dialing, Ending, Failure, Retry, State, StateName};
use tollgate::text::{AccountId, Author, ContactId, VisitorText};
use tollgate::verdict::Finding;

use crate::error::StoreError;
use crate::item::{Item, Millis, Seconds, at, expires, inconsistent, n, nested, s};
use crate::tables::deny_list::Version;
use crate::tables::requests::search::shard;

const TABLE: &str = "Requests";

/// A request as stored, with what only its table knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The request.
    pub record: Record,
    /// The digest of what it asks for.
    pub fingerprint: Fingerprint,
    /// How intake answered it.
    pub answered: Answered,
    /// When its retention is over.
    pub expires_at: Timestamp,
    /// A version of the list that said nothing against it when it was approved.
    pub unlisted_in: Option<Version>,
}

/// A request as its visitor may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The account that made it; a guest did if none.
    pub account: Option<AccountId>,
    /// Until when it may be dialed.
    pub deadline: Timestamp,
    /// When its visitor withdrew it.
    pub cancelled_at: Option<Timestamp>,
}

/// The attributes of an item, as read.
#[derive(Deserialize)]
struct Attributes {
    request_id: RequestId,
    state: StateName,
    received_at: Millis,
    deadline: Millis,
    number: PhoneNumber,
    address: Address,
    fingerprint: Fingerprint,
    answered: Option<Answered>,
    expires_at: Seconds,
    name: Option<VisitorText>,
    topic: Option<VisitorText>,
    address_country: Option<CountryCode>,
    /// Beside the country, so that an earlier version can read the rest.
    address_none_of: Option<BTreeSet<CountryCode>>,
    asn: Option<u32>,
    marks: Option<BTreeSet<NetworkMark>>,
    account: Option<AccountId>,
    verified_number: Option<PhoneNumber>,
    findings: Option<Vec<Finding>>,
    line: Option<Line>,
    terms: Option<Terms>,
    unlisted_in: Option<Version>,
    cancelled_at: Option<Millis>,
    held_by: Option<RequestId>,
    dialed_at: Option<Millis>,
    claimed_until: Option<Millis>,
    retry: Option<Retry>,
    contact_id: Option<ContactId>,
    ended_at: Option<Millis>,
    answered_at: Option<Millis>,
    agent_at: Option<Millis>,
    excuse: Option<Excuse>,
    failure: Option<Failure>,
    mark: Option<MarkKind>,
    marked_at: Option<Millis>,
    marked_by: Option<Author>,
}

/// Reads the item of a stream record.
///
/// # Errors
/// When an attribute is missing or wrong; the error names it.
pub fn from_image(image: serde_dynamo::Item) -> Result<Stored, StoreError> {
    let item: Item = image.into();
    read(item)
}

/// Reads an item.
pub(super) fn read(item: Item) -> Result<Stored, StoreError> {
    let key = match item.get("request_id") {
        Some(AttributeValue::S(id)) => id.clone(),
        _ => "(no request_id)".to_owned(),
    };
    let attributes: Attributes = crate::item::read(TABLE, &key, item)?;
    stored(attributes).map_err(|missing| inconsistent(TABLE, &key, format!("missing attribute `{missing}`")))
}

/// Reads what a look takes of an item, and when its retention is over.
pub(super) fn look(id: RequestId, item: Item) -> Result<(Look, Timestamp), StoreError> {
    #[derive(Deserialize)]
    struct Looked {
        account: Option<AccountId>,
        deadline: Millis,
        cancelled_at: Option<Millis>,
        expires_at: Seconds,
    }
    let a: Looked = crate::item::read(TABLE, &id.to_string(), item)?;
    let look =
        Look { account: a.account, deadline: a.deadline.0, cancelled_at: a.cancelled_at.map(|at| at.0) };
    Ok((look, a.expires_at.0))
}

fn stored(a: Attributes) -> Result<Stored, &'static str> {
    let state = state(&a)?;
    let mark = match a.mark {
        Some(kind) => Some(Mark {
            kind,
            marked_at: a.marked_at.ok_or("marked_at")?.0,
            marked_by: a.marked_by.ok_or("marked_by")?,
        }),
        None => None,
    };
    let account = a.account.map(|id| Account { id, verified_number: a.verified_number });
    let caller = Caller {
        address: a.address,
        country: match (a.address_country, a.address_none_of) {
            (Some(country), _) => Whereabouts::In(country),
            (None, Some(told)) => Whereabouts::NoneOf(told),
            (None, None) => Whereabouts::Untold,
        },
        asn: a.asn,
        marks: a.marks.unwrap_or_default(),
        account,
    };
    let request = CallbackRequest {
        id: a.request_id,
        received_at: a.received_at.0,
        deadline: a.deadline.0,
        number: a.number,
        name: a.name,
        topic: a.topic,
        caller,
    };
    let record = Record {
        request,
        state,
        findings: a.findings.unwrap_or_default(),
        line: a.line,
        terms: a.terms,
        cancelled_at: a.cancelled_at.map(|at| at.0),
        mark,
    };
    // Written only where it says `redirected`.
    let answered = a.answered.unwrap_or(Answered::Accepted);
    Ok(Stored {
        record,
        fingerprint: a.fingerprint,
        answered,
        expires_at: a.expires_at.0,
        unlisted_in: a.unlisted_in,
    })
}

fn state(a: &Attributes) -> Result<State, &'static str> {
    Ok(match a.state {
        StateName::Received => State::Received,
        StateName::Duplicate => State::Duplicate { owner: a.held_by.ok_or("held_by")? },
        StateName::Approved => State::Approved,
        StateName::Dialing => State::Dialing(Dialing {
            dialed_at: a.dialed_at.ok_or("dialed_at")?.0,
            claimed_until: a.claimed_until.ok_or("claimed_until")?.0,
            attempt: a.retry.map_or(Attempt::Placing, Attempt::NotPlaced),
        }),
        StateName::InCall => State::InCall {
            contact_id: a.contact_id.clone().ok_or("contact_id")?,
            dialed_at: a.dialed_at.ok_or("dialed_at")?.0,
        },
        StateName::Closed => {
            let end = a.ended_at.map(|ended_at| CallEnd {
                ended_at: ended_at.0,
                answered_at: a.answered_at.map(|at| at.0),
                agent_at: a.agent_at.map(|at| at.0),
                excuse: a.excuse,
            });
            State::Ended(Ending::Closed { contact_id: a.contact_id.clone(), end })
        }
        StateName::Refused => State::Ended(Ending::Refused),
        StateName::Redirected => State::Ended(Ending::Redirected),
        StateName::Cancelled => State::Ended(Ending::Cancelled),
        StateName::Expired => State::Ended(Ending::Expired),
        StateName::Failed => State::Ended(Ending::Failed { failure: a.failure.ok_or("failure")? }),
    })
}

/// The item of a new request.
pub(super) fn new_item(
    record: &Record,
    fingerprint: &Fingerprint,
    expires_at: Timestamp,
) -> Result<Item, StoreError> {
    let request = &record.request;
    let caller = &request.caller;
    let id = request.id.to_string();
    let mut item: Item = [
        ("request_id", s(id)),
        ("state", s(record.state.name().as_str())),
        ("received_at", at(request.received_at)),
        ("deadline", at(request.deadline)),
        ("number", s(request.number.e164())),
        ("address", s(caller.address.to_text())),
        ("fingerprint", nested(TABLE, fingerprint)?),
        ("expires_at", expires(expires_at)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let account = caller.account.as_ref();
    let optional = [
        ("name", request.name.as_ref().map(|name| s(name.as_str()))),
        ("topic", request.topic.as_ref().map(|topic| s(topic.as_str()))),
        ("address_country", caller.country.country().map(|country| s(country.as_str()))),
        ("asn", caller.asn.map(n)),
        ("account", account.map(|account| s(account.id.as_str()))),
        ("verified_number", account.and_then(|a| a.verified_number.as_ref()).map(|number| s(number.e164()))),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    if let Whereabouts::NoneOf(told) = &caller.country {
        item.insert("address_none_of".to_owned(), nested(TABLE, told)?);
    }
    if !caller.marks.is_empty() {
        item.insert("marks".to_owned(), nested(TABLE, &caller.marks)?);
    }
    if !record.findings.is_empty() {
        item.insert("findings".to_owned(), nested(TABLE, &record.findings)?);
    }
    if record.state == State::Ended(Ending::Redirected) {
        item.insert("answered".to_owned(), nested(TABLE, &Answered::Redirected)?);
    }
    match &record.state {
        State::Ended(ending) => {
            item.insert("outcome".to_owned(), s(ending.name().as_str()));
        }
        _ => {
            item.insert("open".to_owned(), s(shard(request.id)));
            item.insert("wake_at".to_owned(), at(request.received_at + overdue::LOOK_AGAIN));
        }
    }
    Ok(item)
}

/// The attributes that a state sets and those that it removes, when a request enters it.
pub(super) fn state_attributes(state: &State) -> Vec<(&'static str, Option<AttributeValue>)> {
    let mut attributes = vec![("state", Some(s(state.name().as_str())))];
    match state {
        State::Received => attributes.push(("held_by", None)),
        State::Duplicate { owner } => attributes.push(("held_by", Some(s(owner.to_string())))),
        State::Approved => {}
        State::Dialing(dialing) => {
            let retry = match dialing.attempt {
                Attempt::Placing => None,
                Attempt::NotPlaced(Retry::Waiting) => Some(s("waiting")),
                Attempt::NotPlaced(Retry::Due) => Some(s("due")),
            };
            attributes.push(("dialed_at", Some(at(dialing.dialed_at))));
            attributes.push(("claimed_until", Some(at(dialing.claimed_until))));
            attributes.push(("retry", retry));
        }
        State::InCall { contact_id, .. } => {
            attributes.push(("contact_id", Some(s(contact_id.as_str()))));
            attributes.push(("retry", None));
        }
        State::Ended(ending) => attributes.extend(ending_attributes(ending)),
    }
    attributes
}

fn ending_attributes(ending: &Ending) -> Vec<(&'static str, Option<AttributeValue>)> {
    let mut attributes = vec![
        ("outcome", Some(s(ending.name().as_str()))),
        ("open", None),
        ("wake_at", None),
        ("retry", None),
    ];
    match ending {
        Ending::Closed { contact_id, end } => {
            attributes.extend(contact_id.as_ref().map(|id| ("contact_id", Some(s(id.as_str())))));
            if let Some(end) = end {
                attributes.push(("ended_at", Some(at(end.ended_at))));
                attributes.extend(end.answered_at.map(|moment| ("answered_at", Some(at(moment)))));
                attributes.extend(end.agent_at.map(|moment| ("agent_at", Some(at(moment)))));
                attributes.extend(end.excuse.map(|excuse| ("excuse", Some(s(excuse.as_str())))));
                attributes.push(("call_outcome", Some(s(end.outcome().as_str()))));
            }
        }
        Ending::Failed { failure } => {
            attributes.extend(
                serde_dynamo::to_attribute_value(failure).ok().map(|failure| ("failure", Some(failure))),
            );
        }
        Ending::Refused | Ending::Redirected | Ending::Cancelled | Ending::Expired => {}
    }
    attributes
}
