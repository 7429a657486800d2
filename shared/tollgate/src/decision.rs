//! The one decision on a request: what is known goes in, what is to be done comes out. Screening, dialing and the replay
//! call [`decide`] and carry out what it says; where more must be known, it says what, and is called once more.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::budget::{self, Budget, Row, Take};
use crate::counter::Place;
use crate::evidence::Admission;
use crate::facts::{CarrierFact, Facts};
use crate::line::LineFact;
use crate::policy::Policy;
use crate::record::{Record, Terms};
use crate::request::RequestId;
use crate::screen::{at_dial, lookup_matters, needs_carrier, screen, terms};
use crate::state::{Attempt, Dialing, Ending, Failure, Retry, State};
use crate::text::{CarrierName, ContactId};
use crate::verdict::{Code, Finding};

/// A request at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The request, and how far it has come.
    pub record: &'a Record,
    /// What was gathered of it; none at first.
    pub facts: Option<&'a Facts>,
    /// The policy.
    pub policy: &'a Policy,
    /// The moment.
    pub now: Timestamp,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: somebody moved it on, or it waits for something else.
    Leave,
    /// To learn more, and decide again.
    Ask(Question),
    /// To claim its number, unless somebody else holds it.
    Approve(Approval),
    /// To have it wait, since another request holds its number.
    Wait {
        /// That request.
        owner: RequestId,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// To end it without a call.
    End {
        /// How.
        ending: Ending,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// To claim it for the dial, with its places in all budgets, and to call.
    Dial {
        /// The places.
        rows: Vec<Row>,
        /// The terms of its approval.
        terms: Terms,
    },
    /// To have its call stopped, unless an agent has joined.
    Stop(ContactId),
}

/// What must be known before more can be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// All that the rules look at. Asking counts the request for who asks.
    Everything,
    /// Which of these requests will not be called any more. Asked only where that decides.
    Over(BTreeSet<RequestId>),
    /// The number's line, which costs money.
    Line(Admission),
    /// The calls to the number's carrier.
    Carrier(CarrierName),
    /// What may have changed since the approval: lists and kill switches.
    Changes,
}

/// An approval that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The terms on which it is let through.
    pub terms: Terms,
    /// The places that it takes, each with the code of its limit.
    pub places: Vec<(Code, Place)>,
}

/// Decides what is to be done with a request.
#[must_use]
pub fn decide(case: &Case<'_>) -> Decision {
    let Case { record, now, .. } = *case;
    let too_late = match &record.state {
        State::Received | State::Approved => Ending::Expired,
        State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Due), .. }) => {
            Ending::Failed { failure: Failure::Busy }
        }
        State::InCall { contact_id, .. } if record.cancelled_at.is_some() => {
            return Decision::Stop(contact_id.clone());
        }
        State::Duplicate { .. } | State::Dialing(_) | State::InCall { .. } | State::Ended(_) => {
            return Decision::Leave;
        }
    };
    if record.cancelled_at.is_some() {
        return Decision::End { ending: Ending::Cancelled, findings: vec![] };
    }
    if now >= record.request.deadline {
        return Decision::End { ending: too_late, findings: vec![] };
    }
    match (case.facts, record.state == State::Received) {
        (None, true) => Decision::Ask(Question::Everything),
        (None, false) => Decision::Ask(Question::Changes),
        (Some(facts), true) => approve(case, facts),
        (Some(facts), false) => dial(case, facts),
    }
}

/// Decides on a request that is new.
fn approve(case: &Case<'_>, facts: &Facts) -> Decision {
    let Case { record: Record { request, .. }, policy, now, .. } = *case;
    if let Some(asked) = asked_a_moment_ago(case, facts) {
        return Decision::Ask(Question::Over(asked));
    }
    if lookup_matters(request, facts, policy, now) {
        let (terms, _) = terms(request, facts, policy, now);
        return Decision::Ask(Question::Line(terms.admission));
    }
    if facts.carrier == CarrierFact::NotAsked
        && let Some(carrier) = needs_carrier(&facts.line, &facts.usual, policy, now)
    {
        return Decision::Ask(Question::Carrier(carrier.clone()));
    }
    let verdict = screen(request, facts, policy, now);
    if verdict.turns_away() {
        return Decision::End { ending: Ending::Refused, findings: verdict.findings };
    }
    let (terms, places) = terms(request, facts, policy, now);
    let approval = Approval { findings: verdict.findings, terms, places };
    match facts.pending.filter(|holder| *holder != request.id) {
        Some(owner) => approval.held_by(owner),
        None => Decision::Approve(approval),
    }
}

/// What the same asker asked for a moment ago, if it is that which turns the request away: it counts as live until it is known to
/// be over, and often it is, since somebody mistyped, or was refused.
fn asked_a_moment_ago(case: &Case<'_>, facts: &Facts) -> Option<BTreeSet<RequestId>> {
    let Case { record: Record { request, .. }, policy, now, .. } = *case;
    let asked: BTreeSet<_> = facts.asking.pending().map(|ask| ask.id).collect();
    if facts.over.is_some() || asked.is_empty() || !screen(request, facts, policy, now).turns_away() {
        return None;
    }
    let over = Facts { over: Some(asked.clone()), ..facts.clone() };
    (!screen(request, &over, policy, now).turns_away()).then_some(asked)
}

/// Decides on a request that was approved, or that Connect was too busy for and whose turn has come again.
fn dial(case: &Case<'_>, facts: &Facts) -> Decision {
    let Case { record, policy, now, .. } = *case;
    let line = record.line.clone().map_or(LineFact::NotAsked, LineFact::Known);
    let verdict = at_dial(&record.request, &Facts { line, ..facts.clone() }, policy, now);
    if verdict.turns_away() {
        return Decision::End { ending: Ending::Refused, findings: verdict.findings };
    }
    let terms = record.terms.clone().unwrap_or_else(|| Terms::unwritten(policy));
    let rows = budget::rows(&record.request.number, &terms, policy, now);
    Decision::Dial { rows, terms }
}

impl Approval {
    /// What is to be done since another request holds the number.
    #[must_use]
    pub fn held_by(self, owner: RequestId) -> Decision {
        let pending = Finding::about(Code::NumberPending, owner.to_string());
        Decision::Wait { owner, findings: [self.findings, vec![pending]].concat() }
    }

    /// What is to be done since a limit was reached meanwhile: the race that was lost is one more finding.
    #[must_use]
    pub fn full(self, code: Code, place: &Place) -> Decision {
        let room = place.room.unwrap_or(0);
        let full =
            Finding::about(code, place.subject.key()).measured(room + 1, room, place.window.length_seconds());
        Decision::End { ending: Ending::Refused, findings: [self.findings, vec![full]].concat() }
    }
}

/// What is to be done since a budget has no room: for the next minute a request waits, for anything longer it does not.
#[must_use]
pub fn spent(take: Take, row: &Row) -> Decision {
    if take.budget == Budget::CallsPerMinute && take.amount <= take.max {
        return Decision::Leave;
    }
    Decision::End { ending: Ending::Refused, findings: vec![budget::spent(take, row)] }
}

#[cfg(test)]
mod tests;
