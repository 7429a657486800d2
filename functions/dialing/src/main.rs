//! The Lambda binary of dialing.

use dialing::{Dialer, handle};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use tollgate_aws::batch::Batch;
use tollgate_aws::clock::Clock;
use tollgate_aws::connect::{Connect, Setup};
use tollgate_aws::environment;
use tollgate_aws::metrics::Metrics;
use tollgate_aws::pace::Pace;
use tollgate_aws::settings::Cached;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let dialer = Dialer {
        tables: environment::tables(&config)?,
        settings: Cached::for_seconds(environment::SETTINGS_KEPT_SECONDS),
        connect: Connect::new(&config, Setup::from_environment()?),
        pace: Pace::default(),
        clock: Clock::System,
        metrics: Metrics::from_environment(&config)?,
    };
    environment::connect(&dialer.tables).await;
    let dialer = &dialer;
    run(service_fn(async |event: LambdaEvent<Batch>| {
        let ends =
            i64::try_from(event.context.deadline).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let ends = ends.ok_or("the invocation has no deadline")?;
        handle(event.payload, dialer, ends).await.map_err(Error::from)
    }))
    .await
}
