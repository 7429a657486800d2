//! Screening: takes new requests from the table's stream, gathers what the decision asks for, and writes what was decided. To
//! approve is to claim the number, in one transaction.

mod act;
mod ask;
mod run;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tollgate::decision::{Case, Decision, decide};
use tollgate::record::Record;
use tollgate::state::State;
use tollgate_aws::batch::Batch;
use tollgate_aws::clock::Clock;
use tollgate_aws::error::StoreError;
use tollgate_aws::gather::Gathered;
use tollgate_aws::services::carrier::CarrierLookup;
use tollgate_aws::services::metrics::{Metric, Metrics};
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::Stored;
use tollgate_aws::tables::settings::Cached;

pub use crate::run::run;

/// What screening needs.
#[derive(Debug)]
pub struct Screening {
    /// The tables.
    pub tables: Tables,
    /// The policy and the kill switches.
    pub settings: Cached,
    /// The carrier lookup.
    pub carrier: CarrierLookup,
    /// What happened.
    pub metrics: Metrics,
}

/// Records screened side by side. They wait for DynamoDB and the carrier lookup, not for each other.
const AT_ONCE: usize = 10;

/// A record is begun no later than this before the invocation ends: a lookup may take two seconds, and DynamoDB its retries.
const DECIDED_WITHIN: SignedDuration = SignedDuration::from_secs(12);

/// Screens a batch of stream records, while time passes on `clock`, before `invocation_ends`. Gives Lambda's answer: the
/// first record that must come again, if any.
///
/// # Errors
/// When a record must come again that has no sequence number.
pub async fn handle(
    batch: Batch,
    screening: &Screening,
    clock: &Clock,
    invocation_ends: Timestamp,
) -> Result<Value, StoreError> {
    let screen_one = async |stored: Stored| {
        let now = clock.now();
        if now > invocation_ends - DECIDED_WITHIN {
            return Err(StoreError::out_of_time("screen"));
        }
        screen_one(&stored.record, screening, now).await
    };
    let answer = batch.each(AT_ONCE, screen_one).await?;
    tracing::info!(handled = answer.tally.handled, parked = answer.tally.parked, "batch screened");
    screening.metrics.add(Metric::RecordsParked, f64::from(answer.tally.parked));
    screening.metrics.add(Metric::DamagedRows, f64::from(screening.tables.damage.since_last()));
    screening.metrics.tell(clock.now());
    Ok(answer.response)
}

async fn screen_one(record: &Record, screening: &Screening, now: Timestamp) -> Result<(), StoreError> {
    if record.state != State::Received {
        return Ok(());
    }
    let settings = screening.settings.get(&screening.tables, now).await?;
    let mut known = None;
    loop {
        let facts = known.as_ref().map(|Gathered { facts, .. }| facts);
        match decide(&Case { record, facts, policy: &settings.policy, now }) {
            Decision::Ask(question) => {
                known = Some(ask::answer(question, known, record, screening, &settings, now).await?);
            }
            decision => {
                let Gathered { facts, lists } = known.unwrap_or_default();
                return act::carry_out(decision, record, facts.line.known(), lists, screening, now).await;
            }
        }
    }
}
