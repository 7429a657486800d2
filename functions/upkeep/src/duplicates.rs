//! Duplicates: requests for a number that another request held. If that one ended before its dial, the oldest live
//! duplicate of the number is screened again, so that nobody is locked out by a stranger who asks and then cancels. The
//! others have what they asked for once that one's call was made.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tollgate::number::PhoneNumber;
use tollgate::outcome::Outcome;
use tollgate::overdue::{self, DuplicateStep};
use tollgate::record::Record;
use tollgate::request::{CallbackRequest, RequestId};
use tollgate::state::{Ending, State};
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::requests::{self, Question, Stored, Transition, Written};

use crate::{Done, Upkeep};

/// Whether a request is a duplicate.
pub(crate) fn is_duplicate(stored: &Stored) -> bool {
    matches!(stored.record.state, State::Duplicate { .. })
}

/// How many numbers are looked at side by side, and how many requests are written.
const AT_ONCE: usize = 20;

/// Looks at duplicates, number by number side by side, those of a number the oldest first; of each number at most one is
/// screened again. However many there are, the run has time for what comes after.
pub(crate) async fn look_at(
    upkeep: &Upkeep,
    mut duplicates: Vec<Stored>,
    now: Timestamp,
) -> Vec<Result<Done, StoreError>> {
    duplicates.sort_by_key(|stored| stored.record.request.received_at);
    let owners = owners(upkeep, &duplicates, now).await;
    let mut of_number = BTreeMap::<PhoneNumber, Vec<Record>>::new();
    for Stored { record, .. } in duplicates {
        of_number.entry(record.request.number.clone()).or_default().push(record);
    }
    let decided = stream::iter(of_number.into_values())
        .map(|records| decide_all(upkeep, records, &owners, now))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    stream::iter(decided.into_iter().flatten())
        .map(|(record, step)| async move { act(upkeep, &record, step?, now).await })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

/// The requests that hold the numbers, each read once; none of one that is no longer on record.
type Owners = BTreeMap<RequestId, Result<Option<State>, StoreError>>;

async fn owners(upkeep: &Upkeep, duplicates: &[Stored], now: Timestamp) -> Owners {
    let ids: BTreeSet<_> = duplicates.iter().filter_map(|stored| owner_of(&stored.record)).collect();
    stream::iter(ids)
        .map(|id| async move {
            let owner = requests::get(&upkeep.tables, id, now).await;
            (id, owner.map(|stored| stored.map(|stored| stored.record.state)))
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

fn owner_of(record: &Record) -> Option<RequestId> {
    match record.state {
        State::Duplicate { owner } => Some(owner),
        _ => None,
    }
}

/// Decides on the duplicates of one number, the oldest first.
async fn decide_all(
    upkeep: &Upkeep,
    records: Vec<Record>,
    owners: &Owners,
    now: Timestamp,
) -> Vec<(Record, Result<DuplicateStep, StoreError>)> {
    let (mut called, mut reopened) = (None, false);
    let mut decided = vec![];
    for record in records {
        let mut step = step(&record, owners, now);
        if matches!(step, Ok(DuplicateStep::Reopen)) {
            if called.is_none() {
                called = Some(last_call_ended(upkeep, &record.request, now).await);
            }
            step = match &called {
                // A call to the number ended after this was asked: made for another duplicate, whom this one does not know.
                Some(Ok(Some(ended_at))) if *ended_at >= record.request.received_at => {
                    Ok(DuplicateStep::Settle)
                }
                Some(Err(error)) => Err(error.clone()),
                _ if reopened => Ok(DuplicateStep::Wait),
                _ => step,
            };
            reopened |= matches!(step, Ok(DuplicateStep::Reopen));
        }
        decided.push((record, step));
    }
    decided
}

fn step(record: &Record, owners: &Owners, now: Timestamp) -> Result<DuplicateStep, StoreError> {
    match owner_of(record).and_then(|owner| owners.get(&owner)) {
        Some(Ok(owner)) => Ok(overdue::duplicate_step(record, owner.as_ref(), now)),
        Some(Err(error)) => Err(error.clone()),
        None => Ok(DuplicateStep::Wait),
    }
}

/// How many requests for a number are looked through, the newest first.
const REQUESTS_LOOKED_AT_MAX: i32 = 100;

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
        State::Ended(Ending::Closed { end: Some(end), .. }) if end.outcome() == Outcome::Withdrawn => None,
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
        // It stays overdue, and the next run finds it again: to put that off is to write it and move it in its index, three units
        // a minute for as long as somebody else wants it.
        DuplicateStep::Wait => return Ok(Done::Waits),
    };
    match (step, transition.write(&upkeep.tables).await?) {
        (DuplicateStep::Reopen, Written::Yes) => {
            tracing::info!(request_id = %id, "screened again: the request that held the number was not called");
            Ok(Done::Moved)
        }
        (DuplicateStep::Settle, Written::Yes) => Ok(Done::Moved),
        _ => Ok(Done::Waits),
    }
}
