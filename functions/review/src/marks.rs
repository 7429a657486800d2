//! Marks on requests: what operators learned on the phone flows back into the rules. A mark that comes only after its call has
//! counted as ripe is told: until then the call vouched for others that were no better.

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Deserialize;
use tollgate::evidence::Call;
use tollgate::record::{MarkKind, Record};
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::marks::{self, Marked};
use tollgate_aws::metrics::Metric;
use tollgate_aws::{requests, settings};

use crate::asked::{Asked, filled};
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;
use crate::{Review, changes};

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
    let tables = &review.tables;
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
        Marked::Done => {
            tell_if_late(review, &record, body.mark, asked.now).await;
            Ok(reply::empty(StatusCode::NO_CONTENT))
        }
        Marked::Overtaken => Err(Problem::marked_meanwhile().into()),
    }
}

/// Counts a mark against a call that was ripe. The mark is written by then, so that a policy that cannot be read fails nothing.
async fn tell_if_late(review: &Review, record: &Record, kind: MarkKind, now: Timestamp) {
    if kind == MarkKind::Legitimate {
        return;
    }
    match settings::policy(&review.tables).await {
        Ok(known) => {
            let ripe =
                Call::heard(record, &known.policy).is_some_and(|call| call.is_ripe(&known.policy, now));
            if ripe {
                review.metrics.count(Metric::MarksLate);
                tracing::warn!(request_id = %record.request.id, "marked after its call was ripe");
            }
        }
        Err(error) => tracing::warn!(%error, "whether a mark came late is not known"),
    }
}
