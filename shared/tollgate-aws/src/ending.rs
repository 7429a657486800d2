//! The end of a request that holds its number: one transaction in which the request ends, the number is let go if this
//! request still holds it, and the call's outcome is booked; or nothing happens. It succeeds once, so an outcome is booked
//! once, however often the end is heard.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::counter::Subject;
use tollgate::outcome::Outcome;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::{Ending, State};
use tollgate::verdict::Finding;

use crate::error::StoreError;
use crate::histories::Counted;
use crate::requests::{Transition, Written};
use crate::tables::Tables;
use crate::transaction::{self, Transacted};
use crate::{counters, histories, pending};

/// Ends a request. `finding` says what ended it, if a rule did.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn end(
    tables: &Tables,
    record: &Record,
    ending: Ending,
    finding: Vec<Finding>,
    policy: &Policy,
) -> Result<Written, StoreError> {
    let request = &record.request;
    let booked = Booked::of(&ending);
    let Ok(mut step) = Transition::new(request.id, &record.state, State::Ended(ending)) else {
        return Ok(Written::Overtaken);
    };
    if !finding.is_empty() {
        step = step.with_findings(&[record.findings.clone(), finding].concat());
    }
    if !record.state.holds_claim() {
        return step.write(tables).await;
    }
    let release = pending::delete(tables, &request.number, request.id)?;
    let mut items = vec![
        TransactWriteItem::builder().update(step.clone().update(tables)?).build(),
        TransactWriteItem::builder().delete(release).build(),
    ];
    items.extend(book(tables, record, booked, policy)?);
    match transaction::write(tables, items).await? {
        Transacted::Done => Ok(Written::Yes),
        Transacted::Refused(refusals) if refusals.iter().any(|refusal| refusal.place == 0) => {
            Ok(Written::Overtaken)
        }
        // Another request holds the number, which only a hand in the table can bring about. That one keeps it.
        Transacted::Refused(_) => step.write(tables).await,
    }
}

/// What the end of a request that held its number books.
#[derive(Debug, Clone, Copy)]
enum Booked {
    /// How the call went, and when it ended.
    Outcome(Outcome, Timestamp),
    /// No call was made: the approval's places go back.
    NoCall,
    /// A call may have been made, and nobody knows how it went.
    Nothing,
}

impl Booked {
    fn of(ending: &Ending) -> Self {
        match ending {
            Ending::Closed { end: Some(end), .. } => Self::Outcome(end.outcome(), end.ended_at),
            Ending::Closed { end: None, .. } => Self::Nothing,
            Ending::Refused
            | Ending::Redirected
            | Ending::Cancelled
            | Ending::Expired
            | Ending::Failed { .. } => Self::NoCall,
        }
    }
}

fn book(
    tables: &Tables,
    record: &Record,
    booked: Booked,
    policy: &Policy,
) -> Result<Vec<TransactWriteItem>, StoreError> {
    match booked {
        Booked::Nothing => Ok(vec![]),
        Booked::NoCall => places_back(tables, record, policy),
        Booked::Outcome(outcome, ended_at) => {
            let counted = if outcome.is_waste() { Counted::Wasted } else { Counted::Good };
            let subjects = histories::subjects(record).into_iter();
            subjects.map(|subject| histories::add(tables, &subject, &[(counted, 1, ended_at)])).collect()
        }
    }
}

/// The places that the approval took.
fn places_back(
    tables: &Tables,
    record: &Record,
    policy: &Policy,
) -> Result<Vec<TransactWriteItem>, StoreError> {
    let (request, limits) = (&record.request, &policy.limits);
    let carrier = record.line.as_ref().and_then(|line| line.carrier.clone());
    let subjects = [
        Some((Subject::Range(request.number.range()), limits.per_range)),
        request.number.country().map(|country| (Subject::Country(country), limits.per_country)),
        carrier.map(|carrier| (Subject::Carrier(carrier), limits.per_carrier)),
    ];
    let place_back = |(subject, limit)| {
        let update = counters::place_back(tables, &subject, limit, request.received_at)?;
        Ok(TransactWriteItem::builder().update(update).build())
    };
    subjects.into_iter().flatten().map(place_back).collect()
}
