//! Replay: what would have become of recorded requests under another policy. The very rules decide, on counts and pasts
//! that are kept in memory as the tables would hold them.
//!
//! What no policy decides is taken as recorded: the number's line, what the lists and kill switches said, how the call ended,
//! what operators marked. Of a request that was not called then and would be now, nobody knows how the call had ended: it
//! holds its number for as long as the policy estimates, and teaches nothing. A request is decided at the moment at which it
//! was received; the minute's budget, for which requests wait, is left out, and a duplicate stays one.

mod later;
mod memory;
mod recorded;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::budget::Reserved;
use crate::counter::Place;
use crate::decision::{Approval, Case, Decision as ToDo, decide};
use crate::evidence::{End, Marked};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::record::{Record, Terms};
use crate::screen::at_once;
use crate::state::{State, StateName};
use crate::verdict::{Code, Finding, Standing};

use later::{Event, Later};
use memory::Memory;
use recorded::Course;

/// What a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameTo {
    /// It is approved: a call is made, unless it is withdrawn before.
    Approved,
    /// Another request holds the number.
    Duplicate,
    /// It is turned away at once, and the visitor told of other channels.
    Redirected,
    /// It is turned away after it was accepted.
    Refused,
}

/// A decision, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What the request comes to.
    pub came_to: CameTo,
    /// All that was found.
    pub findings: Vec<Finding>,
}

/// A replay under one policy, as far as it has come.
#[derive(Debug)]
pub struct Replay {
    policy: Policy,
    memory: Memory,
    later: Later,
}

impl CameTo {
    /// What a recorded request came to; none if nothing was decided before it was withdrawn or too old.
    #[must_use]
    pub fn recorded(record: &Record) -> Option<Self> {
        match record.state.name() {
            StateName::Approved
            | StateName::Dialing
            | StateName::InCall
            | StateName::Closed
            | StateName::Failed => Some(Self::Approved),
            StateName::Duplicate => Some(Self::Duplicate),
            StateName::Redirected => Some(Self::Redirected),
            StateName::Refused => Some(Self::Refused),
            StateName::Received | StateName::Cancelled | StateName::Expired => None,
        }
    }
}

impl Decision {
    /// The finding that decides: the most certain one, the first if there are several; none of an approval.
    #[must_use]
    pub fn decided_by(&self) -> Option<Code> {
        let enforced = || self.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        let certainty = enforced().map(|finding| finding.certainty).max();
        let leads = |finding: &Finding| match self.came_to {
            CameTo::Approved => false,
            CameTo::Duplicate => finding.code == Code::NumberPending,
            CameTo::Redirected | CameTo::Refused => Some(finding.certainty) == certainty,
        };
        enforced().find(|finding| leads(finding)).map(|finding| finding.code)
    }
}

impl Replay {
    /// A replay of which nothing is known yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy, memory: Memory::default(), later: Later::default() }
    }

    /// Decides on a recorded request. They are taken in the order in which they were received.
    pub fn take(&mut self, record: &Record) -> Decision {
        let now = record.request.received_at;
        self.catch_up(now);
        let decision = self.decide(record, now);
        if let Some(mark) = &record.mark {
            let marked = Marked { kind: mark.kind, at: mark.marked_at };
            self.later.add(mark.marked_at, Event::Marked { request: record.request.id, mark: marked });
        }
        decision
    }

    fn decide(&mut self, record: &Record, now: Timestamp) -> Decision {
        let (request, policy) = (&record.request, &self.policy);
        let verdict = at_once(request, &recorded::switches(record), None, policy);
        if verdict.turns_away() {
            return Decision { came_to: CameTo::Redirected, findings: verdict.findings };
        }
        self.memory.ask(request, policy, now);
        let facts = self.memory.facts(record, policy, now);
        let new = Record {
            request: request.clone(),
            state: State::Received,
            findings: vec![],
            line: record.line.clone(),
            terms: None,
            cancelled_at: None,
            mark: None,
        };
        match decide(&Case { record: &new, facts: Some(&facts), policy, now }) {
            ToDo::Approve(approval) => self.approve(record, new, approval, &facts, now),
            ToDo::Wait { findings, .. } => {
                self.memory.leave(request.id);
                Decision { came_to: CameTo::Duplicate, findings }
            }
            ToDo::End { findings, .. } => {
                self.memory.leave(request.id);
                Decision { came_to: CameTo::Refused, findings }
            }
            // Of a new request of which everything is known that was recorded, nothing is left to ask.
            ToDo::Leave | ToDo::Ask(_) | ToDo::Dial { .. } | ToDo::Stop(_) => {
                Decision { came_to: CameTo::Refused, findings: vec![] }
            }
        }
    }

    /// Takes the request's places; then whatever the record tells of its call follows.
    fn approve(
        &mut self,
        record: &Record,
        new: Record,
        approval: Approval,
        facts: &Facts,
        now: Timestamp,
    ) -> Decision {
        let (request, policy) = (&record.request, &self.policy);
        let Approval { findings, mut terms, places } = approval;
        let places: Vec<Place> = places.into_iter().map(|(_, place)| place).collect();
        let course = Course::of(record);
        if course.is_dialed() {
            let approved = Record { state: State::Approved, terms: Some(terms.clone()), ..new };
            let to_do = decide(&Case { record: &approved, facts: Some(facts), policy, now });
            if let ToDo::Dial { rows, .. } = to_do {
                terms.reserved = Reserved::by(&rows, &request.number, &policy.budgets);
                if let Some(finding) = self.memory.take_budgets(rows) {
                    let findings = [findings, vec![finding]].concat();
                    self.memory.leave(request.id);
                    return Decision { came_to: CameTo::Refused, findings };
                }
            }
            self.memory.call(record, &terms, now);
        }
        places.iter().for_each(|place| self.memory.take(place));
        self.memory.hold(request);
        self.follow(record, course, terms, places, now);
        Decision { came_to: CameTo::Approved, findings }
    }

    /// What follows of an approval, as it is recorded.
    fn follow(&mut self, record: &Record, course: Course, terms: Terms, places: Vec<Place>, now: Timestamp) {
        let (request, policy) = (&record.request, &self.policy);
        let let_go = Event::LetGo { number: request.number.clone() };
        let estimated = SignedDuration::from_mins(i64::from(policy.budgets.estimated_call_minutes));
        let longest = SignedDuration::from_secs(i64::from(policy.dial.call_seconds_max));
        match course {
            Course::Call(end) => {
                self.later.add(end.at, let_go);
                let record = Box::new(record.clone());
                self.later.add(end.at, Event::Ended { record, terms, end });
            }
            Course::NoCall { ended_at } => {
                self.later.add(ended_at, let_go);
                self.later.add(ended_at, Event::NoCall { request: request.id, places });
            }
            Course::Failed => {
                self.memory.no_call(request.id);
                self.memory.settle(terms.reserved.and_then(|reserved| reserved.unused()));
                self.later.add(now, let_go);
                self.later.add(now, Event::NoCall { request: request.id, places });
            }
            Course::Lost => {
                self.later.add(now + longest, let_go);
                let (record, end) = (Box::new(record.clone()), End::unheard(now + longest));
                self.later.add(now + longest, Event::Ended { record, terms, end });
            }
            Course::Unknown => {
                self.later.add(now + estimated, let_go);
                self.later.add(now + estimated, Event::Unknown { request: request.id });
            }
        }
    }

    /// Lets everything happen that happened up to a moment.
    fn catch_up(&mut self, now: Timestamp) {
        while let Some((at, event)) = self.later.next(now) {
            match event {
                Event::LetGo { number } => self.memory.let_go(&number),
                Event::NoCall { request, places } => {
                    self.memory.leave(request);
                    places.iter().for_each(|place| self.memory.give_back(place));
                }
                Event::Ended { record, terms, end } => {
                    self.memory.end(&record, &terms, end, &self.policy);
                    let reserved = terms.reserved.zip(recorded::call_end(&record));
                    self.memory.settle(reserved.and_then(|(reserved, end)| reserved.settled(end)));
                }
                Event::Unknown { request } => self.memory.end_unknown(request, at),
                Event::Marked { request, mark } => self.memory.mark(request, mark),
            }
        }
        self.memory.ripen(&self.policy, now);
    }
}

#[cfg(test)]
pub(crate) mod tests;
