//! The long form: so many schedules, on all cores, with figures at the end. Ends with 1 if anything was found, and prints
//! the seeds to run again.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use schedules::{Figures, Planted, Theme, check};

/// Runs the real handlers under many schedules.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many schedules.
    #[arg(long, default_value_t = 1_000)]
    schedules: u64,
    /// The first seed. With `--schedules 1` it is that schedule once more.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many run side by side.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// What they are about; all themes take turns if none is given.
    #[arg(long)]
    theme: Option<Theme>,
    /// A fault to plant in the product, to see whether it is found.
    #[arg(long)]
    planted: Option<Planted>,
}

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let Arguments { schedules, seed, threads, theme, planted } = Arguments::parse();
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let found = AtomicU64::new(0);
    let all = Mutex::new((Figures::default(), begun));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= schedules {
                        return;
                    }
                    let seed = seed + number;
                    let outcome = check(seed, theme.unwrap_or_else(|| Theme::of(seed)), planted);
                    if !outcome.violations.is_empty() {
                        found.fetch_add(1, Ordering::Relaxed);
                        println!("seed {seed}: {}", outcome.scenario);
                        outcome.violations.iter().for_each(|violation| println!("seed {seed}: {violation}"));
                    }
                    let Ok(mut all) = all.lock() else { return };
                    all.0.add(&outcome.figures);
                    if all.1.elapsed() > TOLD_EVERY {
                        all.1 = Instant::now();
                        println!("{} s: {}", begun.elapsed().as_secs(), all.0);
                    }
                }
            });
        }
    });
    let found = found.load(Ordering::Relaxed);
    if let Ok(all) = all.lock() {
        let seconds = begun.elapsed().as_secs_f64();
        println!("seeds from {seed}, {seconds:.1} s on {threads} threads: {}", all.0);
    }
    println!("{found} schedules broke an invariant");
    if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
