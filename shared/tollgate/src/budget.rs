//! Budgets: how many calls are made at most, and at what estimated cost, even if every rule fails.
//!
//! A dial takes its places in all budgets in the one transaction that claims the request, each under the condition that
//! there is room. So the bound is exact under any concurrency. Windows are fixed UTC minutes, hours and days.

use jiff::Timestamp;

use crate::counter::{DAY_SECONDS, Window};
use crate::number::PhoneNumber;
use crate::policy::{Budgets, Policy};

/// The budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Budget {
    /// Calls in a minute: the only one that a request waits for.
    CallsPerMinute,
    /// Calls in an hour.
    CallsPerHour,
    /// Calls in a day.
    CallsPerDay,
    /// Calls in a day to a country.
    CallsPerCountryPerDay,
    /// Calls in a day to a range.
    CallsPerRangePerDay,
    /// Estimated cost of a day's calls, in millionths of a US dollar.
    CostPerDay,
}

impl Budget {
    /// The budget's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallsPerMinute => "calls-per-minute",
            Self::CallsPerHour => "calls-per-hour",
            Self::CallsPerDay => "calls-per-day",
            Self::CallsPerCountryPerDay => "calls-per-country-per-day",
            Self::CallsPerRangePerDay => "calls-per-range-per-day",
            Self::CostPerDay => "cost-per-day",
        }
    }

    /// The attribute that holds what is taken.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::CostPerDay => "micro_usd",
            _ => "calls",
        }
    }
}

/// One row of budgets that a dial takes from: all its takes or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row's subject.
    pub subject: String,
    /// Its window.
    pub window: Window,
    /// What is taken from it.
    pub takes: Vec<Take>,
}

/// What a dial takes of one budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    /// The budget.
    pub budget: Budget,
    /// How much is taken.
    pub amount: u64,
    /// How much may be taken in all.
    pub max: u64,
}

const MINUTE_SECONDS: u32 = 60;
const HOUR_SECONDS: u32 = 3_600;

/// The rows that a dial to `number` at `now` takes from.
#[must_use]
pub fn rows(number: &PhoneNumber, policy: &Policy, now: Timestamp) -> Vec<Row> {
    let budgets = &policy.budgets;
    let country = number.country().map_or_else(|| "none".to_owned(), |country| country.to_string());
    let day = |subject, budget, max| Row {
        subject,
        window: Window::at(now, DAY_SECONDS),
        takes: vec![call(budget, max)],
    };
    let mut rows = shared_rows(policy, cost(number, budgets), now);
    rows.push(day(
        format!("budget#country#{country}"),
        Budget::CallsPerCountryPerDay,
        budgets.calls_per_country_per_day_max,
    ));
    rows.push(day(
        format!("budget#range#{}", number.range()),
        Budget::CallsPerRangePerDay,
        budgets.calls_per_range_per_day_max,
    ));
    rows
}

/// The rows that every dial takes from, whatever its number, for a call that is estimated to cost so many millionths of a
/// dollar.
#[must_use]
pub fn shared_rows(policy: &Policy, cost_micro_usd: u64, now: Timestamp) -> Vec<Row> {
    let budgets = &policy.budgets;
    let row = |window_seconds, takes| Row {
        subject: "budget#total".to_owned(),
        window: Window::at(now, window_seconds),
        takes,
    };
    let cost = Take {
        budget: Budget::CostPerDay,
        amount: cost_micro_usd,
        max: micro_usd(budgets.cost_per_day_max_usd),
    };
    vec![
        row(MINUTE_SECONDS, vec![call(Budget::CallsPerMinute, budgets.calls_per_minute_max)]),
        row(HOUR_SECONDS, vec![call(Budget::CallsPerHour, budgets.calls_per_hour_max)]),
        row(DAY_SECONDS, vec![call(Budget::CallsPerDay, budgets.calls_per_day_max), cost]),
    ]
}

fn call(budget: Budget, max: u32) -> Take {
    Take { budget, amount: 1, max: u64::from(max) }
}

/// What a call to `number` is estimated to take of the day's cost, in millionths of a dollar.
fn cost(number: &PhoneNumber, budgets: &Budgets) -> u64 {
    let longest = budgets
        .usd_per_minute
        .iter()
        .filter(|(prefix, _)| prefix.covers(number))
        .max_by_key(|(prefix, _)| prefix.to_string().len());
    let usd_per_minute = longest.map_or(budgets.usd_per_minute_otherwise, |(_, usd)| *usd);
    micro_usd(usd_per_minute * f64::from(budgets.estimated_call_minutes))
}

/// Millionths of a dollar, so that counting is exact. A policy's amounts are checked to be within 0 and 1e9 dollars.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what u64 holds just before"
)]
fn micro_usd(usd: f64) -> u64 {
    (usd * 1e6).round().clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text, None).unwrap()
    }

    #[test]
    fn each_budget_has_a_name_and_what_costs_money_is_counted_apart() {
        let named = [
            (Budget::CallsPerMinute, "calls-per-minute", "calls"),
            (Budget::CallsPerHour, "calls-per-hour", "calls"),
            (Budget::CallsPerDay, "calls-per-day", "calls"),
            (Budget::CallsPerCountryPerDay, "calls-per-country-per-day", "calls"),
            (Budget::CallsPerRangePerDay, "calls-per-range-per-day", "calls"),
            (Budget::CostPerDay, "cost-per-day", "micro_usd"),
        ];
        for (budget, name, attribute) in named {
            assert_eq!((budget.as_str(), budget.attribute()), (name, attribute));
        }
    }

    #[test]
    fn a_dial_takes_one_call_everywhere_and_its_estimated_cost() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let rows = rows(&number("+12065550100"), &Policy::default(), now);
        let takes: Vec<_> = rows.iter().flat_map(|row| &row.takes).collect();
        assert_eq!(takes.len(), 6);
        assert!(takes.iter().all(|take| take.budget == Budget::CostPerDay || take.amount == 1));
        let cost = takes.iter().find(|take| take.budget == Budget::CostPerDay).unwrap();
        assert_eq!((cost.amount, cost.max), (250_000, 1_000_000_000));
    }

    #[test]
    fn the_longest_matching_prefix_prices_a_call() {
        let policy = Policy::parse(
            r#"{"budgets": {"usd_per_minute": {"+1": 0.01, "+1876": 0.3, "+44": 2}, "estimated_call_minutes": 1}}"#,
        )
        .unwrap();
        assert_eq!(cost(&number("+12065550100"), &policy.budgets), 10_000);
        assert_eq!(cost(&number("+18765230123"), &policy.budgets), 300_000);
        assert_eq!(cost(&number("+493012345678"), &policy.budgets), 50_000);
    }
}
