//! The mean and the worst of several seeds.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::figures::{Figures, rounded};
use crate::measures::{self, Better, Measure, Whose};

/// A figure over several seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Of whom.
    pub of: Whose,
    /// Its name.
    pub figure: &'static str,
    /// When it is better.
    pub better: Better,
    /// The mean of the seeds that have it.
    pub mean: Option<f64>,
    /// The worst of them, if it says something by itself.
    pub worst: Option<f64>,
}

/// What one guard made of a scenario under several seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeds {
    /// The scenario's name.
    pub scenario: String,
    /// The guard's name.
    pub guard: &'static str,
    /// How many seeds were played.
    pub seeds: usize,
    /// Every figure.
    pub spreads: Vec<Spread>,
}

/// Whose figures, with their means and their worsts by name.
type Told<'a> = (&'a Whose, Map<String, Value>, Map<String, Value>);

impl Seeds {
    /// What the plays of one scenario and guard under different seeds come to. None if there are none.
    #[must_use]
    pub fn of(plays: &[&Figures]) -> Option<Self> {
        let first = plays.first()?;
        let measured: Vec<Vec<Measure>> = plays.iter().map(|figures| measures::of(figures)).collect();
        // The plays of a scenario have the same figures in the same order.
        let spread = |(place, measure): (usize, &Measure)| {
            let values = || measured.iter().filter_map(|one| one.get(place)?.value);
            Spread {
                of: measure.of.clone(),
                figure: measure.figure,
                better: measure.better,
                mean: mean(values()),
                worst: measure.better.worst(values()),
            }
        };
        Some(Self {
            scenario: first.scenario.clone(),
            guard: first.guard,
            seeds: plays.len(),
            spreads: measured.first()?.iter().enumerate().map(spread).collect(),
        })
    }

    /// As an object: of each traffic, of all fraud and of all honest people, each figure's mean and worst.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut figures: Vec<Told<'_>> = vec![];
        for spread in &self.spreads {
            if figures.last().is_none_or(|(of, ..)| **of != spread.of) {
                figures.push((&spread.of, Map::new(), Map::new()));
            }
            if let Some((_, means, worsts)) = figures.last_mut() {
                means.insert(spread.figure.to_owned(), json!(spread.mean));
                if spread.better != Better::Neither {
                    worsts.insert(spread.figure.to_owned(), json!(spread.worst));
                }
            }
        }
        let figures: Vec<_> = figures
            .into_iter()
            .map(|(of, mean, worst)| json!({ "of": of, "mean": mean, "worst": worst }))
            .collect();
        json!({
            "scenario": self.scenario, "guard": self.guard, "seeds": self.seeds, "figures": figures,
        })
    }

    /// As rows of a table for people, one for each traffic.
    #[must_use]
    pub fn rows(&self) -> String {
        let mut rows = String::new();
        let of = |whose: &Whose, figure: &str| {
            self.spreads.iter().find(|spread| spread.of == *whose && spread.figure == figure)
        };
        let mut traffic: Vec<_> = self.spreads.iter().map(|spread| &spread.of).collect();
        traffic.dedup();
        for whose in traffic.into_iter().filter(|whose| matches!(whose, Whose::Traffic(_))) {
            let cell = |figure| of(whose, figure).map_or_else(|| "-".to_owned(), Spread::cell);
            let requested = of(whose, "requested").and_then(|spread| spread.mean).unwrap_or_default();
            let _ = writeln!(
                rows,
                "| {} | {} | {whose} | {requested:.0} | {} | {} | {} | {} | {} | {} |",
                self.scenario,
                self.guard,
                cell("dialed_share"),
                cell("served_share"),
                cell("known_served_share"),
                cell("new_served_share"),
                cell("known_during_fraud_served_share"),
                cell("new_during_fraud_served_share"),
            );
        }
        rows
    }
}

/// What stands above the rows of all scenarios.
pub const HEAD: &str = "\
| scenario | guard | traffic | requests | fraud dialed | honest served | had talked before | had not | had talked, during fraud | had not, during fraud |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
";

impl Spread {
    /// A share in percent: the mean and, if it is another, the worst.
    fn cell(&self) -> String {
        let percent = |share: f64| format!("{:.2}", share * 100.0);
        match (self.mean.map(percent), self.worst.map(percent)) {
            (Some(mean), Some(worst)) if mean != worst => format!("{mean} ({worst})"),
            (Some(mean), _) => mean,
            (None, _) => "-".to_owned(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few seeds")]
fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let count = values.clone().count();
    (count > 0).then(|| rounded(values.sum::<f64>() / count as f64))
}
