//! The intake function: reads its configuration, builds what it needs once, and runs.

use std::convert::Infallible;

use intake::edge::Edge;
use intake::{Intake, handle, system_random};
use lambda_http::{Error, Request, run, service_fn};
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::settings::{self, Cached};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let tables = environment::tables(&config)?;
    let edge = Edge::from_environment()?;
    environment::connect(&tables).await;
    let secret = settings::idempotency_secret(&tables).await?;
    let settings = Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS);
    let intake = &Intake { tables, settings, edge, secret, random: system_random };
    let clock = &Clock::System;
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(request, intake, clock.now()).await)))
        .await
}
