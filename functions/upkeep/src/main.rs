//! The Lambda binary of upkeep.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tollgate_aws::clock::Clock;
use tollgate_aws::connect::{Connect, Setup};
use tollgate_aws::environment;
use tollgate_aws::metrics::Metrics;
use tollgate_aws::settings::Cached;
use upkeep::{Upkeep, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let upkeep = Upkeep {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        connect: Connect::new(&config, Setup::from_environment()?),
        metrics: Metrics::from_environment(&config)?,
    };
    environment::connect(&upkeep.tables).await;
    let upkeep = &upkeep;
    run(service_fn(async |_: LambdaEvent<Value>| {
        handle(upkeep, Clock::System.now()).await.map_err(Error::from)
    }))
    .await
}
