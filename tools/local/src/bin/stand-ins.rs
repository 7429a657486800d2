//! The stand-ins for Amazon Connect and the carrier lookup alone, and DynamoDB and an issuer of operators' tokens if wanted, each
//! on a port of its own, for a Tollgate that runs elsewhere on this machine.

use std::net::IpAddr;

use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use local::carrier::{self, Carriers};
use local::connect::{self, CallPlan, Connect, RingTime};
use local::engine::{Engine, Storage};
use local::issuer::{self, Issuer};
use local::stack::Error;
use tokio::net::TcpListener;
use tollgate_aws::clock::Clock;
use tollgate_aws::tables::schema::TABLES;

/// Serves stand-ins for Amazon Connect and the carrier lookup (Pinpoint and End User Messaging).
///
/// Besides what AWS has, the port of Connect serves `GET /_local/calls`, all calls placed, and `GET /_local/events`, the
/// contact events that have come due since it was last asked; whoever asks puts them on an event bus. Faults are made by
/// `POST /_faults`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on; other than loopback, one that only this machine reaches, as that of a container bridge
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port of Connect
    #[arg(long)]
    connect_port: u16,
    /// The port of the carrier lookup
    #[arg(long)]
    carrier_port: u16,
    /// The port of an embedded DynamoDB, in memory, with the tables; without it there is none
    #[arg(long)]
    dynamodb_port: Option<u16>,
    /// The port of an issuer of tokens, before which `sue`, a supervisor, sits; without it there is none
    #[arg(long)]
    issuer_port: Option<u16>,
    /// How long a call rings before it is answered
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    ring_seconds: u32,
    /// How long an answered call lasts
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    talk_seconds: u32,
    /// A number whose calls last otherwise, as +12065550100=240
    #[arg(long, value_name = "NUMBER=SECONDS", value_parser = talks)]
    talks: Vec<(String, u32)>,
    /// Take it of every call how long it rings, and not of campaigns' alone
    #[arg(long)]
    ring_time_of_every_call: bool,
}

fn talks(text: &str) -> Result<(String, u32), String> {
    let (number, seconds) = text.split_once('=').ok_or("write NUMBER=SECONDS")?;
    let seconds = seconds.parse().map_err(|error| format!("{seconds}: {error}"))?;
    Ok((number.to_owned(), seconds))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Arguments {
        host,
        connect_port,
        carrier_port,
        dynamodb_port,
        issuer_port,
        ring_seconds,
        talk_seconds,
        talks,
        ring_time_of_every_call,
    } = Arguments::parse();
    // Serves until it is dropped.
    let _engine = match dynamodb_port {
        Some(port) => {
            let engine = Engine::open(Storage::Memory, Clock::System)?;
            engine.create_tables("", TABLES)?;
            Some(engine.serve_on((host, port).into()).await?)
        }
        None => None,
    };
    let plan = CallPlan { ring_seconds, talk_seconds, ..CallPlan::default() };
    let connect = Connect::new(Clock::System, plan);
    if ring_time_of_every_call {
        connect.take_ring_time(RingTime::OfEveryCall);
    }
    for (number, talk_seconds) in talks {
        connect.plan_for(&number, CallPlan { talk_seconds, ..plan });
    }
    let (calls, events) = (connect.clone(), connect.clone());
    let connect = Router::new()
        .route("/_local/calls", get(async move || Json(calls.calls())))
        .route("/_local/events", get(async move || Json(events.due(Clock::System.now()))))
        .fallback_service(connect::router(connect));
    let carriers = carrier::router(Carriers::new());
    let issuer = async {
        let Some(port) = issuer_port else { return Ok(()) };
        let issuer = Issuer::new(&format!("http://{host}:{port}"), None, Clock::System)?;
        issuer.seat("sue", &["tollgate-supervisor"]);
        serve(issuer::router(issuer), host, port).await
    };
    tokio::try_join!(serve(connect, host, connect_port), serve(carriers, host, carrier_port), issuer)?;
    Ok(())
}

async fn serve(router: Router, host: IpAddr, port: u16) -> Result<(), Error> {
    let listener = TcpListener::bind((host, port)).await?;
    Ok(axum::serve(listener, router).await?)
}
