//! Duplicates: requests for a number that another request held. If that one ended before its dial, the oldest live
//! duplicate of the number is screened again, so that nobody is locked out by a stranger who asks and then cancels. The
//! others have what they asked for once that one's call was made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use tollgate::number::PhoneNumber;
use tollgate::overdue::{self, DuplicateStep};
use tollgate::record::Record;
use tollgate::request::{CallbackRequest, RequestId};
use tollgate::state::{Ending, State};
use tollgate_aws::error::StoreError;
use tollgate_aws::requests::{self, Question, Stored, Transition, Written};

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
    let mut called = Called::default();
    let mut done = vec![];
    for Stored { record, .. } in duplicates {
        let State::Duplicate { owner } = record.state else { continue };
        let number = record.request.number.clone();
        let step = match decide(upkeep, &record, owner, &mut called, now).await {
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
    called: &mut Called,
    now: Timestamp,
) -> Result<DuplicateStep, StoreError> {
    let owner = requests::get(&upkeep.tables, owner, now).await?;
    let step = overdue::duplicate_step(record, owner.as_ref().map(|stored| &stored.record.state), now);
    if step == DuplicateStep::Reopen && called.since_asked(upkeep, &record.request, now).await? {
        return Ok(DuplicateStep::Settle);
    }
    Ok(step)
}

/// When calls to numbers ended, each looked up once a round, for its oldest duplicate.
#[derive(Debug, Default)]
struct Called(BTreeMap<PhoneNumber, Option<Timestamp>>);

/// How many requests for a number are looked through, the newest first.
const REQUESTS_LOOKED_AT_MAX: i32 = 100;

impl Called {
    /// Whether a call to the number ended after this was asked: made for another duplicate, whom this one does not know.
    async fn since_asked(
        &mut self,
        upkeep: &Upkeep,
        request: &CallbackRequest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let last = match self.0.get(&request.number) {
            Some(last) => *last,
            None => {
                let last = last_call_ended(upkeep, request, now).await?;
                self.0.insert(request.number.clone(), last);
                last
            }
        };
        Ok(last.is_some_and(|ended_at| ended_at >= request.received_at))
    }
}

/// When the last call to the number ended that was asked for no longer before this request than a request may wait.
async fn last_call_ended(
    upkeep: &Upkeep,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let question = Question::Number(request.number.clone());
    let from = request.received_at - request.deadline.duration_since(request.received_at);
    let before = now + SignedDuration::from_millis(1);
    let page = requests::search(&upkeep.tables, &question, from, before, REQUESTS_LOOKED_AT_MAX).await?;
    let ended_at = |stored: Stored| match stored.record.state {
        State::Ended(Ending::Closed { end, .. }) => {
            Some(end.map_or(stored.record.request.received_at, |end| end.ended_at))
        }
        _ => None,
    };
    // One that cannot be read is upkeep's to park, not a reason to leave the others.
    Ok(page.requests.into_iter().flatten().filter_map(ended_at).max())
}

async fn act(
    upkeep: &Upkeep,
    record: &Record,
    step: DuplicateStep,
    now: Timestamp,
) -> Result<Done, StoreError> {
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
