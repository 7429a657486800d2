//! Where budgets are counted. What all calls share is one item for each day, in which every window and country has an attribute
//! of its own: a dial writes that item once, not once for each budget. What concerns one range or one address is an item of its own.

use jiff::{SignedDuration, Timestamp};

use super::Budget;
use crate::counter::{DAY_SECONDS, Window};
use crate::network::Network;

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pot {
    /// That of all calls.
    Total,
    /// That of the calls to a country, by its code; `none` for numbers of no country.
    Country(String),
    /// That of further numbers of askers who are known for others.
    FurtherNumbers,
    /// The newcomers' places.
    Newcomers,
    /// That of the calls to a range.
    Range(String),
    /// The carrier lookups of everybody.
    Lookups,
    /// The carrier lookups for one address.
    LookupsOf(Network),
}

/// An item of counts: its keys, and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The item's subject.
    pub subject: String,
    /// The item's window.
    pub window: Window,
    /// When nobody asks for any window in it any more.
    pub kept_until: Timestamp,
}

impl Home {
    fn of_its_own(subject: String, window: Window) -> Self {
        Self { subject, window, kept_until: window.forgotten_at() }
    }

    /// The item of the day in which a window begins.
    fn shared(window: Window) -> Self {
        let day = day_of(window);
        // A window that begins in the day's last moment may be a day long, and slides out for another.
        let kept_until = day.forgotten_at().saturating_add(SignedDuration::from_hours(24));
        Self {
            subject: "budget#total".to_owned(),
            window: day,
            kept_until: kept_until.unwrap_or(Timestamp::MAX),
        }
    }
}

impl Pot {
    /// The item in which this pot is counted in a window.
    #[must_use]
    pub fn home(&self, window: Window) -> Home {
        match self {
            Self::Newcomers if window.length_seconds() > DAY_SECONDS => {
                Home::of_its_own("budget#newcomers".to_owned(), window)
            }
            Self::Total | Self::Country(_) | Self::FurtherNumbers | Self::Newcomers => Home::shared(window),
            Self::Range(range) => Home::of_its_own(format!("budget#range#{range}"), window),
            Self::Lookups => Home::of_its_own("budget#lookups".to_owned(), window),
            Self::LookupsOf(asker) => Home::of_its_own(format!("budget#lookups#{asker}"), window),
        }
    }

    /// The attribute of that item which holds what is taken of a budget in a window.
    #[must_use]
    pub fn attribute(&self, window: Window, budget: Budget) -> String {
        let of = budget.attribute();
        match self {
            Self::Total if window == day_of(window) => of.to_owned(),
            Self::Total | Self::Newcomers => {
                format!("{of}_{}_{}", window.length_seconds(), window.nth_of(day_of(window)))
            }
            Self::Country(country) => format!("{of}_{country}"),
            Self::FurtherNumbers => format!("{of}_further"),
            Self::Range(_) | Self::Lookups | Self::LookupsOf(_) => of.to_owned(),
        }
    }

    /// The attributes of earlier windows that nobody asks for any more, which the item forgets so that it stays below a
    /// kilobyte, of which a write costs one unit. Windows are looked for some way back; what is older, because no call was made
    /// for so long, stays until its day is over.
    #[must_use]
    pub fn forgotten(&self, window: Window, budget: Budget) -> Vec<String> {
        let day = day_of(window);
        let (asked_for, looked_for) = match self {
            // A dialer whose clock is a few minutes behind still counts in an earlier minute.
            Self::Total if window != day => (5, 60),
            // The last window's places slide out in this one.
            Self::Newcomers => (3, 24),
            _ => return vec![],
        };
        let (nth, of) = (window.nth_of(day), budget.attribute());
        let past = nth.saturating_sub(looked_for)..(nth + 1).saturating_sub(asked_for);
        past.map(|nth| format!("{of}_{}_{nth}", window.length_seconds())).collect()
    }
}

fn day_of(window: Window) -> Window {
    Window::at(window.begins_at(), DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn window(second_of_day: i64, length_seconds: u32) -> Window {
        Window::at(Timestamp::from_second(20_000 * 86_400 + second_of_day).unwrap(), length_seconds)
    }

    #[test]
    fn all_that_calls_share_on_a_day_is_one_item_with_an_attribute_for_each_window_and_country() {
        let shared = [
            (Pot::Total, 86_400, Budget::CallsPerDay, "calls"),
            (Pot::Total, 86_400, Budget::CostPerDay, "micro_usd"),
            (Pot::Total, 3_600, Budget::CallsPerHour, "calls_3600_10"),
            (Pot::Total, 60, Budget::CallsPerMinute, "calls_60_617"),
            (Pot::Country("US".to_owned()), 86_400, Budget::CallsPerCountryPerDay, "calls_US"),
            (Pot::FurtherNumbers, 86_400, Budget::FurtherNumbersPerDay, "calls_further"),
            (Pot::Newcomers, 1_800, Budget::Strangers, "strangers_1800_20"),
            // No two share one, even if the newcomers' window is as long as another.
            (Pot::Newcomers, 86_400, Budget::Newcomers, "newcomers_86400_0"),
        ];
        let day = Pot::Total.home(window(0, DAY_SECONDS));
        assert_eq!((day.subject.as_str(), day.window), ("budget#total", window(0, DAY_SECONDS)));
        for (pot, length_seconds, budget, attribute) in shared {
            let window = window(617 * 60 + 3, length_seconds);
            assert_eq!((pot.home(window), pot.attribute(window, budget).as_str()), (day.clone(), attribute));
        }
    }

    #[test]
    fn a_range_has_an_item_of_its_own_and_so_have_newcomers_whose_window_is_longer_than_a_day() {
        let (range, day) = (Pot::Range("+1206555".to_owned()), window(0, DAY_SECONDS));
        assert_eq!(range.home(day).subject, "budget#range#+1206555");
        assert_eq!(range.attribute(day, Budget::NewcomersPerRangePerDay), "newcomers");
        let week = window(0, 604_800);
        let home = Pot::Newcomers.home(week);
        assert_eq!((home.subject.as_str(), home.window), ("budget#newcomers", week));
    }

    proptest! {
        #[test]
        fn an_item_is_kept_for_as_long_as_any_window_in_it_is_asked_for(
            second in 0_i64..8 * 86_400,
            length_seconds in 60_u32..=604_800,
        ) {
            for pot in [Pot::Newcomers, Pot::Range("+1".to_owned()), Pot::Lookups] {
                let window = window(second, length_seconds);
                prop_assert!(pot.home(window).kept_until >= window.forgotten_at());
            }
        }
    }

    #[test]
    fn what_is_forgotten_is_what_no_later_dial_and_no_sliding_window_asks_for() {
        let minute = Pot::Total.forgotten(window(6 * 60, 60), Budget::CallsPerMinute);
        assert_eq!(minute, ["calls_60_0", "calls_60_1"]);
        let half_hours = Pot::Newcomers.forgotten(window(4 * 1_800, 1_800), Budget::Newcomers);
        assert_eq!(half_hours, ["newcomers_1800_0", "newcomers_1800_1"]);
        assert_eq!(Pot::Newcomers.forgotten(window(0, 1_800), Budget::Newcomers), [""; 0]);
        assert_eq!(Pot::Total.forgotten(window(0, DAY_SECONDS), Budget::CostPerDay), [""; 0]);
        assert_eq!(Pot::Total.forgotten(window(86_399, 60), Budget::CallsPerMinute).len(), 60 - 4);
    }

    #[test]
    fn what_a_dial_forgets_leaves_room_in_an_expression_of_four_kilobytes() {
        let last = 86_399;
        let named = |pot: Pot, length_seconds, budget| pot.forgotten(window(last, length_seconds), budget);
        let all = [
            named(Pot::Total, 60, Budget::CallsPerMinute),
            named(Pot::Total, 3_600, Budget::CallsPerHour),
            named(Pot::Newcomers, 60, Budget::Newcomers),
            named(Pot::Newcomers, 60, Budget::Strangers),
        ];
        let bytes: usize = all.iter().flatten().map(|name| name.len() + ", ".len()).sum();
        assert!(bytes < 2_048, "{bytes}");
    }

    /// The bytes of all attributes that calls at these seconds of a day leave in the item: names, and numbers of three bytes.
    fn bytes_after(calls: impl Iterator<Item = i64>) -> usize {
        let mut held = BTreeSet::new();
        for second in calls {
            for (pot, length_seconds, budget) in [
                (Pot::Total, 60, Budget::CallsPerMinute),
                (Pot::Total, 3_600, Budget::CallsPerHour),
                (Pot::Newcomers, 1_800, Budget::Newcomers),
                (Pot::Newcomers, 1_800, Budget::Strangers),
            ] {
                let window = window(second, length_seconds);
                held.insert(pot.attribute(window, budget));
                pot.forgotten(window, budget).iter().for_each(|name| {
                    held.remove(name);
                });
            }
        }
        held.iter().map(|name| name.len() + 3).sum()
    }

    #[test]
    fn the_item_stays_below_a_kilobyte_however_far_apart_calls_are() {
        // Keys, the day's calls and dollars, ten countries, the expiry.
        let always = 60 + 30 + 10 * 11 + 20;
        for apart_seconds in [20, 61, 300, 1_801, 3_000, 3_661, 5_400, 40_000] {
            let bytes = bytes_after((0..86_400).step_by(apart_seconds));
            assert!(always + bytes < 1_024, "{bytes} bytes, {apart_seconds} seconds apart");
        }
    }
}
