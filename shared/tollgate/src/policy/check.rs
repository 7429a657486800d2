//! Reading a policy document: everything that is wrong with it at once, each with its field and reason.

mod names;
mod once;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use thiserror::Error;

use super::{Blocks, FanOut, Limit, Newcomers, Policy, retired};
use crate::reply::Channel;
use once::Once;

/// One thing that is wrong with a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{field}: {reason}")]
pub struct PolicyError {
    /// The field, as a path with dots; empty if the document is not JSON at all.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The most that a list of asks holds; keeps its item far below DynamoDB's 400 KB.
const ASKS_MAX: u32 = 1_000;
/// Windows longer than this would outlive their counters' usefulness, and shorter ones are the throttle's job.
const WINDOW_SECONDS: std::ops::RangeInclusive<u32> = 60..=604_800;
/// A week: longer than what led to it counts.
const BLOCK_SECONDS_MAX: u32 = 604_800;
/// Ten times what went well: more would allow anything.
const PERCENT_MAX: u32 = 1_000;
/// What Amazon Connect takes for RingTimeoutInSeconds.
const RING_TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 15..=60;

pub(super) fn parse(json: &str) -> Result<Policy, Vec<PolicyError>> {
    let Once(given) = serde_json::from_str(json).map_err(unreadable)?;
    let gone = retired::of(&given);
    let gone = gone.map(|key| PolicyError { field: key.field(), reason: key.instead.to_owned() });
    let gone = gone.chain(retired::rules_of(&given));
    let mut wrong = wrong_forms(&given)?;
    wrong.extend(gone);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let policy = of_right_form(json)?;
    let unnamed = names::check(&policy, &given);
    if unnamed.is_empty() { Ok(policy) } else { Err(unnamed) }
}

pub(super) fn parse_stored(json: &str) -> Result<Policy, Vec<PolicyError>> {
    let mut given = read(json)?;
    retired::leave_out(&mut given);
    let wrong = wrong_forms(&given)?;
    if wrong.is_empty() { of_right_form(&given.to_string()) } else { Err(wrong) }
}

fn read(json: &str) -> Result<Value, Vec<PolicyError>> {
    serde_json::from_str(json).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Vec<PolicyError> {
    vec![PolicyError { field: String::new(), reason: error.to_string() }]
}

/// Serde would take a list for an object, in the order of its fields, and an empty one for all defaults.
fn wrong_forms(given: &Value) -> Result<Vec<PolicyError>, Vec<PolicyError>> {
    let like = serde_json::to_value(Policy::default()).map_err(unreadable)?;
    let mut check = Check(vec![]);
    check.objects("", given, &like);
    Ok(check.0)
}

fn of_right_form(json: &str) -> Result<Policy, Vec<PolicyError>> {
    let typed = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
    let policy: Policy = typed.map_err(|error| {
        vec![PolicyError { field: dotted(error.path()), reason: error.inner().to_string() }]
    })?;
    let mut check = Check(vec![]);
    check.countries(&policy);
    check.rules(&policy);
    check.limits(&policy);
    check.fan_out(&policy.fan_out);
    check.tolerances(&policy);
    check.blocks(policy.blocks);
    check.proof(&policy);
    check.newcomers(policy.newcomers);
    check.shares(&policy);
    check.budgets(&policy);
    check.dial(&policy);
    if check.0.is_empty() { Ok(policy) } else { Err(check.0) }
}

/// Where a value stands, as a path with dots.
fn dotted(path: &Path) -> String {
    let names = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key: name } | Segment::Enum { variant: name } => Some(name.clone()),
        Segment::Unknown => None,
    });
    names.collect::<Vec<_>>().join(".")
}

struct Check(Vec<PolicyError>);

impl Check {
    fn that(&mut self, holds: bool, field: &str, reason: impl Into<String>) {
        if !holds {
            self.0.push(PolicyError { field: field.to_owned(), reason: reason.into() });
        }
    }

    /// Whatever is an object in `like` must be one in `given`.
    fn objects(&mut self, field: &str, given: &Value, like: &Value) {
        let Value::Object(like) = like else { return };
        let Value::Object(given) = given else {
            return self.that(false, field, "this part of a policy must be an object");
        };
        for (key, like) in like {
            if let Some(given) = given.get(key) {
                let field = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
                self.objects(&field, given, like);
            }
        }
    }

    fn countries(&mut self, policy: &Policy) {
        self.that(
            !policy.served_countries.is_empty(),
            "served_countries",
            "name at least one country; to stop all calls, use the kill switch",
        );
        self.that(
            policy.default_country.is_none_or(|country| policy.served_countries.contains(&country)),
            "default_country",
            "must be one of served_countries",
        );
        self.that(
            !policy.channels.contains(&Channel::Callback),
            "channels",
            "callback is what the other channels are offered instead of",
        );
        let distinct: std::collections::BTreeSet<_> = policy.channels.iter().collect();
        self.that(distinct.len() == policy.channels.len(), "channels", "must not repeat");
        self.that(!policy.channels.is_empty(), "channels", "name at least one channel to offer");
    }

    fn rules(&mut self, policy: &Policy) {
        for code in policy.rules.keys() {
            let field = format!("rules.{}", code.as_str());
            self.that(code.has_mode(), &field, "this one cannot be turned off or put in shadow mode");
        }
    }

    fn limits(&mut self, policy: &Policy) {
        let limits = &policy.limits;
        for (field, limit) in [
            ("limits.per_address", limits.per_address),
            ("limits.per_account", limits.per_account),
            ("limits.per_number", limits.per_number),
        ] {
            self.limit(field, limit);
            let reason = format!("at most {ASKS_MAX}");
            self.that(limit.requests_max <= ASKS_MAX, &format!("{field}.requests_max"), reason);
        }
    }

    fn fan_out(&mut self, fan_out: &FanOut) {
        for (field, max) in [
            ("fan_out.numbers_per_address_max", fan_out.numbers_per_address_max),
            ("fan_out.numbers_per_address_per_day_max", fan_out.numbers_per_address_per_day_max),
            ("fan_out.numbers_per_ipv6_line_max", fan_out.numbers_per_ipv6_line_max),
            ("fan_out.numbers_of_a_range_per_address_max", fan_out.numbers_of_a_range_per_address_max),
            ("fan_out.countries_per_address_max", fan_out.countries_per_address_max),
            ("fan_out.numbers_per_account_max", fan_out.numbers_per_account_max),
            ("fan_out.addresses_per_number_max", fan_out.addresses_per_number_max),
        ] {
            self.that(max >= 1, field, "at least 1");
        }
    }

    fn tolerances(&mut self, policy: &Policy) {
        let (waste, marks) = (&policy.waste, &policy.marks);
        for (field, tolerance) in [
            ("waste.address", waste.address),
            ("waste.ipv6_line", waste.ipv6_line),
            ("waste.account", waste.account),
            ("waste.block", waste.block),
            ("waste.ipv6_block", waste.ipv6_block),
            ("waste.range", waste.range),
            ("marks.address", marks.address),
            ("marks.block", marks.block),
            ("marks.account", marks.account),
            ("marks.number", marks.number),
            ("marks.range", marks.range),
            ("marks.carrier", marks.carrier),
        ] {
            let reason = format!("at most {PERCENT_MAX}");
            self.that(tolerance.share_percent <= PERCENT_MAX, &format!("{field}.share_percent"), reason);
        }
    }

    fn blocks(&mut self, blocks: Blocks) {
        for (field, seconds) in [
            ("blocks.first_seconds", blocks.first_seconds),
            ("blocks.account_first_seconds", blocks.account_first_seconds),
            ("blocks.scarce_first_seconds", blocks.scarce_first_seconds),
        ] {
            let reason = format!("from 60 to {BLOCK_SECONDS_MAX}");
            self.that((60..=BLOCK_SECONDS_MAX).contains(&seconds), field, reason);
        }
        self.that(
            (blocks.first_seconds..=BLOCK_SECONDS_MAX).contains(&blocks.longest_seconds),
            "blocks.longest_seconds",
            format!("from blocks.first_seconds to {BLOCK_SECONDS_MAX}"),
        );
    }

    fn proof(&mut self, policy: &Policy) {
        let proof = &policy.proof;
        self.that(
            (1..=3_600).contains(&proof.good_call_seconds),
            "proof.good_call_seconds",
            "from 1 to 3600",
        );
        self.that(
            WINDOW_SECONDS.contains(&proof.ripe_seconds),
            "proof.ripe_seconds",
            format!("from {} to {}", WINDOW_SECONDS.start(), WINDOW_SECONDS.end()),
        );
        self.that((1..=100).contains(&proof.room_times), "proof.room_times", "from 1 to 100");
        self.that(
            proof.calls_to_own_number_most >= proof.calls_to_own_number_max,
            "proof.calls_to_own_number_most",
            "at least proof.calls_to_own_number_max",
        );
    }

    fn newcomers(&mut self, newcomers: Newcomers) {
        self.that(
            WINDOW_SECONDS.contains(&newcomers.window_seconds),
            "newcomers.window_seconds",
            format!("from {} to {}", WINDOW_SECONDS.start(), WINDOW_SECONDS.end()),
        );
    }

    fn shares(&mut self, policy: &Policy) {
        for (field, percent) in [
            ("newcomers.scarce_percent", policy.newcomers.scarce_percent),
            ("line.lookups_per_address_percent", policy.line.lookups_per_address_percent),
            ("held.usual_carrier_share_percent", policy.held.usual_carrier_share_percent),
            ("budgets.reserve_percent", policy.budgets.reserve_percent),
            ("budgets.reserve_from_strangers_percent", policy.budgets.reserve_from_strangers_percent),
            ("budgets.further_numbers_percent", policy.budgets.further_numbers_percent),
        ] {
            self.that(percent <= 100, field, "at most 100");
        }
        self.that(
            policy.budgets.range_best_day_percent <= PERCENT_MAX,
            "budgets.range_best_day_percent",
            format!("at most {PERCENT_MAX}"),
        );
    }

    fn limit(&mut self, field: &str, limit: Limit) {
        self.that(limit.requests_max >= 1, &format!("{field}.requests_max"), "at least 1");
        self.that(
            WINDOW_SECONDS.contains(&limit.window_seconds),
            &format!("{field}.window_seconds"),
            format!("from {} to {}", WINDOW_SECONDS.start(), WINDOW_SECONDS.end()),
        );
    }

    fn budgets(&mut self, policy: &Policy) {
        let budgets = &policy.budgets;
        let dollars = |usd: f64| usd.is_finite() && (0.0..=1e9).contains(&usd);
        self.that(dollars(budgets.cost_per_day_max_usd), "budgets.cost_per_day_max_usd", "from 0 to 1e9");
        self.that(
            dollars(budgets.usd_per_minute_otherwise),
            "budgets.usd_per_minute_otherwise",
            "from 0 to 1e9",
        );
        for (prefix, usd) in &budgets.usd_per_minute {
            self.that(dollars(*usd), &format!("budgets.usd_per_minute.{prefix}"), "from 0 to 1e9");
        }
        self.that(
            (1..=1_440).contains(&budgets.estimated_call_minutes),
            "budgets.estimated_call_minutes",
            "from 1 to 1440",
        );
    }

    fn dial(&mut self, policy: &Policy) {
        let dial = &policy.dial;
        self.that(
            (60..=86_400).contains(&dial.deadline_seconds),
            "dial.deadline_seconds",
            "from 60 to 86400",
        );
        self.that(
            dial.calls_per_second_max.is_finite() && (0.01..=1_000.0).contains(&dial.calls_per_second_max),
            "dial.calls_per_second_max",
            "from 0.01 to 1000",
        );
        self.that(
            dial.ring_timeout_seconds.is_none_or(|seconds| RING_TIMEOUT_SECONDS.contains(&seconds)),
            "dial.ring_timeout_seconds",
            "from 15 to 60, as Amazon Connect takes it",
        );
        self.that(
            (60..=86_400).contains(&dial.call_seconds_max),
            "dial.call_seconds_max",
            "from 60 to 86400",
        );
        self.that((1..=3_650).contains(&policy.retention_days), "retention_days", "from 1 to 3650");
        self.that((1..=365).contains(&policy.line.cache_days), "line.cache_days", "from 1 to 365");
    }
}

#[cfg(test)]
mod tests;
