//! The policy: every number and choice that an operator may turn, with its default. A JSON document; a key that is
//! absent takes its default, an unknown key is refused.

mod budgets;
mod check;
mod defaults;
mod limits;
mod numbers;
mod proof;
mod retired;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::country::CountryCode;
use crate::reply::Channel;
use crate::text::CarrierName;
use crate::verdict::Code;

pub use budgets::{Budgets, Dial};
pub use check::PolicyError;
pub use limits::{Blocks, FanOut, Limit, Limits, Marks, Tolerance, Waste};
pub use numbers::Numbers;
pub use proof::{Held, Newcomers, ProofPolicy};

/// The policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Countries whose numbers are called. Default: the United States.
    pub served_countries: BTreeSet<CountryCode>,
    /// The country of a number written without `+`; without one, only international numbers are taken.
    pub default_country: Option<CountryCode>,
    /// Which numbers are taken beyond those that the library knows.
    pub numbers: Numbers,
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

/// What becomes of a newcomer's request when the number's line could not be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutLookup {
    /// It is dialed.
    Dial,
    /// It is turned away. Version 0.1.0 could also redirect.
    #[serde(alias = "redirect")]
    Refuse,
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
    /// What becomes of a newcomer's request when the number's line could not be looked up.
    pub unavailable: WithoutLookup,
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
        match self.rules.get(&code).copied() {
            Some(_) if !code.has_mode() => Mode::Enforce,
            // A policy of an earlier version may say so.
            Some(Mode::Off) if !code.can_be_off() => Mode::Shadow,
            mode => mode.unwrap_or(Mode::Enforce),
        }
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
        assert_eq!(policy.deadline(), SignedDuration::from_mins(5));
        assert_eq!(policy.retention(), SignedDuration::from_hours(72));
        assert_eq!(policy.line_cache(), SignedDuration::from_hours(720));
    }

    #[test]
    fn the_deny_list_is_never_off() {
        let off = r#"{"rules": {"deny-listed": "off"}}"#;
        let refused = Policy::parse(off).unwrap_err();
        assert_eq!(refused.first().map(|error| error.field.as_str()), Some("rules.deny-listed"));
        assert_eq!(Policy::parse_stored(off).map(|policy| policy.mode(Code::DenyListed)), Ok(Mode::Shadow));
        let shadow = Policy::parse(r#"{"rules": {"deny-listed": "shadow"}}"#);
        assert_eq!(shadow.map(|policy| policy.mode(Code::DenyListed)), Ok(Mode::Shadow));
    }
}
