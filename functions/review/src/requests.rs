//! Requests: what operators look at. They see them in full, or masked for a screen that others see, too.

mod form;
mod question;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::operator::Operation;
use serde::Serialize;
use tollgate::request::RequestId;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::{self, Page};

pub(crate) use self::form::Shown;
use self::question::Look;
use crate::asked::Asked;
use crate::problem::{Failure, Problem};
use crate::reply::{self, Unreadable};

/// A page of requests, the newest first. The next one is had by the same query with `before` as `next` says.
#[derive(Serialize)]
struct Requests {
    requests: Vec<Shown>,
    unreadable: Vec<Unreadable>,
    /// None on the last page.
    next: Option<String>,
}

/// Lists requests by number, by address or by state.
pub(crate) async fn list(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    let look = Look::read(&asked.query, asked.now)?;
    let mask = is_masked(asked)?;

    let found =
        requests::search(tables, &look.question, look.from, look.before, look.requests_to_read()).await?;
    let page = look.narrow(found);
    Ok(reply::json(StatusCode::OK, &told(page, mask)))
}

/// Masked for whoever may not see in full, and for whoever asks.
fn is_masked(asked: &Asked) -> Result<bool, Problem> {
    Ok(asked.query.flag("mask")? || !asked.operator.may(Operation::SeeInFull))
}

fn told(page: Page, mask: bool) -> Requests {
    let mut told = Requests { requests: vec![], unreadable: vec![], next: None };
    told.next = page.next_before.map(|before| before.to_string());
    for stored in page.requests {
        match stored {
            Ok(stored) => told.requests.push(Shown::of(&stored.record, mask)),
            Err(error) => told.unreadable.push(Unreadable { reason: error.to_string() }),
        }
    }
    told
}

/// Shows one request.
pub(crate) async fn show(tables: &Tables, asked: &Asked, id: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["mask"])?;
    let mask = is_masked(asked)?;
    let none = || Problem::not_found("there is no request with this id");
    let id = RequestId::parse(id).map_err(|_not_an_id| none())?;

    let stored = requests::get(tables, id, asked.now).await?.ok_or_else(none)?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&stored.record, mask)))
}
