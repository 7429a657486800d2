//! The policy: every number and choice that an operator may turn, with its default. A JSON document; a key that is
//! absent takes its default, an unknown key is refused.

mod budgets;
mod check;
mod defaults;
mod limits;
mod proof;
mod retired;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::country::CountryCode;
use crate::reply::Channel;
use crate::text::CarrierName;
use crate::verdict::{Code, Route};

pub use budgets::{Budgets, Dial};
pub use check::PolicyError;
pub use limits::{Blocks, FanOut, Limit, Limits, Marks, Tolerance, Waste};
pub use proof::{Held, Newcomers, ProofPolicy};

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
    /// How long an asker waits who wasted too many calls.
    pub blocks: Blocks,
    /// What proves something, and what proof is good for.
    pub proof: ProofPolicy,
    /// How many calls what is new may have before they have proved themselves.
    pub held: Held,
    /// What newcomers share.
    pub newcomers: Newcomers,
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
    /// The share of them that one address (an IPv6 /64) may use, in percent.
    pub lookups_per_address_percent: u32,
    /// How long an answer is kept, in days.
    pub cache_days: u32,
    /// Where a number leads whose line could not be looked up.
    pub unavailable: Route,
    /// The carriers whose numbers are called without more ado; empty: all.
    pub usual_carriers: BTreeSet<CarrierName>,
}

impl Policy {
    /// Reads and checks a policy document that an operator saves.
    ///
    /// # Errors
    /// With everything that is wrong with it, each with the field and the reason.
    pub fn parse(json: &str) -> Result<Self, Vec<PolicyError>> {
        check::parse(json)
    }

    /// Reads and checks a policy document that was stored, perhaps by an earlier version: what is gone since is left out.
    ///
    /// # Errors
    /// With everything else that is wrong with it.
    pub fn parse_stored(json: &str) -> Result<Self, Vec<PolicyError>> {
        check::parse_stored(json)
    }

    /// The mode of the rule that makes findings of this code.
    #[must_use]
    pub fn mode(&self, code: Code) -> Mode {
        if code.has_mode() { self.rules.get(&code).copied().unwrap_or(Mode::Enforce) } else { Mode::Enforce }
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
