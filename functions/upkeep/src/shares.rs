//! Tells operators the largest share of the calls of late that one range or one network has.

use jiff::{SignedDuration, Timestamp};
use tollgate::shares::{CALLS_LOOKED_AT, LOOKS_BACK, Shares};
use tollgate::state::StateName;
use tollgate_aws::error::StoreError;
use tollgate_aws::item;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::tables::requests::{self, Question};

use crate::Upkeep;

/// It is told no more often than its alarms look.
const EVERY_MINUTES: i64 = 5;

/// Looks at the calls of late. It says nothing while they are too few.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn tell(upkeep: &Upkeep, now: Timestamp) -> Result<(), StoreError> {
    if now.as_second().div_euclid(60) % EVERY_MINUTES != 0 {
        return Ok(());
    }
    let before = now + SignedDuration::from_millis(1);
    let requests_max = i32::try_from(CALLS_LOOKED_AT).unwrap_or(i32::MAX);
    let called = Question::Outcome(StateName::Closed);
    let page = requests::search(&upkeep.tables, &called, now - LOOKS_BACK, before, requests_max).await?;
    let called: Vec<_> = page.requests.into_iter().filter_map(item::readable).collect();
    if let Some(shares) = Shares::of(called.iter().map(|stored| &stored.record.request)) {
        upkeep.metrics.set(Metric::CallsToOneRange, f64::from(shares.range_percent));
        upkeep.metrics.set(Metric::CallsFromOneNetwork, f64::from(shares.network_percent));
    }
    Ok(())
}
