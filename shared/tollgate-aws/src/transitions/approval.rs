//! The approval: one transaction in which the request becomes `approved`, its number is claimed, and its places in the
//! counts of the asked side are taken; or nothing happens. That is why a hundred requests at once make one call.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::counter::Place;
use tollgate::decision::Approval;
use tollgate::line::Line;
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::verdict::Code;

use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::deny_list::Version;
use crate::tables::requests::Transition;
use crate::tables::{counters, pending};
use crate::transitions::transaction::{self, Refusal, Transacted};

/// What became of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// The request is approved and holds its number.
    Yes,
    /// Another request holds the number.
    Held(RequestId),
    /// A limit was reached meanwhile.
    Full(Code, Place),
    /// The request is not `received` any more, or was withdrawn.
    Overtaken,
}

/// The parts of the transaction. The first one that is refused tells what became of the approval.
#[derive(Debug, Clone)]
enum Part {
    Request,
    Number,
    Place(Code, Place),
}

/// Approves a request, of which a version of the list says nothing, if one is given.
///
/// # Errors
/// When DynamoDB does not answer, or the claim that is there cannot be read.
pub async fn approve(
    tables: &Tables,
    record: &Record,
    approval: &Approval,
    line: Option<&Line>,
    unlisted_in: Option<Version>,
    now: Timestamp,
) -> Result<Approved, StoreError> {
    let request = &record.request;
    let Ok(step) = Transition::new(request.id, &record.state, State::Approved) else {
        return Ok(Approved::Overtaken);
    };
    let step = step
        .with_findings(&approval.findings)
        .with_line(line)
        .with_terms(approval.terms.clone())
        .unlisted_in(unlisted_in)
        .unless_cancelled()
        .update(tables)?;
    let claim = pending::put(tables, &request.number, request.id, now)?;
    let mut parts = vec![
        (Part::Request, TransactWriteItem::builder().update(step).build()),
        (Part::Number, TransactWriteItem::builder().put(claim).build()),
    ];
    for (code, place) in &approval.places {
        parts.push((Part::Place(*code, place.clone()), counters::place(tables, place)?));
    }
    let refusals = match transaction::write(tables, parts).await? {
        Transacted::Done => return Ok(Approved::Yes),
        Transacted::Refused(refusals) => refusals,
    };
    Ok(match refusals.into_iter().next() {
        Some(Refusal { part: Part::Number, item: Some(item) }) => Approved::Held(pending::read(item)?.holder),
        Some(Refusal { part: Part::Place(code, place), .. }) => Approved::Full(code, place),
        Some(Refusal { part: Part::Request | Part::Number, .. }) | None => Approved::Overtaken,
    })
}
