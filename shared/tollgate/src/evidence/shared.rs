//! The past of what many share: a network, a number's range. Only distinct members count, each for a little, so that one of
//! them cannot speak for all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{CALLS_SEEN_MAX, Call, CameTo, DAY, WEEK};
use crate::network::Network;
use crate::policy::Policy;

/// A member's wasted calls count at most so often,
const WASTED_OF_A_LINE_MAX: u64 = 2;
/// and its good ones at most so often.
const GOOD_OF_A_LINE_MAX: u64 = 5;

/// Of an office or a carrier's gateway, so many ripe calls speak for the range that they went to.
const RIPE_OF_A_LINE_MAX: u64 = 20;

/// A line that talked well with so many numbers for each call of its that was marked is a gateway, behind which one misbehaved.
const NUMBERS_OF_MANY_PER_MARK: u64 = 8;

/// The past of what many share.
#[derive(Debug)]
pub struct SharedPast<'a> {
    calls: Vec<&'a Call>,
    policy: &'a Policy,
    now: Timestamp,
}

/// Lines that misbehaved, for those who look into it.
pub type Members = BTreeSet<Network>;

impl<'a> SharedPast<'a> {
    /// The past that these calls make.
    #[must_use]
    pub fn new(calls: impl IntoIterator<Item = &'a Call>, policy: &'a Policy, now: Timestamp) -> Self {
        Self { calls: calls.into_iter().collect(), policy, now }
    }

    /// The calls wasted within a day: of each line at most two.
    #[must_use]
    pub fn wasted(&self) -> (u64, Members) {
        let mut of_line = BTreeMap::<Network, u64>::new();
        for call in self.within(DAY).filter(|call| !call.own && self.is_waste(call)) {
            *of_line.entry(call.line).or_default() += 1;
        }
        let wasted = of_line.values().map(|count| (*count).min(WASTED_OF_A_LINE_MAX)).sum();
        (wasted, of_line.into_keys().collect())
    }

    /// A short talk is waste only where the same line had another one with another number.
    fn is_waste(&self, call: &Call) -> bool {
        match call.for_others(self.policy) {
            CameTo::Wasted => true,
            CameTo::Short => self.within(DAY).any(|other| {
                other.line == call.line
                    && other.number != call.number
                    && other.unmarked(self.policy) == CameTo::Short
            }),
            CameTo::Live | CameTo::Good | CameTo::Marked | CameTo::Neither => false,
        }
    }

    /// The good calls: of each line at most five.
    #[must_use]
    pub fn good(&self) -> u64 {
        let mut of_line = BTreeMap::<Network, u64>::new();
        for call in self.calls.iter().filter(|call| call.for_others(self.policy) == CameTo::Good) {
            *of_line.entry(call.line).or_default() += 1;
        }
        of_line.values().map(|count| (*count).min(GOOD_OF_A_LINE_MAX)).sum()
    }

    /// The lines whose calls went well, other than `own`.
    #[must_use]
    pub fn good_lines(&self, own: Option<Network>) -> u64 {
        let good = self.calls.iter().filter(|call| call.for_others(self.policy) == CameTo::Good);
        lines(good.copied().filter(|call| Some(call.line) != own)).len() as u64
    }

    /// The lines whose calls of the week went well and are ripe.
    #[must_use]
    pub fn ripe_lines(&self) -> u64 {
        lines(self.within(WEEK).filter(|call| call.is_ripe(self.policy, self.now))).len() as u64
    }

    /// The ripe good calls of the week: of each line at most twenty.
    #[must_use]
    pub fn ripe(&self) -> u64 {
        let mut of_line = BTreeMap::<Network, u64>::new();
        for call in self.within(WEEK).filter(|call| call.is_ripe(self.policy, self.now)) {
            *of_line.entry(call.line).or_default() += 1;
        }
        of_line.values().map(|count| (*count).min(RIPE_OF_A_LINE_MAX)).sum()
    }

    /// The lines whose calls went well at least so long ago.
    #[must_use]
    pub fn good_lines_since(&self, age: SignedDuration) -> u64 {
        let good = self.calls.iter().filter(|call| {
            call.for_others(self.policy) == CameTo::Good
                && self.now.duration_since(call.ended_at(self.now)) >= age
        });
        lines(good.copied()).len() as u64
    }

    /// The askers whose calls were marked within a week, one line for each account: whoever asks from many lines is one. A line that
    /// many share, of whom one misbehaved, is none of them.
    #[must_use]
    pub fn marked(&self) -> Members {
        let mut accounts = BTreeSet::new();
        let marked = self.calls.iter().filter(|call| call.was_marked_within(WEEK, self.now));
        let marked = marked.filter(|call| call.for_others(self.policy) == CameTo::Marked);
        let distinct = marked.filter(|call| match &call.account {
            Some(account) => accounts.insert(account.clone()),
            None => true,
        });
        let mut marks = BTreeMap::<Network, u64>::new();
        distinct.for_each(|call| *marks.entry(call.line).or_default() += 1);
        let talked = |(line, marks): &(Network, u64)| {
            self.numbers_gone_well(*line) < NUMBERS_OF_MANY_PER_MARK.saturating_mul(*marks)
        };
        marks.into_iter().filter(talked).map(|(line, _)| line).collect()
    }

    /// With how many numbers a line talked well.
    fn numbers_gone_well(&self, line: Network) -> u64 {
        let good = self
            .calls
            .iter()
            .filter(|call| call.line == line && call.for_others(self.policy) == CameTo::Good);
        good.map(|call| &call.number).collect::<BTreeSet<_>>().len() as u64
    }

    /// The lines that wasted calls, within a day.
    #[must_use]
    pub fn wasting_lines(&self) -> u64 {
        self.wasted().1.len() as u64
    }

    /// The calls that live.
    #[must_use]
    pub fn live(&self) -> u64 {
        self.calls.iter().filter(|call| call.end.is_none()).count() as u64
    }

    /// The calls that live, or ended too lately to prove anything.
    #[must_use]
    pub fn unripe(&self) -> u64 {
        let ripe_after = self.policy.proof.ripe_after();
        let unripe = |call: &&&Call| self.now.duration_since(call.ended_at(self.now)) < ripe_after;
        self.calls.iter().filter(|call| !call.own).filter(unripe).count() as u64
    }

    /// The calls dialed at this moment or later.
    #[must_use]
    pub fn dialed_since(&self, moment: Timestamp) -> u64 {
        self.calls.iter().filter(|call| call.dialed_at >= moment).count() as u64
    }

    /// Whether there may be more calls than were looked at.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.calls.len() >= CALLS_SEEN_MAX
    }

    /// The calls dialed within a day, and not before `since`.
    #[must_use]
    pub fn of_a_day(&self, since: Option<Timestamp>) -> u64 {
        let counts = |call: &&Call| !call.own && since.is_none_or(|since| call.dialed_at >= since);
        self.within(DAY).filter(counts).count() as u64
    }

    /// When the newest was dialed.
    #[must_use]
    pub fn last_dialed_at(&self) -> Option<Timestamp> {
        self.calls.iter().map(|call| call.dialed_at).max()
    }

    /// The most good calls on one UTC day.
    #[must_use]
    pub fn best_day(&self) -> u64 {
        let mut days = BTreeMap::<i64, u64>::new();
        for call in self.calls.iter().filter(|call| call.is_ripe(self.policy, self.now)) {
            *days.entry(call.dialed_at.as_second().div_euclid(86_400)).or_default() += 1;
        }
        days.into_values().max().unwrap_or(0)
    }

    fn within(&self, span: SignedDuration) -> impl Iterator<Item = &'a Call> {
        self.calls.iter().copied().filter(move |call| call.is_within(span, self.now))
    }
}

fn lines<'a>(calls: impl Iterator<Item = &'a Call>) -> BTreeSet<Network> {
    calls.map(|call| call.line).collect()
}
