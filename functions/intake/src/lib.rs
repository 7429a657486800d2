//! The door: `POST /callbacks` and its kin. Answers the same to everyone, since it does not know the verdict.
//!
//! - [`edge`]: who asks, by what of the edge can be believed; [`origins`]: which websites may call
//! - `route`: which resource is meant; `body`: what is asked
//! - `post`, `status`: what is done for each method; `answer`, `problem`: what is answered, as HTTP
//! - `widget`: the scripts by which a website shows a form

mod answer;
mod body;
pub mod edge;
pub mod origins;
mod post;
mod problem;
mod route;
mod run;
mod status;
mod widget;

use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::http::header::{CONTENT_TYPE, HeaderMap};
use lambda_http::{Body, Request, Response};
use tollgate::policy::Policy;
use tollgate::request::Caller;
use tollgate::switches::KillSwitches;
use tollgate::usual::Usual;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::settings::{Cached, Settings};

use crate::answer::Answer;
use crate::edge::{Edge, EdgeError};
use crate::problem::Problem;
use crate::route::{Access, Resource, Route};

pub use crate::run::run;

/// What the function holds between requests. Has no `Debug`, since it holds a secret.
pub struct Intake {
    /// The tables.
    pub tables: Tables,
    /// The policy and the kill switches.
    pub settings: Cached,
    /// What of the edge can be believed, and which websites may call.
    pub edge: Edge,
    /// The secret under which ids are derived from `Idempotency-Key`s.
    pub secret: [u8; 32],
    /// Where the other ids come from.
    pub random: Random,
}

/// A source of ids that nobody can guess; none when it fails.
pub type Random = fn() -> Option<[u8; 16]>;

/// The operating system's cryptographic random source.
#[must_use]
pub fn system_random() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}

/// Answers a request. Never fails: what goes wrong on our side is logged and answered with a 503.
pub async fn handle(request: Request, intake: &Intake, now: Timestamp) -> Response<Body> {
    let answer = answer(&request, intake, now).await.unwrap_or_else(Answer::Problem);
    let is_post = request.method() == Method::POST;
    let outcome = answer.outcome();
    let response = answer.into_response(&intake.edge.origins, request.headers());
    if is_post {
        let request_id = outcome.id.map(tracing::field::display);
        tracing::info!(request_id, status = response.status().as_u16(), outcome = outcome.name, "answered");
    }
    response
}

async fn answer(request: &Request, intake: &Intake, now: Timestamp) -> Result<Answer, Problem> {
    let route = Route::of(request).ok_or(Problem::NotFound)?;
    let allowed = route.methods();
    if !allowed.split(", ").any(|method| method == request.method().as_str()) {
        return Err(Problem::MethodNotAllowed { allowed });
    }
    let (access, resource) = match route {
        // Whoever asks: the page that loads it may be one that nobody has let in yet.
        Route::Widget(wanted) => return wanted.map(Answer::Widget).ok_or(Problem::NotFound),
        Route::Visitors { .. } if request.method() == Method::OPTIONS => {
            return Ok(Answer::Preflight { allowed });
        }
        Route::Visitors { access, resource } => (access, resource),
    };
    let caller = caller(request, access, intake)?;
    intake.edge.origins.admit(request.headers())?;
    if request.method() == Method::POST {
        is_json(request.headers())?;
    }
    match (&resource, request.method()) {
        (Resource::Options, _) => Ok(status::options(&caller, intake, now).await),
        (Resource::Callbacks, _) => post::post(request, access, caller, intake, now).await,
        (Resource::Callback(id), &Method::DELETE) => status::cancel(id, &caller, intake, now).await,
        (Resource::Callback(id), _) => status::look(id, &caller, intake, now).await,
    }
}

/// Refuses a body that is not said to be JSON. A browser sends JSON to another website only once that one has agreed, and
/// whatever else without a question.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Problem::NotJson) }
}

fn caller(request: &Request, access: Access, intake: &Intake) -> Result<Caller, Problem> {
    intake.edge.caller(request, access).map_err(|error| match error {
        EdgeError::NotSignedIn => Problem::SignInRequired,
        EdgeError::OtherClient => Problem::OtherClient,
        EdgeError::TestInvocation => Problem::TestInvocation,
        EdgeError::NoContext | EdgeError::NoSourceAddress => {
            tracing::error!(%error, "the function does not stand behind the API that it expects");
            Problem::Unavailable
        }
    })
}

impl Intake {
    /// The settings as they hold. Without any, the default ones serve to answer with: screening decides on its own, and
    /// does not decide for a call without a policy.
    async fn settings(&self, now: Timestamp) -> Settings {
        self.settings.get(&self.tables, now).await.unwrap_or_else(|error| {
            tracing::error!(%error, "settings cannot be read; answering by the default ones");
            Settings {
                policy: Policy::default().into(),
                switches: KillSwitches::default(),
                usual: Usual::default().into(),
                spent: None,
            }
        })
    }
}

/// Logs that a table did not do what it was asked, and makes the answer of it.
fn unavailable(error: StoreError) -> Problem {
    tracing::error!(%error, "the request cannot be served");
    Problem::Unavailable
}

#[cfg(test)]
mod tests;
