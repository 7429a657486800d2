//! Review as a Lambda function: reads its configuration, builds what it needs once, and takes requests.

use crate::Review;
use lambda_http::{Error, Request, service_fn};
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::services::metrics::Metrics;

/// Runs until Lambda ends the process. Logging has been started.
///
/// # Errors
/// When a variable is missing or wrong, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    let config = environment::sdk_config().await;
    let review = Review { tables: environment::tables(&config)?, metrics: Metrics::in_the_log()? };
    environment::connect(&review.tables).await;

    let review = &review;
    lambda_http::run(service_fn(async move |request: Request| {
        Ok::<_, Error>(crate::handle(request, review, Clock::System.now()).await)
    }))
    .await
}
