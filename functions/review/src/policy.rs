//! The policy: shown, checked, and saved as a new version over the one that the operator saw.

use jiff::Timestamp;
use lambda_http::http::header::{ETAG, IF_MATCH};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::json;
use tollgate::policy::{Policy, PolicyError};
use tollgate::text::Author;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::settings::{self, PolicyVersion};

use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// A version of the policy as shown; in a list, without the document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a Policy>,
    author: Option<&'a Author>,
    saved_at: Option<Timestamp>,
}

impl<'a> Shown<'a> {
    fn of(version: &'a PolicyVersion) -> Self {
        let policy = Some(&version.policy);
        Self { policy, ..Self::listed(version) }
    }

    fn listed(version: &'a PolicyVersion) -> Self {
        let author = version.saved.as_ref().map(|(author, _)| author);
        let saved_at = version.saved.as_ref().map(|(_, saved_at)| *saved_at);
        Self { version: version.version, policy: None, author, saved_at }
    }
}

/// Shows the policy as it holds. Version 0 is the default, which nobody saved.
pub(crate) async fn show(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let current = settings::policy(tables).await?;
    Ok(tagged(reply::json(StatusCode::OK, &Shown::of(&current)), current.version))
}

/// Lists the saved versions, the newest first.
pub(crate) async fn versions(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    #[derive(Serialize)]
    struct Versions<'a> {
        versions: Vec<Shown<'a>>,
    }
    asked.query.only(&["limit"])?;
    let limit = asked.query.limit(1..=100, 50)?;
    let versions = settings::policy_versions(tables, limit).await?;
    let versions = versions.iter().map(Shown::listed).collect();
    Ok(reply::json(StatusCode::OK, &Versions { versions }))
}

/// Shows one version.
pub(crate) async fn version(tables: &Tables, asked: &Asked, number: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let none = || Problem::not_found("there is no such version of the policy");
    let number = number.parse().map_err(|_not_a_number: std::num::ParseIntError| none())?;
    let version = settings::policy_version(tables, number).await?.ok_or_else(none)?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&version)))
}

/// Checks a policy and saves nothing.
pub(crate) fn validate(asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    checked(asked)?;
    Ok(reply::json(StatusCode::OK, &json!({ "valid": true })))
}

/// Saves a policy as the version after the one that the operator saw.
pub(crate) async fn save(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let seen = seen(&asked.headers)?;
    let policy = checked(asked)?;

    let version = operations::policy::save(tables, &asked.operator, &policy, seen, asked.now).await?;
    Ok(tagged(reply::json(StatusCode::OK, &json!({ "version": version })), version))
}

fn checked(asked: &Asked) -> Result<Policy, Problem> {
    parsed(asked.json_text()?)
}

/// Reads a policy; all that is wrong with it is told.
pub(crate) fn parsed(json: &str) -> Result<Policy, Problem> {
    let told = |errors: Vec<PolicyError>| {
        Problem::invalid("the policy is not valid", errors.into_iter().map(FieldError::from).collect())
    };
    Policy::parse(json).map_err(told)
}

/// The version in `If-Match: "n"`.
fn seen(headers: &HeaderMap) -> Result<u64, Problem> {
    let value = headers.get(IF_MATCH).ok_or_else(Problem::version_required)?;
    let number = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    // No policy comes near the last of these, so that there always is a next one.
    let version = number.and_then(|number| number.parse::<u32>().ok()).map(u64::from);
    version.ok_or_else(|| Problem::header("If-Match is the version that you saw, in quotes: \"7\""))
}

fn tagged(mut response: Response<Body>, version: u64) -> Response<Body> {
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_seen_is_a_number_in_quotes() {
        let seen_in =
            |value: &'static str| seen(&[(IF_MATCH, HeaderValue::from_static(value))].into_iter().collect());
        assert_eq!(seen_in("\"7\""), Ok(7));
        assert_eq!(seen(&HeaderMap::new()).unwrap_err().status(), StatusCode::PRECONDITION_REQUIRED);
        for value in ["7", "*", "W/\"7\"", "\"\"", "\"-1\"", "\"99999999999999999999\"", "\"7\", \"8\""] {
            assert_eq!(seen_in(value).unwrap_err().status(), StatusCode::BAD_REQUEST, "{value}");
        }
    }

    #[test]
    fn the_default_policy_is_shown_as_version_0_of_nobody() {
        let version = PolicyVersion { version: 0, policy: Policy::default(), saved: None };
        let shown = serde_json::to_value(Shown::of(&version)).unwrap();
        assert_eq!(shown["version"], 0);
        assert_eq!(shown["author"], serde_json::Value::Null);
        assert_eq!(shown["policy"]["served_countries"][0], "US");
        assert!(serde_json::to_value(Shown::listed(&version)).unwrap().get("policy").is_none());
    }
}
