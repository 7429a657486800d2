//! What the tables would hold: who asked for what, the calls, who holds which number, and what is taken of the budgets.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::recorded;
use crate::budget::{self, Budget, Earned, Pot, Row, Settled, Take};
use crate::counter::{Ask, Asked, DAY_SECONDS, Place, Subject, Window};
use crate::evidence::{CALLS_SEEN_MAX, Call, CameTo, DAY, End, Evidence, Marked, REMEMBERED};
use crate::facts::{AskCount, Asking, CarrierFact, Facts, Held, Places};
use crate::line::LineFact;
use crate::network::Network;
use crate::number::{NumberRange, PhoneNumber};
use crate::policy::{Limit, Policy};
use crate::record::{Record, Terms};
use crate::request::{CallbackRequest, RequestId};
use crate::screen::{asking, needs_carrier};
use crate::text::{AccountId, CarrierName};
use crate::usual::Usual;
use crate::verdict::Finding;

/// How a call is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Line(Network),
    Account(AccountId),
    Network(Network),
    Site(Network),
    Neighborhood(Network),
    Number(PhoneNumber),
    Range(NumberRange),
    Carrier(String),
}

/// The memory of a replay.
#[derive(Debug, Default)]
pub(super) struct Memory {
    asks: HashMap<(Subject, Window), Vec<Ask>>,
    approved: HashMap<(Subject, Window), u64>,
    calls: HashMap<RequestId, Call>,
    parts: HashMap<Part, BTreeMap<(Timestamp, RequestId), ()>>,
    usual: Usual,
    /// Good calls that are not ripe yet, by the moment at which they are.
    ripening: BTreeMap<(Timestamp, RequestId), Option<CarrierName>>,
    holders: HashMap<PhoneNumber, RequestId>,
    /// Requests that will not be called any more.
    over: HashSet<RequestId>,
    budgets: HashMap<(Budget, Pot, Window), i64>,
}

impl Memory {
    /// Counts a request for those who ask.
    pub(super) fn ask(&mut self, request: &CallbackRequest, policy: &Policy, now: Timestamp) {
        for (subject, limit) in asking(request, policy) {
            let asks = self.asks.entry((subject, Window::at(now, limit.window_seconds))).or_default();
            if asks.len() < usize::try_from(limit.requests_max).unwrap_or(usize::MAX) {
                asks.push(Ask::of(request));
            }
        }
    }

    /// All that is known when a request is decided, itself counted.
    pub(super) fn facts(&self, record: &Record, policy: &Policy, now: Timestamp) -> Facts {
        let request = &record.request;
        let mut asking = asking(request, policy)
            .into_iter()
            .map(|(subject, limit)| self.asked(subject, limit, request, now));
        let mut facts = Facts {
            listings: recorded::listings(record),
            switches: recorded::switches(record),
            line: recorded::line(record),
            asking: Asking { address: asking.next().unwrap_or_default(), account: asking.next() },
            evidence: self.evidence(request, now),
            usual: self.usual.clone(),
            range_approved: self.approved(&Subject::Range(request.number.range()), now),
            carrier: CarrierFact::NotAsked,
            newcomers: self.places(policy, now),
            pending: self.holders.get(&request.number).copied(),
            over: None,
            spent: None,
        };
        let over = facts.asking.pending().map(|ask| ask.id).filter(|id| self.over.contains(id));
        facts.over = Some(over.collect());
        facts.carrier = self.carrier(&facts.line, policy, now);
        facts
    }

    fn carrier(&self, line: &LineFact, policy: &Policy, now: Timestamp) -> CarrierFact {
        let Some(carrier) = needs_carrier(line, &self.usual, policy, now) else {
            return CarrierFact::NotAsked;
        };
        CarrierFact::Known {
            calls: self.seen(&Part::Carrier(carrier.key()), now),
            approved: self.approved(&Subject::Carrier(carrier.clone()), now),
        }
    }

    fn evidence(&self, request: &CallbackRequest, now: Timestamp) -> Evidence {
        let caller = &request.caller;
        let of = |part: Option<Part>| part.map(|part| self.seen(&part, now)).unwrap_or_default();
        let account = caller.account.as_ref().map(|account| Part::Account(account.id.clone()));
        let range = Part::Range(request.number.range());
        Evidence {
            line: self.seen(&Part::Line(caller.address.line()), now),
            account: of(account),
            network: self.seen(&Part::Network(caller.address.block()), now),
            site: of(caller.address.site().map(Part::Site)),
            neighborhood: self.seen(&Part::Neighborhood(caller.address.neighborhood()), now),
            number: self.seen(&Part::Number(request.number.clone()), now),
            range_settled: self.dialed_before(&range, now - DAY, now),
            range: self.seen(&range, now),
        }
    }

    /// The newest calls of one who had part in them.
    fn seen(&self, part: &Part, now: Timestamp) -> Vec<Call> {
        self.dialed_before(part, Timestamp::MAX, now)
    }

    fn dialed_before(&self, part: &Part, before: Timestamp, now: Timestamp) -> Vec<Call> {
        let Some(calls) = self.parts.get(part) else { return vec![] };
        let since = (now - REMEMBERED, RequestId::from_random([0; 16]));
        let until = (before, RequestId::from_random([0; 16]));
        if since > until {
            return vec![];
        }
        let newest = calls.range(since..until).rev().take(CALLS_SEEN_MAX);
        newest.filter_map(|((_, id), ())| self.calls.get(id)).cloned().collect()
    }

    fn asked(&self, subject: Subject, limit: Limit, request: &CallbackRequest, now: Timestamp) -> AskCount {
        let (ask, window) = (Ask::of(request), Window::at(now, limit.window_seconds));
        let asks = |window| self.asks.get(&(subject.clone(), window)).map(Vec::as_slice);
        let last = asks(window.last()).map(|asks| Asked::all(asks, &ask)).unwrap_or_default();
        AskCount { this: Asked::up_to(asks(window).unwrap_or_default(), &ask), last }
    }

    fn approved(&self, subject: &Subject, now: Timestamp) -> u64 {
        self.approved.get(&(subject.clone(), Window::at(now, DAY_SECONDS))).copied().unwrap_or(0)
    }

    fn places(&self, policy: &Policy, now: Timestamp) -> Places {
        let window = Window::at(now, policy.newcomers.window_seconds);
        let taken = |budget, window| self.taken(budget, &Pot::Newcomers, window);
        let held = |budget| Held { this: taken(budget, window), last: taken(budget, window.last()) };
        Places { newcomers: held(Budget::Newcomers), strangers: held(Budget::Strangers) }
    }

    fn taken(&self, budget: Budget, pot: &Pot, window: Window) -> i64 {
        self.budgets.get(&(budget, pot.clone(), window)).copied().unwrap_or(0)
    }

    /// Takes an approval's place.
    pub(super) fn take(&mut self, place: &Place) {
        *self.approved.entry((place.subject.clone(), place.window)).or_default() += 1;
    }

    /// Gives an approval's place back.
    pub(super) fn give_back(&mut self, place: &Place) {
        let taken = self.approved.entry((place.subject.clone(), place.window)).or_default();
        *taken = taken.saturating_sub(1);
    }

    /// A call is placed.
    pub(super) fn call(&mut self, record: &Record, terms: &Terms, now: Timestamp) {
        let (request, address) = (&record.request, record.request.caller.address);
        let call = Call::of(record, terms, now);
        let parts = [
            Some(Part::Line(address.line())),
            call.account.clone().map(Part::Account),
            Some(Part::Network(address.block())),
            address.site().map(Part::Site),
            Some(Part::Neighborhood(address.neighborhood())),
            Some(Part::Number(request.number.clone())),
            Some(Part::Range(request.number.range())),
            call.carrier.as_ref().map(|carrier| Part::Carrier(carrier.key())),
        ];
        for part in parts.into_iter().flatten() {
            self.parts.entry(part).or_default().insert((now, request.id), ());
        }
        self.calls.insert(request.id, call);
    }

    /// Connect would not place the call after all.
    pub(super) fn no_call(&mut self, request: RequestId) {
        self.calls.remove(&request);
    }

    /// A call is over.
    pub(super) fn end(&mut self, record: &Record, terms: &Terms, end: End, policy: &Policy) {
        let Some(call) = self.calls.get_mut(&record.request.id) else { return };
        call.end = Some(end);
        if call.for_others(policy) != CameTo::Good {
            return;
        }
        let carrier = recorded::carrier(record).cloned();
        self.ripening.insert((end.at + policy.proof.ripe_after(), call.request), carrier);
        for Earned { pot, window, budgets, places } in budget::earned(&call.number, terms, call.dialed_at) {
            for budget in budgets {
                *self.budgets.entry((budget, pot.clone(), window)).or_default() -= i64::from(places);
            }
        }
    }

    /// A call that was not made then is over: it counts as one, and nobody knows what it came to.
    pub(super) fn end_unknown(&mut self, request: RequestId, at: Timestamp) {
        if let Some(call) = self.calls.get_mut(&request) {
            call.end = Some(End::unheard(at));
            call.forgiven = true;
        }
    }

    /// An operator marks a call.
    pub(super) fn mark(&mut self, request: RequestId, mark: Marked) {
        if let Some(call) = self.calls.get_mut(&request) {
            call.mark = Some(mark);
        }
    }

    /// Learns which carriers are usual from what is ripe.
    pub(super) fn ripen(&mut self, policy: &Policy, now: Timestamp) {
        while let Some(entry) = self.ripening.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((_, id), carrier) = entry.remove_entry();
            if let Some(call) = self.calls.get(&id).filter(|call| call.is_ripe(policy, now)) {
                self.usual.learn(carrier.as_ref(), call.end.map_or(now, |end| end.at));
            }
        }
        self.usual.forget(now);
    }

    /// Takes from all budgets but the minute's, or tells which has no room: of several the longest.
    pub(super) fn take_budgets(&mut self, mut rows: Vec<Row>) -> Option<Finding> {
        for row in &mut rows {
            row.takes.retain(|take| take.budget != Budget::CallsPerMinute);
        }
        let has_room = |row: &Row, take: &Take| {
            let taken = self.taken(take.budget, &row.pot, row.window);
            taken.saturating_add_unsigned(take.amount) <= i64::try_from(take.max).unwrap_or(i64::MAX)
        };
        let spent =
            rows.iter().filter_map(|row| Some((row.takes.iter().find(|take| !has_room(row, take))?, row)));
        if let Some((take, row)) = spent.max_by_key(|(_, row)| row.window.length_seconds()) {
            return Some(budget::spent(*take, row));
        }
        for Row { pot, window, takes } in rows {
            for take in takes {
                let taken = self.budgets.entry((take.budget, pot.clone(), window)).or_default();
                *taken = taken.saturating_add_unsigned(take.amount);
            }
        }
        None
    }

    /// A call is over, and its day's cost is what its seconds cost.
    pub(super) fn settle(&mut self, settled: Option<Settled>) {
        let Some(settled) = settled else { return };
        let row = (Budget::CostPerDay, settled.pot(), settled.window);
        *self.budgets.entry(row).or_default() += settled.micro_usd;
    }

    /// The request will not be called any more.
    pub(super) fn leave(&mut self, request: RequestId) {
        self.over.insert(request);
    }

    /// The request holds its number.
    pub(super) fn hold(&mut self, request: &CallbackRequest) {
        self.holders.insert(request.number.clone(), request.id);
    }

    /// The number is free.
    pub(super) fn let_go(&mut self, number: &PhoneNumber) {
        self.holders.remove(number);
    }
}
