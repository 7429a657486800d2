//! The doors of the console: the deployed one with its issuer, in process on every wire, since no process beside this one asks
//! it; and what the forms behind the open one hold.

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use console::sign_in::{Setup, SignIn};
use lambda_http::{Body, Response};
use tollgate_aws::clock::Clock;
use tollgate_aws::services::fetch::Fetch;

use crate::edge::Incoming;
use crate::issuer::{self, Issuer};
use crate::stack::{Error, Stack, past_the_edge};
use crate::wire::{Crossing, InProcess, ServiceName};

/// Where the deployed console would be.
const CONSOLE: &str = "https://api.example/console";
/// Its issuer.
const ISSUER: &str = "https://issuer.example";

/// The issuer.
pub(super) fn issuer(clock: Clock) -> Result<Issuer, Error> {
    Issuer::new(ISSUER, Some(&format!("{CONSOLE}/callback")), clock)
}

/// The door.
pub(super) fn door(issuer: &Issuer) -> Result<SignIn, Error> {
    let setup = Setup {
        url: CONSOLE.to_owned(),
        issuer: ISSUER.to_owned(),
        client_id: issuer::CLIENT_ID.to_owned(),
        scopes: "openid email".to_owned(),
        role_claim: "cognito:groups".to_owned(),
    };
    let wire = InProcess::stand_in(ServiceName::Issuer, issuer::router(issuer.clone()), Crossing::open());
    Ok(SignIn::new(setup, Fetch::over(SharedHttpConnector::new(wire)))?)
}

impl Stack {
    /// Sends a request to the console as it is deployed: behind its sign-in.
    pub async fn deployed_console(&self, incoming: &Incoming) -> Response<Body> {
        let request = match past_the_edge(incoming) {
            Ok(request) => request,
            Err(answer) => return *answer,
        };
        let functions = &self.functions;
        Box::pin(console::sign_in::handle(request, &functions.sign_in, &functions.console, self.now())).await
    }
}

/// What the forms behind the open door hold.
pub(super) fn form_token() -> Result<String, Error> {
    let random = intake::system_random().ok_or("there is no random source")?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
