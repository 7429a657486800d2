//! Runs the review function on AWS Lambda.

use lambda_http::{Error, Request, service_fn};
use review::Review;
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    let config = environment::sdk_config().await;
    let review = Review { tables: environment::tables(&config)? };
    environment::connect(&review.tables).await;

    let review = &review;
    lambda_http::run(service_fn(async move |request: Request| {
        Ok::<_, Error>(review::handle(request, review, Clock::System.now()).await)
    }))
    .await
}
