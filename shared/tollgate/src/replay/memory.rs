//! What the tables would hold: who asked for what, approvals and calls, pasts and blocks, who holds which number, and what is
//! taken of the budgets.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::recorded;
use crate::budget::{Budget, Row};
use crate::counter::{Ask, Asked, Count, Place, Subject, Window};
use crate::facts::{AskCount, Asking, Calls, Facts, Histories};
use crate::history::{Block, Day, History};
use crate::network::{Address, Network};
use crate::number::PhoneNumber;
use crate::outcome::Outcome;
use crate::policy::{Limit, Policy};
use crate::record::Record;
use crate::request::{CallbackRequest, RequestId};
use crate::screen::asking;
use crate::text::CarrierName;

/// The memory of a replay.
#[derive(Debug, Default)]
pub(super) struct Memory {
    asks: HashMap<(Subject, Window), Vec<Ask>>,
    approved: HashMap<(Subject, Window), u64>,
    callers: HashMap<(PhoneNumber, Window), BTreeSet<Network>>,
    pasts: HashMap<Subject, History>,
    holders: HashMap<PhoneNumber, RequestId>,
    budgets: HashMap<(Budget, String, Window), u64>,
    /// What each address asked for, and when.
    asked: HashMap<Address, Vec<(Timestamp, PhoneNumber)>>,
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
        let (request, limits) = (&record.request, &policy.limits);
        let mut asking = asking(request, policy)
            .into_iter()
            .map(|(subject, limit)| self.asked(subject, limit, request, now));
        let none = AskCount { this: Asked::default(), last: Asked::default() };
        let own = request.caller.address.line();
        let country = request.number.country().map(Subject::Country);
        let carrier = recorded::carrier(record);
        let number = Subject::Number(request.number.clone());
        Facts {
            listings: recorded::listings(record),
            switches: recorded::switches(record),
            line: recorded::line(record),
            asking: Asking {
                address: asking.next().unwrap_or(none),
                block: asking.next().unwrap_or(none),
                account: asking.next(),
            },
            number: Calls {
                addresses: self.callers(&request.number, own, limits.per_number, now),
                ..self.calls(&number, limits.per_number, now)
            },
            range: self.calls(&Subject::Range(request.number.range()), limits.per_range, now),
            country: country.map(|country| self.calls(&country, limits.per_country, now)).unwrap_or_default(),
            carriers: carrier
                .map(|carrier| {
                    let calls = self.calls(&Subject::Carrier(carrier.clone()), limits.per_carrier, now);
                    (carrier.key(), calls)
                })
                .into_iter()
                .collect(),
            histories: self.histories(request, carrier),
            pending: self.holders.get(&request.number).copied(),
        }
    }

    fn asked(&self, subject: Subject, limit: Limit, request: &CallbackRequest, now: Timestamp) -> AskCount {
        let (ask, window) = (Ask::of(request), Window::at(now, limit.window_seconds));
        let asks = |window| self.asks.get(&(subject.clone(), window)).map(Vec::as_slice);
        let last = asks(window.last()).map(|asks| Asked::all(asks, &ask)).unwrap_or_default();
        AskCount { this: Asked::up_to(asks(window).unwrap_or_default(), &ask), last }
    }

    fn calls(&self, subject: &Subject, limit: Limit, now: Timestamp) -> Calls {
        let window = Window::at(now, limit.window_seconds);
        let count = |window| self.approved.get(&(subject.clone(), window)).copied().unwrap_or(0);
        Calls { approved: Count { this: count(window), last: count(window.last()) }, ..Calls::default() }
    }

    fn callers(&self, number: &PhoneNumber, own: Network, limit: Limit, now: Timestamp) -> Count {
        let window = Window::at(now, limit.window_seconds);
        let others = |window| {
            let callers = self.callers.get(&(number.clone(), window)).into_iter().flatten();
            callers.filter(|caller| **caller != own).count() as u64
        };
        Count { this: others(window), last: others(window.last()) }
    }

    fn histories(&self, request: &CallbackRequest, carrier: Option<&CarrierName>) -> Histories {
        let mut histories = Histories::default();
        for subject in Subject::all_of(request, carrier) {
            let past = self.past(&subject);
            match subject {
                Subject::Address(_) => histories.address = past,
                Subject::Block(_) => histories.block = past,
                Subject::Account(_) => histories.account = past,
                Subject::Number(_) => histories.number = past,
                Subject::Range(_) => histories.range = past,
                Subject::Carrier(carrier) => _ = histories.carriers.insert(carrier.key(), past),
                Subject::Country(_) => histories.country = past,
            }
        }
        histories
    }

    pub(super) fn past(&self, subject: &Subject) -> History {
        self.pasts.get(subject).cloned().unwrap_or_default()
    }

    pub(super) fn past_mut(&mut self, subject: Subject) -> &mut History {
        self.pasts.entry(subject).or_default()
    }

    /// The numbers that an address asked for.
    pub(super) fn asked_for_since(&self, address: Address, since: Timestamp) -> BTreeSet<PhoneNumber> {
        let asked = self.asked.get(&address).into_iter().flatten();
        asked.filter(|(at, _)| *at >= since).map(|(_, number)| number.clone()).collect()
    }

    /// Notes that a request came.
    pub(super) fn note(&mut self, request: &CallbackRequest) {
        let asked = self.asked.entry(request.caller.address).or_default();
        asked.push((request.received_at, request.number.clone()));
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

    /// Counts a call to its number.
    pub(super) fn call(&mut self, request: &CallbackRequest, limit: Limit, now: Timestamp) {
        let window = Window::at(now, limit.window_seconds);
        *self.approved.entry((Subject::Number(request.number.clone()), window)).or_default() += 1;
        let callers = self.callers.entry((request.number.clone(), window)).or_default();
        callers.insert(request.caller.address.line());
    }

    /// Takes from all budgets but the minute's, or tells which has no room.
    pub(super) fn take_budgets(&mut self, rows: Vec<Row>) -> Option<Budget> {
        let takes = rows
            .into_iter()
            .flat_map(|row| row.takes.into_iter().map(move |take| (row.subject.clone(), row.window, take)));
        let takes: Vec<_> = takes.filter(|(_, _, take)| take.budget != Budget::CallsPerMinute).collect();
        for (subject, window, take) in &takes {
            let taken = self.budgets.get(&(take.budget, subject.clone(), *window)).copied().unwrap_or(0);
            if taken.saturating_add(take.amount) > take.max {
                return Some(take.budget);
            }
        }
        for (subject, window, take) in takes {
            *self.budgets.entry((take.budget, subject, window)).or_default() += take.amount;
        }
        None
    }

    /// The request holds its number.
    pub(super) fn hold(&mut self, request: &CallbackRequest) {
        self.holders.insert(request.number.clone(), request.id);
    }

    /// The number is free.
    pub(super) fn let_go(&mut self, number: &PhoneNumber) {
        self.holders.remove(number);
    }

    /// Blocks a subject.
    pub(super) fn block(&mut self, subject: Subject, block: Block) {
        self.past_mut(subject).block = Some(block);
    }

    /// Books what a call came to.
    pub(super) fn learn(&mut self, subjects: Vec<Subject>, outcome: Outcome, ended_at: Timestamp) {
        for subject in subjects {
            let tally = self.past_mut(subject).days.entry(Day::of(ended_at)).or_default();
            if outcome.is_waste() { tally.wasted += 1 } else { tally.good += 1 }
        }
    }
}
