//! The right to dial: one transaction in which the request becomes `dialing`, takes its places in all budgets, notes what
//! it reserved of the day's cost, and becomes a call among the evidence; or nothing happens. Only the holder of this step calls Connect, and the bounds hold even if every rule fails.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::budget::{Reserved, Row, Take};
use tollgate::overdue;
use tollgate::policy::Policy;
use tollgate::record::{Record, Terms};
use tollgate::state::{Attempt, Dialing, Retry, State};

use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::calls;
use crate::tables::counters::booking::{self, Booking};
use crate::tables::requests::{Transition, Written};
use crate::transitions::transaction::{self, Transacted};

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The request is `dialing`, and the claimer calls Connect.
    Granted {
        /// Its hold on the request.
        dialing: Dialing,
        /// The terms, with what was reserved.
        terms: Terms,
    },
    /// A budget has no room.
    Spent(Take, Row),
    /// Another dialer was there before, or the request was withdrawn.
    Overtaken,
}

/// Claims a request for the dial: one that is approved, or that Connect was too busy for and that upkeep has called up.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn claim(
    tables: &Tables,
    record: &Record,
    rows: &[Row],
    terms: Terms,
    claimed_until: Timestamp,
    policy: &Policy,
    now: Timestamp,
) -> Result<Claim, StoreError> {
    // A place larger than its whole budget can never be had.
    let never = |row: &Row| row.takes.iter().copied().find(|take| take.amount > take.max);
    if let Some((take, row)) = rows.iter().find_map(|row| Some((never(row)?, row.clone()))) {
        return Ok(Claim::Spent(take, row));
    }
    let dialing = Dialing { dialed_at: now, claimed_until, attempt: Attempt::Placing };
    let state = State::Dialing(dialing.clone());
    let wake_at = overdue::wake_at(&state, now);
    let Ok(step) = Transition::new(record.request.id, &record.state, state) else {
        return Ok(Claim::Overtaken);
    };
    let terms = Terms { reserved: Reserved::by(rows, &record.request.number, &policy.budgets), ..terms };
    let step = step.unless_cancelled().wake_at(wake_at).with_terms(terms.clone()).update(tables)?;
    let call = calls::put(tables, record, &terms, now)?;
    let mut parts = vec![(Part::Request, TransactWriteItem::builder().update(step).build())];
    for booking in booking::takes(rows) {
        let update = TransactWriteItem::builder().update(booking.update(tables)?).build();
        parts.push((Part::Budgets(booking), update));
    }
    parts.push((Part::Call, TransactWriteItem::builder().put(call).build()));
    let written = transaction::write(tables, parts).await?;
    if written.refused(&Part::Request) {
        return Ok(Claim::Overtaken);
    }
    let refusals = match written {
        Transacted::Done => return Ok(Claim::Granted { dialing, terms }),
        Transacted::Refused(refusals) => refusals,
    };
    // A request waits for the next minute but not for the next hour: a longer budget that is spent is the answer.
    let spent = refusals.into_iter().flat_map(|refusal| match refusal.part {
        Part::Budgets(booking) => booking.spent(refusal.item.as_ref(), &tables.damage),
        Part::Request | Part::Call => vec![],
    });
    // Of several of one length the last of the rows, as in a replay.
    let nth = |row: &Row| rows.iter().position(|each| each == row);
    let longest = spent.max_by_key(|(_, row)| (row.window.length_seconds(), nth(row)));
    Ok(longest.map_or(Claim::Overtaken, |(take, row)| Claim::Spent(take, row)))
}

/// The parts of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Request,
    Budgets(Booking),
    Call,
}

/// Connect proved that it placed no call: the request waits to be called up, and gives its places back, since it takes
/// others when its turn comes again.
///
/// # Errors
/// When DynamoDB does not answer. The request is then one of which nobody knows, and keeps its places.
pub async fn give_back(
    tables: &Tables,
    record: &Record,
    dialing: &Dialing,
    rows: &[Row],
    now: Timestamp,
) -> Result<Written, StoreError> {
    let state = State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Waiting), ..dialing.clone() });
    let wake_at = overdue::wake_at(&state, now);
    let Ok(step) = Transition::new(record.request.id, &record.state, state) else {
        return Ok(Written::Overtaken);
    };
    let step = step.wake_at(wake_at).update(tables)?;
    let mut parts = vec![(Part::Request, TransactWriteItem::builder().update(step).build())];
    for booking in booking::put_back(rows) {
        let update = TransactWriteItem::builder().update(booking.update(tables)?).build();
        parts.push((Part::Budgets(booking), update));
    }
    let delete = calls::delete(tables, record.request.id)?;
    parts.push((Part::Call, TransactWriteItem::builder().delete(delete).build()));
    Ok(match transaction::write(tables, parts).await? {
        Transacted::Done => Written::Yes,
        Transacted::Refused(_) => Written::Overtaken,
    })
}
