//! What calls cost. A claim reserves the cost of a call of the estimated length; the end of the call makes of it what its real
//! seconds cost, from what was reserved, whatever the policy says by then.

use serde::{Deserialize, Serialize};

use super::{Budget, Pot, Row};
use crate::counter::Window;
use crate::number::PhoneNumber;
use crate::outcome::CallEnd;
use crate::policy::Budgets;

/// Whoever answers costs this long at least: carriers bill the first minute in full, and seconds after it.
const FIRST_SECONDS: u64 = 60;
const MINUTE_SECONDS: u64 = 60;

/// What a claim reserved of its day's cost, and at what price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    /// The day.
    pub window: Window,
    /// How much was reserved, in millionths of a dollar.
    pub micro_usd: u64,
    /// What a minute costs, in millionths of a dollar.
    pub micro_usd_per_minute: u64,
}

/// What the end of a call changes of its day's cost: below zero where it gives back, above where it cost more than was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The day.
    pub window: Window,
    /// What is added, in millionths of a dollar.
    pub micro_usd: i64,
}

impl Reserved {
    /// What a dial to `number` reserves by these rows; none if they have no cost.
    #[must_use]
    pub fn by(rows: &[Row], number: &PhoneNumber, budgets: &Budgets) -> Option<Self> {
        let of_cost = |row: &Row| {
            let take = row.takes.iter().find(|take| take.budget == Budget::CostPerDay)?;
            Some((row.window, take.amount))
        };
        let (window, micro_usd) = rows.iter().find_map(of_cost)?;
        Some(Self { window, micro_usd, micro_usd_per_minute: micro_usd_per_minute(number, budgets) })
    }

    /// What the end of its call changes. None if that is nothing.
    #[must_use]
    pub fn settled(&self, end: &CallEnd) -> Option<Settled> {
        self.costs(of_seconds(self.micro_usd_per_minute, seconds_billed(end)))
    }

    /// What the proof that there was no call changes: all of it is given back.
    #[must_use]
    pub fn unused(&self) -> Option<Settled> {
        self.costs(0)
    }

    fn costs(&self, micro_usd: u64) -> Option<Settled> {
        let signed = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let change = signed(micro_usd).saturating_sub(signed(self.micro_usd));
        (change != 0).then_some(Settled { window: self.window, micro_usd: change })
    }
}

impl Settled {
    /// Whose cost it is.
    #[must_use]
    pub fn pot(&self) -> Pot {
        Pot::Total
    }

    /// What the day's cost is at least before this: what was reserved is in it.
    #[must_use]
    pub fn least(&self) -> u64 {
        if self.micro_usd < 0 { self.micro_usd.unsigned_abs() } else { 0 }
    }
}

/// The seconds that are billed for a call: none that nobody answered, of any other the first minute in full.
fn seconds_billed(end: &CallEnd) -> u64 {
    let connected = CallEnd { answered_at: end.answered_at.or(end.agent_at), ..end.clone() };
    match connected.answered_at {
        Some(_) => connected.answered_seconds().max(FIRST_SECONDS),
        None => 0,
    }
}

/// Rounded up, as a bill is.
fn of_seconds(micro_usd_per_minute: u64, seconds: u64) -> u64 {
    micro_usd_per_minute.saturating_mul(seconds).div_ceil(MINUTE_SECONDS)
}

/// What a call to `number` cost, in millionths of a dollar: by its seconds if its end was heard, else by estimate.
#[must_use]
pub fn spent_on(number: &PhoneNumber, end: Option<&CallEnd>, budgets: &Budgets) -> u64 {
    match end {
        Some(end) => of_seconds(micro_usd_per_minute(number, budgets), seconds_billed(end)),
        None => cost(number, budgets),
    }
}

/// What a call to `number` is estimated to take of the day's cost, in millionths of a dollar.
pub(super) fn cost(number: &PhoneNumber, budgets: &Budgets) -> u64 {
    micro_usd_per_minute(number, budgets).saturating_mul(u64::from(budgets.estimated_call_minutes))
}

/// The same for a number that no prefix prices.
pub(super) fn cost_otherwise(budgets: &Budgets) -> u64 {
    micro_usd(budgets.usd_per_minute_otherwise).saturating_mul(u64::from(budgets.estimated_call_minutes))
}

/// What a minute to `number` costs: by the longest prefix that has a price.
fn micro_usd_per_minute(number: &PhoneNumber, budgets: &Budgets) -> u64 {
    let longest = budgets
        .usd_per_minute
        .iter()
        .filter(|(prefix, _)| prefix.covers(number))
        .max_by_key(|(prefix, _)| prefix.to_string().len());
    micro_usd(longest.map_or(budgets.usd_per_minute_otherwise, |(_, usd)| *usd))
}

/// Millionths of a dollar, so that counting is exact. A policy's amounts are checked to be within 0 and 1e9 dollars.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what u64 holds just before"
)]
pub(super) fn micro_usd(usd: f64) -> u64 {
    (usd * 1e6).round().clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const RESERVED: u64 = 250_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(20_000 * 86_400 + second).unwrap()
    }

    fn reserved() -> Reserved {
        let window = Window::at(at(0), 86_400);
        Reserved { window, micro_usd: RESERVED, micro_usd_per_minute: 50_000 }
    }

    fn end(answered: Option<i64>, ended: i64) -> CallEnd {
        CallEnd { ended_at: at(ended), answered_at: answered.map(at), agent_at: None, excuse: None }
    }

    /// What a call costs in the end: what was reserved and what its end changes.
    fn cost_of(answered: Option<i64>, ended: i64) -> i64 {
        250_000 + reserved().settled(&end(answered, ended)).map_or(0, |settled| settled.micro_usd)
    }

    #[test]
    fn a_call_costs_its_seconds_the_first_minute_in_full_and_nothing_if_nobody_answers() {
        assert_eq!(cost_of(None, 60), 0);
        assert_eq!(cost_of(Some(10), 10), 50_000, "answered, and over at once");
        assert_eq!(cost_of(Some(10), 70), 50_000);
        assert_eq!(cost_of(Some(10), 71), 50_834, "rounded up");
        assert_eq!(cost_of(Some(10), 310), 250_000);
        assert_eq!(cost_of(Some(10), 7_210), 6_000_000, "more than was reserved");
        assert_eq!(reserved().settled(&end(Some(10), 310)), None, "nothing changes, and nothing is written");
    }

    #[test]
    fn an_agent_who_talked_was_paid_for_though_no_answer_was_heard() {
        let end = CallEnd { agent_at: Some(at(10)), ..end(None, 130) };
        assert_eq!(reserved().settled(&end).map(|settled| settled.micro_usd), Some(100_000 - 250_000));
    }

    #[test]
    fn no_more_is_given_back_than_was_reserved() {
        let given = reserved().unused().unwrap();
        assert_eq!((given.micro_usd, given.least()), (-250_000, RESERVED));
        assert_eq!(reserved().settled(&end(Some(0), 7_200)).unwrap().least(), 0);
    }

    #[test]
    fn no_length_and_no_price_overflows() {
        let dear = Reserved { micro_usd_per_minute: u64::MAX, ..reserved() };
        assert!(dear.settled(&end(Some(0), 1_000_000)).unwrap().micro_usd > 0);
    }
}
