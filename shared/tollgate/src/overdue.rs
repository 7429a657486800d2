//! What upkeep does with a request that nothing has moved for too long. Every open request has a moment, `wake_at`, at
//! which upkeep looks at it; the stream and the contact events move it on long before, unless something was lost.
//!
//! A claim is never let go because time has passed, only on knowledge: the request ended before its dial, Connect says
//! that the call is over, or the longest call that the flow allows is over in any case.

use jiff::{SignedDuration, Timestamp};

use crate::outcome::{CallEnd, Outcome};
use crate::policy::{Dial, Policy};
use crate::record::Record;
use crate::request::RequestId;
use crate::state::{Attempt, Dialing, Ending, Failure, Retry, State};
use crate::text::ContactId;

/// How long a phone rings at most: what Connect does if it is not told otherwise (StartOutboundVoiceContact,
/// `RingTimeoutInSeconds`), and the longest that it can be told.
pub const RINGS_AT_MOST: SignedDuration = SignedDuration::from_secs(60);
/// How long a request may be left to the stream before upkeep drives it on.
pub const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// How long after ringing out a call's end may take to be heard before Connect is asked.
const END_HEARD_WITHIN: SignedDuration = SignedDuration::from_secs(120);
/// Looks at a live call are as far apart as it is old, since most calls end soon or have long been going on; and never farther
/// than this, which is how long a number may be held for an end that nobody heard.
const LOOKS_APART_AT_MOST: SignedDuration = SignedDuration::from_mins(15);
/// How long after its dial a call is waited for by others: whoever withdraws his, does so while it rings or while he waits for an
/// agent.
const WITHDRAWN_WITHIN: SignedDuration = SignedDuration::from_secs(180);
/// Lambda may end an invocation somewhat after its deadline, and clocks differ: what a claimer may still do, it has done
/// this long after `claimed_until`.
const CLAIM_MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// How long a claim lasts at most: no invocation of Lambda runs for longer.
const CLAIM_LONGEST: SignedDuration = SignedDuration::from_secs(900);

/// What upkeep does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Hand it to the stream once more.
    DriveOn,
    /// End it.
    End(Ending),
    /// Let a dialer try again; Connect was too busy before.
    CallUp,
    /// See what became of the request that holds the number.
    LookAtOwner(RequestId),
    /// Ask Connect about the call.
    AskConnect(Option<ContactId>),
    /// Look again later.
    Wait,
}

/// What Connect says about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFact {
    /// It is over.
    Over(ContactId, CallEnd),
    /// It is not over.
    Live {
        /// The call.
        contact_id: ContactId,
        /// When an agent joined.
        agent_at: Option<Timestamp>,
    },
    /// Connect knows no such contact. Proves nothing: its search lags behind.
    NotFound,
    /// Connect could not be asked.
    Unavailable,
}

/// What upkeep does after asking Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The call is over, and so is the request.
    Close(Ending),
    /// The call lives; its contact is now known.
    Attach(ContactId),
    /// Look again later.
    Wait,
    /// No call can live any more; let the number go, and raise an alarm.
    GiveUp,
}

/// What upkeep does with a request whose moment has come.
#[must_use]
pub fn step(record: &Record, now: Timestamp) -> Step {
    let late = now >= record.request.deadline;
    let cancelled = record.cancelled_at.is_some();
    match &record.state {
        State::Received | State::Approved if cancelled => Step::End(Ending::Cancelled),
        State::Received | State::Approved if late => Step::End(Ending::Expired),
        State::Received | State::Approved => Step::DriveOn,
        State::Duplicate { owner } => Step::LookAtOwner(*owner),
        State::Dialing(dialing) => match dialing.attempt {
            Attempt::NotPlaced(_) if cancelled => Step::End(Ending::Cancelled),
            Attempt::NotPlaced(_) if late => Step::End(Ending::Failed { failure: Failure::Busy }),
            Attempt::NotPlaced(Retry::Waiting | Retry::Due) => Step::CallUp,
            Attempt::Placing if now < dialing.claimed_until + CLAIM_MARGIN => Step::Wait,
            Attempt::Placing => Step::AskConnect(None),
        },
        State::InCall { contact_id, .. } => Step::AskConnect(Some(contact_id.clone())),
        State::Ended(_) => Step::Wait,
    }
}

/// What upkeep does once Connect has answered.
#[must_use]
pub fn after_asking(record: &Record, fact: CallFact, policy: &Policy, now: Timestamp) -> Answer {
    match fact {
        CallFact::Over(contact_id, end) => Answer::Close(record.closed(contact_id, end)),
        CallFact::Live { contact_id, .. } => match record.state {
            State::InCall { .. } => Answer::Wait,
            _ => Answer::Attach(contact_id),
        },
        CallFact::NotFound | CallFact::Unavailable => match over_by(&record.state, &policy.dial) {
            Some(over_by) if over_by <= now => Answer::GiveUp,
            _ => Answer::Wait,
        },
    }
}

/// What a duplicate does when its owner is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DuplicateStep {
    /// Be screened again: the owner ended before its dial, and the number is this one's to ask for.
    Reopen,
    /// Stay a duplicate for good: the owner's call was made, or this one's time is over.
    Settle,
    /// Look again later.
    Wait,
}

/// What a duplicate does, given its owner as it stands; none if the owner is no longer on record.
#[must_use]
pub fn duplicate_step(record: &Record, owner: Option<&State>, now: Timestamp) -> DuplicateStep {
    if now >= record.request.deadline || record.cancelled_at.is_some() {
        return DuplicateStep::Settle;
    }
    match owner {
        None
        | Some(State::Ended(Ending::Cancelled | Ending::Expired | Ending::Refused | Ending::Redirected)) => {
            DuplicateStep::Reopen
        }
        Some(State::Ended(Ending::Failed { failure: Failure::Busy })) => DuplicateStep::Reopen,
        // Its visitor withdrew the call: nobody has had it whom this one could be.
        Some(State::Ended(Ending::Closed { end: Some(end), .. })) if end.outcome() == Outcome::Withdrawn => {
            DuplicateStep::Reopen
        }
        // The call was made, or Connect will not make it, whoever asks.
        Some(State::Ended(Ending::Closed { .. } | Ending::Failed { .. })) => DuplicateStep::Settle,
        // While it rings, or its visitor waits for an agent, he may withdraw it, and then nobody has had the call.
        Some(State::InCall { dialed_at, .. }) if now < *dialed_at + WITHDRAWN_WITHIN => DuplicateStep::Wait,
        // The call was made: nothing but its end can come of it, however long it lasts.
        Some(State::InCall { .. }) => DuplicateStep::Settle,
        // An owner that is a duplicate itself lost the number between two looks.
        Some(State::Duplicate { .. }) => DuplicateStep::Reopen,
        Some(State::Received | State::Approved | State::Dialing(_)) => DuplicateStep::Wait,
    }
}

/// When upkeep looks at a request that has just entered `state`; none if it is over.
#[must_use]
pub fn wake_at(state: &State, now: Timestamp) -> Option<Timestamp> {
    match state {
        State::Received | State::Duplicate { .. } | State::Approved => Some(now + LOOK_AGAIN),
        State::Dialing(Dialing { attempt: Attempt::NotPlaced(_), .. }) => Some(now + LOOK_AGAIN),
        // Late enough that the call's own entry need not move it.
        State::Dialing(dialing) => {
            Some((dialing.claimed_until + CLAIM_MARGIN).max(end_expected(dialing.dialed_at)))
        }
        State::InCall { dialed_at, .. } => Some(end_expected(*dialed_at).max(now + LOOK_AGAIN)),
        State::Ended(_) => None,
    }
}

/// When upkeep looks again at a request that it left as it was.
#[must_use]
pub fn look_again_at(state: &State, now: Timestamp) -> Timestamp {
    match state {
        State::InCall { dialed_at, .. } => {
            now + now.duration_since(*dialed_at).clamp(END_HEARD_WITHIN, LOOKS_APART_AT_MOST)
        }
        State::Dialing(Dialing { attempt: Attempt::Placing, .. }) => now + END_HEARD_WITHIN,
        _ => now + LOOK_AGAIN,
    }
}

/// When a call that began at `dialed_at` and was not answered should have been heard to end.
fn end_expected(dialed_at: Timestamp) -> Timestamp {
    dialed_at + RINGS_AT_MOST + END_HEARD_WITHIN
}

/// When no call of a request in this state can live any more.
fn over_by(state: &State, dial: &Dial) -> Option<Timestamp> {
    let longest = RINGS_AT_MOST + seconds(dial.call_seconds_max) + CLAIM_MARGIN;
    match state {
        State::Dialing(dialing) => Some(dialing.claimed_until + longest),
        // Its call may have begun as late as its claim ended, which is no longer known.
        State::InCall { dialed_at, .. } => Some(*dialed_at + CLAIM_LONGEST + longest),
        _ => None,
    }
}

fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}

#[cfg(test)]
mod tests;
