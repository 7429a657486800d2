//! A committed table of figures that a play is held to: whoever makes one worse by more than its slack hears of it.

#[cfg(test)]
mod tests;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::measures::{self, Better, Measure, Whose};
use crate::scenario::{FileError, Wrong};

/// The figures that are held, of each traffic: who gets a call, and which honest people are refused in silence.
const HELD: [&str; 5] = ["dialed_share", "served_share", "known_served_share", "new_served_share", "refused"];
/// The slack of a share that stands in no table yet: a hundredth. That of a count is nothing.
const SHARE_SLACK: f64 = 0.01;
/// Figures are told to four digits.
const ROUNDING: f64 = 1e-9;

/// The table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    rows: Vec<Row>,
}

/// A figure, and by how much it may get worse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    scenario: String,
    of: Whose,
    figure: String,
    value: f64,
    slack: f64,
}

impl Row {
    fn is_about(&self, scenario: &str, measure: &Measure) -> bool {
        self.scenario == scenario && self.of == measure.of && self.figure == measure.figure
    }
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// When there is none, or it holds anything else.
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let read = || -> Result<Self, Wrong> {
            Ok(Self { rows: serde_json::from_str(&std::fs::read_to_string(file)?)? })
        };
        read().map_err(|wrong| FileError { file: file.to_owned(), wrong })
    }

    /// The table with what was played in place of what stood there of these scenarios. A row keeps its slack.
    #[must_use]
    pub fn with(&self, plays: &[Figures]) -> Self {
        let is_played = |row: &&Row| plays.iter().any(|figures| figures.scenario == row.scenario);
        let others = self.rows.iter().filter(|row| !is_played(row)).cloned();
        let row = |(figures, measure, value): (&Figures, Measure, f64)| {
            let before = self.rows.iter().find(|row| row.is_about(&figures.scenario, &measure));
            let usual = if measure.figure.ends_with("_share") { SHARE_SLACK } else { 0.0 };
            Row {
                scenario: figures.scenario.clone(),
                of: measure.of,
                figure: measure.figure.to_owned(),
                value,
                slack: before.map_or(usual, |row| row.slack),
            }
        };
        let mut rows: Vec<_> = others.chain(held(plays).map(row)).collect();
        rows.sort_by(|one, other| one.scenario.cmp(&other.scenario));
        Self { rows }
    }

    /// What is worse than the table allows, or not in it, a line each.
    #[must_use]
    pub fn worse(&self, plays: &[Figures]) -> Vec<String> {
        let tell = |(figures, measure, value): (&Figures, Measure, f64)| {
            let place = format!("{}, {}, {}", figures.scenario, measure.of, measure.figure);
            let Some(row) = self.rows.iter().find(|row| row.is_about(&figures.scenario, &measure)) else {
                return Some(format!("{place}: {value}, and the table has no such figure"));
            };
            let worse_by = match measure.better {
                Better::Less => value - row.value,
                Better::More => row.value - value,
                Better::Neither => 0.0,
            };
            let told = format!("{place}: was {}, is {value}, with a slack of {}", row.value, row.slack);
            (worse_by > row.slack + ROUNDING).then_some(told)
        };
        held(plays).filter_map(tell).collect()
    }

    /// As it is committed: a row on a line.
    ///
    /// # Errors
    /// When a row has no form in JSON.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let rows: Vec<_> = self.rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        Ok(format!("[\n{}\n]\n", rows.join(",\n")))
    }
}

/// The figures that are held, with their values; those of nobody left out.
fn held(plays: &[Figures]) -> impl Iterator<Item = (&Figures, Measure, f64)> {
    let of_play = |figures| measures::of(figures).into_iter().map(move |measure| (figures, measure));
    plays.iter().flat_map(of_play).filter_map(|(figures, measure)| {
        let is_held = matches!(measure.of, Whose::Traffic(_)) && HELD.contains(&measure.figure);
        let value = measure.value.filter(|_| is_held)?;
        Some((figures, measure, value))
    })
}
