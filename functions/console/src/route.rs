//! Which page or form is asked for, by method and path.

use lambda_http::http::Method;
use tollgate::request::RequestId;

use crate::answer::Stop;
use crate::assets::{self, Asset};
use crate::visit::Visit;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Asset(&'static Asset),
    Overview,
    Requests,
    MarkRequests,
    Request(RequestId),
    MarkRequest(RequestId),
    Proposals,
    Decide,
    Lists,
    AddEntry,
    RemoveEntry,
    Switches,
    SetSwitches,
    Policy,
    ChangePolicy,
    Changes,
    ChangesFile,
    RequestsFile,
    ListsFile,
}

pub(crate) fn parse(visit: &Visit<'_>) -> Result<Route, Stop> {
    let id = |text: &str| RequestId::parse(text).map_err(|_not_an_id| Stop::NotFound);
    let segments: Vec<&str> = visit.path.split('/').collect();
    let (get, post) = match segments.as_slice() {
        // Relative addresses need the slash.
        [""] => (Some(Route::Overview), None),
        ["assets", name] => (assets::named(name).map(Route::Asset), None),
        ["requests"] => (Some(Route::Requests), Some(Route::MarkRequests)),
        ["requests", text] => {
            let id = id(text)?;
            (Some(Route::Request(id)), Some(Route::MarkRequest(id)))
        }
        ["proposals"] => (Some(Route::Proposals), Some(Route::Decide)),
        ["lists"] => (Some(Route::Lists), Some(Route::AddEntry)),
        ["lists", "remove"] => (None, Some(Route::RemoveEntry)),
        ["switches"] => (Some(Route::Switches), Some(Route::SetSwitches)),
        ["policy"] => (Some(Route::Policy), Some(Route::ChangePolicy)),
        ["changes"] => (Some(Route::Changes), None),
        ["changes.csv"] => (Some(Route::ChangesFile), None),
        ["requests.csv"] => (Some(Route::RequestsFile), None),
        ["lists.csv"] => (Some(Route::ListsFile), None),
        _ => (None, None),
    };
    match visit.method {
        Method::GET | Method::HEAD => get.ok_or(Stop::NotFound),
        Method::POST => post.ok_or(Stop::NotFound),
        _ => Err(Stop::NotFound),
    }
}
