//! The real rules: `tollgate::state` and `tollgate::overdue`, asked once for everything that the model can ask them. The
//! model's few moments become timestamps here, so the model does not drift from the code.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::outcome::CallEnd;
use tollgate::overdue::{self, CallFact, DuplicateStep, RINGS_AT_MOST, Step};
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::request::{CallbackRequest, Caller, RequestId, Whereabouts};
use tollgate::state::{Attempt, Dialing, Ending, Failure, Retry, State, StateName};
use tollgate::text::ContactId;

use crate::world::{Claim, Request, Row};

/// What upkeep does with a request that it looks at (`overdue::Step`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented on `overdue::Step`")]
pub enum Look {
    Wait,
    DriveOn,
    End(Row),
    CallUp,
    AskConnect,
    AtOwner,
}

/// What Connect says about a call (`overdue::CallFact`). That it cannot be asked is taken as that it finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "documented on `overdue::CallFact`")]
pub enum Fact {
    Over,
    Live,
    NotFound,
}

/// What upkeep does after asking Connect (`overdue::Answer`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented on `overdue::Answer`")]
pub enum Answer {
    Close,
    Attach,
    Wait,
    GiveUp,
}

/// A request as the rules are asked about it.
type Asked = (Row, bool, bool, Claim);

/// The rules.
#[derive(Debug)]
pub struct Rules {
    steps: FxHashSet<(Row, Row)>,
    phases: FxHashMap<Row, u8>,
    looks: FxHashMap<Asked, Look>,
    answers: FxHashMap<(Row, Claim, Fact), Answer>,
    duplicates: FxHashMap<(bool, bool, Row), DuplicateStep>,
}

impl Rules {
    /// Asks the real rules for everything.
    #[must_use]
    pub fn ask() -> Self {
        let template = Template::new();
        let mut rules = Self {
            steps: FxHashSet::default(),
            phases: FxHashMap::default(),
            looks: FxHashMap::default(),
            answers: FxHashMap::default(),
            duplicates: FxHashMap::default(),
        };
        for row in Row::all() {
            let state = template.state(row, Claim::Fresh);
            rules.phases.insert(row, state.name().phase());
            let steps = Row::all().filter(|to| state.clone().step(template.state(*to, Claim::Fresh)).is_ok());
            rules.steps.extend(steps.map(|to| (row, to)));
            for claim in [Claim::Fresh, Claim::Stale, Claim::Spent] {
                for (cancelled, late) in [(false, false), (false, true), (true, false), (true, true)] {
                    let look = template.look(row, cancelled, late, claim);
                    rules.looks.insert((row, cancelled, late, claim), look);
                    rules.duplicates.insert((cancelled, late, row), template.duplicate(cancelled, late, row));
                }
                for fact in [Fact::Over, Fact::Live, Fact::NotFound] {
                    rules.answers.insert((row, claim, fact), template.after_asking(row, claim, fact));
                }
            }
        }
        rules
    }

    /// Whether there is such a step (`State::step`).
    #[must_use]
    pub fn has_step(&self, from: Row, to: Row) -> bool {
        self.steps.contains(&(from, to))
    }

    /// The phase of a state (`StateName::phase`).
    #[must_use]
    pub fn phase(&self, row: Row) -> Option<u8> {
        self.phases.get(&row).copied()
    }

    /// What upkeep does (`overdue::step`).
    #[must_use]
    pub fn look(&self, request: &Request) -> Look {
        let asked = (request.row, request.cancelled, request.late, request.claim);
        self.looks.get(&asked).copied().unwrap_or(Look::Wait)
    }

    /// What upkeep does after asking Connect about a request that it saw like this (`overdue::after_asking`).
    #[must_use]
    pub fn after_asking(&self, seen: Row, claim: Claim, fact: Fact) -> Answer {
        self.answers.get(&(seen, claim, fact)).copied().unwrap_or(Answer::Wait)
    }

    /// What upkeep does with a duplicate (`overdue::duplicate_step`).
    #[must_use]
    pub fn duplicate(&self, request: &Request, owner: Row) -> DuplicateStep {
        let asked = (request.cancelled, request.late, owner);
        self.duplicates.get(&asked).copied().unwrap_or(DuplicateStep::Wait)
    }
}

/// The moment at which the rules are asked.
const NOW: Timestamp = Timestamp::UNIX_EPOCH;
/// More than any margin of the rules.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// The longest time that an invocation of Lambda has.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_secs(900);

/// A request, and what it is turned into for a question.
struct Template {
    record: Record,
    contact_id: ContactId,
    owner: RequestId,
    policy: Policy,
}

impl Template {
    #[expect(clippy::unwrap_used, reason = "these texts are written here")]
    fn new() -> Self {
        let caller = Caller {
            address: Address::parse("203.0.113.9").unwrap(),
            country: Whereabouts::Untold,
            asn: None,
            marks: BTreeSet::new(),
            account: None,
        };
        let request = CallbackRequest {
            id: RequestId::from_random([1; 16]),
            received_at: NOW - MARGIN,
            deadline: NOW + MARGIN,
            number: PhoneNumber::parse("+12065550100", None).unwrap(),
            name: None,
            topic: None,
            caller,
        };
        let record = Record {
            request,
            state: State::Received,
            findings: vec![],
            line: None,
            terms: None,
            cancelled_at: None,
            mark: None,
        };
        let contact_id = ContactId::parse("c-1").unwrap();
        Self { record, contact_id, owner: RequestId::from_random([2; 16]), policy: Policy::default() }
    }

    fn end(&self) -> CallEnd {
        CallEnd { ended_at: NOW, answered_at: None, agent_at: None, excuse: None }
    }

    fn state(&self, row: Row, claim: Claim) -> State {
        let dial = &self.policy.dial;
        let longest = RINGS_AT_MOST + SignedDuration::from_secs(i64::from(dial.call_seconds_max));
        let claimed_until = match claim {
            // The invocation's time is just over, and Lambda may not have ended it yet.
            Claim::Fresh => NOW,
            Claim::Stale => NOW - MARGIN,
            Claim::Spent => NOW - longest - MARGIN,
        };
        let dialed_at = claimed_until - CLAIMED_FOR;
        let dialing = |attempt| State::Dialing(Dialing { dialed_at, claimed_until, attempt });
        let contact_id = Some(self.contact_id.clone());
        match row {
            Row::Received => State::Received,
            Row::Duplicate => State::Duplicate { owner: self.owner },
            Row::Approved => State::Approved,
            Row::Placing(_) => dialing(Attempt::Placing),
            Row::Waiting(_) => dialing(Attempt::NotPlaced(Retry::Waiting)),
            Row::Due(_) => dialing(Attempt::NotPlaced(Retry::Due)),
            Row::InCall => State::InCall { contact_id: self.contact_id.clone(), dialed_at },
            Row::Closed => State::Ended(Ending::Closed { contact_id, end: Some(self.end()) }),
            Row::Lost => State::Ended(Ending::Closed { contact_id: None, end: None }),
            Row::Refused => State::Ended(Ending::Refused),
            Row::Cancelled => State::Ended(Ending::Cancelled),
            Row::Expired => State::Ended(Ending::Expired),
            Row::FailedForGood => State::Ended(Ending::Failed { failure: Failure::NotPermitted }),
            Row::FailedBusy => State::Ended(Ending::Failed { failure: Failure::Busy }),
        }
    }

    fn record(&self, state: State, cancelled: bool, late: bool) -> Record {
        let mut record = Record { state, ..self.record.clone() };
        record.cancelled_at = cancelled.then_some(NOW);
        if late {
            record.request.deadline = NOW;
        }
        record
    }

    fn look(&self, row: Row, cancelled: bool, late: bool, claim: Claim) -> Look {
        let state = self.state(row, claim);
        let is_open = !matches!(state, State::Ended(_));
        assert_eq!(overdue::wake_at(&state, NOW).is_some(), is_open, "no-orphan: {state:?}");
        match overdue::step(&self.record(state, cancelled, late), NOW) {
            Step::DriveOn => Look::DriveOn,
            Step::End(ending) => Look::End(ended(&ending)),
            Step::CallUp => Look::CallUp,
            Step::LookAtOwner(_) => Look::AtOwner,
            Step::AskConnect(_) => Look::AskConnect,
            Step::Wait => Look::Wait,
        }
    }

    fn after_asking(&self, row: Row, claim: Claim, fact: Fact) -> Answer {
        let record = self.record(self.state(row, claim), false, false);
        let contact_id = self.contact_id.clone();
        let fact = match fact {
            Fact::Over => CallFact::Over(contact_id, self.end()),
            Fact::Live => CallFact::Live { contact_id, agent_at: None },
            Fact::NotFound => CallFact::NotFound,
        };
        match overdue::after_asking(&record, fact, &self.policy, NOW) {
            overdue::Answer::Close(_) => Answer::Close,
            overdue::Answer::Attach(_) => Answer::Attach,
            overdue::Answer::Wait => Answer::Wait,
            overdue::Answer::GiveUp => Answer::GiveUp,
        }
    }

    fn duplicate(&self, cancelled: bool, late: bool, owner: Row) -> DuplicateStep {
        let record = self.record(State::Duplicate { owner: self.owner }, cancelled, late);
        overdue::duplicate_step(&record, Some(&self.state(owner, Claim::Fresh)), NOW)
    }
}

/// The row of a request that upkeep ends.
fn ended(ending: &Ending) -> Row {
    match (ending.name(), ending) {
        (_, Ending::Failed { failure: Failure::Busy }) => Row::FailedBusy,
        (StateName::Failed, _) => Row::FailedForGood,
        (StateName::Cancelled, _) => Row::Cancelled,
        (StateName::Expired, _) => Row::Expired,
        (StateName::Refused, _) => Row::Refused,
        (_, Ending::Closed { end: None, .. }) => Row::Lost,
        _ => Row::Closed,
    }
}
