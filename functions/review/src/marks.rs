//! Marks on requests: what operators learned on the phone flows back into the rules.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::refused::Refused;
use serde::Deserialize;
use tollgate::record::MarkKind;
use tollgate::request::RequestId;
use tollgate::text::Reason;

use crate::Review;
use crate::asked::{Asked, filled};
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// What an operator sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkBody {
    mark: MarkKind,
    #[serde(default, deserialize_with = "filled")]
    reason: Option<String>,
}

impl MarkBody {
    fn reason(&self) -> Result<Option<Reason>, Problem> {
        self.reason.as_deref().map(Reason::parse).transpose().map_err(|error| {
            let error = FieldError { field: "reason".to_owned(), reason: error.to_string() };
            Problem::invalid("the mark is not valid", vec![error])
        })
    }
}

/// Marks a request as spam, legitimate, or a wrong person's. The same mark again changes nothing.
pub(crate) async fn put(review: &Review, asked: &Asked, id: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let body = asked.json::<MarkBody>()?;
    let reason = body.reason()?;
    let id = RequestId::parse(id).map_err(|_not_an_id| Refused::NoSuchRequest)?;
    let Review { tables, metrics } = review;
    let (operator, reason) = (&asked.operator, reason.as_ref());
    operations::marks::mark(tables, metrics, operator, id, body.mark, reason, asked.now).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
