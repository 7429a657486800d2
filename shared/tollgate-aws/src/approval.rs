//! The approval: one transaction in which the request becomes `approved`, its number is claimed, and its places in the
//! counts of the asked side are taken; or nothing happens. That is why a hundred requests at once make one call.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::counter::Place;
use tollgate::line::Line;
use tollgate::record::{Record, Terms};
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::verdict::{Code, Finding};

use crate::deny_list::Version;
use crate::error::StoreError;
use crate::requests::Transition;
use crate::tables::Tables;
use crate::transaction::{self, Refusal, Transacted};
use crate::{counters, pending};

/// What a request is approved on.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// What was found.
    pub findings: &'a [Finding],
    /// The number's line, if it is known.
    pub line: Option<&'a Line>,
    /// The terms.
    pub terms: &'a Terms,
    /// The places that it takes, each with what it means that there is none.
    pub places: &'a [(Code, Place)],
    /// A version of the list that says nothing against it.
    pub unlisted_in: Option<Version>,
}

/// What became of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// The request is approved and holds its number.
    Granted,
    /// Another request holds the number.
    Held(RequestId),
    /// A limit was reached meanwhile.
    Full(Code, Place),
    /// The request is not `received` any more, or was withdrawn.
    Overtaken,
}

/// Approves a request.
///
/// # Errors
/// When DynamoDB does not answer, or the claim that is there cannot be read.
pub async fn approve(
    tables: &Tables,
    record: &Record,
    grounds: Grounds<'_>,
    now: Timestamp,
) -> Result<Approval, StoreError> {
    let request = &record.request;
    let Grounds { findings, line, terms, places, unlisted_in } = grounds;
    let Ok(step) = Transition::new(request.id, &record.state, State::Approved) else {
        return Ok(Approval::Overtaken);
    };
    let step = step
        .with_findings(findings)
        .with_line(line)
        .with_terms(terms.clone())
        .unlisted_in(unlisted_in)
        .unless_cancelled()
        .update(tables)?;
    let claim = pending::put(tables, &request.number, request.id, now)?;
    let mut items = vec![
        TransactWriteItem::builder().update(step).build(),
        TransactWriteItem::builder().put(claim).build(),
    ];
    for (_, place) in places {
        items.push(counters::place(tables, place)?);
    }
    match transaction::write(tables, items).await? {
        Transacted::Done => Ok(Approval::Granted),
        Transacted::Refused(refusals) => refused(refusals, places),
    }
}

/// What it means that these conditions did not hold. That the request itself has moved on outweighs the rest.
fn refused(refusals: Vec<Refusal>, places: &[(Code, Place)]) -> Result<Approval, StoreError> {
    let first = refusals.into_iter().min_by_key(|refusal| refusal.place);
    match first {
        Some(Refusal { place: 1, item: Some(item) }) => Ok(Approval::Held(pending::read(item)?.holder)),
        Some(Refusal { place, .. }) if place >= 2 => {
            let full = places.get(place - 2).cloned();
            Ok(full.map_or(Approval::Overtaken, |(code, place)| Approval::Full(code, place)))
        }
        _ => Ok(Approval::Overtaken),
    }
}
