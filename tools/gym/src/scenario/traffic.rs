//! One kind of people who ask for calls, as a scenario names them.

use std::num::NonZeroU32;

use local::carrier::{Line, LineType};
use serde::Deserialize;
use tollgate::country::CountryCode;

use super::{AddressPool, Growth, Marks, NumberPool, Rate, SecondsRange, Share};

const DAY_MINUTES: u32 = 1_440;

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
    /// How it grows.
    pub growth_per_day: Option<Growth>,
    /// The numbers asked for.
    #[serde(default)]
    pub numbers: Vec<NumberPool>,
    /// The traffic whose numbers are asked for, in place of own ones.
    pub numbers_of: Option<String>,
    /// The addresses asked from.
    #[serde(default)]
    pub addresses: Vec<AddressPool>,
    /// The traffic whose addresses and accounts are asked from, in place of own ones.
    pub askers_of: Option<String>,
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
    pub accounts: Option<NonZeroU32>,
    /// The share of requests from anonymous networks.
    #[serde(default)]
    pub anonymous_network: Share,
    /// The share of requests that carry a bot token.
    #[serde(default)]
    pub token: Share,
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
    /// How its calls are marked; if it does not say, as the operator does.
    pub marks: Option<Marks>,
    /// Those who ask for somebody else's number by mistake.
    pub mistyped: Option<Mistyped>,
}

/// Requests for the number of somebody else of the same traffic, from the people's own addresses and accounts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistyped {
    /// The share of the requests.
    pub share: Share,
    /// What happens on the call.
    pub call: CallKey,
    /// How the calls are marked.
    #[serde(default)]
    pub marks: Marks,
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
    line_type: LineType,
    carrier: String,
}

impl Traffic {
    /// What the carrier lookup says of the numbers.
    #[must_use]
    pub fn line(&self) -> Line {
        Line::new(self.line.line_type, &self.line.carrier)
    }

    /// How many requests there will be, on average.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "far below 2^52, never negative"
    )]
    pub fn expected_requests(&self) -> u64 {
        let growth = self.growth_per_day.map_or(1.0, Growth::get);
        let minutes = self.end_minute.saturating_sub(self.start_minute);
        let (days, rest) = (minutes / DAY_MINUTES, minutes % DAY_MINUTES);
        let mut a_minute = self.requests_per_hour.get() / 60.0 * (1.0 + self.repeat_clicks.get());
        let mut requests = 0.0;
        for _ in 0..days {
            requests += a_minute * f64::from(DAY_MINUTES);
            a_minute *= growth;
        }
        (requests + a_minute * f64::from(rest)) as u64
    }

    pub(super) fn check(&self, duration_minutes: u32) -> Result<(), (&'static str, &'static str)> {
        let one_of = |own: bool, label: &Option<String>| own != label.is_some();
        let numbers: u64 = self.numbers.iter().map(|pool| u64::from(pool.count)).sum();
        let holds = [
            (self.end_minute > self.start_minute, "end_minute", "is not after start_minute"),
            (self.end_minute <= duration_minutes, "end_minute", "is after the end of the scenario"),
            (
                one_of(!self.numbers.is_empty(), &self.numbers_of),
                "numbers",
                "name at least one pool, or `numbers_of` alone",
            ),
            (
                one_of(!self.addresses.is_empty(), &self.askers_of),
                "addresses",
                "name at least one pool, or `askers_of` alone",
            ),
            (self.mistyped.is_none() || numbers > 1, "mistyped", "there is no other number in its pools"),
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

impl Default for LineKey {
    fn default() -> Self {
        Self { line_type: LineType::Mobile, carrier: "Carrier A".to_owned() }
    }
}
