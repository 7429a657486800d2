//! One overdue request.

use jiff::Timestamp;
use tollgate::overdue::{self, Answer, CallFact, Step};
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::{Attempt, Dialing, Ending, Retry, State};
use tollgate::text::ContactId;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::contacts::{self, Half};
use tollgate_aws::tables::requests::{Transition, Written};
use tollgate_aws::transitions::ending;

use crate::{Done, Upkeep};

/// Looks at an overdue request and does what `overdue` says. A failure costs it nothing but a minute.
pub(crate) async fn look_at(
    upkeep: &Upkeep,
    record: Record,
    policy: &Policy,
    now: Timestamp,
) -> Result<Done, StoreError> {
    let id = record.request.id;
    let wait = Transition::in_place(id, &record.state, overdue::look_again_at(&record.state, now));
    match overdue::step(&record, now) {
        // The write itself is what the stream hands on.
        Step::DriveOn => {
            tracing::info!(request_id = %id, state = record.state.name().as_str(), "driven on");
            moved(wait.write(&upkeep.tables).await?)
        }
        Step::End(ending) => end(upkeep, &record, ending, policy, now).await,
        Step::CallUp => call_up(upkeep, &record, now).await,
        Step::AskConnect(contact_id) => ask(upkeep, &record, contact_id, policy, now).await,
        Step::Wait | Step::LookAtOwner(_) => wait.write(&upkeep.tables).await.map(|_| Done::Waits),
    }
}

/// Connect was too busy before: lets one dialer try again. Called up once already and still here, its record was lost; the
/// write hands it on once more.
async fn call_up(upkeep: &Upkeep, record: &Record, now: Timestamp) -> Result<Done, StoreError> {
    let State::Dialing(dialing) = &record.state else { return Ok(Done::Waits) };
    let due = State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Due), ..dialing.clone() });
    let wake_at = overdue::wake_at(&due, now);
    let again = Transition::in_place(record.request.id, &due, overdue::look_again_at(&due, now));
    let transition = match dialing.attempt {
        Attempt::NotPlaced(Retry::Due) => Ok(again),
        _ => Transition::new(record.request.id, &record.state, due).map(|t| t.wake_at(wake_at)),
    };
    match transition {
        Ok(transition) => moved(transition.write(&upkeep.tables).await?),
        Err(_) => Ok(Done::Waits),
    }
}

/// Asks Connect about a call whose end was not heard.
async fn ask(
    upkeep: &Upkeep,
    record: &Record,
    contact_id: Option<ContactId>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Done, StoreError> {
    let id = record.request.id;
    let fact = match (&contact_id, &record.state) {
        (Some(contact_id), _) => upkeep.connect.describe(contact_id).await,
        (None, State::Dialing(dialing)) => upkeep.connect.find(id, dialing.dialed_at).await,
        (None, _) => CallFact::Unavailable,
    };
    let fact = with_legs(upkeep, fact, now).await?;
    match overdue::after_asking(record, fact, policy, now) {
        Answer::Close(ending) => {
            tracing::warn!(request_id = %id, "closed on Connect's word: the end of the call was not heard");
            end(upkeep, record, ending, policy, now).await
        }
        Answer::Attach(contact_id) => attach(upkeep, record, contact_id, now).await,
        Answer::Wait => {
            let wait = Transition::in_place(id, &record.state, overdue::look_again_at(&record.state, now));
            wait.write(&upkeep.tables).await.map(|_| Done::Waits)
        }
        Answer::GiveUp => {
            tracing::error!(request_id = %id, "call given up as lost: no call can last this long");
            let lost = Ending::Closed { contact_id, end: None };
            end(upkeep, record, lost, policy, now).await.map(|_| Done::GivenUp)
        }
    }
}

/// What became of a call that Connect says is over: it may have been transferred. Its end is noted before its legs are
/// looked at, as contact-events does it, so that a leg that is heard of later finds the number free, and no sooner.
async fn with_legs(upkeep: &Upkeep, fact: CallFact, now: Timestamp) -> Result<CallFact, StoreError> {
    let CallFact::Over(id, end) = fact else { return Ok(fact) };
    let mut contact = contacts::note(&upkeep.tables, &id, &Half::Ended(end.clone()), now).await?;
    while let Some(leg) = contact.legs.open().cloned() {
        let ended = match upkeep.connect.describe(&leg).await {
            CallFact::Over(_, leg_end) => leg_end,
            CallFact::Live { .. } => return Ok(CallFact::Live { contact_id: id, agent_at: end.agent_at }),
            unknown => return Ok(unknown),
        };
        let half = Half::LegEnded { leg, at: ended.ended_at, agent_at: ended.agent_at };
        contact = contacts::note(&upkeep.tables, &id, &half, now).await?;
    }
    Ok(CallFact::Over(id, contact.end().unwrap_or(end)))
}

/// The call lives, and its contact is known now.
async fn attach(
    upkeep: &Upkeep,
    record: &Record,
    contact_id: ContactId,
    now: Timestamp,
) -> Result<Done, StoreError> {
    let State::Dialing(dialing) = &record.state else { return Ok(Done::Waits) };
    let state = State::InCall { contact_id: contact_id.clone(), dialed_at: dialing.dialed_at };
    contacts::note(&upkeep.tables, &contact_id, &Half::Request(record.request.id), now).await?;
    let wake_at = overdue::wake_at(&state, now);
    match Transition::new(record.request.id, &record.state, state) {
        Ok(transition) => moved(transition.wake_at(wake_at).write(&upkeep.tables).await?),
        Err(_) => Ok(Done::Waits),
    }
}

async fn end(
    upkeep: &Upkeep,
    record: &Record,
    ending: Ending,
    policy: &Policy,
    now: Timestamp,
) -> Result<Done, StoreError> {
    let state = ending.name();
    let call_end = match &ending {
        Ending::Closed { end, .. } => end.clone(),
        _ => None,
    };
    let written = ending::end(&upkeep.tables, record, ending, vec![], policy, now).await?;
    if written == Written::Yes {
        match call_end {
            Some(end) => upkeep.metrics.ended(&end),
            None => upkeep.metrics.decided(state, &[]),
        }
        tracing::info!(request_id = %record.request.id, state = state.as_str(), "ended by upkeep");
    }
    moved(written)
}

fn moved(written: Written) -> Result<Done, StoreError> {
    Ok(match written {
        Written::Yes => Done::Moved,
        Written::Overtaken => Done::Waits,
    })
}
