//! Upkeep as a Lambda function: reads its configuration, builds what it needs once, and runs on its schedule.

use crate::{Upkeep, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::services::connect::{Connect, Setup};
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::services::metrics::cloudwatch::CloudWatch;
use tollgate_aws::tables::settings::Cached;

/// Runs until Lambda ends the process. Logging has been started.
///
/// # Errors
/// When a variable is missing or wrong, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    let config = environment::sdk_config().await;
    let upkeep = Upkeep {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        connect: Connect::new(&config, Setup::from_environment()?),
        metrics: Metrics::kept(),
        cloudwatch: CloudWatch::from_environment(&config)?,
    };
    environment::connect(&upkeep.tables).await;
    let upkeep = &upkeep;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        handle(upkeep, Clock::System.now()).await.map_err(Error::from)
    }))
    .await
}
