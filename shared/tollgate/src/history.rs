//! What a subject's calls came to, day by day, and whether the subject is blocked for a while. This is what the guard
//! learns from: calls that went well, calls that were wasted, requests that an operator marked as spam.
//!
//! Days are UTC days. What counts *of late* slides: all of today and the part of yesterday that is less than a day past.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::counter::{DAY_SECONDS, Window};
use crate::policy::{Blocks, Tolerance};
use crate::request::RequestId;

/// How far back it is looked what a marked address asked for.
pub const SPREADS_OVER: SignedDuration = SignedDuration::from_hours(24);

/// How long histories are kept together: in items of this length, of which this one and the last are read.
pub const WEEK_SECONDS: u32 = 7 * DAY_SECONDS;

/// A UTC day, counted from the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.as_second().div_euclid(i64::from(DAY_SECONDS)))
    }

    /// When it begins.
    #[must_use]
    pub fn begins_at(self) -> Timestamp {
        let second = self.0.saturating_mul(i64::from(DAY_SECONDS));
        Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The day so many days before.
    #[must_use]
    pub fn before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// What is counted of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Calls in which an agent talked, and that nobody marked as spam.
    pub good: u64,
    /// Calls that ended unanswered or without an agent.
    pub wasted: u64,
    /// Requests that an operator marked as spam.
    pub marked: u64,
}

/// A block: for a while, other channels are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// How many there have been in a row, this one included.
    pub strikes: u32,
    /// When it ends.
    pub until: Timestamp,
}

/// What is known of a subject's past.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Its tallies.
    pub days: BTreeMap<Day, Tally>,
    /// The latest block, over or not.
    pub block: Option<Block>,
}

impl History {
    /// Today and what still stands of yesterday.
    #[must_use]
    pub fn of_late(&self, now: Timestamp) -> Tally {
        let window = Window::at(now, DAY_SECONDS);
        let (today, yesterday) = (self.day(Day::of(now)), self.day(Day::of(now).before(1)));
        let sum = |part: fn(&Tally) -> u64| {
            part(&today).saturating_add(window.still_standing(part(&yesterday), now))
        };
        Tally { good: sum(|t| t.good), wasted: sum(|t| t.wasted), marked: sum(|t| t.marked) }
    }

    /// Today and the six days before.
    #[must_use]
    pub fn of_the_week(&self, now: Timestamp) -> Tally {
        let today = Day::of(now);
        let week = self.days.range(today.before(6)..=today).map(|(_, tally)| *tally);
        week.fold(Tally::default(), |sum, tally| Tally {
            good: sum.good.saturating_add(tally.good),
            wasted: sum.wasted.saturating_add(tally.wasted),
            marked: sum.marked.saturating_add(tally.marked),
        })
    }

    /// The most calls that went well on one day of the week before yesterday. What is younger has not been marked yet,
    /// even if it deserves it, so it proves nothing.
    #[must_use]
    pub fn best_day(&self, now: Timestamp) -> u64 {
        let today = Day::of(now);
        let past = self.days.range(today.before(7)..=today.before(2));
        past.map(|(_, tally)| tally.good).max().unwrap_or(0)
    }

    /// Whether one more mark on an address of this past spreads to the numbers that it asked for: not if so many calls from
    /// there go well that it must be shared.
    #[must_use]
    pub fn spreads_a_mark(&self, address: Tolerance, now: Timestamp) -> bool {
        let week = self.of_the_week(now);
        Tally { marked: week.marked.saturating_add(1), ..week }.too_marked(address).is_some()
    }

    /// The block that holds at `now`.
    #[must_use]
    pub fn blocked(&self, now: Timestamp) -> Option<Block> {
        self.block.filter(|block| now < block.until)
    }

    fn day(&self, day: Day) -> Tally {
        self.days.get(&day).copied().unwrap_or_default()
    }
}

impl Tally {
    /// Whether more requests were marked than `tolerance` allows for the calls that went well; how many are allowed.
    #[must_use]
    pub fn too_marked(self, tolerance: Tolerance) -> Option<u64> {
        let allowed = tolerance.allowed(self.good);
        (self.marked > allowed).then_some(allowed)
    }
}

impl Block {
    /// One that is over, and after which the next is the first again.
    #[must_use]
    pub fn lifted(now: Timestamp) -> Self {
        Self { strikes: 0, until: now }
    }

    /// The block that follows `last` (none if there was none of late): twice as long each time, up to the longest.
    /// Up to a tenth is added, as `request`, which brought it about, has it: what was blocked together comes back one by one.
    #[must_use]
    pub fn after(last: Option<Self>, blocks: Blocks, request: RequestId, now: Timestamp) -> Self {
        let strikes = last.map_or(0, |block| block.strikes).saturating_add(1);
        let doubled = i64::from(blocks.first_seconds) << (strikes - 1).min(16);
        let seconds = doubled.min(i64::from(blocks.longest_seconds));
        let jitter = seconds * i64::from(request.jitter()) / 2_560;
        Self { strikes, until: now + SignedDuration::from_secs(seconds + jitter) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use proptest::prelude::*;

    const NOON: i64 = 20_000 * 86_400 + 43_200;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn history(days: &[(i64, u64, u64, u64)]) -> History {
        let days = days.iter().map(|&(ago, good, wasted, marked)| {
            (Day::of(at(NOON)).before(ago), Tally { good, wasted, marked })
        });
        History { days: days.collect(), block: None }
    }

    #[test]
    fn of_late_is_today_and_the_part_of_yesterday_that_is_less_than_a_day_past() {
        let history = history(&[(0, 1, 2, 3), (1, 10, 20, 30), (2, 100, 200, 300)]);
        assert_eq!(history.of_late(at(NOON)), Tally { good: 6, wasted: 12, marked: 18 });
    }

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(Day::of(at(NOON)).begins_at(), at(NOON - 43_200));
        assert_eq!(Day::of(at(-1)).begins_at(), at(-86_400));
        assert_eq!(Day(i64::MIN).begins_at(), Timestamp::MIN);
        assert_eq!(Day(i64::MAX).begins_at(), Timestamp::MAX);
    }

    #[test]
    fn what_is_blocked_together_comes_back_one_by_one() {
        let blocks = Blocks { first_seconds: 25_600, longest_seconds: 604_800 };
        let until = |last| Block::after(None, blocks, RequestId::from_random([last; 16]), at(NOON)).until;
        assert_eq!((until(0), until(255)), (at(NOON + 25_600), at(NOON + 25_600 + 2_550)));
    }

    #[test]
    fn a_week_is_seven_days() {
        let history = history(&[(0, 1, 0, 1), (6, 1, 0, 1), (7, 100, 0, 100)]);
        assert_eq!(history.of_the_week(at(NOON)), Tally { good: 2, wasted: 0, marked: 2 });
    }

    #[test]
    fn a_mark_spreads_unless_so_many_calls_go_well_that_the_address_must_be_shared() {
        let five_percent = Policy::default().marks.address;
        let spreads = |good, marked| history(&[(0, good, 0, marked)]).spreads_a_mark(five_percent, at(NOON));
        assert_eq!(
            [spreads(0, 0), spreads(19, 0), spreads(20, 0), spreads(20, 1)],
            [true, true, false, true]
        );
    }

    #[test]
    fn only_what_is_older_than_a_day_proves_anything() {
        assert_eq!(
            history(&[(0, 50, 0, 0), (1, 40, 0, 0), (2, 7, 0, 0), (7, 9, 0, 0), (8, 99, 0, 0)])
                .best_day(at(NOON)),
            9
        );
        assert_eq!(history(&[(0, 50, 0, 0), (1, 40, 0, 0)]).best_day(at(NOON)), 0);
    }

    #[test]
    fn a_block_doubles_with_each_strike_up_to_the_longest() {
        let blocks = Blocks { first_seconds: 3_600, longest_seconds: 10_000 };
        let id = RequestId::from_random([0; 16]);
        let first = Block::after(None, blocks, id, at(NOON));
        let second = Block::after(Some(first), blocks, id, first.until);
        let third = Block::after(Some(second), blocks, id, second.until);
        let lengths = [first.until - at(NOON), second.until - first.until, third.until - second.until];
        assert_eq!(lengths.map(|length| length.get_seconds()), [3_600, 7_200, 10_000]);
        assert_eq!(third.strikes, 3);
    }

    proptest! {
        #[test]
        fn a_block_is_never_shorter_than_asked_nor_longer_than_a_tenth_more(
            strikes in 0u32..40, first in 60u32..100_000, longest in 100_000u32..2_000_000, bytes in any::<[u8; 16]>(),
        ) {
            let last = (strikes > 0).then_some(Block { strikes, until: at(NOON) });
            let blocks = Blocks { first_seconds: first, longest_seconds: longest };
            let block = Block::after(last, blocks, RequestId::from_random(bytes), at(NOON));
            let seconds = (block.until - at(NOON)).get_seconds();
            prop_assert!(seconds >= i64::from(first) && seconds <= i64::from(longest) * 11 / 10);
        }
    }
}
