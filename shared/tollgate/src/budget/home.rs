//! Where budgets are counted. What all calls share is one item for each day, in which every window and country has an attribute
//! of its own: a dial writes that item once, not once for each budget. What concerns one range or one address is an item of its own.

use std::fmt;

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

/// An item of counts: its keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The item's subject.
    pub subject: String,
    /// The item's window.
    pub window: Window,
}

impl fmt::Display for Pot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total => f.write_str("budget#total"),
            Self::Country(country) => write!(f, "budget#country#{country}"),
            Self::FurtherNumbers => f.write_str("budget#further-numbers"),
            Self::Newcomers => f.write_str("budget#newcomers"),
            Self::Range(range) => write!(f, "budget#range#{range}"),
            Self::Lookups => f.write_str("budget#lookups"),
            Self::LookupsOf(asker) => write!(f, "budget#lookups#{asker}"),
        }
    }
}

impl Pot {
    /// The item in which this pot is counted in a window.
    #[must_use]
    pub fn home(&self, window: Window) -> Home {
        match self {
            Self::Total | Self::Country(_) | Self::FurtherNumbers | Self::Newcomers => {
                Home { subject: Self::Total.to_string(), window: day_of(window) }
            }
            Self::Range(_) | Self::Lookups | Self::LookupsOf(_) => Home { subject: self.to_string(), window },
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

    /// The attributes of earlier windows that nobody asks for any more, which the item forgets so that it stays small.
    #[must_use]
    pub fn forgotten(&self, window: Window, budget: Budget) -> Vec<String> {
        let day = day_of(window);
        let needed = match self {
            // A dialer whose clock is a few minutes behind still counts in an earlier minute.
            Self::Total if window != day => 5,
            // The last window's places slide out in this one.
            Self::Newcomers => 3,
            _ => return vec![],
        };
        let nth = window.nth_of(day);
        let of = budget.attribute();
        let past = nth.saturating_sub(FORGOTTEN_MAX)..(nth + 1).saturating_sub(needed);
        past.map(|nth| format!("{of}_{}_{nth}", window.length_seconds())).collect()
    }
}

/// How many windows a write looks back for what can be forgotten. What is older than that, because no call was made for
/// so long, stays until its day is over.
const FORGOTTEN_MAX: u64 = 60;

fn day_of(window: Window) -> Window {
    Window::at(window.begins_at(), DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

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
        ];
        let day = Home { subject: "budget#total".to_owned(), window: window(0, DAY_SECONDS) };
        for (pot, length_seconds, budget, attribute) in shared {
            let window = window(617 * 60 + 3, length_seconds);
            assert_eq!((pot.home(window), pot.attribute(window, budget).as_str()), (day.clone(), attribute));
        }
    }

    #[test]
    fn a_range_has_an_item_of_its_own() {
        let (pot, day) = (Pot::Range("+1206555".to_owned()), window(0, DAY_SECONDS));
        assert_eq!(pot.home(day), Home { subject: "budget#range#+1206555".to_owned(), window: day });
        assert_eq!(pot.attribute(day, Budget::NewcomersPerRangePerDay), "newcomers");
    }

    #[test]
    fn no_two_budgets_of_a_dial_share_an_attribute_even_if_the_newcomers_window_is_a_day() {
        let day = window(0, DAY_SECONDS);
        assert_eq!(Pot::Newcomers.attribute(day, Budget::Newcomers), "newcomers_86400_0");
        assert_eq!(Pot::Total.attribute(window(0, 3_600), Budget::CallsPerHour), "calls_3600_0");
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
}
