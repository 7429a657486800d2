//! Screening: takes new requests from the table's stream, gathers the facts, decides, and writes the verdict. To approve
//! is to claim the number, in one transaction.

mod act;
mod run;

use jiff::Timestamp;
use serde_json::Value;
use tollgate::facts::Facts;
use tollgate::line::LineFact;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::screen::{lookup_matters, screen, terms};
use tollgate::state::{Ending, State};
use tollgate_aws::batch::Batch;
use tollgate_aws::carrier::CarrierLookup;
use tollgate_aws::error::StoreError;
use tollgate_aws::metrics::{Metric, Metrics};
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

/// Screens a batch of stream records. Gives Lambda's answer: the first record that must come again, if any.
///
/// # Errors
/// When a record must come again that has no sequence number.
pub async fn handle(batch: Batch, screening: &Screening, now: Timestamp) -> Result<Value, StoreError> {
    let answer = batch.each(async |stored| screen_one(&stored.record, screening, now).await).await?;
    tracing::info!(handled = answer.tally.handled, parked = answer.tally.parked, "batch screened");
    screening.metrics.add(Metric::RecordsParked, f64::from(answer.tally.parked));
    screening.metrics.send(now).await;
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
    let mut facts = gather::facts(tables, &record.request, &settings, now).await?;
    if screening.carrier.is_on() && lookup_matters(&record.request, &facts, policy, now) {
        facts = look_up(record, facts, screening, policy, now).await?;
    }
    let facts = gather::carrier(tables, facts, policy, now).await?;
    let verdict = screen(&record.request, &facts, policy, now);
    act::write(screening, record, &facts, verdict, policy, now).await
}

/// Asks for the number's line, if the day's lookups are not spent, and keeps the answer.
async fn look_up(
    record: &Record,
    facts: Facts,
    screening: &Screening,
    policy: &Policy,
    now: Timestamp,
) -> Result<Facts, StoreError> {
    let tables = &screening.tables;
    let number = &record.request.number;
    let (terms, _) = terms(&record.request, &facts, policy, now);
    let asker = record.request.caller.address.line();
    let line = if counters::take_lookup(tables, asker, terms.admission, policy, now).await? {
        screening.carrier.look_up(number).await
    } else {
        tracing::warn!("no carrier lookup is left for this request");
        LineFact::Unavailable
    };
    if let LineFact::Known(line) = &line {
        numbers::keep(tables, number, line, now + policy.line_cache()).await?;
    }
    Ok(Facts { line, ..facts })
}
