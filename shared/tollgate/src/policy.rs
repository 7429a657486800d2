//! The policy: every number and choice that an operator may turn, with its default. A JSON document; a key that is
//! absent takes its default, an unknown key is refused.

mod check;
mod defaults;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::counter::DAY_SECONDS;
use crate::country::CountryCode;
use crate::network::Address;
use crate::number::NumberPrefix;
use crate::reply::Channel;
use crate::text::CarrierName;
use crate::verdict::{Code, Route};

pub use check::PolicyError;

/// The policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Countries whose numbers are called. Default: the United States.
    pub served_countries: BTreeSet<CountryCode>,
    /// The country of a number written without `+`; without one, only international numbers are taken.
    pub default_country: Option<CountryCode>,
    /// Countries from whose addresses callbacks are taken; empty: from all.
    pub served_address_countries: BTreeSet<CountryCode>,
    /// Whether visitors who are not signed in get callbacks. Default: they are offered the other channels.
    pub guests: Guests,
    /// The channels offered beside the callback, in the order shown.
    pub channels: Vec<Channel>,
    /// The mode of each rule by its finding's code; `enforce` if absent.
    pub rules: BTreeMap<Code, Mode>,
    /// The carrier lookup.
    pub line: LinePolicy,
    /// How often each subject may ask or be called.
    pub limits: Limits,
    /// How many different numbers, countries and addresses may meet.
    pub fan_out: FanOut,
    /// How many calls may be wasted.
    pub waste: Waste,
    /// How many requests may be marked as spam.
    pub marks: Marks,
    /// How long a subject that went too far is blocked.
    pub blocks: Blocks,
    /// How many calls are made at most, whatever the rules say.
    pub budgets: Budgets,
    /// How calls are placed.
    pub dial: Dial,
    /// How long a request stays on record, in days.
    pub retention_days: u32,
}

/// What happens to visitors who are not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guests {
    /// They get callbacks like everyone.
    Allow,
    /// They are offered the other channels.
    Redirect,
}

/// The mode of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Its findings count.
    Enforce,
    /// Its findings are recorded as what would have counted.
    Shadow,
    /// It is not asked.
    Off,
}

/// The carrier lookup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinePolicy {
    /// Paid lookups per UTC day; 0 asks never. An attacker's fresh numbers cost one each, so this bounds his bill too.
    pub lookups_per_day_max: u32,
    /// How long an answer is kept, in days.
    pub cache_days: u32,
    /// Where a number leads whose line could not be looked up.
    pub unavailable: Route,
    /// The carriers whose numbers are called without more ado; empty: all.
    pub usual_carriers: BTreeSet<CarrierName>,
}

/// How often each subject may ask or be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests from an address (an IPv6 /64).
    pub per_address: Limit,
    /// Requests from its block (an IPv4 /24, an IPv6 /48).
    pub per_block: Limit,
    /// Requests from an account.
    pub per_account: Limit,
    /// Calls to a number.
    pub per_number: Limit,
    /// Calls to a range.
    pub per_range: Limit,
    /// Calls to a carrier.
    pub per_carrier: Limit,
    /// Calls to a country.
    pub per_country: Limit,
    /// How far a range, carrier or country may grow beyond its own best day, in percent, where that is more than its limit.
    pub growth_percent: u32,
    /// The share of its country's calls, in percent, from which a carrier is large: its limit then does not hold, since
    /// customers themselves are most of its calls.
    pub large_carrier_percent: u32,
}

/// So many requests in a sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many.
    pub requests_max: u32,
    /// In how long.
    pub window_seconds: u32,
}

/// How many different numbers, countries and addresses may meet, in the window of the subject's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FanOut {
    /// Distinct numbers that an address may ask for.
    pub numbers_per_address_max: u32,
    /// Those of them that are in one range.
    pub numbers_of_a_range_per_address_max: u32,
    /// Distinct countries of those numbers.
    pub countries_per_address_max: u32,
    /// Distinct numbers that an account may ask for.
    pub numbers_per_account_max: u32,
    /// Distinct addresses that may ask for a number and be called.
    pub addresses_per_number_max: u32,
}

/// How many calls may end unanswered or without an agent of late, for each subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Waste {
    /// Asked for by an address, to other numbers than the one it asks for now.
    pub address: Tolerance,
    /// The same, for its block.
    pub block: Tolerance,
    /// The same, for an account.
    pub account: Tolerance,
    /// To a number.
    pub number: Tolerance,
    /// To a range.
    pub range: Tolerance,
    /// To a carrier.
    pub carrier: Tolerance,
    /// To a country.
    pub country: Tolerance,
}

/// How many requests may be marked as spam in a week, for each subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Marks {
    /// Of an address.
    pub address: Tolerance,
    /// Of its block.
    pub block: Tolerance,
    /// Of an account.
    pub account: Tolerance,
    /// For a number.
    pub number: Tolerance,
    /// For a range.
    pub range: Tolerance,
    /// For a carrier.
    pub carrier: Tolerance,
}

/// How much of something bad a subject may have: a floor, or a share of the calls that went well if that is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// This many in any case.
    pub floor: u32,
    /// This share of the calls that went well, in percent, if that is more.
    pub share_percent: u32,
}

/// How long a subject that went too far is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blocks {
    /// The first time, in seconds. Each further time it is twice as long.
    pub first_seconds: u32,
    /// The longest, in seconds.
    pub longest_seconds: u32,
}

/// How many calls are made at most, over fixed UTC minutes, hours and days. Exact, whatever the rules say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budgets {
    /// Calls in a minute. More wait.
    pub calls_per_minute_max: u32,
    /// Calls in an hour.
    pub calls_per_hour_max: u32,
    /// Calls in a day.
    pub calls_per_day_max: u32,
    /// Calls in a day to any one country.
    pub calls_per_country_per_day_max: u32,
    /// Calls in a day to any one range.
    pub calls_per_range_per_day_max: u32,
    /// Estimated cost of a day's calls, in US dollars.
    pub cost_per_day_max_usd: f64,
    /// How long a call is estimated to last, in minutes.
    pub estimated_call_minutes: u32,
    /// What a minute costs in US dollars, by prefix; the longest that matches counts.
    pub usd_per_minute: BTreeMap<NumberPrefix, f64>,
    /// What a minute costs where no prefix matches.
    pub usd_per_minute_otherwise: f64,
}

/// How calls are placed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dial {
    /// A request that is not dialed after this many seconds is not dialed any more, and its status reads `ended`.
    pub deadline_seconds: u32,
    /// Calls that are begun in a second, all dialers together. Amazon Connect's default quota is 2 (burst 5) for the
    /// account and region, shared with every other caller of StartOutboundVoiceContact.
    pub calls_per_second_max: f64,
    /// How long it rings, in seconds; Connect takes 15 to 60.
    pub ring_timeout_seconds: u32,
    /// The longest call that the contact flow allows, in seconds. A call whose end is never heard holds its number
    /// this long.
    pub call_seconds_max: u32,
}

impl Policy {
    /// Reads and checks a policy document.
    ///
    /// # Errors
    /// With everything that is wrong with it, each with the field and the reason.
    pub fn parse(json: &str) -> Result<Self, Vec<PolicyError>> {
        check::parse(json)
    }

    /// The mode of the rule that makes findings of this code.
    #[must_use]
    pub fn mode(&self, code: Code) -> Mode {
        if code.has_mode() { self.rules.get(&code).copied().unwrap_or(Mode::Enforce) } else { Mode::Enforce }
    }

    /// The limit of an address's block. An IPv6 /48 is one customer's network (RFC 6177), so it may ask as often as an address.
    #[must_use]
    pub fn per_block(&self, address: Address) -> Limit {
        if address.as_ip().is_ipv6() { self.limits.per_address } else { self.limits.per_block }
    }

    /// How long a request may wait for its dial; from then on its status reads `ended`.
    #[must_use]
    pub fn deadline(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.dial.deadline_seconds))
    }

    /// How long a request stays on record.
    #[must_use]
    pub fn retention(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.retention_days))
    }

    /// How long a carrier lookup's answer is kept.
    #[must_use]
    pub fn line_cache(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.line.cache_days))
    }
}

impl Tolerance {
    /// How much is allowed where `good` calls went well.
    #[must_use]
    pub fn allowed(self, good: u64) -> u64 {
        (good.saturating_mul(u64::from(self.share_percent)) / 100).max(u64::from(self.floor))
    }
}

impl Limits {
    /// What a limit of the asked side comes to for a subject whose best day saw `good` calls that went well.
    #[must_use]
    pub fn grown(&self, limit: Limit, good: u64) -> Limit {
        let share = u64::from(self.growth_percent) * u64::from(limit.window_seconds);
        let grown = good.saturating_mul(share) / (100 * u64::from(DAY_SECONDS));
        Limit { requests_max: limit.requests_max.max(u32::try_from(grown).unwrap_or(u32::MAX)), ..limit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_policy_are_what_they_are_called() {
        let policy = Policy { retention_days: 3, ..Policy::default() };
        assert_eq!(policy.deadline(), SignedDuration::from_mins(15));
        assert_eq!(policy.retention(), SignedDuration::from_hours(72));
        assert_eq!(policy.line_cache(), SignedDuration::from_hours(720));
    }
}
