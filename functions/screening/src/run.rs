//! Screening as a Lambda function: reads its configuration, builds what it needs once, and takes batches of records.

use crate::{Screening, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tollgate_aws::batch::Batch;
use tollgate_aws::clock::Clock;
use tollgate_aws::environment::{self, invocation_ends};
use tollgate_aws::services::carrier::{CarrierLookup, Service};
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::tables::settings::Cached;

/// Runs until Lambda ends the process. Logging has been started.
///
/// # Errors
/// When a variable is missing or wrong, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    let config = environment::sdk_config().await;
    let screening = Screening {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        carrier: CarrierLookup::new(&config, Service::from_environment()?),
        metrics: Metrics::in_the_log()?,
    };
    environment::connect(&screening.tables).await;
    let screening = &screening;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Batch>| {
        let ends = invocation_ends(&event.context)?;
        handle(event.payload, screening, &Clock::System, ends).await.map_err(Error::from)
    }))
    .await
}
