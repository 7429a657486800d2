//! What is reported of one guard in one scenario: the figures of `FORMAT.md`.

mod people;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate::verdict::{Certainty, Standing};

use crate::fate::{CameTo, Fate, billed_minutes};
use crate::scenario::Scenario;
use crate::traffic::Asked;

pub(crate) use people::Calls;
pub use people::{Part, People};

/// The figures of one guard in one scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// The scenario's name.
    pub scenario: String,
    /// The guard's name.
    pub guard: &'static str,
    /// By traffic, as the scenario has it.
    pub traffic: Vec<TrafficFigures>,
    /// All fraud.
    pub fraud: FraudFigures,
    /// All honest people.
    pub honest: HonestFigures,
    /// How many requests each finding kept from a call.
    pub findings: BTreeMap<&'static str, u64>,
}

/// What came of one traffic.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub struct TrafficFigures {
    pub label: String,
    pub fraud: bool,
    pub requested: u64,
    pub repeats: u64,
    pub served: u64,
    pub turned_away: u64,
    pub dialed: u64,
    pub dialed_share: f64,
    pub redirected: u64,
    pub refused: u64,
    pub duplicate: u64,
    pub billed_minutes: u64,
    pub last_dial_minute: Option<i64>,
    #[serde(flatten)]
    pub people: Option<People>,
}

/// What came of all fraud.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub struct FraudFigures {
    pub requested: u64,
    pub dialed: u64,
    pub dialed_share: f64,
    pub billed_minutes: u64,
    pub last_dial_minute: Option<i64>,
}

/// What came of all honest people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub struct HonestFigures {
    pub requested: u64,
    pub dialed: u64,
    pub served_share: f64,
    pub redirected: u64,
    #[serde(flatten)]
    pub people: People,
}

/// A request that is reported, with what it came to.
#[derive(Clone, Copy)]
pub(crate) struct Reported<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) fate: &'a Fate,
}

/// The requests after the warm-up, with what they came to.
pub(crate) fn reported<'a>(
    scenario: &Scenario,
    asked: &'a [Asked],
    fates: &'a [Fate],
) -> impl Iterator<Item = Reported<'a>> + Clone {
    let warm_at = i64::from(scenario.warmup_minutes);
    asked
        .iter()
        .zip(fates)
        .map(|(asked, fate)| Reported { asked, fate })
        .filter(move |one| one.asked.minute() >= warm_at)
}

impl Figures {
    /// Counts what the requests of a scenario came to under a guard.
    #[must_use]
    pub fn count(scenario: &Scenario, guard: &'static str, asked: &[Asked], fates: &[Fate]) -> Self {
        let all: Vec<_> = reported(scenario, asked, fates).collect();
        let of = |place| all.iter().copied().filter(move |one| one.asked.traffic == place);
        let calls = Calls::know(scenario, asked, fates);
        let traffic = scenario.traffic.iter().enumerate();
        let traffic: Vec<_> = traffic
            .map(|(place, traffic)| TrafficFigures::count(&traffic.label, traffic.fraud, of(place), &calls))
            .collect();
        let is_fraud = |one: &&Reported<'_>| {
            scenario.traffic.get(one.asked.traffic).is_some_and(|traffic| traffic.fraud)
        };
        let (fraud, honest): (Vec<_>, Vec<_>) = all.iter().partition(is_fraud);
        Self {
            scenario: scenario.name.clone(),
            guard,
            fraud: FraudFigures::count(&fraud, traffic.iter().filter(|traffic| traffic.fraud)),
            honest: HonestFigures::count(&honest, &calls),
            findings: findings(&all),
            traffic,
        }
    }
}

impl TrafficFigures {
    fn count<'a>(
        label: &str,
        fraud: bool,
        all: impl Iterator<Item = Reported<'a>> + Clone,
        calls: &Calls<'_>,
    ) -> Self {
        let first = || all.clone().filter(|one| !one.asked.is_repeat);
        let count = |came_to| count(all.clone().filter(|one| one.fate.came_to == came_to));
        let dials = all.clone().filter_map(|one| one.fate.dial);
        Self {
            label: label.to_owned(),
            fraud,
            requested: self::count(all.clone()),
            repeats: self::count(all.clone().filter(|one| one.asked.is_repeat)),
            served: self::count(first().filter(|one| calls.serve(one))),
            turned_away: self::count(first().filter(|one| !calls.serve(one))),
            dialed: count(CameTo::Dialed),
            dialed_share: share(
                self::count(first().filter(|one| one.fate.dial.is_some())),
                self::count(first()),
            )
            .unwrap_or(0.0),
            redirected: count(CameTo::Redirected),
            refused: count(CameTo::Refused),
            duplicate: count(CameTo::Duplicate),
            billed_minutes: all
                .clone()
                .filter(|one| one.fate.dial.is_some())
                .map(|one| billed_minutes(&one.asked.call))
                .sum(),
            last_dial_minute: dials.map(|dial| dial.at.as_mins()).max(),
            people: (!fraud).then(|| People::count(first(), calls)),
        }
    }
}

impl FraudFigures {
    fn count<'a>(all: &[Reported<'_>], traffic: impl Iterator<Item = &'a TrafficFigures> + Clone) -> Self {
        let first = || all.iter().filter(|one| !one.asked.is_repeat);
        let dialed = first().filter(|one| one.fate.dial.is_some());
        Self {
            requested: count(first()),
            dialed: traffic.clone().map(|traffic| traffic.dialed).sum(),
            dialed_share: share(count(dialed), count(first())).unwrap_or(0.0),
            billed_minutes: traffic.clone().map(|traffic| traffic.billed_minutes).sum(),
            last_dial_minute: traffic.filter_map(|traffic| traffic.last_dial_minute).max(),
        }
    }
}

impl HonestFigures {
    fn count(all: &[Reported<'_>], calls: &Calls<'_>) -> Self {
        let first = || all.iter().filter(|one| !one.asked.is_repeat);
        let came_to = |came_to| count(all.iter().filter(|one| one.fate.came_to == came_to));
        Self {
            requested: count(first()),
            dialed: came_to(CameTo::Dialed),
            served_share: share(count(first().filter(|one| calls.serve(one))), count(first())).unwrap_or(1.0),
            redirected: came_to(CameTo::Redirected),
            people: People::count(first().copied(), calls),
        }
    }
}

/// How many requests each code kept from a call: enforced, and leading elsewhere.
fn findings(all: &[Reported<'_>]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for one in all.iter().filter(|one| one.fate.dial.is_none()) {
        for code in keeping(one.fate) {
            *counts.entry(code).or_default() += 1;
        }
    }
    counts
}

/// The codes that keep a request from a call, each once.
pub(crate) fn keeping(fate: &Fate) -> Vec<&'static str> {
    let keeps = fate
        .findings
        .iter()
        .filter(|finding| finding.standing == Standing::Enforced && finding.certainty > Certainty::Noted);
    let mut codes: Vec<_> = keeps.map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub(crate) fn count<T>(of: impl Iterator<Item = T>) -> u64 {
    of.count() as u64
}

/// A share to four digits; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| rounded(part as f64 / whole as f64))
}

/// To four digits.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
