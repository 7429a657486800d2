//! The `Calls` table: one item a call, kept for a month, found by everybody who had part in it through an index each. It is all
//! that the rules of evidence look at. The dial makes the item in the transaction that claims the request; the end and a mark
//! are added to it in theirs.

mod met;
mod person;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use futures::future::try_join;
use jiff::Timestamp;
use serde::Deserialize;
use tollgate::counter::Subject;
use tollgate::evidence::{Admission, CALLS_SEEN_MAX, Call, DAY, End, Evidence, Marked, REMEMBERED, Talk};
use tollgate::network::Network;
use tollgate::number::PhoneNumber;
use tollgate::record::{MarkKind, Record, Terms};
use tollgate::request::{CallbackRequest, RequestId};
use tollgate::text::{AccountId, CarrierName};

use crate::error::StoreError;
use crate::item::{Item, Millis, at, expires, n, nested, s};
use crate::tables::Tables;
use crate::transitions::transaction::outlast;

pub use met::met_by;
pub(crate) use person::erase;
pub use person::{Found, of_person};

const TABLE: &str = "Calls";

/// One way to find calls: an index, and the value of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    index: &'static str,
    key: &'static str,
    value: String,
}

impl Part {
    pub(crate) fn line(line: Network) -> Self {
        Self { index: "by-line", key: "line", value: line.to_string() }
    }

    pub(crate) fn account(account: &AccountId) -> Self {
        Self { index: "by-account", key: "account", value: account.as_str().to_owned() }
    }

    pub(crate) fn network(network: Network) -> Self {
        Self { index: "by-network", key: "network", value: network.to_string() }
    }

    pub(crate) fn site(site: Network) -> Self {
        Self { index: "by-site", key: "site", value: site.to_string() }
    }

    pub(crate) fn neighborhood(neighborhood: Network) -> Self {
        Self { index: "by-neighborhood", key: "neighborhood", value: neighborhood.to_string() }
    }

    pub(crate) fn number(number: &PhoneNumber) -> Self {
        Self { index: "by-number", key: "number", value: number.e164().to_owned() }
    }

    pub(crate) fn range(range: impl ToString) -> Self {
        Self { index: "by-range", key: "range", value: range.to_string() }
    }

    pub(crate) fn carrier(carrier: &CarrierName) -> Self {
        Self { index: "by-carrier", key: "carrier_key", value: carrier.key() }
    }

    /// Everybody who had part in the call of a request.
    fn all_of(call: &Call, request: &CallbackRequest) -> Vec<Self> {
        let address = request.caller.address;
        let parts = [
            Some(Self::line(call.line)),
            call.account.as_ref().map(Self::account),
            Some(Self::network(address.block())),
            address.site().map(Self::site),
            Some(Self::neighborhood(address.neighborhood())),
            Some(Self::number(&call.number)),
            Some(Self::range(call.number.range())),
            call.carrier.as_ref().map(Self::carrier),
        ];
        parts.into_iter().flatten().collect()
    }
}

/// The item of a call that is dialed now, on these terms.
pub(crate) fn put(
    tables: &Tables,
    record: &Record,
    terms: &Terms,
    now: Timestamp,
) -> Result<Put, StoreError> {
    let call = Call::of(record, terms, now);
    let mut put = Put::builder()
        .table_name(&tables.names.calls)
        .item("request_id", s(call.request.to_string()))
        .item("dialed_at", at(now))
        .item("admission", nested(TABLE, &call.admission)?)
        .item("own", AttributeValue::Bool(call.own))
        .item("expires_at", expires(now + REMEMBERED));
    for Part { key, value, .. } in Part::all_of(&call, &record.request) {
        put = put.item(key, s(value));
    }
    if let Some(carrier) = &call.carrier {
        put = put.item("carrier", s(carrier.as_str()));
    }
    put.build().map_err(StoreError::build("Put"))
}

/// The item of a call that was not made after all, taken away.
pub(crate) fn delete(tables: &Tables, request: RequestId) -> Result<Delete, StoreError> {
    Delete::builder()
        .table_name(&tables.names.calls)
        .set_key(Some(key(request)))
        .build()
        .map_err(StoreError::build("Delete"))
}

/// The end of a call, added to its item. A call of an earlier version has none; what is added then is in no index.
pub(crate) fn end(tables: &Tables, request: RequestId, end: End) -> Result<Update, StoreError> {
    let told = match end.talk {
        Talk::Lasted { seconds } => Some((", agent_seconds = :told", n(seconds))),
        Talk::Withdrawn => Some((", withdrawn = :told", AttributeValue::Bool(true))),
        Talk::Untold => Some((", untold = :told", AttributeValue::Bool(true))),
        Talk::Never => None,
    };
    let (expression, told) = told.unzip();
    let update = Update::builder()
        .table_name(&tables.names.calls)
        .set_key(Some(key(request)))
        .update_expression(format!(
            "SET ended_at = :ended_at, expires_at = if_not_exists(expires_at, :expires_at){}",
            expression.unwrap_or_default()
        ))
        .expression_attribute_values(":ended_at", at(end.at))
        .expression_attribute_values(":expires_at", expires(end.at + REMEMBERED));
    let update = match told {
        Some(told) => update.expression_attribute_values(":told", told),
        None => update,
    };
    update.build().map_err(StoreError::build("Update"))
}

/// A mark, added to a call's item.
pub(crate) fn mark(
    tables: &Tables,
    request: RequestId,
    mark: Marked,
) -> Result<TransactWriteItem, StoreError> {
    let update = Update::builder()
        .table_name(&tables.names.calls)
        .set_key(Some(key(request)))
        .update_expression(
            "SET mark = :mark, marked_at = :at, expires_at = if_not_exists(expires_at, :expires_at)",
        )
        .expression_attribute_values(":mark", s(mark.kind.as_str()))
        .expression_attribute_values(":at", at(mark.at))
        .expression_attribute_values(":expires_at", expires(mark.at + REMEMBERED))
        .build()
        .map_err(StoreError::build("Update"))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// Forgives a call: it counts no more.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn forgive(tables: &Tables, request: RequestId) -> Result<(), StoreError> {
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.calls)
        .set_key(Some(key(request)))
        .update_expression("SET forgiven = :yes")
        .condition_expression("attribute_exists(request_id)")
        .expression_attribute_values(":yes", AttributeValue::Bool(true));
    match outlast(tables, || update.clone().send()).await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => Ok(()),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// The calls that a request's subjects had part in, one query each, side by side.
///
/// # Errors
/// When DynamoDB does not answer. A call that cannot be read is left out, with a log line.
pub(crate) async fn evidence(
    tables: &Tables,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Evidence, StoreError> {
    let caller = &request.caller;
    let account = caller.account.as_ref().map(|account| Part::account(&account.id));
    let range = Part::range(request.number.range());
    let settled = Box::pin(dialed_before(tables, Some(range.clone()), now - DAY, now));
    // Each in a box of its own: together they would be larger than a small stack.
    let of = |part: Option<Part>| Box::pin(dialed_before(tables, part, Timestamp::MAX, now));
    let asking = futures::future::try_join5(
        of(Some(Part::line(caller.address.line()))),
        of(account),
        of(Some(Part::network(caller.address.block()))),
        of(caller.address.site().map(Part::site)),
        of(Some(Part::neighborhood(caller.address.neighborhood()))),
    );
    let asked = futures::future::try_join3(of(Some(Part::number(&request.number))), of(Some(range)), settled);
    let ((line, account, network, site, neighborhood), (number, range, range_settled)) =
        try_join(asking, asked).await?;
    Ok(Evidence { line, account, network, site, neighborhood, number, range, range_settled })
}

/// The newest calls of one who had part in them.
///
/// # Errors
/// When DynamoDB does not answer. A call that cannot be read is left out, with a log line.
pub(crate) async fn seen(tables: &Tables, part: Part, now: Timestamp) -> Result<Vec<Call>, StoreError> {
    dialed_before(tables, Some(part), Timestamp::MAX, now).await
}

/// The newest calls that a subject had part in.
///
/// # Errors
/// When DynamoDB does not answer. A call that cannot be read is left out, with a log line.
pub async fn of(tables: &Tables, subject: &Subject, now: Timestamp) -> Result<Vec<Call>, StoreError> {
    let part = match subject {
        Subject::Address(line) => Part::line(*line),
        Subject::Block(network) if network.is_ipv4() || network.prefix_length() > 48 => {
            Part::network(*network)
        }
        Subject::Block(network) if network.prefix_length() == 48 => Part::site(*network),
        Subject::Block(network) => Part::neighborhood(network.widened(32)),
        Subject::Account(account) => Part::account(account),
        Subject::Number(number) => Part::number(number),
        Subject::Range(range) => Part::range(range),
        Subject::Carrier(carrier) => Part::carrier(carrier),
    };
    let mut calls = seen(tables, part, now).await?;
    if let Subject::Block(network) = subject {
        calls.retain(|call| call.line.widened(network.prefix_length()) == *network);
    }
    Ok(calls)
}

async fn dialed_before(
    tables: &Tables,
    part: Option<Part>,
    before: Timestamp,
    now: Timestamp,
) -> Result<Vec<Call>, StoreError> {
    let Some(Part { index, key, value }) = part else { return Ok(vec![]) };
    let found = tables
        .client
        .query()
        .table_name(&tables.names.calls)
        .index_name(index)
        .key_condition_expression("#key = :key AND dialed_at BETWEEN :since AND :last")
        .expression_attribute_names("#key", key)
        .expression_attribute_values(":key", s(value))
        .expression_attribute_values(":since", at(now - REMEMBERED))
        .expression_attribute_values(":last", n(before.as_millisecond().saturating_sub(1)))
        .scan_index_forward(false)
        .limit(i32::try_from(CALLS_SEEN_MAX).unwrap_or(i32::MAX))
        .send()
        .await
        .map_err(StoreError::service("Query"))?;
    let read = |item| read(item).inspect_err(|error| tables.damage.found(TABLE, index, error)).ok();
    Ok(found.items.unwrap_or_default().into_iter().filter_map(read).collect())
}

fn read(item: Item) -> Result<Call, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        request_id: RequestId,
        line: Network,
        account: Option<AccountId>,
        number: PhoneNumber,
        carrier: Option<CarrierName>,
        dialed_at: Millis,
        admission: Admission,
        ended_at: Option<Millis>,
        agent_seconds: Option<u64>,
        #[serde(default)]
        withdrawn: bool,
        #[serde(default)]
        untold: bool,
        mark: Option<MarkKind>,
        marked_at: Option<Millis>,
        #[serde(default)]
        own: bool,
        #[serde(default)]
        forgiven: bool,
    }
    let a: Attributes = crate::item::read(TABLE, "(call)", item)?;
    let talk = match a.agent_seconds {
        Some(seconds) => Talk::Lasted { seconds },
        None if a.withdrawn => Talk::Withdrawn,
        None if a.untold => Talk::Untold,
        None => Talk::Never,
    };
    Ok(Call {
        request: a.request_id,
        line: a.line,
        account: a.account,
        number: a.number,
        carrier: a.carrier,
        dialed_at: a.dialed_at.0,
        admission: a.admission,
        own: a.own,
        end: a.ended_at.map(|ended_at| End { at: ended_at.0, talk }),
        mark: a.mark.zip(a.marked_at).map(|(kind, marked_at)| Marked { kind, at: marked_at.0 }),
        forgiven: a.forgiven,
    })
}

fn key(request: RequestId) -> Item {
    [("request_id".to_owned(), s(request.to_string()))].into()
}
