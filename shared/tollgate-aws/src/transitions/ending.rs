//! The end of a request that holds its number: one transaction in which the request ends, the number is let go if this
//! request still holds it, the call's outcome is booked, and its day's cost becomes what its seconds cost; or nothing happens. It
//! succeeds once, so an outcome is booked and a cost settled once, however often the end is heard.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::budget::{self, Earned, Settled};
use tollgate::evidence::End;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::{Ending, State};
use tollgate::verdict::Finding;

use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::counters::booking;
use crate::tables::requests::{Transition, Written};
use crate::tables::{calls, counters, pending};
use crate::transitions::transaction::{self, Transacted};

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
    let booked = Booked::of(&ending, now);
    let is_of_a_call = matches!(ending, Ending::Closed { .. });
    let settled = settled(record, &ending, now);
    let Ok(mut step) = Transition::new(request.id, &record.state, State::Ended(ending)) else {
        return Ok(Written::Overtaken);
    };
    if is_of_a_call && record.cancelled_at.is_none() {
        // A withdrawal that the record does not show yet excuses the call: it is read again.
        step = step.unless_cancelled();
    }
    if !finding.is_empty() {
        step = step.with_findings(&[record.findings.clone(), finding].concat());
    }
    if !record.state.holds_claim() {
        return step.write(tables).await;
    }
    let release = pending::delete(tables, &request.number, request.id)?;
    let mut parts = vec![
        (Part::Request, TransactWriteItem::builder().update(step.clone().update(tables)?).build()),
        (Part::Number, TransactWriteItem::builder().delete(release).build()),
    ];
    parts.extend(book(tables, record, &booked)?.into_iter().map(|item| (Part::Call, item)));
    let earned = earned(record, &booked, policy);
    let mut written =
        transaction::write(tables, [parts.clone(), budgets(tables, &earned, settled.as_ref())?].concat())
            .await?;
    if written.refused_only(&Part::Cost) {
        // A number is not held for a damaged count.
        tables.damage.found("Counters", "the day's cost", "what a call reserved is not in it");
        written = transaction::write(tables, [parts, budgets(tables, &earned, None)?].concat()).await?;
    }
    if written.refused(&Part::Request) {
        return Ok(Written::Overtaken);
    }
    match written {
        Transacted::Done => Ok(Written::Yes),
        // Another request holds the number, which only a hand in the table can bring about. That one keeps it.
        Transacted::Refused(_) => step.write(tables).await,
    }
}

/// The parts of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Request,
    Number,
    Call,
    Budgets,
    Cost,
}

/// What the end changes of budgets.
fn budgets(
    tables: &Tables,
    earned: &[Earned],
    settled: Option<&Settled>,
) -> Result<Vec<(Part, TransactWriteItem)>, StoreError> {
    let bookings = booking::ends(earned, settled).into_iter().map(|booking| {
        let update = TransactWriteItem::builder().update(booking.update(tables)?).build();
        Ok((if booking.settles() { Part::Cost } else { Part::Budgets }, update))
    });
    bookings.collect()
}

/// What the end of a request that held its number books.
#[derive(Debug, Clone)]
enum Booked {
    /// How the call ended.
    Call(End),
    /// No call was made: the approval's places go back.
    NoCall,
}

impl Booked {
    fn of(ending: &Ending, now: Timestamp) -> Self {
        match ending {
            Ending::Closed { end: Some(end), .. } => Self::Call(End::of(end)),
            Ending::Closed { end: None, .. } => Self::Call(End::unheard(now)),
            Ending::Refused
            | Ending::Redirected
            | Ending::Cancelled
            | Ending::Expired
            | Ending::Failed { .. } => Self::NoCall,
        }
    }
}

fn book(tables: &Tables, record: &Record, booked: &Booked) -> Result<Vec<TransactWriteItem>, StoreError> {
    let id = record.request.id;
    match booked {
        Booked::NoCall => {
            let mut items = places_back(tables, record)?;
            if record.state.dialed_at().is_some() {
                items.push(TransactWriteItem::builder().delete(calls::delete(tables, id)?).build());
            }
            Ok(items)
        }
        Booked::Call(end) => {
            Ok(vec![TransactWriteItem::builder().update(calls::end(tables, id, *end)?).build()])
        }
    }
}

/// What the end changes of the cost of the day on which its call was claimed. Of a call whose end nobody heard what was
/// reserved stays; a day that nobody asks about any more is left alone.
fn settled(record: &Record, ending: &Ending, now: Timestamp) -> Option<Settled> {
    let reserved = record.reserved().filter(|reserved| now < reserved.window.forgotten_at())?;
    match ending {
        Ending::Closed { end: Some(end), .. } => reserved.settled(end),
        Ending::Closed { end: None, .. } => None,
        Ending::Refused
        | Ending::Redirected
        | Ending::Cancelled
        | Ending::Expired
        | Ending::Failed { .. } => reserved.unused(),
    }
}

/// What a newcomer's call gives back, if it went well.
fn earned(record: &Record, booked: &Booked, policy: &Policy) -> Vec<Earned> {
    match (booked, &record.terms, record.state.dialed_at()) {
        (Booked::Call(end), Some(terms), Some(dialed_at)) if end.proves_something(policy) => {
            budget::earned(&record.request.number, terms, dialed_at)
        }
        _ => vec![],
    }
}

/// The places that the approval took.
fn places_back(tables: &Tables, record: &Record) -> Result<Vec<TransactWriteItem>, StoreError> {
    let taken = record.terms.iter().flat_map(|terms| &terms.taken);
    taken.map(|taken| counters::place_back(tables, &taken.subject, taken.window)).collect()
}
