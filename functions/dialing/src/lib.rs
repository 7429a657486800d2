//! Dialing: takes approved requests from the table's stream, looks once more, waits for its turn, claims the request with
//! its places in all budgets, and calls Connect: once. Only proof that no call was placed lets it be tried again. And takes
//! live calls whose visitors withdrew them, and has Connect stop those that no agent has joined.

mod act;
mod call;
mod changes;
mod run;
mod withdrawn;

use jiff::Timestamp;
use serde_json::Value;
use tollgate::decision::{Case, Decision, decide};
use tollgate::request::PLACED_WITHIN;
use tollgate_aws::batch::Batch;
use tollgate_aws::clock::Clock;
use tollgate_aws::error::StoreError;
use tollgate_aws::services::connect::Connect;
use tollgate_aws::services::metrics::{Metric, Metrics};
use tollgate_aws::services::pace::Pace;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::Stored;
use tollgate_aws::tables::settings::Cached;

use crate::changes::{Changes, Turn};
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

/// Decides on a record, again whenever more is known: what has changed since the approval is asked for only of what is still to
/// be called, and the places that a dial takes are those of the moment at which its turn has come.
async fn dial_one(stored: &Stored, dialer: &Dialer, invocation_ends: Timestamp) -> Result<(), StoreError> {
    let record = &stored.record;
    let mut now = dialer.clock.now();
    let policy = dialer.settings.get(&dialer.tables, now).await?.policy;
    // What cannot have its turn and Connect's answer before the invocation ends is left to the next one.
    let latest = invocation_ends - PLACED_WITHIN;
    let mut known = None;
    loop {
        let facts = known.as_ref().map(|Changes { facts, .. }| facts);
        let decision = decide(&Case { record, facts, policy: &policy, now });
        match (decision, known.take()) {
            (Decision::Ask(_) | Decision::Stop(_), _) if now > latest => {
                return Err(StoreError::out_of_time("dial"));
            }
            (Decision::Ask(_), None) => match changes::since(stored, dialer, &policy, now, latest).await? {
                Some(changes) => known = Some(changes),
                None => return Ok(()),
            },
            (Decision::Dial { .. }, Some(Changes { facts, turn: Turn::At(turn) })) => {
                dialer.clock.sleep_until(turn).await;
                now = dialer.clock.now();
                known = Some(Changes { facts, turn: Turn::Come });
            }
            (Decision::Dial { rows, terms }, Some(Changes { turn: Turn::Come, .. })) => {
                return call::place(record, &rows, terms, dialer, &policy, invocation_ends, now).await;
            }
            (Decision::Dial { .. }, _) => return Err(StoreError::out_of_time("dial")),
            (Decision::End { ending, findings }, _) => {
                return act::end(dialer, record, ending, findings, &policy).await;
            }
            (Decision::Stop(contact_id), _) => {
                withdrawn::stop(dialer, record, &contact_id).await;
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
}
