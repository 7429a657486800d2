//! What is printed: of each play, or of all seeds of a scenario once the last of them is played.

use std::num::NonZeroUsize;

use gym::figures::Figures;
use gym::guard::{Guard, Play};
use gym::scenario::Scenario;
use gym::seeds::{HEAD, Seeds};
use gym::table;
use local::stack::Error;

/// What has been played and not printed, and whether all was well.
pub(crate) struct Report {
    seeds: Option<NonZeroUsize>,
    json: bool,
    /// No budget was exceeded so far.
    pub(crate) kept: bool,
    /// What Tollgate made of each scenario; of seeds, nothing.
    pub(crate) tollgate: Vec<Figures>,
    waiting: Vec<Play>,
    begun: bool,
}

impl Report {
    pub(crate) fn new(seeds: Option<NonZeroUsize>, json: bool) -> Self {
        Self { seeds, json, kept: true, tollgate: vec![], waiting: vec![], begun: false }
    }

    /// Takes note of a play, which come in order, and prints what is complete.
    pub(crate) fn tell(&mut self, scenario: &Scenario, play: Play) -> Result<(), Error> {
        self.kept &= play.kept;
        for warning in &play.warnings {
            eprintln!("{}: {warning}", scenario.name);
        }
        self.waiting.push(play);
        if self.waiting.len() < self.seeds.map_or(1, NonZeroUsize::get) {
            return Ok(());
        }
        let plays = std::mem::take(&mut self.waiting);
        if self.seeds.is_some() {
            self.tell_seeds(&plays);
            return Ok(());
        }
        for play in &plays {
            let tollgate = play.figures.iter().filter(|figures| figures.guard == Guard::Tollgate.name());
            self.tollgate.extend(tollgate.cloned());
            if self.json {
                for figures in &play.figures {
                    println!("{}", serde_json::to_string(figures)?);
                }
            } else {
                println!("{}{}", table::guards(scenario, &play.figures), play.details);
            }
        }
        Ok(())
    }

    fn tell_seeds(&mut self, plays: &[Play]) {
        if !self.json && !std::mem::replace(&mut self.begun, true) {
            print!("{HEAD}");
        }
        let guards = plays.first().map_or(0, |play| play.figures.len());
        for guard in 0..guards {
            let of_guard: Vec<&Figures> = plays.iter().filter_map(|play| play.figures.get(guard)).collect();
            if let Some(seeds) = Seeds::of(&of_guard) {
                if self.json { println!("{}", seeds.json()) } else { print!("{}", seeds.rows()) }
            }
        }
    }
}
