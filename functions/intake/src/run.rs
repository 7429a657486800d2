//! Intake as a Lambda function: reads its configuration, builds what it needs once, and takes requests.

use std::convert::Infallible;

use crate::edge::Edge;
use crate::{Intake, handle, system_random};
use lambda_http::{Error, Request, service_fn};
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::tables::settings::{self, Cached};

/// Runs until Lambda ends the process. Logging has been started.
///
/// # Errors
/// When a variable is missing or wrong, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    let config = environment::sdk_config().await;
    let tables = environment::tables(&config)?;
    let edge = Edge::from_environment()?;
    environment::connect(&tables).await;
    let secret = settings::idempotency_secret(&tables).await?;
    let settings = Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS);
    let intake = &Intake { tables, settings, edge, secret, random: system_random };
    let clock = &Clock::System;
    lambda_http::run(service_fn(async |request: Request| {
        Ok::<_, Infallible>(handle(request, intake, clock.now()).await)
    }))
    .await
}
