//! Claims that no request needs. None should ever be: a claim is made and let go in the transactions that move its request.
//! But a hand in the tables can part them, and a number must not stay locked for it.

use jiff::{SignedDuration, Timestamp};
use tollgate_aws::error::StoreError;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::tables::{pending, requests};

use crate::{Report, Upkeep};

/// Younger claims are left alone.
const YOUNG: SignedDuration = SignedDuration::from_mins(2);

/// Lets go of claims whose request has ended or is gone.
pub(crate) async fn release_orphans(
    upkeep: &Upkeep,
    report: &mut Report,
    now: Timestamp,
) -> Result<(), StoreError> {
    let claims = pending::all(&upkeep.tables).await?;
    let oldest = claims.iter().flatten().map(|claim| now.duration_since(claim.claimed_at).as_secs()).max();
    upkeep
        .metrics
        .set(Metric::OldestClaimSeconds, f64::from(i32::try_from(oldest.unwrap_or(0)).unwrap_or(i32::MAX)));
    for claim in claims {
        let claim = match claim {
            Ok(claim) if now.duration_since(claim.claimed_at) < YOUNG => continue,
            Ok(claim) => claim,
            Err(error) => {
                report.unreadable += 1;
                tracing::error!(%error, "claim cannot be read");
                continue;
            }
        };
        let holder = match requests::get(&upkeep.tables, claim.holder, now).await {
            Ok(holder) => holder,
            Err(error) => {
                // Nothing is let go on a guess.
                report.failed += 1;
                tracing::error!(%error, "the holder of a claim cannot be read");
                continue;
            }
        };
        let needed = holder.is_some_and(|stored| stored.record.state.holds_claim());
        if !needed && pending::release(&upkeep.tables, &claim.number, claim.holder).await? {
            report.claims_released += 1;
            tracing::error!(request_id = %claim.holder, "claim released that its request did not need");
        }
    }
    Ok(())
}
