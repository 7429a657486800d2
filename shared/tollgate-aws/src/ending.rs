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
    let outcome = match &ending {
        Ending::Closed { end: Some(end), .. } => Some(end.outcome()),
        _ => None,
    };
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
    if let Some(outcome) = outcome {
        items.extend(tallies(tables, record, outcome, policy, now)?);
    }
    match transaction::write(tables, items).await? {
        Transacted::Done => Ok(Written::Yes),
        Transacted::Refused(refusals) if refusals.iter().any(|refusal| refusal.place == 0) => {
            Ok(Written::Overtaken)
        }
        // Another request holds the number, which only a hand in the table can bring about. That one keeps it.
        Transacted::Refused(_) => step.write(tables).await,
    }
}

/// The outcome, booked to the number's range, country and carrier.
fn tallies(
    tables: &Tables,
    record: &Record,
    outcome: Outcome,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<TransactWriteItem>, StoreError> {
    let number = &record.request.number;
    let carrier = record.line.as_ref().and_then(|line| line.carrier.clone());
    let subjects = [
        Some(Subject::Range(number.range())),
        number.country().map(Subject::Country),
        carrier.map(Subject::Carrier),
    ];
    let window = Window::at(now, policy.waste.window_seconds);
    subjects
        .into_iter()
        .flatten()
        .map(|subject| {
            let update = counters::tally(tables, &subject, window, outcome)?;
            Ok(TransactWriteItem::builder().update(update).build())
        })
        .collect()
}
