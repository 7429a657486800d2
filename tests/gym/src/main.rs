//! `cargo run -p gym -- FILE...`: plays attack scenarios and reports what was dialed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use gym::baselines::Baseline;
use gym::budgets::{self, Used};
use gym::fate::Fate;
use gym::figures::Figures;
use gym::player;
use gym::scenario::{Document, Scenario, read_overlay};
use gym::traffic::{self, Asked};
use gym::{table, trace};
use indicatif::{ProgressBar, ProgressStyle};
use local::stack::Error;
use serde_json::{Map, Value};
use tokio::task::LocalSet;

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Guard {
    None,
    OnePending,
    SampleRateLimiter,
    Tollgate,
}

impl Guard {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OnePending => "one-pending",
            Self::SampleRateLimiter => "sample-rate-limiter",
            Self::Tollgate => "tollgate",
        }
    }

    fn baseline(self) -> Option<Baseline> {
        match self {
            Self::None => Some(Baseline::None),
            Self::OnePending => Some(Baseline::OnePending),
            Self::SampleRateLimiter => Some(Baseline::SampleRateLimiter),
            Self::Tollgate => None,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a budget was exceeded");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays all scenarios. False if a budget was exceeded.
fn run(arguments: &Arguments) -> Result<bool, Error> {
    let overlay = arguments.policy.as_deref().map(read_overlay).transpose()?.unwrap_or_default();
    // Read all before any is played: a mistake in the last one shows at once.
    let files = files(&arguments.files)?;
    let scenarios: Vec<_> = files.iter().map(|file| Scenario::read(file)).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut kept = true;
    for (scenario, file) in scenarios.iter().zip(&files) {
        let of = |error: Error| format!("{}: {error}", file.display());
        kept &= LocalSet::new().block_on(&runtime, play(scenario, &overlay, arguments)).map_err(of)?;
    }
    Ok(kept)
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

/// Plays a scenario under all guards and prints what came of it. False if a budget was exceeded.
async fn play(
    scenario: &Scenario,
    overlay: &Map<String, Value>,
    arguments: &Arguments,
) -> Result<bool, Error> {
    let document = Document::of(scenario, overlay)?;
    let asked = traffic::requests(scenario, document.policy.default_country)?;
    let place = arguments
        .trace
        .as_ref()
        .map(|label| scenario.place(label).ok_or(format!("no traffic is called {label}")));
    let place = place.transpose()?;
    let mut figures = vec![];
    let mut details = String::new();
    let mut kept = true;
    for guard in
        Guard::value_variants().iter().filter(|guard| arguments.guard.is_none_or(|one| one == **guard))
    {
        let (fates, used) = match guard.baseline() {
            Some(baseline) => (baseline.play(&asked), None),
            None => tollgate(scenario, &asked, &document).await.map(|(fates, used)| (fates, Some(used)))?,
        };
        let counted = Figures::count(scenario, guard.name(), &asked, &fates);
        if let Some(used) = used {
            kept = !used.iter().any(Used::is_exceeded);
            details += &table::rules(scenario, &asked, &fates, &counted);
            details += &table::budgets(&used);
            details += &place.map(|place| trace::lines(place, &asked, &fates)).unwrap_or_default();
        }
        figures.push(counted);
    }
    if arguments.json {
        for figures in &figures {
            println!("{}", serde_json::to_string(figures)?);
        }
    } else {
        println!("{}{details}", table::guards(scenario, &figures));
    }
    Ok(kept)
}

/// Plays a scenario against Tollgate.
async fn tollgate(
    scenario: &Scenario,
    asked: &[Asked],
    document: &Document,
) -> Result<(Vec<Fate>, Vec<Used>), Error> {
    // Shown on a terminal only.
    let bar = ProgressBar::new(asked.len() as u64).with_message(scenario.name.clone());
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}")?);
    let played = player::play(scenario, asked, document, |done| bar.set_position(done as u64)).await?;
    bar.finish_and_clear();
    for warning in &played.warnings {
        eprintln!("{}: {warning}", scenario.name);
    }
    Ok((played.fates, budgets::used(&played.calls, &document.policy)))
}
