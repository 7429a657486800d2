//! The real handlers under controlled schedules and injected faults: every call of a function to DynamoDB, Connect or the
//! carrier lookup is a place where another may go first, where the call or its answer may be lost, and where the
//! invocation may end. A schedule follows from its seed alone, and can be run again.
//!
//! - [`check`] runs one; `scenario`, `policies` and `faults` say what it is made of, `order` who goes when
//! - `border` is what every call crosses; `invocation` what may be cut off; `planted` what the product is made to do wrong
//! - `actors` act; `liveness` lets all come to rest; `safety` judges what happened, from `tables`: `budgets` what was taken,
//!   `evidence` what is kept of calls
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a schedule that cannot go on has failed"
)]

mod actors;
mod bell;
mod border;
mod budgets;
mod callers;
mod chance;
mod evidence;
mod faults;
mod figures;
mod invocation;
mod liveness;
mod order;
mod planted;
mod policies;
mod safety;
mod scenario;
mod tables;
mod violation;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

pub use figures::Figures;
pub use planted::Planted;
pub use scenario::Theme;
pub use violation::{Invariant, Violation};

use order::Order;
use scenario::Scenario;
use world::World;

/// When every schedule begins: a full hour, and not a full day, in UTC.
const BEGINNING: &str = "2026-03-02T10:00:00Z";

/// SQLite needs more than what is usual for a task.
const STACK_BYTES: usize = 8 << 20;
/// A schedule that takes more steps goes round in circles.
const STEPS_MAX: usize = 200_000;

/// What a schedule came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What must not be.
    pub violations: Vec<Violation>,
    /// What it was made of.
    pub figures: Figures,
    /// What happened in it, for people.
    pub scenario: String,
}

/// Runs the schedule of this seed.
#[must_use]
pub fn check(seed: u64, theme: Theme, planted: Option<Planted>) -> Outcome {
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(STEPS_MAX);
    let told = Arc::clone(&outcome);
    let run = || {
        Runner::new(Order::new(seed), config).run(move || {
            shuttle::future::block_on(schedule(theme, planted, &told));
        })
    };
    let ran = catch_unwind(AssertUnwindSafe(run));
    let mut outcome = std::mem::take(&mut *outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    if let Err(panic) = ran {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        outcome.violations.push(Violation::of(Invariant::NoPanic, text.unwrap_or_default()));
    }
    outcome.figures.schedules = 1;
    outcome
}

/// One schedule: things go wrong while all act at once; then nothing does, until all is at rest; then it is judged.
async fn schedule(theme: Theme, planted: Option<Planted>, outcome: &Mutex<Outcome>) {
    let scenario = Scenario::drawn(theme);
    outcome.lock().unwrap().scenario = format!("{scenario:?}");
    let weather = scenario.weather;
    let world = World::of(scenario, planted).await;
    world.border.set_weather(Some(weather));
    for task in actors::begin(&world) {
        task.await.unwrap();
    }
    let unclosed = if theme == Theme::EndOfCall { liveness::unclosed(&world) } else { vec![] };
    liveness::come_to_rest(&world).await;
    let (orders, mut violations, mut figures) = world.border.finish();
    violations.extend(unclosed);
    violations.extend(safety::judge(&world, &orders));
    figures.accepted = world.accepted.lock().unwrap().len() as u64;
    for request in tables::all(&world.stack.engine, "Requests") {
        figures.count(tables::ending(&request));
    }
    figures.calls = world.stack.connect.calls().len() as u64;
    let mut outcome = outcome.lock().unwrap();
    outcome.violations = violations;
    outcome.figures = figures;
}
