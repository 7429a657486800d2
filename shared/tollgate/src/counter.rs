//! Who is counted, over which window, and how counts of two windows make one that slides.
//!
//! Who asks (an address, an account) is counted by requests, refused or not: each keeps the list of its requests, in the order
//! in which they were counted. A request's place in that list never changes, so counting it again (streams deliver more than
//! once) changes nothing, not even the answer. All else is counted by calls; see [`crate::evidence`]. A range or carrier that
//! is held counts its approvals beside that, so that those that are decided side by side cannot pass its limit together.

mod subject;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::request::{CallbackRequest, RequestId};

pub use subject::{Subject, SubjectError};

/// A day, as long as every UTC day.
pub const DAY_SECONDS: u32 = 86_400;

/// A fixed span of time, aligned to the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    start_second: i64,
    length_seconds: u32,
}

impl Window {
    /// The window of this length that holds `now`. A length of 0 is taken as 1.
    #[must_use]
    pub fn at(now: Timestamp, length_seconds: u32) -> Self {
        let length_seconds = length_seconds.max(1);
        let second = now.as_second();
        Self { start_second: second - second.rem_euclid(i64::from(length_seconds)), length_seconds }
    }

    /// The window before this one.
    #[must_use]
    pub fn last(self) -> Self {
        Self { start_second: self.start_second - i64::from(self.length_seconds), ..self }
    }

    /// Which window of its length it is in a longer one that it begins in, from 0 on.
    #[must_use]
    pub fn nth_of(self, longer: Self) -> u64 {
        let begins = u64::try_from(self.start_second - longer.start_second).unwrap_or(0);
        begins / u64::from(self.length_seconds)
    }

    /// Its length, in seconds.
    #[must_use]
    pub fn length_seconds(self) -> u32 {
        self.length_seconds
    }

    /// When it begins.
    #[must_use]
    pub fn begins_at(self) -> Timestamp {
        Timestamp::from_second(self.start_second).unwrap_or(Timestamp::MIN)
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(self) -> Timestamp {
        Timestamp::from_second(self.start_second + i64::from(self.length_seconds)).unwrap_or(Timestamp::MAX)
    }

    /// What of a window's amount may be taken by `now`: `first` at its start, `all` at its end, in proportion between.
    #[must_use]
    pub fn share_by(self, now: Timestamp, first: u64, all: u64) -> u64 {
        let length = u64::from(self.length_seconds);
        let elapsed = u64::try_from(now.as_second() - self.start_second).unwrap_or(0).min(length);
        first.saturating_add(all.saturating_sub(first).saturating_mul(elapsed) / length)
    }

    /// The key under which the window's counts are stored: its length in seconds and its first second.
    #[must_use]
    pub fn key(self) -> String {
        format!("{}@{}", self.length_seconds, self.start_second)
    }

    /// When nothing needs the window's counts any more: after it, and after the one that it slides out of.
    #[must_use]
    pub fn forgotten_at(self) -> Timestamp {
        let span = SignedDuration::from_secs(2 * i64::from(self.length_seconds));
        Timestamp::from_second(self.start_second)
            .ok()
            .and_then(|start| start.checked_add(span).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// How much of the last window's count still stands at `now`: all at this window's start, none at its end. Rounded up,
    /// so that a limit of few is never passed for a fraction.
    #[must_use]
    pub fn still_standing(self, last: u64, now: Timestamp) -> u64 {
        let length = u64::from(self.length_seconds);
        let elapsed = u64::try_from(now.as_second() - self.start_second).unwrap_or(0).min(length);
        last.saturating_mul(length - elapsed).div_ceil(length)
    }
}

/// A count over this window and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// In this window.
    pub this: u64,
    /// In the last one.
    pub last: u64,
}

impl Count {
    /// This window's count and what still stands of the last one's.
    #[must_use]
    pub fn sliding(self, window: Window, now: Timestamp) -> u64 {
        self.this.saturating_add(window.still_standing(self.last, now))
    }
}

/// A request that was asked for so lately may be about to be dialed without any sign of it yet.
const PENDING_FOR: SignedDuration = SignedDuration::from_secs(15);

/// One request in the list of an asking subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The request.
    pub id: RequestId,
    /// The number asked for, in E.164.
    pub number: String,
    /// When; none of one that an earlier version counted.
    pub asked_at: Option<Timestamp>,
}

impl Ask {
    /// The request as one of its subject's asks.
    #[must_use]
    pub fn of(request: &CallbackRequest) -> Self {
        let asked_at = Timestamp::from_millisecond(request.received_at.as_millisecond()).ok();
        Self { id: request.id, number: request.number.e164().to_owned(), asked_at }
    }

    /// The text stored in the list: the same for the same request, so that the list can be asked whether it holds it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let asked_at = self.asked_at.map_or_else(|| "-".to_owned(), |at| at.as_millisecond().to_string());
        format!("{} {} {asked_at}", self.id, self.number)
    }

    /// Reads a stored text; none if it is not one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (id, number, asked_at) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            id: RequestId::parse(id).ok()?,
            number: number.to_owned(),
            asked_at: asked_at.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        })
    }

    /// Whether it was asked so shortly before `later`, and for another number.
    fn is_pending_beside(&self, later: &Self) -> bool {
        let apart = later.asked_at.zip(self.asked_at).map(|(later, at)| later.duration_since(at));
        self.id != later.id
            && self.number != later.number
            && apart.is_some_and(|apart| apart.abs() < PENDING_FOR)
    }
}

/// What an asking subject has asked for, counted up to and including one of its requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Requests.
    pub requests: u64,
    /// Those before it, for other numbers, that were asked so shortly before that they may be about to be dialed.
    pub pending: Vec<Ask>,
}

impl Asked {
    /// Counts a list in order, up to and including `ask`. If the list was full when its turn came, it counts as one more.
    #[must_use]
    pub fn up_to(asks: &[Ask], ask: &Ask) -> Self {
        match asks.iter().position(|counted| counted.id == ask.id).and_then(|place| asks.get(..=place)) {
            Some(asks) => Self::all(asks, ask),
            None => Self::all(&[asks, std::slice::from_ref(ask)].concat(), ask),
        }
    }

    /// More than any limit allows: what a list that cannot be read counts as.
    #[must_use]
    pub fn full() -> Self {
        Self { requests: u64::MAX, pending: vec![] }
    }

    /// Counts a whole list, as `of` is told of it.
    #[must_use]
    pub fn all(asks: &[Ask], of: &Ask) -> Self {
        let pending = asks.iter().filter(|ask| ask.is_pending_beside(of)).cloned().collect();
        Self { requests: asks.len() as u64, pending }
    }
}

/// A place that an approval takes in the day's count of a range or carrier that is held: exact under any race, since the
/// approving transaction takes it under the condition that no more than `room` are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose count.
    pub subject: Subject,
    /// Over which window.
    pub window: Window,
    /// How many places this window has in all; none if no limit binds this request.
    pub room: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_window_ends_and_is_forgotten_a_window_later() {
        let window = Window::at(at(7_300), 3_600);
        assert_eq!((window.ends_at(), window.forgotten_at()), (at(10_800), at(14_400)));
    }

    #[test]
    fn a_window_slides_from_the_last_count_to_this_one() {
        let window = Window::at(at(3_600), 3_600);
        let count = Count { this: 2, last: 8 };
        assert_eq!(count.sliding(window, at(3_600)), 10);
        assert_eq!(count.sliding(window, at(5_400)), 6);
        assert_eq!(count.sliding(window, at(7_199)), 3);
    }

    fn ask(n: u8, second: i64) -> Ask {
        let number = format!("+120655501{:02}", n / 2);
        Ask { id: RequestId::from_random([n; 16]), number, asked_at: Some(at(second)) }
    }

    #[test]
    fn a_request_keeps_its_place_however_many_come_after_it() {
        let asks: Vec<_> = (0..10).map(|n| ask(n, 1_000)).collect();
        let fifth = Asked::up_to(&asks[..5], &asks[4]);
        assert_eq!((fifth.requests, fifth.pending.len()), (5, 4));
        assert_eq!(Asked::up_to(&asks, &asks[4]), fifth);
    }

    #[test]
    fn a_request_that_found_the_list_full_counts_as_one_more() {
        assert_eq!(
            Asked::up_to(&[ask(1, 0), ask(2, 0)], &ask(9, 900)),
            Asked { requests: 3, pending: vec![] }
        );
    }

    #[test]
    fn what_was_asked_for_another_number_just_before_is_pending() {
        let (asked, now) = ([ask(1, 985), ask(2, 986), ask(8, 990)], ask(9, 1_000));
        assert_eq!(Asked::up_to(&asked, &now).pending, [ask(2, 986)]);
    }

    proptest! {
        #[test]
        fn a_window_holds_its_moment_and_follows_the_last(second in 0i64..4_000_000_000, length in 1u32..1_000_000) {
            let window = Window::at(at(second), length);
            prop_assert!(window.start_second <= second && second < window.start_second + i64::from(length));
            prop_assert_eq!(window.last().start_second + i64::from(length), window.start_second);
            prop_assert_eq!(Window::at(at(window.start_second - 1), length), window.last());
        }

        #[test]
        fn what_still_stands_never_grows_with_time(last in 0u64..1000, length in 1u32..100_000, a in 0i64..100_000, b in 0i64..100_000) {
            let window = Window::at(at(0), length);
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(window.still_standing(last, at(late)) <= window.still_standing(last, at(early)));
            prop_assert!(window.still_standing(last, at(early)) <= last);
        }

        #[test]
        fn an_ask_reads_back(bytes in any::<[u8; 16]>(), digits in "[1-9][0-9]{6,14}", second in proptest::option::of(0i64..4_000_000_000)) {
            let ask = Ask { id: RequestId::from_random(bytes), number: format!("+{digits}"), asked_at: second.map(at) };
            prop_assert_eq!(Ask::from_text(&ask.to_text()), Some(ask));
        }

        #[test]
        fn no_text_makes_reading_an_ask_panic(text in ".*") {
            let _ = Ask::from_text(&text);
        }
    }
}
