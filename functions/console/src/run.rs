//! The console as a Lambda function: it lets in whom its issuer vouches for, and has no other door.

use lambda_http::{Error, Request, service_fn};
use tollgate_aws::clock::Clock;
use tollgate_aws::environment;
use tollgate_aws::services::fetch::Fetch;
use tollgate_aws::services::metrics::Metrics;

use crate::Console;
use crate::sign_in::{self, Setup, SignIn};

/// Runs until Lambda ends the process. Logging has been started.
///
/// # Errors
/// When a variable is missing or wrong, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    let setup = Setup {
        url: environment::required("CONSOLE_URL")?,
        issuer: environment::required("CONSOLE_ISSUER")?,
        client_id: environment::required("CONSOLE_CLIENT_ID")?,
        scopes: environment::required("CONSOLE_SCOPES")?,
        role_claim: environment::required("CONSOLE_ROLE_CLAIM")?,
    };
    let sign_in = &SignIn::new(setup, Fetch::over_tls())?;
    let config = environment::sdk_config().await;
    let console = &Console {
        tables: environment::tables(&config)?,
        metrics: Metrics::in_the_log()?,
        place: environment::required("CONSOLE_PLACE")?,
    };
    environment::connect(&console.tables).await;

    lambda_http::run(service_fn(async move |request: Request| {
        Ok::<_, Error>(sign_in::handle(request, sign_in, console, Clock::System.now()).await)
    }))
    .await
}
