//! The Lambda binary of screening.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use screening::{Screening, handle};
use tollgate_aws::batch::Batch;
use tollgate_aws::carrier::{CarrierLookup, Service};
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::metrics::Metrics;
use tollgate_aws::settings::Cached;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let screening = Screening {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        carrier: CarrierLookup::new(&config, Service::from_environment()?),
        metrics: Metrics::from_environment(&config)?,
    };
    environment::connect(&screening.tables).await;
    let screening = &screening;
    run(service_fn(async |event: LambdaEvent<Batch>| {
        handle(event.payload, screening, Clock::System.now()).await.map_err(Error::from)
    }))
    .await
}
