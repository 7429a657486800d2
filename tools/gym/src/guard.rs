//! The guards that a scenario is played under, and one play under some of them.

use clap::ValueEnum;
use serde_json::{Map, Value};
use tokio::task::LocalSet;

use local::stack::Error;

use crate::baselines::Baseline;
use crate::budgets::{self, Used};
use crate::figures::Figures;
use crate::scenario::{Document, Scenario};
use crate::traffic;
use crate::{player, rules, table, trace};

/// A guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub enum Guard {
    None,
    OnePending,
    SampleRateLimiter,
    Tollgate,
    Rules,
}

impl Guard {
    /// Those that a report has beside each other, if it is not said which.
    pub const ALL: [Self; 4] = [Self::None, Self::OnePending, Self::SampleRateLimiter, Self::Tollgate];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OnePending => "one-pending",
            Self::SampleRateLimiter => "sample-rate-limiter",
            Self::Tollgate => "tollgate",
            Self::Rules => "rules",
        }
    }

    fn baseline(self) -> Option<Baseline> {
        match self {
            Self::None => Some(Baseline::None),
            Self::OnePending => Some(Baseline::OnePending),
            Self::SampleRateLimiter => Some(Baseline::SampleRateLimiter),
            Self::Tollgate | Self::Rules => None,
        }
    }
}

/// What came of a scenario under each guard.
#[derive(Debug)]
pub struct Play {
    /// The figures, in the order of the guards.
    pub figures: Vec<Figures>,
    /// What else there is to tell people of Tollgate.
    pub details: String,
    /// Whether no budget was exceeded.
    pub kept: bool,
    /// What was not as it should be.
    pub warnings: Vec<String>,
}

impl Play {
    /// Plays a scenario under these guards, with these keys laid over its policy, and traces the traffic of this label. `tell` is
    /// called after each request that Tollgate is asked.
    ///
    /// # Errors
    /// When a pool cannot be filled, no traffic has the label, or the suite does what a scenario does not provide for.
    pub fn of(
        scenario: &Scenario,
        guards: &[Guard],
        overlay: &Map<String, Value>,
        traced: Option<&str>,
        tell: impl FnMut(),
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, Self::play(scenario, guards, overlay, traced, tell))
    }

    async fn play(
        scenario: &Scenario,
        guards: &[Guard],
        overlay: &Map<String, Value>,
        traced: Option<&str>,
        mut tell: impl FnMut(),
    ) -> Result<Self, Error> {
        let document = Document::of(scenario, overlay)?;
        let asked = traffic::requests(scenario, document.policy.default_country)?;
        let place = traced.map(|label| scenario.place(label).ok_or(format!("no traffic is called {label}")));
        let place = place.transpose()?;
        let mut play = Self { figures: vec![], details: String::new(), kept: true, warnings: vec![] };
        for guard in guards {
            let count = |fates: &_| Figures::count(scenario, guard.name(), &asked, fates);
            if let Some(baseline) = guard.baseline() {
                play.figures.push(count(&baseline.play(&asked)));
                continue;
            }
            if *guard == Guard::Rules {
                let fates = rules::play(scenario, &asked, &document.policy)?;
                let figures = count(&fates);
                play.details += &table::rules(scenario, &asked, &fates, &figures);
                play.details += &place.map(|place| trace::lines(place, &asked, &fates)).unwrap_or_default();
                play.figures.push(figures);
                continue;
            }
            let played = player::play(scenario, &asked, &document, |_| tell()).await?;
            let figures = count(&played.fates);
            let used = budgets::used(&played.calls, &document.policy);
            play.kept = !used.iter().any(Used::is_exceeded);
            play.details += &table::rules(scenario, &asked, &played.fates, &figures);
            play.details += &table::budgets(&used);
            play.details +=
                &place.map(|place| trace::lines(place, &asked, &played.fates)).unwrap_or_default();
            play.warnings = played.warnings;
            play.figures.push(figures);
        }
        Ok(play)
    }
}
