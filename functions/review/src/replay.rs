//! The rehearsal of a policy: what would have become of the requests of late under it, beside what the policy that holds
//! would make of them.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::moment;
use operations::replay::{Compared, Replayed as Replay};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tollgate_aws::tables::Tables;

use crate::asked::{Asked, filled};
use crate::policy;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// How far back it is looked if nobody says.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);
/// The longest time that is replayed: as long as pasts count.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What an operator sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayBody {
    policy: Value,
    #[serde(default, deserialize_with = "filled_moment")]
    from: Option<Timestamp>,
    #[serde(default, deserialize_with = "filled_moment")]
    before: Option<Timestamp>,
}

fn filled_moment<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Timestamp>, D::Error> {
    filled(value)?.map(|text| moment::parse(&text).map_err(D::Error::custom)).transpose()
}

#[derive(Serialize)]
struct Replayed {
    from: Timestamp,
    before: Timestamp,
    /// How many requests were replayed.
    requests: usize,
    /// How many could not be read.
    unreadable: usize,
    #[serde(flatten)]
    compared: Compared,
}

/// Replays the requests of a time under a draft and under the policy that holds. Nothing is saved.
pub(crate) async fn replay(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let body = asked.json::<ReplayBody>()?;
    let draft = policy::parsed(&body.policy.to_string())?;
    let (from, before) = span(&body, asked.now)?;
    let Replay { requests, unreadable, compared } =
        operations::replay::replay(tables, draft, from, before).await?;
    Ok(reply::json(StatusCode::OK, &Replayed { from, before, requests, unreadable, compared }))
}

fn span(body: &ReplayBody, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    let invalid = |field: &str, reason: &str| {
        let errors = vec![FieldError { field: field.to_owned(), reason: reason.to_owned() }];
        Problem::invalid(format!("{field}: {reason}"), errors)
    };
    // A request of this very millisecond counts, too.
    let before = body.before.unwrap_or(now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now));
    let from = body.from.unwrap_or(before.saturating_sub(LOOK_BACK).unwrap_or(before));
    // Moments are stored in milliseconds, and compared as they are stored.
    if before.as_millisecond() <= from.as_millisecond() {
        return Err(invalid("before", "must be later than `from`"));
    }
    if before.duration_since(from) > SPAN_MAX {
        return Err(invalid("from", "at most seven days before `before`"));
    }
    Ok((from, before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: Option<&str>, before: Option<&str>) -> Result<(String, String), Vec<String>> {
        let moment = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        let body = ReplayBody { policy: Value::Null, from: moment(from), before: moment(before) };
        let (from, before) = span(&body, "2026-03-02T10:00:00Z".parse().unwrap())
            .map_err(|problem| problem.fields().into_iter().map(str::to_owned).collect::<Vec<_>>())?;
        Ok((from.to_string(), before.to_string()))
    }

    #[test]
    fn the_last_day_is_replayed_unless_another_time_is_named() {
        let last = ("2026-03-01T10:00:00.001Z".to_owned(), "2026-03-02T10:00:00.001Z".to_owned());
        assert_eq!(read(None, None), Ok(last));
        let day = ("2026-02-27T00:00:00Z".to_owned(), "2026-02-28T00:00:00Z".to_owned());
        assert_eq!(read(None, Some("2026-02-28T00:00:00Z")), Ok(day));
    }

    #[test]
    fn a_time_that_is_empty_or_too_long_is_told() {
        assert_eq!(read(Some("2026-03-03T00:00:00Z"), None), Err(vec!["before".to_owned()]));
        assert_eq!(read(Some("2026-02-20T00:00:00Z"), None), Err(vec!["from".to_owned()]));
    }
}
