//! The forms in which what is stored of a person is shown to him: in full, with what he wrote himself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tollgate::counter::Ask;
use tollgate::evidence::{Admission, Call, Talk};
use tollgate::network::Network;
use tollgate::outcome::Excuse;
use tollgate::record::MarkKind;
use tollgate::request::RequestId;
use tollgate::text::{AccountId, Author, CarrierName, ContactId, Reason, VisitorText};
use tollgate_aws::tables::changes::{Action, Change};
use tollgate_aws::tables::contacts::Contact;
use tollgate_aws::tables::counters::Counted;
use tollgate_aws::tables::decisions::{Decided, Decision};
use tollgate_aws::tables::pending::Claim;
use tollgate_aws::tables::requests::Stored;

use crate::requests;

/// A request, with what only its maker and the agent see.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownRequest {
    request: requests::Shown,
    name: Option<VisitorText>,
    topic: Option<VisitorText>,
    verified_number: Option<String>,
    kept_until: Timestamp,
}

impl ShownRequest {
    pub(super) fn of(stored: &Stored) -> Self {
        let request = &stored.record.request;
        let verified = request.caller.account.as_ref().and_then(|account| account.verified_number.as_ref());
        Self {
            request: requests::Shown::of(&stored.record, false),
            name: request.name.clone(),
            topic: request.topic.clone(),
            verified_number: verified.map(|number| number.e164().to_owned()),
            kept_until: stored.expires_at,
        }
    }
}

/// A call among the evidence.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownCall {
    request: RequestId,
    number: String,
    line: Network,
    account: Option<AccountId>,
    carrier: Option<CarrierName>,
    dialed_at: Timestamp,
    admission: Admission,
    ended_at: Option<Timestamp>,
    agent_seconds: Option<u64>,
    mark: Option<MarkKind>,
    forgiven: bool,
}

impl ShownCall {
    pub(super) fn of(call: Call) -> Self {
        let agent_seconds = call.end.and_then(|end| match end.talk {
            Talk::Lasted { seconds } => Some(seconds),
            _ => None,
        });
        Self {
            request: call.request,
            number: call.number.e164().to_owned(),
            line: call.line,
            account: call.account,
            carrier: call.carrier,
            dialed_at: call.dialed_at,
            admission: call.admission,
            ended_at: call.end.map(|end| end.at),
            agent_seconds,
            mark: call.mark.map(|mark| mark.kind),
            forgiven: call.forgiven,
        }
    }
}

/// What Amazon Connect told of a call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownContact {
    contact_id: ContactId,
    request: Option<RequestId>,
    answered_at: Option<Timestamp>,
    agent_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    excuse: Option<Excuse>,
    legs: Vec<ShownLeg>,
}

/// A contact that a call was transferred to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownLeg {
    contact_id: ContactId,
    ended_at: Option<Timestamp>,
}

impl ShownContact {
    pub(super) fn of(contact_id: ContactId, contact: Contact) -> Self {
        let Contact { request_id: request, answered_at, agent_at, ended_at, excuse, legs } = contact;
        let legs = legs.into_iter().map(|(contact_id, ended_at)| ShownLeg { contact_id, ended_at }).collect();
        Self { contact_id, request, answered_at, agent_at, ended_at, excuse, legs }
    }
}

/// The claim on a number.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownClaim {
    number: String,
    request: RequestId,
    claimed_at: Timestamp,
}

impl ShownClaim {
    pub(super) fn of(claim: Claim) -> Self {
        let Claim { number, holder, claimed_at } = claim;
        Self { number: number.e164().to_owned(), request: holder, claimed_at }
    }
}

/// A row of counts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownCounts {
    subject: String,
    window: String,
    asks: Vec<ShownAsk>,
    counts: BTreeMap<String, i64>,
    kept_until: Option<Timestamp>,
}

/// A request that is counted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAsk {
    request: RequestId,
    number: String,
    asked_at: Option<Timestamp>,
}

impl ShownCounts {
    pub(super) fn of(counted: Counted) -> Self {
        let Counted { subject, window, asks, counts, expires_at } = counted;
        let shown = |Ask { id, number, asked_at }| ShownAsk { request: id, number, asked_at };
        Self { subject, window, asks: asks.into_iter().map(shown).collect(), counts, kept_until: expires_at }
    }
}

/// What was decided on a proposal to list a person.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownDecision {
    entry: String,
    decided: Decided,
    decided_at: Timestamp,
    author: Author,
}

impl ShownDecision {
    pub(super) fn of(entry: String, decision: Decision) -> Self {
        let Decision { decided, decided_at, author, .. } = decision;
        Self { entry, decided, decided_at, author }
    }
}

/// A change that names a person, or that marked one of his requests.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownChange {
    changed_at: Timestamp,
    author: Author,
    action: Action,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl ShownChange {
    pub(super) fn of(change: Change) -> Self {
        let Change { changed_at, author, action, subject, reason } = change;
        Self { changed_at, author, action, subject, reason }
    }
}
