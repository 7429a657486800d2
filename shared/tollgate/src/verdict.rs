//! What screening decides, and why: a verdict has all findings, and is as certain as the most certain enforced one.

mod cause;
mod code;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::number::{NumberPrefix, NumberRange, PhoneNumber};

pub use cause::Cause;
pub use code::Code;

/// How certain it is that a call must not be made; the least certain first. The visitor gets the same answers whatever it is:
/// it tells operators where they may err. Version 0.1.0 stored it as a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Worth knowing; it keeps no call from being made.
    #[serde(alias = "dial")]
    Noted,
    /// It looks like abuse; an honest visitor may look like it, too.
    #[serde(alias = "redirect")]
    Suspected,
    /// An operator, the number's kind or a budget says so.
    #[serde(alias = "refuse")]
    Sure,
}

/// Whether a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    Enforced,
    /// Its rule is in shadow mode: recorded as what would have counted.
    Shadow,
    /// It would count, but the number, address or account is trusted.
    Waived,
}

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// Whether it keeps the call from being made if enforced, and how certain that is.
    #[serde(alias = "route")]
    pub certainty: Certainty,
    /// Whether it counts.
    pub standing: Standing,
    /// What it is about: an entry, a subject, a country, a carrier. In full, for the operator; see
    /// [`Finding::masked`] for logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The value that broke a limit, with the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// The lines that misbehaved, where the finding is about what many share; a few of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Network>,
    /// When time alone lifts it, if it does; see [`Code::lifted_by`] for what else does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How many members a finding names.
const MEMBERS_NAMED_MAX: usize = 5;

/// A value against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What was measured; for a full list, one more than it holds.
    pub value: u64,
    /// What was allowed.
    pub limit: u64,
    /// Over how long.
    pub window_seconds: u32,
}

/// A verdict: whether the call may be made, and everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The greatest certainty among the enforced findings.
    pub certainty: Certainty,
    /// All findings, in the order of the rules.
    pub findings: Vec<Finding>,
}

impl From<Vec<Finding>> for Verdict {
    fn from(findings: Vec<Finding>) -> Self {
        let enforced = findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        let certainty = enforced.map(|finding| finding.certainty).max().unwrap_or(Certainty::Noted);
        Self { certainty, findings }
    }
}

impl Certainty {
    /// Whether a call is kept from being made.
    #[must_use]
    pub fn turns_away(self) -> bool {
        self > Self::Noted
    }
}

impl Verdict {
    /// Whether the request is turned away.
    #[must_use]
    pub fn turns_away(&self) -> bool {
        self.certainty.turns_away()
    }
}

impl Finding {
    /// An enforced finding, as certain as its code says.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            certainty: code.certainty(),
            standing: Standing::Enforced,
            subject: None,
            measure: None,
            members: vec![],
            until: None,
        }
    }

    /// The same, about `subject`.
    #[must_use]
    pub fn about(code: Code, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..Self::new(code) }
    }

    /// The finding as it may stand in a log line: numbers and addresses in its subject masked.
    #[must_use]
    pub fn masked(&self) -> Self {
        let subject = self.subject.as_deref().map(masked_subject);
        Self { subject, members: vec![], ..self.clone() }
    }

    /// The same, naming some of the lines that misbehaved.
    #[must_use]
    pub fn because_of(self, members: &BTreeSet<Network>) -> Self {
        Self { members: members.iter().take(MEMBERS_NAMED_MAX).copied().collect(), ..self }
    }

    /// The same, with the moment at which time alone lifts it.
    #[must_use]
    pub fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// The same, with what was measured.
    #[must_use]
    pub fn measured(self, value: u64, limit: u64, window_seconds: u32) -> Self {
        Self { measure: Some(Measure { value, limit, window_seconds }), ..self }
    }
}

/// What a finding, an entry or a change is about, as those may see it who do not see numbers and addresses in full.
#[must_use]
pub fn masked_subject(subject: &str) -> String {
    subject.split(' ').map(masked_word).collect::<Vec<_>>().join(" ")
}

/// One word of a subject, masked if it is a number, a prefix or a network. What does not read as its kind is not shown.
fn masked_word(word: &str) -> String {
    let Some((kind, value)) = word.split_once('#') else { return word.to_owned() };
    let masked = match kind {
        "number" => PhoneNumber::from_e164(value).map(|number| number.masked()).ok(),
        "prefix" => NumberPrefix::parse(value).map(|prefix| prefix.masked()).ok(),
        "range" => NumberRange::parse(value).map(|range| range.masked()).ok(),
        "net" | "address" | "block" => Network::parse(value).map(|network| network.masked()).ok(),
        _ => Some(value.to_owned()),
    };
    format!("{kind}#{}", masked.as_deref().unwrap_or("(hidden)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_certain_enforced_finding_decides() {
        let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::DenyListed) };
        let waived = Finding { standing: Standing::Waived, ..Finding::new(Code::PremiumRateNumber) };
        assert_eq!(Verdict::from(vec![]).certainty, Certainty::Noted);
        assert_eq!(Verdict::from(vec![shadow.clone(), waived.clone()]).certainty, Certainty::Noted);
        assert_eq!(
            Verdict::from(vec![shadow, Finding::new(Code::Guest), waived]).certainty,
            Certainty::Suspected
        );
        let both = vec![Finding::new(Code::DenyListed), Finding::new(Code::Guest)];
        assert_eq!(Verdict::from(both).certainty, Certainty::Sure);
    }

    #[test]
    fn a_masked_finding_shows_no_number_and_no_address() {
        for (subject, masked) in [
            ("number#+12065550100", "number#+1206*******"),
            ("prefix#+12065550100", "prefix#+1206*******"),
            ("range#+1206555", "range#+1206***"),
            ("net#203.0.113.9/32", "net#203.0.x.x/32"),
            ("address#2001:db8:1:2::/64", "address#2001:db8:x/64"),
            ("block#203.0.113.0/24", "block#203.0.x.x/24"),
            ("address-country#FR country#US", "address-country#FR country#US"),
            ("calls-per-day", "calls-per-day"),
        ] {
            assert_eq!(Finding::about(Code::DenyListed, subject).masked().subject.as_deref(), Some(masked));
        }
    }
}
