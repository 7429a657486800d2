//! The operators' API: look at requests, keep the deny and trust list, the policy and the kill switches. API Gateway
//! lets in whom IAM lets in; what they change is recorded under their name before it is made.
//!
//! - [`handle`] answers one request; `route` tells what is asked, `asked` by whom and with what
//! - `requests`, `marks`, `blocks`, `entries`, `policy`, `replay`, `switches`, `changes`: what operators look at and change
//! - the operations themselves, which the console shares, stand in `operations`
//! - `people`: all that is stored of one person, to be shown or erased
//! - `key`: how entries are written in URLs
//! - `problem`, `reply`: the answers
//!
//! JSON on the wire is camelCase with moments in RFC 3339; the policy is the document that it is. Errors are RFC 9457
//! problems.

mod asked;
mod blocks;
mod changes;
mod entries;
mod key;
mod marks;
mod people;
mod policy;
mod problem;
mod replay;
mod reply;
mod requests;
mod route;
mod run;
mod switches;

use jiff::Timestamp;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::CACHE_CONTROL;
use lambda_http::{Body, Request, RequestExt, Response};
use operations::operator::Operator;
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::tables::Tables;

use crate::asked::Asked;
use crate::problem::{Failure, Problem};
use crate::route::Route;

pub use crate::run::run;

/// What the review API works on.
#[derive(Debug)]
pub struct Review {
    /// The tables.
    pub tables: Tables,
    /// What happened.
    pub metrics: Metrics,
}

/// Answers whom IAM has let in. What fails on our side is logged, and answered with 503.
pub async fn handle(request: Request, review: &Review, now: Timestamp) -> Response<Body> {
    let operator = asked::operator(&request);
    answered(answer(request, operator, review, now).await, review, now).await
}

/// Answers an operator, who may do what his role may: the same as at the console. IAM's callers are all admins today; what each
/// route needs is told here all the same, so that it can be held against the table of operations.
pub async fn handle_for(
    request: Request,
    operator: Operator,
    review: &Review,
    now: Timestamp,
) -> Response<Body> {
    answered(answer(request, Ok(operator), review, now).await, review, now).await
}

async fn answered(
    answer: Result<Response<Body>, Failure>,
    review: &Review,
    now: Timestamp,
) -> Response<Body> {
    let mut response = match answer {
        Ok(response) => response,
        Err(Failure::Asked(problem)) => problem.into_response(),
        Err(Failure::Store(error)) => {
            tracing::error!(%error, "the review API cannot answer");
            Problem::unavailable().into_response()
        }
    };
    // Numbers and addresses of visitors do not belong into caches.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    review.metrics.tell(now);
    response
}

async fn answer(
    request: Request,
    operator: Result<Operator, Problem>,
    review: &Review,
    now: Timestamp,
) -> Result<Response<Body>, Failure> {
    let tables = &review.tables;
    let operator = operator?;
    let path = match request.raw_http_path() {
        "" => request.uri().path(),
        path => path,
    };
    let route = route::parse(request.method(), path)?;
    let asked = Asked::read(request, operator, now)?;
    asked.operator.must_be_allowed(route.shows())?;
    match route {
        Route::ListRequests => requests::list(tables, &asked).await,
        Route::ShowRequest(id) => requests::show(tables, &asked, &id).await,
        Route::MarkRequest(id) => marks::put(review, &asked, &id).await,
        Route::ShowBlock(key) => blocks::show(tables, &asked, &key).await,
        Route::LiftBlock(key) => blocks::lift(tables, &asked, &key).await,
        Route::ListEntries => entries::list(tables, &asked).await,
        Route::ShowEntry(key) => entries::show(tables, &asked, &key).await,
        Route::PutEntry(key) => entries::put(tables, &asked, &key).await,
        Route::RemoveEntry(key) => entries::remove(tables, &asked, &key).await,
        Route::ImportEntries => entries::import(tables, &asked).await,
        Route::ExportEntries => entries::export(tables, &asked).await,
        Route::ShowPolicy => policy::show(tables, &asked).await,
        Route::SavePolicy => policy::save(tables, &asked).await,
        Route::ValidatePolicy => policy::validate(&asked),
        Route::ReplayPolicy => replay::replay(tables, &asked).await,
        Route::ListPolicyVersions => policy::versions(tables, &asked).await,
        Route::ShowPolicyVersion(number) => policy::version(tables, &asked, &number).await,
        Route::ShowKillSwitches => switches::show(tables, &asked).await,
        Route::SetKillSwitches => switches::set(tables, &asked).await,
        Route::ListChanges => changes::list(tables, &asked).await,
        Route::ExportPerson => people::export(tables, &asked).await,
        Route::ErasePerson => people::erase(tables, &asked).await,
    }
}

#[cfg(test)]
mod tests;
