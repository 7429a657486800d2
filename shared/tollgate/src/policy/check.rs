//! Reading a policy document: everything that is wrong with it at once, each with its field and reason.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use thiserror::Error;

use super::{Blocks, FanOut, Limit, Policy};
use crate::reply::Channel;

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
/// A week: as long as a subject's history is kept.
const BLOCK_SECONDS_MAX: u32 = 604_800;
/// Ten times what went well: more would allow anything.
const PERCENT_MAX: u32 = 1_000;
/// What Amazon Connect takes for RingTimeoutInSeconds.
const RING_TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 15..=60;

pub(super) fn parse(json: &str) -> Result<Policy, Vec<PolicyError>> {
    let unreadable =
        |error: serde_json::Error| vec![PolicyError { field: String::new(), reason: error.to_string() }];
    let mut check = Check(vec![]);
    // Serde would take a list for an object, in the order of its fields, and an empty one for all defaults.
    let given: Value = serde_json::from_str(json).map_err(unreadable)?;
    check.objects("", &given, &serde_json::to_value(Policy::default()).map_err(unreadable)?);
    if !check.0.is_empty() {
        return Err(check.0);
    }
    let typed = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
    let policy: Policy = typed.map_err(|error| {
        vec![PolicyError { field: dotted(error.path()), reason: error.inner().to_string() }]
    })?;
    check.countries(&policy);
    check.rules(&policy);
    check.limits(&policy);
    check.fan_out(&policy.fan_out);
    check.tolerances(&policy);
    check.blocks(policy.blocks);
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
        let asking = [
            ("limits.per_address", limits.per_address),
            ("limits.per_block", limits.per_block),
            ("limits.per_account", limits.per_account),
        ];
        for (field, limit) in asking {
            self.limit(field, limit);
            let reason = format!("at most {ASKS_MAX}");
            self.that(limit.requests_max <= ASKS_MAX, &format!("{field}.requests_max"), reason);
        }
        let asked = [
            ("limits.per_number", limits.per_number),
            ("limits.per_range", limits.per_range),
            ("limits.per_carrier", limits.per_carrier),
            ("limits.per_country", limits.per_country),
        ];
        for (field, limit) in asked {
            self.limit(field, limit);
        }
        self.that(
            limits.per_number.requests_max <= ASKS_MAX,
            "limits.per_number.requests_max",
            format!("at most {ASKS_MAX}"),
        );
        self.that(
            limits.growth_percent <= PERCENT_MAX,
            "limits.growth_percent",
            format!("at most {PERCENT_MAX}"),
        );
        self.that(limits.large_carrier_percent <= 100, "limits.large_carrier_percent", "at most 100");
    }

    fn fan_out(&mut self, fan_out: &FanOut) {
        for (field, max) in [
            ("fan_out.numbers_per_address_max", fan_out.numbers_per_address_max),
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
            ("waste.block", waste.block),
            ("waste.account", waste.account),
            ("waste.number", waste.number),
            ("waste.range", waste.range),
            ("waste.carrier", waste.carrier),
            ("waste.country", waste.country),
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
        self.that(
            (60..=BLOCK_SECONDS_MAX).contains(&blocks.first_seconds),
            "blocks.first_seconds",
            format!("from 60 to {BLOCK_SECONDS_MAX}"),
        );
        self.that(
            (blocks.first_seconds..=BLOCK_SECONDS_MAX).contains(&blocks.longest_seconds),
            "blocks.longest_seconds",
            format!("from blocks.first_seconds to {BLOCK_SECONDS_MAX}"),
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
            RING_TIMEOUT_SECONDS.contains(&dial.ring_timeout_seconds),
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
