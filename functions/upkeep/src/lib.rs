//! Upkeep: every minute, finds what lost events left behind. Every open request has a moment at which it is looked at; the
//! pure rules of `tollgate::overdue` say what is done then. Claims without an owner that needs them are let go, too.

mod budgets;
mod claims;
mod duplicates;
mod people;
mod request;
mod run;
mod shares;
mod usual;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tollgate::policy::Policy;
use tollgate_aws::error::StoreError;
use tollgate_aws::item::Item;
use tollgate_aws::services::connect::Connect;
use tollgate_aws::services::metrics::cloudwatch::CloudWatch;
use tollgate_aws::services::metrics::{Metric, Metrics};
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::deny_list::{self, Found};
use tollgate_aws::tables::requests::{self, Stored};
use tollgate_aws::tables::settings::Cached;

pub use crate::run::run;

/// What upkeep needs.
#[derive(Debug)]
pub struct Upkeep {
    /// The tables.
    pub tables: Tables,
    /// The policy.
    pub settings: Cached,
    /// Amazon Connect, to ask what became of a call.
    pub connect: Connect,
    /// What happened.
    pub metrics: Metrics,
    /// Who is told of it.
    pub cloudwatch: CloudWatch,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Requests looked at.
    pub looked_at: u32,
    /// Requests moved on: handed to the stream once more, called up, ended, closed or screened again.
    pub moved: u32,
    /// Calls given up as lost after the longest possible call. More than none deserves a look at the contact events.
    pub given_up: u32,
    /// Claims let go whose request did not need them. More than none deserves a look at who writes to the tables.
    pub claims_released: u32,
    /// Requests erased that were live when their person was.
    pub erased: u32,
    /// Items that cannot be read.
    pub unreadable: u32,
    /// Requests or claims left for the next run, because DynamoDB or Connect did not answer.
    pub failed: u32,
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Moved,
    Waits,
    GivenUp,
}

/// The most requests of a shard in one round.
const REQUESTS_A_ROUND_MAX: i32 = 100;
/// The most rounds of a run. What is left is looked at in the next minute.
const ROUNDS_MAX: u32 = 20;
/// Requests looked at side by side; Connect's quota for DescribeContact is 10 a second.
const AT_ONCE: usize = 5;
/// How long an item that cannot be read is left alone.
const PARKED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Looks after everything that is overdue at `now`.
///
/// # Errors
/// When DynamoDB does not answer at all.
pub async fn handle(upkeep: &Upkeep, now: Timestamp) -> Result<Report, StoreError> {
    let settings = upkeep.settings.get(&upkeep.tables, now).await?;
    let policy = &settings.policy;
    let mut report = Report::default();
    let mut shards: Vec<_> = requests::open_shards().map(|shard| (shard, None)).collect();
    for _ in 0..ROUNDS_MAX {
        shards = round(upkeep, policy, shards, &mut report, now).await?;
        if shards.is_empty() {
            break;
        }
    }
    claims::release_orphans(upkeep, &mut report, now).await?;
    people::forget(upkeep, policy, &mut report, now).await;
    match deny_list::keep(&upkeep.tables, now).await {
        Ok(Found::Unreadable) => report.unreadable += 1,
        Ok(Found::Vouched | Found::Whole | Found::Apart(_)) => {}
        Err(error) => tracing::error!(%error, "the list is looked after in the next run"),
    }
    if let Err(error) = usual::learn(upkeep, policy, now).await {
        tracing::error!(%error, "what is usual is learned in the next run");
    }
    if let Err(error) = budgets::tell(upkeep, &settings, now).await {
        tracing::warn!(%error, "how much of the budgets is taken is not known");
    }
    if let Err(error) = shares::tell(upkeep, now).await {
        tracing::warn!(%error, "whether a range or a network stands out is not known");
    }
    measure(upkeep, &report);
    upkeep.cloudwatch.send(&upkeep.metrics, now).await;
    let Report { looked_at, moved, given_up, claims_released, erased, unreadable, failed } = report;
    tracing::info!(looked_at, moved, given_up, claims_released, erased, unreadable, failed, "upkeep done");
    Ok(report)
}

/// Tells what the run found.
fn measure(upkeep: &Upkeep, report: &Report) {
    let metrics = &upkeep.metrics;
    metrics.add(Metric::RequestsOverdue, f64::from(report.looked_at));
    metrics.add(Metric::CallsGivenUp, f64::from(report.given_up));
    metrics.add(Metric::ClaimsReleased, f64::from(report.claims_released));
    metrics.add(Metric::ItemsUnreadable, f64::from(report.unreadable));
    metrics.add(Metric::DamagedRows, f64::from(upkeep.tables.damage.since_last()));
}

/// A shard of the open requests, and how far it was read: each request is looked at once in a run, also if it stays as it is.
type Shard = (String, Option<Item>);

/// One round over shards. Gives those of which there is more.
async fn round(
    upkeep: &Upkeep,
    policy: &Policy,
    shards: Vec<Shard>,
    report: &mut Report,
    now: Timestamp,
) -> Result<Vec<Shard>, StoreError> {
    let mut due: Vec<Stored> = vec![];
    let mut more = vec![];
    for (shard, from) in shards {
        let found = requests::overdue(&upkeep.tables, &shard, now, from, REQUESTS_A_ROUND_MAX).await?;
        if let Some(next) = found.next {
            more.push((shard, Some(next)));
        }
        for stored in found.requests {
            match stored {
                Ok(stored) => due.push(stored),
                Err(error) => park(upkeep, &error, report, now).await?,
            }
        }
    }
    let (duplicates, others) = due.into_iter().partition::<Vec<_>, _>(duplicates::is_duplicate);
    let done = stream::iter(others)
        .map(|stored| request::look_at(upkeep, stored.record, policy, now))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    for done in done.into_iter().chain(duplicates::look_at(upkeep, duplicates, now).await) {
        count(report, done);
    }
    Ok(more)
}

fn count(report: &mut Report, done: Result<Done, StoreError>) {
    report.looked_at += 1;
    match done {
        Ok(Done::Moved) => report.moved += 1,
        Ok(Done::Waits) => {}
        Ok(Done::GivenUp) => report.given_up += 1,
        Err(error) => {
            report.failed += 1;
            tracing::warn!(%error, "left for the next run");
        }
    }
}

/// Puts an item that cannot be read out of the way for a while, so that it does not hide others.
async fn park(
    upkeep: &Upkeep,
    error: &StoreError,
    report: &mut Report,
    now: Timestamp,
) -> Result<(), StoreError> {
    report.unreadable += 1;
    tracing::error!(%error, "request parked: its item cannot be read");
    match error {
        StoreError::Inconsistent { key, .. } => requests::park(&upkeep.tables, key, now + PARKED_FOR).await,
        StoreError::Service { .. } => Ok(()),
    }
}
