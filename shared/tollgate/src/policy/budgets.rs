//! Of the policy: how many calls are made at most, and how each is placed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::number::NumberPrefix;

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
    /// Calls in a day to any one range; newcomers' calls never are more.
    pub calls_per_range_per_day_max: u32,
    /// How many times its best settled day a range may be called in a day, in percent, where that is more.
    pub range_best_day_percent: u32,
    /// The share of every budget that newcomers cannot take, in percent.
    pub reserve_percent: u32,
    /// The share of the day's budgets that strangers cannot take, in percent.
    pub reserve_from_strangers_percent: u32,
    /// The share of the day's calls that may go to further numbers of askers who are known for others, in percent.
    pub further_numbers_percent: u32,
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
    /// How long it rings, in seconds, 15 to 60, if Connect is to be told; none: Connect is told nothing, and lets it ring for
    /// [`RINGS_AT_MOST`](crate::overdue::RINGS_AT_MOST). An instance may refuse every call that says it, unless its traffic is a campaign's.
    pub ring_timeout_seconds: Option<u32>,
    /// The longest call that the contact flow allows, in seconds. A call whose end is never heard holds its number
    /// this long.
    pub call_seconds_max: u32,
}
