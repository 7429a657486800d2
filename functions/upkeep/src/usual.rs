//! Learns which carriers the customers have, from calls that went well and that nobody has marked for long enough.

use jiff::{SignedDuration, Timestamp};
use tollgate::evidence::Call;
use tollgate::policy::Policy;
use tollgate::state::StateName;
use tollgate::usual::Usual;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::requests::{self, Question};
use tollgate_aws::{item, tables::settings};

use crate::Upkeep;

/// How far back a deployment that has learned nothing yet looks.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Calls begin and end within so long of their request, but for a few that are left out.
const CALLED_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// So much is read at once,
const STEP: SignedDuration = SignedDuration::from_hours(1);
/// and so often in a run. A run that has less to read than that has caught up.
const STEPS_MAX: u32 = 12;
/// The most requests of a page.
const REQUESTS_A_PAGE_MAX: i32 = 500;

/// Adds to what is usual all that has become ripe since the last run. What it read twice, because it could not write the first
/// time, it counts once: the moment up to which it has read is written with the counts.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn learn(upkeep: &Upkeep, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
    let mut usual = settings::usual(&upkeep.tables).await?;
    let until = now - policy.proof.ripe_after() - CALLED_WITHIN;
    let mut from = usual.learned_until.unwrap_or(now - LOOKS_BACK);
    if from >= until {
        return Ok(());
    }
    for _ in 0..STEPS_MAX {
        let before = (from + STEP).min(until);
        read(upkeep, &mut usual, policy, from, before, now).await?;
        usual.learned_until = Some(before);
        from = before;
        if from >= until {
            break;
        }
    }
    usual.forget(now);
    settings::put_usual(&upkeep.tables, &usual, now).await
}

/// Adds what came of the requests received in `from..before`.
async fn read(
    upkeep: &Upkeep,
    usual: &mut Usual,
    policy: &Policy,
    from: Timestamp,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let question = Question::Outcome(StateName::Closed);
    let mut next = Some(before);
    while let Some(before) = next {
        let page = requests::search(&upkeep.tables, &question, from, before, REQUESTS_A_PAGE_MAX).await?;
        for stored in page.requests.into_iter().filter_map(item::readable) {
            if let Some(call) = Call::heard(&stored.record, policy).filter(|call| call.is_ripe(policy, now)) {
                usual.learn(call.carrier.as_ref(), call.end.map_or(now, |end| end.at));
            }
        }
        next = page.next_before;
    }
    Ok(())
}
