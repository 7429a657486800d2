//! The Lambda binary of contact-events.

use contact_events::{ContactEvents, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tollgate_aws::clock::Clock;
use tollgate_aws::connect::{Connect, Setup};
use tollgate_aws::environment;
use tollgate_aws::metrics::Metrics;
use tollgate_aws::settings::Cached;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let listener = ContactEvents {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        connect: Connect::new(&config, Setup::from_environment()?),
        metrics: Metrics::from_environment(&config)?,
    };
    environment::connect(&listener.tables).await;
    let listener = &listener;
    run(service_fn(async |event: LambdaEvent<Value>| {
        handle(&event.payload, listener, Clock::System.now()).await.map_err(Error::from)
    }))
    .await
}
