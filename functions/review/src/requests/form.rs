//! The form in which an operator sees a request. What the visitor wrote (name and topic) is for the agent and is not
//! shown.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use tollgate::country::CountryCode;
use tollgate::line::Line;
use tollgate::number::NumberKind;
use tollgate::outcome::{CallEnd, Outcome};
use tollgate::record::{Mark, MarkKind, Record};
use tollgate::request::{NetworkMark, RequestId, Whereabouts};
use tollgate::state::{Ending, Failure, State, StateName};
use tollgate::text::{AccountId, Author, ContactId};
use tollgate::verdict::{Certainty, Code, Finding, Standing};

/// A request as an operator sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    id: RequestId,
    state: StateName,
    received_at: Timestamp,
    deadline: Timestamp,
    number: String,
    country: Option<CountryCode>,
    kind: NumberKind,
    address: String,
    address_country: Option<String>,
    asn: Option<u32>,
    marks: BTreeSet<NetworkMark>,
    account: Option<AccountId>,
    findings: Vec<ShownFinding>,
    line: Option<Line>,
    /// The request that holds the number, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<ShownEnd>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Timestamp>,
    /// What an operator said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_mark: Option<ShownMark>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownMark {
    mark: MarkKind,
    marked_at: Timestamp,
    marked_by: Author,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownFinding {
    code: Code,
    certainty: Certainty,
    standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_seconds: Option<u32>,
    /// Some of the lines that misbehaved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members: Vec<String>,
    /// When time alone lifts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// What else does.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownEnd {
    ended_at: Timestamp,
    answered_at: Option<Timestamp>,
    agent_at: Option<Timestamp>,
    outcome: Outcome,
}

impl Shown {
    /// The form of a request; its number and address masked if `mask`.
    pub(crate) fn of(record: &Record, mask: bool) -> Self {
        let request = &record.request;
        let caller = &request.caller;
        let shown = Self {
            id: request.id,
            state: record.state.name(),
            received_at: request.received_at,
            deadline: request.deadline,
            number: if mask { request.number.masked() } else { request.number.e164().to_owned() },
            country: request.number.country(),
            kind: request.number.kind(),
            address: if mask { caller.address.masked() } else { caller.address.to_text() },
            address_country: match &caller.country {
                Whereabouts::In(country) => Some(country.to_string()),
                Whereabouts::NoneOf(_) => Some("elsewhere".to_owned()),
                Whereabouts::Untold => None,
            },
            asn: caller.asn,
            marks: caller.marks.clone(),
            account: caller.account.as_ref().map(|account| account.id.clone()),
            findings: record.findings.iter().map(|finding| ShownFinding::of(finding, mask)).collect(),
            line: record.line.clone(),
            held_by: None,
            dialed_at: None,
            contact_id: None,
            end: None,
            failure: None,
            cancelled_at: record.cancelled_at,
            operator_mark: record.mark.as_ref().map(ShownMark::of),
        };
        shown.with_state(&record.state)
    }

    fn with_state(self, state: &State) -> Self {
        match state {
            State::Received | State::Approved => self,
            State::Duplicate { owner } => Self { held_by: Some(*owner), ..self },
            State::Dialing(dialing) => Self { dialed_at: Some(dialing.dialed_at), ..self },
            State::InCall { contact_id, dialed_at } => {
                Self { contact_id: Some(contact_id.clone()), dialed_at: Some(*dialed_at), ..self }
            }
            State::Ended(Ending::Closed { contact_id, end }) => {
                Self { contact_id: contact_id.clone(), end: end.as_ref().map(ShownEnd::of), ..self }
            }
            State::Ended(Ending::Failed { failure }) => Self { failure: Some(*failure), ..self },
            State::Ended(Ending::Refused | Ending::Redirected | Ending::Cancelled | Ending::Expired) => self,
        }
    }
}

impl ShownFinding {
    fn of(finding: &Finding, mask: bool) -> Self {
        let finding = if mask { finding.masked() } else { finding.clone() };
        Self {
            code: finding.code,
            certainty: finding.certainty,
            standing: finding.standing,
            subject: finding.subject,
            value: finding.measure.map(|measure| measure.value),
            limit: finding.measure.map(|measure| measure.limit),
            window_seconds: finding.measure.map(|measure| measure.window_seconds),
            members: finding.members.iter().map(ToString::to_string).collect(),
            until: finding.until,
            lifted_by: finding.code.lifted_by(),
        }
    }
}

impl ShownMark {
    fn of(mark: &Mark) -> Self {
        Self { mark: mark.kind, marked_at: mark.marked_at, marked_by: mark.marked_by.clone() }
    }
}

impl ShownEnd {
    fn of(end: &CallEnd) -> Self {
        Self {
            ended_at: end.ended_at,
            answered_at: end.answered_at,
            agent_at: end.agent_at,
            outcome: end.outcome(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
