//! The end of a request that holds its number: one transaction in which the request ends, the number is let go if this
//! request still holds it, and the call's outcome is booked; or nothing happens. It succeeds once, so an outcome is booked
//! once, however often the end is heard.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::counter::{Subject, Window};
use tollgate::outcome::Outcome;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::{Ending, State};
use tollgate::verdict::Finding;

use crate::error::StoreError;
use crate::requests::{Transition, Written};
use crate::tables::Tables;
use crate::transaction::{self, Transacted};
use crate::{counters, pending};

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
    now: Timestamp,
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
    items.extend(book(tables, record, booked, policy, now)?);
    match transaction::write(tables, items).await? {
        Transacted::Done => Ok(Written::Yes),
        Transacted::Refused(refusals) if refusals.iter().any(|refusal| refusal.place == 0) => {
            Ok(Written::Overtaken)
        }
        // Another request holds the number, which only a hand in the table can bring about. That one keeps it.
        Transacted::Refused(_) => step.write(tables).await,
    }
}

/// What the end of a request that held its number books to the number's range, country and carrier.
#[derive(Debug, Clone, Copy)]
enum Booked {
    /// How the call went.
    Outcome(Outcome),
    /// No call was made: the approval's places go back.
    NoCall,
    /// A call may have been made, and nobody knows how it went.
    Nothing,
}

impl Booked {
    fn of(ending: &Ending) -> Self {
        match ending {
            Ending::Closed { end: Some(end), .. } => Self::Outcome(end.outcome()),
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
    now: Timestamp,
) -> Result<Vec<TransactWriteItem>, StoreError> {
    let request = &record.request;
    let limits = &policy.limits;
    let carrier = record.line.as_ref().and_then(|line| line.carrier.clone());
    let subjects = [
        Some((Subject::Range(request.number.range()), limits.per_range)),
        request.number.country().map(|country| (Subject::Country(country), limits.per_country)),
        carrier.map(|carrier| (Subject::Carrier(carrier), limits.per_carrier)),
    ];
    let window = Window::at(now, policy.waste.window_seconds);
    let mut items = vec![];
    for (subject, limit) in subjects.into_iter().flatten() {
        let update = match booked {
            Booked::Outcome(outcome) => counters::tally(tables, &subject, window, outcome)?,
            Booked::NoCall => counters::place_back(tables, &subject, limit, request.received_at)?,
            Booked::Nothing => continue,
        };
        items.push(TransactWriteItem::builder().update(update).build());
    }
    Ok(items)
}
