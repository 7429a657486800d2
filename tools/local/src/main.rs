//! `cargo run -p local`: the whole suite on this machine, without an AWS account.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use intake::origins::Origins;
use local::connect::CallPlan;
use local::demo;
use local::run::serve;
use local::stack::{Error, Options};
use local::wire::Wire;
use tollgate_aws::clock::Clock;
use tollgate_aws::environment::SETTINGS_KEPT_SECONDS;
use tollgate_aws::services::carrier::Service;

/// Runs Tollgate on this machine: the real functions on an embedded DynamoDB, with stand-ins for Amazon Connect and the
/// carrier lookup.
///
/// A request may say what the edge would tell of it: `x-local-source-ip: 203.0.113.9`, `x-local-country: US`,
/// `x-local-anonymous: true`, `x-local-bad-reputation: true`, `x-local-asn: 64500`, `x-local-account: alice`,
/// `x-local-verified-number: +12065550100`, and for operators `x-local-operator: carol`. Calls placed:
/// `GET /_local/calls`. Faults of Connect: `POST /_local/connect/_faults` with `{"start": "throttle"}` or
/// `{"event": "lose"}`. Numbers that end in 0199 are VoIP for the carrier lookup, those in 0198 invalid.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port of the HTTP API and the page, on loopback; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keeps everything in this file, to go on from there at the next start [default: in memory]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// How long a call rings before it is answered
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    ring_seconds: u32,
    /// How long an answered call lasts
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    talk_seconds: u32,
    /// Nobody answers: calls ring out
    #[arg(long)]
    unanswered: bool,
    /// Which carrier lookup screening asks
    #[arg(long, value_enum, default_value_t = Lookup::EndUserMessaging)]
    carrier_lookup: Lookup,
    /// Begins with a day of calls and two attacks under way, for a look at the operators' console
    #[arg(long, conflicts_with = "data")]
    demo: bool,
    /// The websites whose pages may call, as the template's parameter AllowedOrigins
    #[arg(long, value_name = "ORIGINS", default_value = "*")]
    allowed_origins: String,
    /// Shows the functions' own log lines on standard error
    #[arg(long)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lookup {
    Pinpoint,
    EndUserMessaging,
    Off,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let level = if arguments.verbose { "info" } else { "error" };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_writer(std::io::stderr)
        .init();
    let image = if arguments.demo {
        println!("A day is made, with all that happens in it; that takes some seconds.");
        Some(demo::day_until(Clock::System.now()).await?)
    } else {
        None
    };
    let options = Options {
        data: arguments.data,
        image,
        clock: Clock::System,
        plan: CallPlan {
            ring_seconds: arguments.ring_seconds,
            talk_seconds: arguments.talk_seconds,
            answered: !arguments.unanswered,
            agent: true,
        },
        wire: Wire::Loopback,
        carrier: match arguments.carrier_lookup {
            Lookup::Pinpoint => Service::Pinpoint,
            Lookup::EndUserMessaging => Service::EndUserMessaging,
            Lookup::Off => Service::Off,
        },
        origins: Origins::parse(&arguments.allowed_origins),
        settings_kept_seconds: SETTINGS_KEPT_SECONDS,
        interceptor: None,
    };
    serve(options, arguments.port, async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("Ctrl-C cannot be heard: {error}");
            std::future::pending::<()>().await;
        }
    })
    .await
}
