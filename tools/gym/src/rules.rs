//! Tollgate's rules alone, in memory: the replay of the review API decides on the requests of a scenario, a thousand times
//! quicker than the suite does, so that many seeds can be played.
//!
//! What it leaves out: a call is dialed the moment it is asked for, without the minute's budget and Connect's rate; a carrier is
//! known of every number, without the day's lookups; a duplicate stays one. The suite is what counts; this shows how far a figure
//! scatters.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use local::stack::Error;
use tollgate::line::Line;
use tollgate::network::{Address, AddressError};
use tollgate::outcome::CallEnd;
use tollgate::policy::Policy;
use tollgate::record::{self, MarkKind, Record};
use tollgate::replay::{self, Decision, Replay};
use tollgate::request::{Account, CallbackRequest, Caller, NetworkMark, RequestId, Whereabouts};
use tollgate::state::{Ending, State, StateName};
use tollgate::text::{AccountId, Author, CarrierName, TextError};

use crate::fate::{CameTo, Dial, Fate};
use crate::player::{BEGINNING, ids};
use crate::scenario::{Scenario, Traffic};
use crate::traffic::{Asked, Mark, RINGS_OUT_SECONDS};

/// How long a caller waits for an agent.
const QUEUE_SECONDS: u32 = 1;

/// What each request comes to, in the order of the requests.
///
/// # Errors
/// When a request of the scenario is none that intake would take.
pub fn play(scenario: &Scenario, asked: &[Asked], policy: &Policy) -> Result<Vec<Fate>, Error> {
    let begins = Timestamp::from_second(BEGINNING)?;
    let mut replay = Replay::new(policy.clone());
    let ids = ids(asked)?;
    let lines = lines(scenario, asked);
    asked
        .iter()
        .zip(ids)
        .map(|(asked, id)| {
            let traffic = scenario.traffic.get(asked.traffic).ok_or("a request is of no traffic")?;
            let line = lines.get(asked.number.e164()).cloned();
            let record = Record { line, ..record(asked, traffic, id, policy, begins)? };
            Ok(fate(asked, replay.take(&record)))
        })
        .collect()
}

/// Each number's line: that of whoever asks for it first.
fn lines<'a>(scenario: &Scenario, asked: &'a [Asked]) -> HashMap<&'a str, Line> {
    let line = |asked: &'a Asked| {
        let local::carrier::Line { line_type, carrier } = scenario.traffic.get(asked.traffic)?.line();
        Some((asked.number.e164(), Line { line_type, carrier: CarrierName::parse(&carrier).ok() }))
    };
    asked.iter().rev().filter_map(line).collect()
}

/// The record of a request that was called, which tells the replay how its call would go.
fn record(
    asked: &Asked,
    traffic: &Traffic,
    id: RequestId,
    policy: &Policy,
    begins: Timestamp,
) -> Result<Record, Error> {
    let received_at = begins + asked.at;
    let request = CallbackRequest {
        id,
        received_at,
        deadline: received_at + policy.deadline(),
        number: asked.number.clone(),
        name: None,
        topic: None,
        caller: caller(asked, traffic)?,
    };
    let end = end(asked, received_at);
    let marked = |marking: crate::traffic::Marking| -> Result<record::Mark, TextError> {
        let kind = match marking.mark {
            Mark::Spam => MarkKind::Spam,
            Mark::WrongPerson => MarkKind::WrongPerson,
        };
        Ok(record::Mark { kind, marked_at: end.ended_at + marking.after, marked_by: Author::parse("agent")? })
    };
    Ok(Record {
        mark: asked.marking.map(marked).transpose()?,
        request,
        state: State::Ended(Ending::Closed { contact_id: None, end: Some(end) }),
        findings: vec![],
        line: None,
        terms: None,
        cancelled_at: None,
    })
}

fn caller(asked: &Asked, traffic: &Traffic) -> Result<Caller, Error> {
    let account = |account: &crate::traffic::Account| -> Result<Account, TextError> {
        let verified_number = account.owns_number.then(|| asked.number.clone());
        Ok(Account { id: AccountId::parse(&account.id)?, verified_number })
    };
    let address: Result<_, AddressError> = Address::parse(&asked.address.to_string());
    Ok(Caller {
        address: address?,
        country: traffic.address_country.map_or(Whereabouts::Untold, Whereabouts::In),
        asn: None,
        marks: asked.anonymous.then_some(NetworkMark::Anonymous).into_iter().collect(),
        account: asked.account.as_ref().map(account).transpose()?,
    })
}

/// How the call ends if it is made at once, as the stand-in for Connect would tell.
fn end(asked: &Asked, dialed_at: Timestamp) -> CallEnd {
    let call = &asked.call;
    let after = |from: Timestamp, seconds: u32| from + SignedDuration::from_secs(i64::from(seconds));
    if !call.answered {
        let ended_at = after(dialed_at, RINGS_OUT_SECONDS);
        return CallEnd { ended_at, answered_at: None, agent_at: None, excuse: None };
    }
    let answered_at = after(dialed_at, call.ring_seconds);
    CallEnd {
        ended_at: after(answered_at, call.talk_seconds),
        answered_at: Some(answered_at),
        agent_at: call.agent.then(|| after(answered_at, QUEUE_SECONDS.min(call.talk_seconds))),
        excuse: None,
    }
}

fn fate(asked: &Asked, decision: Decision) -> Fate {
    let not_dialed =
        |came_to, state: StateName| Fate { came_to, state: state.as_str(), dial: None, findings: vec![] };
    let fate = match decision.came_to {
        replay::CameTo::Approved => {
            let begins = Timestamp::UNIX_EPOCH;
            let ended = end(asked, begins + asked.at).ended_at.duration_since(begins);
            Fate { state: StateName::Closed.as_str(), ..Fate::dialed(Dial { at: asked.at, ended }) }
        }
        replay::CameTo::Duplicate => not_dialed(CameTo::Duplicate, StateName::Duplicate),
        replay::CameTo::Redirected => not_dialed(CameTo::Redirected, StateName::Redirected),
        replay::CameTo::Refused => not_dialed(CameTo::Refused, StateName::Refused),
    };
    Fate { findings: decision.findings, ..fate }
}
