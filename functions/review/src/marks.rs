//! Marks on requests: what operators learned on the phone flows back into the rules.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Deserialize;
use tollgate::record::MarkKind;
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::marks::{self, Marked};
use tollgate_aws::requests;
use tollgate_aws::tables::Tables;

use crate::asked::Asked;
use crate::changes;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// What an operator sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkBody {
    mark: MarkKind,
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
pub(crate) async fn put(tables: &Tables, asked: &Asked, id: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let body = asked.json::<MarkBody>()?;
    let reason = body.reason()?;
    let none = || Problem::not_found("there is no request with this id");
    let id = RequestId::parse(id).map_err(|_not_an_id| none())?;
    let record = requests::get(tables, id, asked.now).await?.ok_or_else(none)?.record;
    let State::Ended(_) = &record.state else { return Err(Problem::not_ended().into()) };

    let action = match body.mark {
        MarkKind::Spam => Action::MarkSpam,
        MarkKind::Legitimate => Action::MarkLegitimate,
        MarkKind::WrongPerson => Action::MarkWrongPerson,
    };
    changes::record(tables, asked, action, id.to_string(), reason.as_ref()).await?;
    match marks::mark(tables, &record, body.mark, &asked.author, asked.now).await? {
        Marked::Done => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Marked::Overtaken => Err(Problem::marked_meanwhile().into()),
    }
}
