//! The operators' console: pages that show what goes on, what it costs and what would stop it, and the forms that do so.
//!
//! Pages are made here and come whole: they work by keyboard and without a script, and each can be sent to a colleague, since
//! filters and times stand in its address. A change is a form; what it does is an operation of `operations`, as for the API.
//!
//! - [`handle`] answers one request of an operator who has been let in ([`Session`]); who lets in is not decided here
//! - [`sign_in`]: the door of the deployed console, which lets in whom an issuer of tokens vouches for
//! - `visit`: what is asked, read once; `guard`: that a form comes from our own page; `route`: which page
//! - `overview`, `requests`, `request`, `proposals`, `lists`, `switches`, `changes`, `policy`: the pages
//! - `shell`, `chart`, `words`, `icons`, `assets`: what pages are made of
//! - `answer`: answers and what goes wrong

mod answer;
mod assets;
mod changes;
mod chart;
mod filter;
mod form;
mod guard;
mod icons;
mod lists;
mod look;
mod overview;
mod policy;
mod proposals;
mod request;
mod requests;
mod route;
mod run;
mod shell;
pub mod sign_in;
mod switches;
mod visit;
mod words;

use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use operations::operator::Operator;
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::tables::Tables;

use crate::answer::{Answer, Stop};
use crate::route::Route;
use crate::visit::Visit;

pub use crate::run::run;

/// What the console works on.
#[derive(Debug)]
pub struct Console {
    /// The tables.
    pub tables: Tables,
    /// What happened.
    pub metrics: Metrics,
    /// Where it runs, as its header says: `local`, or the name of a stack.
    pub place: String,
}

/// An operator who has been let in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who it is, and in which role.
    pub operator: Operator,
    /// What every form of this session holds, so that no other website can write one. Nobody else can know it.
    pub form_token: String,
    /// By which door he came.
    pub door: Door,
}

/// By which door an operator came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// This machine's own, which is open.
    Local,
    /// He has signed in, and can sign out.
    SignedIn,
}

/// Answers an operator. What fails on our side is logged, and told on a page that says what still holds.
pub async fn handle(
    request: Request,
    session: &Session,
    console: &Console,
    now: Timestamp,
) -> Response<Body> {
    let visit = match Visit::read(request, session, console, now) {
        Ok(visit) => visit,
        Err(reason) => return answer::unreadable(&reason).into_response(),
    };
    let response = match answer(&visit).await {
        Ok(answer) => answer.into_response(),
        Err(stop) => answer::stopped(&visit, stop).await.into_response(),
    };
    console.metrics.tell(now);
    response
}

async fn answer(visit: &Visit<'_>) -> Result<Answer, Stop> {
    let route = route::parse(visit)?;
    if visit.method == Method::POST {
        guard::is_our_own_form(visit)?;
    }
    match route {
        Route::Asset(asset) => Ok(Answer::Asset(asset)),
        Route::Overview => overview::show(visit).await,
        Route::Requests => requests::show(visit).await,
        Route::MarkRequests => requests::mark(visit).await,
        Route::Request(id) => request::show(visit, id, None).await,
        Route::MarkRequest(id) => request::mark(visit, id).await,
        Route::Proposals => proposals::show(visit, None).await,
        Route::Decide => proposals::decide(visit).await,
        Route::Lists => lists::show(visit, lists::Typed::default()).await,
        Route::AddEntry => lists::add(visit).await,
        Route::RemoveEntry => lists::remove(visit).await,
        Route::Switches => switches::show(visit, switches::Typed::default()).await,
        Route::SetSwitches => switches::set(visit).await,
        Route::Policy => policy::show(visit).await,
        Route::ChangePolicy => policy::change(visit).await,
        Route::Changes => changes::show(visit).await,
        Route::ChangesFile => changes::file(visit).await,
        Route::RequestsFile => requests::file(visit).await,
        Route::ListsFile => lists::file(visit).await,
    }
}
