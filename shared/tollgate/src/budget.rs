//! Budgets: how many calls are made at most, and at what cost, even if every rule fails.
//!
//! A dial takes its places in all budgets in the one transaction that claims the request, each under the condition that
//! there is room. So the bound is exact under any concurrency. Windows are fixed UTC minutes, hours and days. The cost is an
//! estimate until the call ends, and its real seconds' from then on.

mod cost;
mod home;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::counter::{DAY_SECONDS, Window};
use crate::evidence::Admission;
use crate::network::Network;
use crate::number::PhoneNumber;
use crate::policy::{Budgets, Policy};
use crate::record::Terms;
use crate::verdict::{Code, Finding};

pub use cost::{Reserved, Settled, spent_on};
use cost::{cost, cost_otherwise, micro_usd};
pub use home::{Home, Pot};

/// The budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Newcomers' calls in a day to a range.
    NewcomersPerRangePerDay,
    /// Places that live and wasted calls of newcomers hold.
    Newcomers,
    /// Those of newcomers whose networks have no customers in them.
    Strangers,
    /// Calls in a day to further numbers of askers who are known for others.
    FurtherNumbersPerDay,
    /// Carrier lookups in a day.
    LookupsPerDay,
    /// Carrier lookups in a day for one address.
    LookupsPerAddressPerDay,
    /// Cost of a day's calls, in millionths of a US dollar: estimated of those that live, real of those that are over.
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
            Self::NewcomersPerRangePerDay => "newcomers-per-range-per-day",
            Self::Newcomers => "newcomers",
            Self::Strangers => "strangers",
            Self::FurtherNumbersPerDay => "further-numbers-per-day",
            Self::LookupsPerDay => "lookups-per-day",
            Self::LookupsPerAddressPerDay => "lookups-per-address-per-day",
            Self::CostPerDay => "cost-per-day",
        }
    }

    /// The attribute that holds what is taken.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::CostPerDay => "micro_usd",
            Self::NewcomersPerRangePerDay | Self::Newcomers => "newcomers",
            Self::Strangers => "strangers",
            Self::LookupsPerDay | Self::LookupsPerAddressPerDay => "lookups",
            _ => "calls",
        }
    }
}

/// One row of budgets that a dial takes from: all its takes or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose budgets they are.
    pub pot: Pot,
    /// Their window.
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

/// What ends a request that a budget had no room for.
#[must_use]
pub fn spent(take: Take, row: &Row) -> Finding {
    let Take { budget, amount, max } = take;
    let asked = max.saturating_add(amount);
    Finding::about(Code::BudgetSpent, budget.as_str()).measured(asked, max, row.window.length_seconds())
}

/// How much of a budget is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// What another dial would take.
    pub take: Take,
    /// The budget's window.
    pub window: Window,
    /// How much is taken already.
    pub taken: u64,
}

impl Used {
    /// How much is taken, in percent.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a percentage need not be exact")]
    pub fn percent(self) -> f64 {
        let Take { max, .. } = self.take;
        if max == 0 { 100.0 } else { self.taken as f64 * 100.0 / max as f64 }
    }

    /// Whether there is no room for another dial.
    #[must_use]
    pub fn is_spent(self) -> bool {
        self.taken.saturating_add(self.take.amount) > self.take.max
    }
}

const MINUTE_SECONDS: u32 = 60;
const HOUR_SECONDS: u32 = 3_600;

/// The rows that a dial to `number` at `now` takes from, on the terms of its approval. Newcomers leave a part of each budget to
/// those who have proved themselves, and share places of their own.
#[must_use]
pub fn rows(number: &PhoneNumber, terms: &Terms, policy: &Policy, now: Timestamp) -> Vec<Row> {
    let budgets = &policy.budgets;
    let country = number.country().map_or_else(|| "none".to_owned(), |country| country.to_string());
    let day = |pot, takes| Row { pot, window: Window::at(now, DAY_SECONDS), takes };
    let mut rows = shared_rows(policy, cost(number, budgets), now);
    let of_country = call(Budget::CallsPerCountryPerDay, budgets.calls_per_country_per_day_max);
    rows.push(day(Pot::Country(country), vec![of_country]));
    for take in rows.iter_mut().flat_map(|row| row.takes.iter_mut()) {
        take.max = kept_back(*take, terms.admission, budgets);
    }
    let mut of_range = vec![call(Budget::CallsPerRangePerDay, terms.range_calls_per_day_max)];
    if terms.admission != Admission::Proven {
        of_range.push(call(Budget::NewcomersPerRangePerDay, budgets.calls_per_range_per_day_max));
    }
    rows.push(day(self::of_range(number), of_range));
    rows.extend(place(terms, policy, now));
    rows.extend(further(terms, budgets, now));
    rows
}

/// What of a budget a call of this admission may take: newcomers leave the reserve, and strangers more of the day's.
fn kept_back(take: Take, admission: Admission, budgets: &Budgets) -> u64 {
    let of_day =
        matches!(take.budget, Budget::CallsPerDay | Budget::CallsPerCountryPerDay | Budget::CostPerDay);
    let percent = match admission {
        Admission::Proven => 0,
        Admission::Stranger if of_day => budgets.reserve_percent.max(budgets.reserve_from_strangers_percent),
        Admission::Neighbor | Admission::Stranger => budgets.reserve_percent,
    };
    // Rounded up: a share is never nothing where there is something.
    take.max.saturating_mul(u64::from(100_u32.saturating_sub(percent))).div_ceil(100)
}

/// A newcomer's places; whoever has proved himself takes none.
fn place(terms: &Terms, policy: &Policy, now: Timestamp) -> Option<Row> {
    let newcomers = &policy.newcomers;
    let all = call(Budget::Newcomers, newcomers.newcomers_max);
    let takes = match terms.admission {
        Admission::Proven => return None,
        Admission::Neighbor => vec![all],
        Admission::Stranger => vec![all, call(Budget::Strangers, newcomers.strangers_max)],
    };
    let window = Window::at(now, terms.newcomers_window_seconds);
    Some(Row { pot: Pot::Newcomers, window, takes })
}

/// The part of the day's calls that further numbers share, of which another part is kept for later hours.
fn further(terms: &Terms, budgets: &Budgets, now: Timestamp) -> Option<Row> {
    if !terms.further {
        return None;
    }
    let window = Window::at(now, DAY_SECONDS);
    let percent = u64::from(budgets.further_numbers_percent);
    let all = u64::from(budgets.calls_per_day_max).saturating_mul(percent).div_ceil(100);
    let at_once = (all * FURTHER_AT_ONCE_PERCENT).div_ceil(100);
    let max = window.share_by(now, at_once, all);
    let takes = vec![Take { budget: Budget::FurtherNumbersPerDay, amount: 1, max }];
    Some(Row { pot: Pot::FurtherNumbers, window, takes })
}

/// The share of them that may be called from the day's first moment on; the rest comes with the hours.
const FURTHER_AT_ONCE_PERCENT: u64 = 50;

/// The row of newcomers' places, as a stranger takes from it.
#[must_use]
pub fn newcomers(policy: &Policy, now: Timestamp) -> Row {
    let newcomers = &policy.newcomers;
    let all = call(Budget::Newcomers, newcomers.newcomers_max);
    let takes = vec![all, call(Budget::Strangers, newcomers.strangers_max)];
    Row { pot: Pot::Newcomers, window: Window::at(now, newcomers.window_seconds), takes }
}

/// The rows that a carrier lookup takes from: the day's, of which a part is kept for later hours and for those who have proved
/// themselves, and the asking address's own share.
#[must_use]
pub fn lookup_rows(asker: Network, admission: Admission, policy: &Policy, now: Timestamp) -> Vec<Row> {
    let (window, max) = (Window::at(now, DAY_SECONDS), u64::from(policy.line.lookups_per_day_max));
    let kept = match admission {
        Admission::Proven => max,
        Admission::Neighbor | Admission::Stranger => {
            let reserve = u64::from(100_u32.saturating_sub(policy.budgets.reserve_percent));
            window.share_by(now, max * LOOKUPS_AT_ONCE_PERCENT / 100, max) * reserve / 100
        }
    };
    let share = (max * u64::from(policy.line.lookups_per_address_percent)).div_ceil(100);
    let row = |pot, budget, max| Row { pot, window, takes: vec![Take { budget, amount: 1, max }] };
    vec![
        row(Pot::Lookups, Budget::LookupsPerDay, kept),
        row(Pot::LookupsOf(asker), Budget::LookupsPerAddressPerDay, share),
    ]
}

/// The share of the day's lookups that newcomers may take from its first moment on; the rest comes with the hours.
const LOOKUPS_AT_ONCE_PERCENT: u64 = 50;

/// What a newcomer's call at `dialed_at` that went well gives back: of each row the place that it held, and two more, so that
/// newcomers who talk make room for others. Nothing of whoever has proved himself.
#[must_use]
pub fn earned(number: &PhoneNumber, terms: &Terms, dialed_at: Timestamp) -> Vec<Earned> {
    let pots = match terms.admission {
        Admission::Proven => return vec![],
        Admission::Neighbor => vec![Budget::Newcomers],
        Admission::Stranger => vec![Budget::Newcomers, Budget::Strangers],
    };
    let earned = |pot, window_seconds, budgets| Earned {
        pot,
        window: Window::at(dialed_at, window_seconds),
        budgets,
        places: PLACES_OF_A_GOOD_CALL,
    };
    vec![
        earned(Pot::Newcomers, terms.newcomers_window_seconds, pots),
        earned(of_range(number), DAY_SECONDS, vec![Budget::NewcomersPerRangePerDay]),
    ]
}

/// Places that a good call gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earned {
    /// Whose they are.
    pub pot: Pot,
    /// Their window.
    pub window: Window,
    /// The budgets.
    pub budgets: Vec<Budget>,
    /// How many of each.
    pub places: u32,
}

/// The place that a newcomer's call held, and two more.
const PLACES_OF_A_GOOD_CALL: u32 = 3;

fn of_range(number: &PhoneNumber) -> Pot {
    Pot::Range(number.range().to_string())
}

/// The rows that every dial takes from, whatever its number, for a call that is estimated to cost so many millionths of a
/// dollar.
#[must_use]
pub fn shared_rows(policy: &Policy, cost_micro_usd: u64, now: Timestamp) -> Vec<Row> {
    let budgets = &policy.budgets;
    let row = |window_seconds, takes| Row { pot: Pot::Total, window: Window::at(now, window_seconds), takes };
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

/// The same for a number whose minutes cost what no prefix says.
#[must_use]
pub fn everybodys_rows(policy: &Policy, now: Timestamp) -> Vec<Row> {
    shared_rows(policy, cost_otherwise(&policy.budgets), now)
}

fn call(budget: Budget, max: u32) -> Take {
    Take { budget, amount: 1, max: u64::from(max) }
}

#[cfg(test)]
mod tests;
