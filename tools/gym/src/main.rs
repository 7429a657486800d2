//! `cargo run -p gym -- FILE...`: plays attack scenarios and reports what was dialed.

mod report;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use gym::guard::{Guard, Play};
use gym::held::Table;
use gym::scenario::{Scenario, read_overlay};
use gym::threads::side_by_side;
use indicatif::{ProgressBar, ProgressStyle};
use local::stack::Error;

use report::Report;

/// A play allocates all the time, in the SDK and in the engine: with the allocator of the system it takes a sixth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is quick: half a minute of one core each, two minutes of two cores for all.
const QUICK_WEIGHT_MAX: u64 = 3_000;

/// Plays attack scenarios against Tollgate, and against simpler guards, and reports what was dialed.
///
/// The same file gives the same report. See FORMAT.md for what a scenario is and what the figures mean.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Scenarios, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints one JSON object for each scenario and guard, on a line each
    #[arg(long)]
    json: bool,
    /// Plays this guard alone
    #[arg(long, value_enum, value_name = "NAME")]
    guard: Option<Guard>,
    /// Lays the policy keys in this file (JSON, or TOML by its name) over those of every scenario
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Prints each request of this traffic and what Tollgate made of it
    #[arg(long, value_name = "LABEL", conflicts_with = "json")]
    trace: Option<String>,
    /// Plays each scenario with so many seeds, its own and those that follow it, and reports the mean and the worst
    #[arg(long, value_name = "N", conflicts_with = "trace")]
    seeds: Option<NonZeroUsize>,
    /// Plays so many at a time; as many as there are cores, if not said
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Leaves out the scenarios that take long
    #[arg(long)]
    quick: bool,
    /// Fails if Tollgate's figures are worse than in this table by more than their slack
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["seeds", "write"])]
    held_to: Option<PathBuf>,
    /// Writes Tollgate's figures into this table; a figure that stands there keeps its slack
    #[arg(long, value_name = "TABLE", conflicts_with = "seeds")]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            eprintln!("{}", complaints.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays all scenarios. Gives what is not as it should be.
fn run(arguments: &Arguments) -> Result<Vec<String>, Error> {
    let overlay = arguments.policy.as_deref().map(read_overlay).transpose()?.unwrap_or_default();
    // Read all before any is played: a mistake in the last one shows at once.
    let files = files(&arguments.files)?;
    let mut scenarios: Vec<_> = files.iter().map(|file| Scenario::read(file)).collect::<Result<_, _>>()?;
    scenarios.retain(|scenario| !arguments.quick || scenario.weight() <= QUICK_WEIGHT_MAX);
    let held_to = arguments.held_to.as_deref().map(Table::read).transpose()?;
    let seeds = arguments.seeds.map_or(1, NonZeroUsize::get) as u64;
    let of_seeds = |scenario: &Scenario| {
        let seed = |nth: u64| Scenario { seed: scenario.seed.wrapping_add(nth), ..scenario.clone() };
        (0..seeds).map(seed).collect::<Vec<_>>()
    };
    let plays: Vec<Scenario> = scenarios.iter().flat_map(of_seeds).collect();
    let guards = arguments.guard.map_or(Guard::ALL.to_vec(), |guard| vec![guard]);
    let threads =
        arguments.threads.or(std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    // Shown on a terminal only. How many requests are drawn shows when a play begins; how many to expect, before.
    let bar = ProgressBar::new(plays.iter().map(Scenario::expected_requests).sum());
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} requests, {eta} left")?);
    let traced = arguments.trace.as_deref();
    let mut report = Report::new(arguments.seeds, arguments.json);
    let mut failed = None;
    side_by_side(
        threads,
        &plays,
        Scenario::weight,
        |scenario| (scenario, Play::of(scenario, &guards, &overlay, traced, || bar.inc(1))),
        |(scenario, play)| {
            let told = play.and_then(|play| bar.suspend(|| report.tell(scenario, play)));
            failed = told.err().map(|error| format!("{}: {error}", scenario.name));
            failed.is_none()
        },
    );
    bar.finish_and_clear();
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(file) = &arguments.write {
        let before = if file.exists() { Table::read(file)? } else { Table::default() };
        std::fs::write(file, before.with(&report.tollgate).text()?)?;
    }
    let mut complaints = held_to.map_or_else(Vec::new, |table| table.worse(&report.tollgate));
    complaints.extend((!report.kept).then(|| "a budget was exceeded".to_owned()));
    Ok(complaints)
}

/// The scenarios that are meant, those of a folder in order of their names.
fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = vec![];
    for path in given {
        if path.is_dir() {
            let within = folder(path).map_err(|error| format!("{}: {error}", path.display()))?;
            if within.is_empty() {
                return Err(format!("{}: holds no scenario", path.display()).into());
            }
            files.extend(within);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn folder(path: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let entries = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<_> = entries.collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}
