//! What a subject's calls came to, and who misbehaved; an operator may forgive them.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use tollgate::counter::Subject;
use tollgate::text::Reason;
use tollgate_aws::tables::Tables;

use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// Shows a subject's past. That nothing is known of it is an answer, too.
pub(crate) async fn show(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let subject = named(key)?;
    let past = operations::blocks::past(tables, &subject, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &past))
}

/// Forgives a subject's calls that were wasted or marked: they count for nobody any more.
pub(crate) async fn lift(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["reason"])?;
    let subject = named(key)?;
    let reason = asked.query.parsed("reason", Reason::parse)?;
    let reason = reason.ok_or_else(|| Problem::query("reason", "say why"))?;
    operations::blocks::lift(tables, &asked.operator, &subject, &reason, asked.now).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn named(key: &str) -> Result<Subject, Problem> {
    Subject::parse(key).map_err(|error| {
        let errors = vec![FieldError { field: "subject".to_owned(), reason: error.to_string() }];
        Problem::invalid("the path does not name a subject", errors)
    })
}
