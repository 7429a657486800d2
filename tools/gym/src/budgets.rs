//! Whether the calls stayed within the policy's budgets, counted anew from the calls that Connect placed.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use local::connect::Call;
use tollgate::number::PhoneNumber;
use tollgate::policy::{Budgets, Policy};

/// The most that was taken of a budget in any of its windows, and what may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The budget's name.
    pub budget: &'static str,
    /// The most that was taken.
    pub most: u64,
    /// What may be taken.
    pub max: u64,
}

impl Used {
    /// Whether more was taken than may be.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.most > self.max
    }
}

const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 86_400;

/// How much of each budget the calls took.
#[must_use]
pub fn used(calls: &[Call], policy: &Policy) -> Vec<Used> {
    let budgets = &policy.budgets;
    let dials: Vec<_> = calls.iter().map(|call| (call.started_at, call.phone_number.as_str())).collect();
    let most = |seconds, subject: fn(&str) -> String| most(&dials, seconds, |number| (subject(number), 1));
    let all = |_: &str| String::new();
    let used = |budget, most, max| Used { budget, most, max: u64::from(max) };
    vec![
        used("calls-per-minute", most(MINUTE_SECONDS, all), budgets.calls_per_minute_max),
        used("calls-per-hour", most(HOUR_SECONDS, all), budgets.calls_per_hour_max),
        used("calls-per-day", most(DAY_SECONDS, all), budgets.calls_per_day_max),
        used("calls-per-country-per-day", most(DAY_SECONDS, country), budgets.calls_per_country_per_day_max),
        // What a range may have grows with what ripened there; the claim holds it to that, and the schedules the claim.
        used("calls-per-range-per-day", most(DAY_SECONDS, range), u32::MAX),
        Used {
            budget: "cost-per-day, micro-USD",
            most: most_cost(calls, budgets),
            max: micro_usd(budgets.cost_per_day_max_usd),
        },
    ]
}

/// The most that any subject took in any window, of fixed windows since 1970.
fn most(calls: &[(Timestamp, &str)], window_seconds: i64, takes: impl Fn(&str) -> (String, u64)) -> u64 {
    let mut taken: HashMap<(i64, String), u64> = HashMap::new();
    for (at, number) in calls {
        let (subject, amount) = takes(number);
        *taken.entry((at.as_second().div_euclid(window_seconds), subject)).or_default() += amount;
    }
    taken.into_values().max().unwrap_or(0)
}

fn country(number: &str) -> String {
    let country = PhoneNumber::from_e164(number).ok().and_then(|number| number.country());
    country.map_or_else(String::new, |country| country.to_string())
}

fn range(number: &str) -> String {
    number.chars().take(number.len().saturating_sub(4)).collect()
}

/// The most that a day cost when a call was dialed: that one and those that lived by their estimate, those that were over by
/// their seconds. Of what happens at one moment, what gives back comes first, and what takes more than was estimated last.
fn most_cost(calls: &[Call], budgets: &Budgets) -> u64 {
    let day = |call: &Call| call.started_at.as_second().div_euclid(DAY_SECONDS);
    let mut changes = vec![];
    for call in calls {
        let per_minute = usd_per_minute(&call.phone_number, budgets);
        let estimated = micro_usd(per_minute * f64::from(budgets.estimated_call_minutes));
        changes.push((call.started_at, Change::Dialed, day(call), i128::from(estimated)));
        if let Some(ended_at) = call.ended_at {
            let change = i128::from(real(call, ended_at, per_minute)) - i128::from(estimated);
            let kind = if change < 0 { Change::GivenBack } else { Change::Overrun };
            changes.push((ended_at, kind, day(call), change));
        }
    }
    changes.sort_unstable();
    let (mut days, mut most) = (HashMap::<i64, i128>::new(), 0);
    for (_, kind, day, change) in changes {
        let cost = days.entry(day).or_default();
        *cost += change;
        if kind == Change::Dialed {
            most = most.max(*cost);
        }
    }
    u64::try_from(most).unwrap_or(0)
}

/// What changes a day's cost, in the order in which it does at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    GivenBack,
    Dialed,
    Overrun,
}

/// What a call that is over cost: nothing that nobody answered, else its seconds, the first minute in full.
fn real(call: &Call, ended_at: Timestamp, usd_per_minute: f64) -> u64 {
    let answered = call.answered_at.map(|answered_at| ended_at.duration_since(answered_at).as_secs());
    let seconds = answered.map_or(0, |seconds| u64::try_from(seconds).unwrap_or(0).max(60));
    (micro_usd(usd_per_minute) * seconds).div_ceil(60)
}

/// What a minute costs: by the longest prefix that has a price.
fn usd_per_minute(number: &str, budgets: &Budgets) -> f64 {
    let prices: BTreeMap<String, f64> =
        budgets.usd_per_minute.iter().map(|(prefix, usd)| (prefix.to_string(), *usd)).collect();
    let covers = |prefix: &&String| number.starts_with(prefix.as_str());
    let longest = prices.keys().filter(covers).max_by_key(|prefix| prefix.len());
    longest.and_then(|prefix| prices.get(prefix)).copied().unwrap_or(budgets.usd_per_minute_otherwise)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a policy's amounts are within 0 and 1e9 USD"
)]
fn micro_usd(usd: f64) -> u64 {
    (usd * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn call(at: &str, number: &str) -> Call {
        Call {
            contact_id: String::new(),
            request_id: None,
            client_token: None,
            attributes: BTreeMap::new(),
            shown: (None, None),
            phone_number: number.to_owned(),
            started_at: at.parse().unwrap(),
            answered_at: None,
            ended_at: None,
            parts_ended_at: vec![],
        }
    }

    #[test]
    fn windows_are_fixed_minutes_hours_and_days_of_utc() {
        let calls = [
            call("2026-03-02T10:58:59Z", "+12065550100"),
            call("2026-03-02T10:59:01Z", "+12065550101"),
            call("2026-03-02T10:59:59.999Z", "+12125550100"),
            call("2026-03-02T11:00:00Z", "+442079460000"),
            call("2026-03-03T00:00:00Z", "+12065550102"),
        ];
        let json = r#"{"budgets": {"calls_per_minute_max": 1, "usd_per_minute": {"+1": 0.1, "+1212": 2, "+44": 1}}}"#;
        let used = used(&calls, &Policy::parse(json).unwrap());
        let most: Vec<_> = used.iter().map(|used| used.most).collect();
        // At five minutes a call: two at 0.1, one at 2 and one at 1 dollar a minute.
        assert_eq!(most, [2, 3, 4, 3, 2, 16_000_000]);
        let exceeded: Vec<_> =
            used.iter().filter(|used| used.is_exceeded()).map(|used| used.budget).collect();
        assert_eq!(exceeded, ["calls-per-minute"]);
    }

    #[test]
    fn a_call_that_is_over_costs_its_seconds_and_what_it_took_beyond_its_estimate_is_nobody_elses_fault() {
        let ended = |at: &str, ended_at: &str, answered: bool| {
            let call = call(at, "+12065550100");
            let answered_at = answered.then_some(call.started_at);
            Call { answered_at, ended_at: ended_at.parse().ok(), ..call }
        };
        let calls = [
            ended("2026-03-02T10:00:00Z", "2026-03-02T10:01:00Z", false),
            ended("2026-03-02T10:01:00Z", "2026-03-02T10:01:30Z", true),
            ended("2026-03-02T10:02:00Z", "2026-03-02T12:02:00Z", true),
        ];
        let budgets = Policy::default().budgets;
        assert_eq!(most_cost(&calls[..1], &budgets), 250_000);
        assert_eq!(most_cost(&calls[..2], &budgets), 250_000, "nobody answered the first");
        assert_eq!(most_cost(&calls, &budgets), 50_000 + 250_000, "nobody was called after the long one");
        let after = ended("2026-03-02T13:00:00Z", "2026-03-02T13:01:00Z", false);
        let calls = [calls.as_slice(), &[after]].concat();
        assert_eq!(most_cost(&calls, &budgets), 50_000 + 6_000_000 + 250_000);
    }
}
