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
    let calls: Vec<_> = calls.iter().map(|call| (call.started_at, call.phone_number.as_str())).collect();
    let most = |seconds, subject: fn(&str) -> String| most(&calls, seconds, |number| (subject(number), 1));
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
            most: self::most(&calls, DAY_SECONDS, |number| (String::new(), cost(number, budgets))),
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

/// What a call is estimated to cost: by the longest prefix that has a price.
fn cost(number: &str, budgets: &Budgets) -> u64 {
    let prices: BTreeMap<String, f64> =
        budgets.usd_per_minute.iter().map(|(prefix, usd)| (prefix.to_string(), *usd)).collect();
    let covers = |prefix: &&String| number.starts_with(prefix.as_str());
    let longest = prices.keys().filter(covers).max_by_key(|prefix| prefix.len());
    let usd = longest.and_then(|prefix| prices.get(prefix)).copied();
    micro_usd(usd.unwrap_or(budgets.usd_per_minute_otherwise) * f64::from(budgets.estimated_call_minutes))
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
            ended_at: None,
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
}
