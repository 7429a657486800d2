//! Measures the Lambda binary as Lambda runs it: it is started as each function against a runtime API of our own, with the
//! embedded DynamoDB and the stand-ins behind it, and given one of the function's events again and again.

use std::path::PathBuf;

use clap::Parser;
use local::measure::{Measured, measure, stack};
use local::stack::Error;

/// Measures the Lambda binary: size, process start to first poll of the runtime API, first and later invocations, memory.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The binary
    binary: PathBuf,
    /// The folder of events
    #[arg(long, default_value = "events")]
    events: PathBuf,
    /// How often it is started as each function
    #[arg(long, default_value_t = 15)]
    starts: u32,
    /// Invocations of the last process started
    #[arg(long, default_value_t = 1_000)]
    invocations: u32,
}

/// Each function with the event it is measured on.
const FUNCTIONS: [(&str, &str); 6] = [
    ("intake", "post-signed-in.json"),
    ("screening", "new-request.json"),
    ("dialing", "approved.json"),
    ("contact-events", "disconnected-answered.json"),
    ("review", "list-requests.json"),
    ("upkeep", "scheduled.json"),
];

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let stack = stack().await?;
    println!("| function | binary MB | init ms | first ms | later ms | peak memory MB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (function, event) in FUNCTIONS {
        let event = std::fs::read_to_string(arguments.events.join(function).join(event))?;
        let Measured { megabytes, init_ms, first_ms, later_ms, peak_memory_megabytes } =
            measure(&stack, &arguments.binary, function, &event, arguments.starts, arguments.invocations)
                .await?;
        println!(
            "| {function} | {megabytes:.2} | {init_ms:.1} | {first_ms:.1} | {later_ms:.2} | {peak_memory_megabytes:.1} |"
        );
    }
    Ok(())
}
