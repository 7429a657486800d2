//! A scenario: some hours of callback requests, honest and fraudulent mixed, read from a TOML file into types that cannot
//! be wrong. The format is told in `FORMAT.md`.

mod mistake;
mod policy;
mod pool;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

use local::carrier::{Line, LineType};
use serde::Deserialize;
use serde_json::{Map, Value};
use tollgate::country::CountryCode;

pub use mistake::{FileError, Wrong};
pub use policy::{Document, read_overlay};
pub use pool::{AddressPool, NumberPool};
pub use values::{Rate, SecondsRange, Share};

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

/// An agent who talked on a fraudulent call may mark it as spam.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The share of the fraudulent calls that reached an agent.
    pub marks_share: Share,
    /// How long after the end of the call.
    pub marks_after_minutes: u32,
}

/// One kind of people who ask for calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Its name.
    pub label: String,
    /// Whether its calls are fraud.
    pub fraud: bool,
    /// When it begins.
    pub start_minute: u32,
    /// When it is over.
    pub end_minute: u32,
    /// How often somebody asks, on average.
    pub requests_per_hour: Rate,
    /// The numbers asked for.
    pub numbers: Vec<NumberPool>,
    /// The addresses asked from.
    pub addresses: Vec<AddressPool>,
    /// Who asks for which number.
    #[serde(default)]
    pub pairing: Pairing,
    /// The share of requests from signed-in accounts.
    #[serde(default)]
    pub signed_in: Share,
    /// The share of these whose account has the number as its verified own.
    #[serde(default)]
    pub own_number: Share,
    /// How many accounts there are; with pairing `person`, each number has its own.
    pub accounts: Option<std::num::NonZeroU32>,
    /// The share of requests from anonymous networks.
    #[serde(default)]
    pub anonymous_network: Share,
    /// The country of the addresses, as the edge tells it.
    pub address_country: Option<CountryCode>,
    /// What the carrier lookup says of the numbers.
    #[serde(default)]
    line: LineKey,
    /// The share of requests that the same person sends again shortly after.
    #[serde(default)]
    pub repeat_clicks: Share,
    /// How the numbers are written.
    #[serde(default)]
    pub spelling: Spelling,
    /// What happens on a call.
    pub call: CallKey,
}

/// Who asks for which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Each number always asks from the same address and account.
    #[default]
    Person,
    /// Number, address and account are drawn independently.
    Free,
    /// Numbers and addresses are walked in order, each used once before any is used again.
    Once,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// In E.164.
    #[default]
    E164,
    /// In national, international, punctuated and other equal forms.
    Varied,
}

/// What happens on a call.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallKey {
    /// The share that is answered.
    pub answered: Share,
    /// Of those, the share that reaches an agent.
    pub agent: Share,
    /// The seconds of talk, from and to.
    pub seconds: SecondsRange,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineKey {
    #[serde(rename = "type")]
    line_type: LineTypeKey,
    carrier: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LineTypeKey {
    Mobile,
    Landline,
    Voip,
    Prepaid,
    Other,
    Invalid,
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
        }
        Ok(())
    }
}

impl Traffic {
    /// What the carrier lookup says of the numbers.
    #[must_use]
    pub fn line(&self) -> Line {
        let line_type = match self.line.line_type {
            LineTypeKey::Mobile => LineType::Mobile,
            LineTypeKey::Landline => LineType::Landline,
            LineTypeKey::Voip => LineType::Voip,
            LineTypeKey::Prepaid => LineType::Prepaid,
            LineTypeKey::Other => LineType::Other,
            LineTypeKey::Invalid => LineType::Invalid,
        };
        Line::new(line_type, &self.line.carrier)
    }

    fn check(&self, duration_minutes: u32) -> Result<(), (&'static str, &'static str)> {
        let holds = [
            (self.end_minute > self.start_minute, "end_minute", "is not after start_minute"),
            (self.end_minute <= duration_minutes, "end_minute", "is after the end of the scenario"),
            (!self.numbers.is_empty(), "numbers", "name at least one pool"),
            (!self.addresses.is_empty(), "addresses", "name at least one pool"),
            (
                (1..=40).contains(&self.label.len())
                    && self.label.bytes().all(|byte| byte.is_ascii_graphic()),
                "label",
                "is not 1 to 40 visible ASCII characters without spaces",
            ),
        ];
        holds.into_iter().find(|(holds, ..)| !holds).map_or(Ok(()), |(_, name, reason)| Err((name, reason)))
    }
}

fn key(key: impl Into<String>, reason: impl Into<String>) -> Wrong {
    Wrong::Key { key: key.into(), reason: reason.into() }
}

impl Default for LineKey {
    fn default() -> Self {
        Self { line_type: LineTypeKey::Mobile, carrier: "Carrier A".to_owned() }
    }
}
