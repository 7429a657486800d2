//! Dialing: takes approved requests from the table's stream, looks once more, waits for its turn, claims the request with
//! its places in all budgets, and calls Connect: once. Only proof that no call was placed lets it be tried again. And takes
//! live calls whose visitors withdrew them, and has Connect stop those that no agent has joined.

mod act;
mod run;
mod withdrawn;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tollgate::entry::Listing;
use tollgate::line::LineFact;
use tollgate::record::{Record, Terms};
use tollgate::request::PLACED_WITHIN;
use tollgate::screen::at_dial;
use tollgate::state::{Attempt, Dialing, Ending, Failure, Retry, State};
use tollgate_aws::batch::Batch;
use tollgate_aws::claim::{Claim, claim};
use tollgate_aws::clock::Clock;
use tollgate_aws::connect::{Connect, Started};
use tollgate_aws::deny_list;
use tollgate_aws::error::StoreError;
use tollgate_aws::gather;
use tollgate_aws::metrics::{Metric, Metrics};
use tollgate_aws::pace::Pace;
use tollgate_aws::requests::{self, Stored};
use tollgate_aws::settings::{self, Cached};
use tollgate_aws::tables::Tables;

pub use crate::run::run;

/// What dialing needs.
#[derive(Debug)]
pub struct Dialer {
    /// The tables.
    pub tables: Tables,
    /// The policy. The kill switches are read anew for each call.
    pub settings: Cached,
    /// Amazon Connect.
    pub connect: Connect,
    /// The turns under Connect's request rate.
    pub pace: Pace,
    /// The time, which passes while a dialer waits for its turn.
    pub clock: Clock,
    /// What happened.
    pub metrics: Metrics,
}

/// A request this young has one record; an older one is looked at before a turn is taken for it.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

/// Dials a batch of stream records before `invocation_ends`. Gives Lambda's answer: the first record that must come again,
/// if any.
///
/// # Errors
/// When a record must come again that has no sequence number.
pub async fn handle(batch: Batch, dialer: &Dialer, invocation_ends: Timestamp) -> Result<Value, StoreError> {
    let answer = batch.each(1, async |stored| dial_one(&stored, dialer, invocation_ends).await).await?;
    tracing::info!(handled = answer.tally.handled, parked = answer.tally.parked, "batch dialed");
    dialer.metrics.add(Metric::RecordsParked, f64::from(answer.tally.parked));
    dialer.metrics.add(Metric::DamagedRows, f64::from(dialer.tables.damage.since_last()));
    dialer.metrics.tell(dialer.clock.now());
    Ok(answer.response)
}

async fn dial_one(stored: &Stored, dialer: &Dialer, invocation_ends: Timestamp) -> Result<(), StoreError> {
    let record = &stored.record;
    let tables = &dialer.tables;
    let now = dialer.clock.now();
    // What cannot have its turn and Connect's answer before the invocation ends is left to the next one.
    let latest = invocation_ends - PLACED_WITHIN;
    let too_late = match &record.state {
        State::Approved => Ending::Expired,
        State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Due), .. }) => {
            Ending::Failed { failure: Failure::Busy }
        }
        State::InCall { contact_id, .. } if record.cancelled_at.is_some() => {
            if now > latest {
                return Err(StoreError::out_of_time("stop"));
            }
            withdrawn::stop(dialer, record, contact_id).await;
            return Ok(());
        }
        _ => return Ok(()),
    };
    let policy = dialer.settings.get(tables, now).await?.policy;
    if record.cancelled_at.is_some() {
        return act::end(dialer, record, Ending::Cancelled, vec![], &policy).await;
    }
    if now >= record.request.deadline {
        return act::end(dialer, record, too_late, vec![], &policy).await;
    }
    if now > latest {
        return Err(StoreError::out_of_time("dial"));
    }
    if now.duration_since(record.request.received_at) >= FRESH_FOR
        && !still_stands(tables, record, now).await?
    {
        return Ok(());
    }

    let (switches, listings, turn) = futures::try_join!(
        settings::kill_switches(tables),
        what_is_listed(stored, dialer, now),
        dialer.pace.take_turn(tables, policy.dial.calls_per_second_max, now, latest),
    )?;
    let line = record.line.clone().map_or(LineFact::NotAsked, LineFact::Known);
    let verdict = at_dial(&record.request, &listings, &line, &switches, &policy, now);
    if verdict.turns_away() {
        return act::end(dialer, record, Ending::Refused, verdict.findings, &policy).await;
    }
    let Some(turn) = turn else { return Err(StoreError::out_of_time("dial")) };
    dialer.clock.sleep_until(turn).await;
    claim_and_call(record, dialer, invocation_ends, &policy).await
}

/// The listings of a request: none if the list still is what it was when it said nothing against it, which one read tells.
async fn what_is_listed(
    stored: &Stored,
    dialer: &Dialer,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    if let Some(version) = stored.unlisted_in
        && deny_list::stands(&dialer.tables, version, now).await?
    {
        return Ok(vec![]);
    }
    gather::listings(&dialer.tables, &stored.record.request, now).await
}

/// Whether a request still is where its record saw it. Of one that has waited there may be several records, and those that are
/// overtaken would take turns from others.
async fn still_stands(tables: &Tables, record: &Record, now: Timestamp) -> Result<bool, StoreError> {
    let stored = requests::get(tables, record.request.id, now).await?;
    Ok(stored.is_some_and(|stored| stored.record.state == record.state))
}

/// Claims the request; the holder of that step, and nobody else, calls Connect.
async fn claim_and_call(
    record: &Record,
    dialer: &Dialer,
    invocation_ends: Timestamp,
    policy: &tollgate::policy::Policy,
) -> Result<(), StoreError> {
    let tables = &dialer.tables;
    let now = dialer.clock.now();
    if now >= record.request.deadline {
        // The next look, by the stream or by upkeep, ends it.
        return Err(StoreError::out_of_time("dial"));
    }
    let terms = record.terms.clone().unwrap_or_else(|| Terms::unwritten(policy));
    let rows = tollgate::budget::rows(&record.request.number, &terms, policy, now);
    let (dialing, terms) = match claim(tables, record, rows.clone(), invocation_ends, policy, now).await? {
        Claim::Granted { dialing, terms } => (dialing, terms),
        Claim::Spent(take, row) => return act::spent(dialer, record, take, &row, policy).await,
        Claim::Overtaken => return Ok(()),
    };
    let state = State::Dialing(dialing.clone());
    let claimed = Record { state, terms: Some(terms), ..record.clone() };
    let started = dialer.connect.start(&record.request, policy.dial.ring_timeout_seconds).await;
    let now = dialer.clock.now();
    match started {
        Started::Placed(contact_id) => act::placed(dialer, claimed, contact_id, dialing, policy, now).await,
        Started::Refused(failure) => {
            dialer.metrics.count(Metric::CallsFailed(failure));
            tracing::error!(request_id = %record.request.id, ?failure, "Connect refused the call");
            act::end(dialer, &claimed, Ending::Failed { failure }, vec![], policy).await
        }
        Started::Busy => act::busy(dialer, &claimed, &dialing, &rows, now).await,
        Started::Unknown { code } => {
            // Nothing to write: upkeep asks Connect about every request that stays `dialing`.
            dialer.metrics.count(Metric::CallsUnknown);
            tracing::error!(request_id = %record.request.id, code, "nobody knows whether the call was placed");
            Ok(())
        }
    }
}
