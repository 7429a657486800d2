//! A scenario: some hours of callback requests, honest and fraudulent mixed, read from a TOML file into types that cannot
//! be wrong. The format is told in `FORMAT.md`.

mod marks;
mod mistake;
mod policy;
mod pool;
#[cfg(test)]
mod tests;
mod traffic;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use marks::{Marks, Operator};
pub use mistake::{FileError, Wrong};
pub use policy::{Document, read_overlay};
pub use pool::{AddressPool, NumberPool};
pub use traffic::{CallKey, Mistyped, Pairing, Spelling, Traffic};
pub use values::{Growth, Rate, SecondsRange, Share};

/// A scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, by custom the same as its file's.
    pub name: String,
    /// Who does what, in one line.
    pub about: String,
    /// Where all its randomness comes from.
    pub seed: u64,
    /// How long it lasts.
    pub duration_minutes: u32,
    /// Requests before this minute are played, not reported.
    #[serde(default)]
    pub warmup_minutes: u32,
    /// The keys of the policy that differ from the default.
    #[serde(default)]
    pub policy: Map<String, Value>,
    /// What agents do about fraud.
    pub operator: Option<Operator>,
    /// Who asks.
    pub traffic: Vec<Traffic>,
}

impl Scenario {
    /// Reads a scenario from its file.
    ///
    /// # Errors
    /// When there is none, or something in it is wrong.
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let read = || Self::parse(&std::fs::read_to_string(file)?);
        read().map_err(|wrong| FileError { file: file.to_owned(), wrong })
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// When something in it is wrong.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Document::of(&scenario, &Map::new())?;
        Ok(scenario)
    }

    /// The place of the traffic with this label.
    #[must_use]
    pub fn place(&self, label: &str) -> Option<usize> {
        self.traffic.iter().position(|traffic| traffic.label == label)
    }

    /// How the calls of a traffic are marked: as it says itself, or, of fraud, as the operator does.
    #[must_use]
    pub fn marks(&self, traffic: &Traffic) -> Marks {
        let operator = self.operator.filter(|_| traffic.fraud).map(Marks::from);
        traffic.marks.or(operator).unwrap_or_default()
    }

    /// The traffic whose numbers this one asks for: its own, if it names no other.
    #[must_use]
    pub fn numbers_of<'a>(&'a self, traffic: &'a Traffic) -> &'a Traffic {
        self.named(traffic.numbers_of.as_ref()).unwrap_or(traffic)
    }

    /// The traffic whose addresses and accounts this one asks from: its own, if it names no other.
    #[must_use]
    pub fn askers_of<'a>(&'a self, traffic: &'a Traffic) -> &'a Traffic {
        self.named(traffic.askers_of.as_ref()).unwrap_or(traffic)
    }

    fn named(&self, label: Option<&String>) -> Option<&Traffic> {
        self.traffic.get(self.place(label?)?)
    }

    /// How many requests there will be, on average.
    #[must_use]
    pub fn expected_requests(&self) -> u64 {
        self.traffic.iter().map(Traffic::expected_requests).sum()
    }

    /// How long it takes to play, in requests: upkeep's run of a minute takes about half as long as one.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.expected_requests() + u64::from(self.duration_minutes / 2)
    }

    /// What no single key tells: whether they go together.
    fn check(&self) -> Result<(), Wrong> {
        if self.warmup_minutes > self.duration_minutes {
            return Err(key("warmup_minutes", "is longer than the scenario"));
        }
        if self.traffic.is_empty() {
            return Err(key("traffic", "nobody asks"));
        }
        let mut labels = BTreeSet::new();
        for traffic in &self.traffic {
            let of = |name: &str| format!("traffic `{}`, {name}", traffic.label);
            if !labels.insert(&traffic.label) {
                return Err(key(of("label"), "there are two of this name"));
            }
            traffic.check(self.duration_minutes).map_err(|(name, reason)| key(of(name), reason))?;
            // Another's pools are those that it has itself.
            let has = |label, pools: fn(&Traffic) -> bool| self.named(label).is_none_or(pools);
            let known = |label: &Option<String>| label.as_ref().is_none_or(|one| self.place(one).is_some());
            for (name, label, pools) in [
                ("numbers_of", &traffic.numbers_of, (|one| !one.numbers.is_empty()) as fn(&Traffic) -> bool),
                ("askers_of", &traffic.askers_of, |one| !one.addresses.is_empty()),
            ] {
                if !known(label) || !has(label.as_ref(), pools) {
                    return Err(key(of(name), "names no traffic that has pools of its own"));
                }
            }
        }
        Ok(())
    }
}

fn key(key: impl Into<String>, reason: impl Into<String>) -> Wrong {
    Wrong::Key { key: key.into(), reason: reason.into() }
}
