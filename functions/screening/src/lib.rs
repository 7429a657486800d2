//! Screening: takes new requests from the table's stream, gathers the facts, decides, and writes the verdict. To approve
//! is to claim the number, in one transaction.

mod act;
mod run;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tollgate::facts::Facts;
use tollgate::line::LineFact;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::screen::{lookup_matters, screen, terms};
use tollgate::state::{Ending, State};
use tollgate_aws::batch::Batch;
use tollgate_aws::carrier::{CarrierLookup, LookedUp};
use tollgate_aws::clock::Clock;
use tollgate_aws::error::StoreError;
use tollgate_aws::gather::Gathered;
use tollgate_aws::metrics::{Metric, Metrics};
use tollgate_aws::requests::Stored;
use tollgate_aws::settings::Cached;
use tollgate_aws::tables::Tables;
use tollgate_aws::{counters, gather, numbers};

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
    let tables = &screening.tables;
    if record.state != State::Received {
        return Ok(());
    }
    if record.cancelled_at.is_some() {
        return act::end(screening, record, Ending::Cancelled, vec![]).await;
    }
    if now >= record.request.deadline {
        return act::end(screening, record, Ending::Expired, vec![]).await;
    }
    let settings = screening.settings.get(tables, now).await?;
    let policy = &settings.policy;
    let Gathered { mut facts, lists } = gather::facts(tables, &record.request, &settings, now).await?;
    if screening.carrier.is_on() && lookup_matters(&record.request, &facts, policy, now) {
        facts = look_up(record, facts, screening, policy, now).await?;
    }
    let facts = gather::carrier(tables, facts, policy, now).await?;
    let verdict = screen(&record.request, &facts, policy, now);
    act::write(screening, record, &Gathered { facts, lists }, verdict, policy, now).await
}

/// Asks for the number's line, if the service answers and the day's lookups are not spent, and keeps the answer.
async fn look_up(
    record: &Record,
    facts: Facts,
    screening: &Screening,
    policy: &Policy,
    now: Timestamp,
) -> Result<Facts, StoreError> {
    let (tables, metrics) = (&screening.tables, &screening.metrics);
    let number = &record.request.number;
    let (terms, _) = terms(&record.request, &facts, policy, now);
    let asker = record.request.caller.address.line();
    let line = if screening.carrier.is_resting(now) {
        metrics.count(Metric::LookupsFailed);
        LineFact::Unavailable
    } else if !counters::take_lookup(tables, asker, terms.admission, policy, now).await? {
        metrics.count(Metric::LookupsSpent);
        tracing::warn!("no carrier lookup is left for this request");
        LineFact::Unavailable
    } else {
        match screening.carrier.look_up(number, now).await {
            LookedUp::Told(line) => {
                numbers::keep(tables, number, &line, now + policy.line_cache()).await?;
                LineFact::Known(line)
            }
            LookedUp::NotTold => LineFact::Unavailable,
            LookedUp::Failed => {
                metrics.count(Metric::LookupsFailed);
                LineFact::Unavailable
            }
        }
    };
    Ok(Facts { line, ..facts })
}
