//! What is not to be known of people any more: requests that were live when their person was erased, and whom changes name that
//! are older than any request on record.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tollgate::policy::Policy;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::{self, KEPT};
use tollgate_aws::tables::erasures::{self, Erased};

use crate::{Report, Upkeep};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Forgets what is due, erasures and changes side by side. What fails is left for the next run.
pub(crate) async fn forget(upkeep: &Upkeep, policy: &Policy, report: &mut Report, now: Timestamp) {
    let tables = &upkeep.tables;
    let (erased, masked) = futures::join!(erase(tables, now), mask(tables, policy, now));
    match erased {
        Ok(erased) => report.erased += erased,
        Err(error) => tracing::error!(%error, "requests are erased in the next run"),
    }
    match masked {
        Ok(0) => {}
        Ok(masked) => tracing::info!(masked, "changes masked"),
        Err(error) => tracing::error!(%error, "changes are masked later"),
    }
}

/// Erases the requests that have ended since their person was erased.
async fn erase(tables: &Tables, now: Timestamp) -> Result<u32, StoreError> {
    let mut count = 0;
    for (id, erased) in erasures::erase_all(tables, erasures::remembered(tables).await?, now).await? {
        if erased == Erased::Yes {
            erasures::forget(tables, id).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Masks the changes of one day: each run takes another of those that are to be masked and still kept, and begins anew once it
/// has been through them all. So nothing needs to be remembered of how far it came.
async fn mask(tables: &Tables, policy: &Policy, now: Timestamp) -> Result<usize, StoreError> {
    let (first, all) = (policy.retention() + DAY, KEPT + DAY);
    let days = ((all - first).as_hours() / 24).max(0) + 1;
    let turn = i32::try_from((now.as_second() / 60).rem_euclid(days)).unwrap_or(0);
    let Ok(moment) = now.checked_sub(first + DAY * turn) else { return Ok(0) };
    changes::mask_of_day(tables, moment.to_zoned(TimeZone::UTC).date()).await
}
