//! Who is counted, over which window, and how counts of two windows make one that slides.
//!
//! The asking side (address, network block, account) is counted by what it asks, refused or not: each subject and window
//! keeps the list of its requests, in the order in which they were counted. A request's place in that list never
//! changes, so counting it again (streams deliver more than once) changes nothing, not even the answer. The asked side
//! (range, carrier, country) is counted by approvals alone, and a number by calls alone, so that nobody can use up a
//! stranger's limit with requests that are refused, or withdrawn before the dial.

mod subject;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::country::CountryCode;
use crate::number::NumberRange;
use crate::policy::Limit;
use crate::request::{CallbackRequest, RequestId};

pub use subject::{Subject, SubjectError};

/// A day, as long as every UTC day.
pub const DAY_SECONDS: u32 = 86_400;

/// A fixed span of time, aligned to the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Its length, in seconds.
    #[must_use]
    pub fn length_seconds(self) -> u32 {
        self.length_seconds
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(self) -> Timestamp {
        Timestamp::from_second(self.start_second + i64::from(self.length_seconds)).unwrap_or(Timestamp::MAX)
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

/// One request in the list of an asking subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The request.
    pub id: RequestId,
    /// The number asked for, in E.164.
    pub number: String,
    /// Its country.
    pub country: Option<CountryCode>,
}

impl Ask {
    /// The request as one of its subject's asks.
    #[must_use]
    pub fn of(request: &CallbackRequest) -> Self {
        Self { id: request.id, number: request.number.e164().to_owned(), country: request.number.country() }
    }

    /// The text stored in the list: the same for the same request, so that the list can be asked whether it holds it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let country = self.country.as_ref().map_or("-", CountryCode::as_str);
        format!("{} {} {country}", self.id, self.number)
    }

    /// Reads a stored text; none if it is not one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (id, number, country) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            id: RequestId::parse(id).ok()?,
            number: number.to_owned(),
            country: CountryCode::parse(country).ok(),
        })
    }
}

/// What an asking subject has asked for, counted up to and including one of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Requests.
    pub requests: u64,
    /// Distinct numbers.
    pub numbers: u64,
    /// Those of them that are in the request's range.
    pub numbers_of_the_range: u64,
    /// Distinct countries of those numbers.
    pub countries: u64,
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

    /// Counts a whole list, as `of` is told of it.
    #[must_use]
    pub fn all(asks: &[Ask], of: &Ask) -> Self {
        let numbers: BTreeSet<_> = asks.iter().map(|ask| &ask.number).collect();
        let range = NumberRange::around(&of.number);
        let of_the_range = numbers.iter().filter(|number| NumberRange::around(number) == range);
        let countries: BTreeSet<_> = asks.iter().filter_map(|ask| ask.country).collect();
        Self {
            requests: asks.len() as u64,
            numbers: numbers.len() as u64,
            numbers_of_the_range: of_the_range.count() as u64,
            countries: countries.len() as u64,
        }
    }
}

/// A place that an approval takes in a count of the asked side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose count.
    pub subject: Subject,
    /// Over which window.
    pub window: Window,
    /// How many places this window has in all; none if the limit does not bind this request.
    pub room: Option<u64>,
}

impl Place {
    /// The place in `subject`'s count under `limit`, of which `last` were taken in the window before.
    #[must_use]
    pub fn under(subject: Subject, limit: Limit, last: u64, now: Timestamp) -> Self {
        let window = Window::at(now, limit.window_seconds);
        let room = u64::from(limit.requests_max).saturating_sub(window.still_standing(last, now));
        Self { subject, window, room: Some(room) }
    }

    /// The place in `subject`'s count that no limit binds.
    #[must_use]
    pub fn counted(subject: Subject, window_seconds: u32, now: Timestamp) -> Self {
        Self { subject, window: Window::at(now, window_seconds), room: None }
    }
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

    #[test]
    fn a_request_keeps_its_place_however_many_come_after_it() {
        let ask = |n: u8| Ask {
            id: RequestId::from_random([n; 16]),
            number: format!("+120655501{:02}", n / 2),
            country: CountryCode::parse("US").ok(),
        };
        let asks: Vec<_> = (0..10).map(ask).collect();
        let first_five = Asked { requests: 5, numbers: 3, numbers_of_the_range: 3, countries: 1 };
        assert_eq!(Asked::up_to(&asks[..5], &asks[4]), first_five);
        assert_eq!(Asked::up_to(&asks, &asks[4]), first_five);
    }

    #[test]
    fn a_request_that_found_the_list_full_counts_as_one_more() {
        let ask = |n: u8, country| Ask {
            id: RequestId::from_random([n; 16]),
            number: format!("+12065550{n:03}"),
            country: CountryCode::parse(country).ok(),
        };
        let full = [ask(1, "US"), ask(2, "US")];
        let late = Asked { requests: 3, numbers: 3, numbers_of_the_range: 3, countries: 2 };
        assert_eq!(Asked::up_to(&full, &ask(3, "CA")), late);
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
        fn an_ask_reads_back(bytes in any::<[u8; 16]>(), digits in "[1-9][0-9]{6,14}", country in proptest::option::of("[A-Z]{2}")) {
            let country = country.map(|c| CountryCode::parse(&c).unwrap());
            let ask = Ask { id: RequestId::from_random(bytes), number: format!("+{digits}"), country };
            prop_assert_eq!(Ask::from_text(&ask.to_text()), Some(ask));
        }

        #[test]
        fn no_text_makes_reading_an_ask_panic(text in ".*") {
            let _ = Ask::from_text(&text);
        }
    }
}
