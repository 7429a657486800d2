//! Duplicates: requests for a number that another request held. If that one ended before its dial, the oldest live
//! duplicate of the number is screened again, so that nobody is locked out by a stranger who asks and then cancels.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tollgate::overdue::{self, DuplicateStep};
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate_aws::error::StoreError;
use tollgate_aws::requests::{self, Stored, Transition, Written};

use crate::{Done, Upkeep};

/// Whether a request is a duplicate.
pub(crate) fn is_duplicate(stored: &Stored) -> bool {
    matches!(stored.record.state, State::Duplicate { .. })
}

/// Looks at duplicates, the oldest first; of each number at most one is screened again.
pub(crate) async fn look_at(
    upkeep: &Upkeep,
    mut duplicates: Vec<Stored>,
    now: Timestamp,
) -> Vec<Result<Done, StoreError>> {
    duplicates.sort_by_key(|stored| stored.record.request.received_at);
    let mut reopened = BTreeSet::new();
    let mut done = vec![];
    for Stored { record, .. } in duplicates {
        let State::Duplicate { owner } = record.state else { continue };
        let number = record.request.number.clone();
        let step = match decide(upkeep, &record, owner, now).await {
            Ok(DuplicateStep::Reopen) if reopened.contains(&number) => DuplicateStep::Wait,
            Ok(step) => step,
            Err(error) => {
                done.push(Err(error));
                continue;
            }
        };
        if step == DuplicateStep::Reopen {
            reopened.insert(number);
        }
        done.push(act(upkeep, &record, step, now).await);
    }
    done
}

async fn decide(
    upkeep: &Upkeep,
    record: &Record,
    owner: RequestId,
    now: Timestamp,
) -> Result<DuplicateStep, StoreError> {
    let owner = requests::get(&upkeep.tables, owner, now).await?;
    Ok(overdue::duplicate_step(record, owner.as_ref().map(|stored| &stored.record.state), now))
}

async fn act(upkeep: &Upkeep, record: &Record, step: DuplicateStep, now: Timestamp) -> Result<Done, StoreError> {
    let id = record.request.id;
    let look_again_at = overdue::look_again_at(&record.state, now);
    let transition = match step {
        DuplicateStep::Reopen => match Transition::new(id, &record.state, State::Received) {
            Ok(transition) => transition.unless_cancelled().wake_at(Some(look_again_at)),
            Err(_) => return Ok(Done::Waits),
        },
        DuplicateStep::Settle => Transition::settle(id, &record.state),
        DuplicateStep::Wait => Transition::in_place(id, &record.state, look_again_at),
    };
    match (step, transition.write(&upkeep.tables).await?) {
        (DuplicateStep::Reopen, Written::Yes) => {
            tracing::info!(request_id = %id, "screened again: the request that held the number ended before its dial");
            Ok(Done::Moved)
        }
        (DuplicateStep::Settle, Written::Yes) => Ok(Done::Moved),
        _ => Ok(Done::Waits),
    }
}
