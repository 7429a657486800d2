//! What goes wrong: what the operator did (a problem, RFC 9457) and what failed on our side.

mod kind;

use lambda_http::http::HeaderValue;
#[cfg(test)]
use lambda_http::http::StatusCode;
use lambda_http::http::header::{ALLOW, CONTENT_TYPE};
use lambda_http::{Body, Response};
use operations::refused::Refused;
use serde::Serialize;
use tollgate::policy::PolicyError;
use tollgate_aws::error::StoreError;

use self::kind::Kind;
use crate::reply;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong with what was asked.
    Asked(Problem),
    /// A table did not answer, or holds what cannot be read.
    Store(StoreError),
}

/// Something that is wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    allow: Option<String>,
}

/// One thing that is wrong, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// The parameter, the member of the body as a path with dots, or the line.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) reason: String,
}

impl Problem {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: vec![], allow: None }
    }

    /// The edge let somebody in without saying whom.
    pub(crate) fn no_identity() -> Self {
        Self::new(Kind::NoIdentity, "the API must be called with IAM authorization")
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(Kind::NotFound, detail)
    }

    pub(crate) fn method_not_allowed(allowed: String) -> Self {
        let problem = Self::new(Kind::MethodNotAllowed, format!("what can be done here: {allowed}"));
        Self { allow: Some(allowed), ..problem }
    }

    /// A query parameter is wrong.
    pub(crate) fn query(field: &str, reason: impl Into<String>) -> Self {
        let error = FieldError { field: field.to_owned(), reason: reason.into() };
        let detail = format!("{}: {}", error.field, error.reason);
        Self { errors: vec![error], ..Self::new(Kind::InvalidQuery, detail) }
    }

    pub(crate) fn unreadable_body(detail: impl Into<String>) -> Self {
        Self::new(Kind::UnreadableBody, detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, detail)
    }

    pub(crate) fn media_type(detail: &str) -> Self {
        Self::new(Kind::UnsupportedMediaType, detail)
    }

    /// The body can be read, but not accepted.
    pub(crate) fn invalid(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid, detail) }
    }

    pub(crate) fn header(detail: &str) -> Self {
        Self::new(Kind::InvalidHeader, detail)
    }

    pub(crate) fn version_required() -> Self {
        Self::new(Kind::VersionRequired, "send the version that you saw as If-Match: \"n\"")
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(Kind::Unavailable, "a table could not be read or written; the log says which")
    }

    #[cfg(test)]
    pub(crate) fn fields(&self) -> Vec<&str> {
        self.errors.iter().map(|error| error.field.as_str()).collect()
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.told().1
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(rename = "type")]
            kind: String,
            title: &'a str,
            status: u16,
            detail: &'a str,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            errors: &'a [FieldError],
        }
        let (slug, status, title) = self.kind.told();
        let told = Told {
            kind: format!("urn:tollgate:problem:{slug}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let mut response = reply::json(status, &told);
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, problem);
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::try_from(allow).ok()) {
            response.headers_mut().insert(ALLOW, allow);
        }
        response
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Asked(problem)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let detail = refused.to_string();
        Self::Asked(match refused {
            Refused::Store(error) => return Self::Store(error),
            // Whom IAM lets in is an admin here, and so never refused.
            Refused::NotAllowed { .. } => Problem::new(Kind::NoIdentity, detail),
            // The API turns a single entry around, as it is asked to.
            Refused::ListedAs { .. } => Problem::invalid(detail, vec![]),
            Refused::NoSuchRequest | Refused::NotListed | Refused::NothingHeld => Problem::not_found(&detail),
            Refused::NotEnded => Problem::new(Kind::NotEnded, detail),
            Refused::MarkedMeanwhile => Problem::new(Kind::MarkedMeanwhile, detail),
            Refused::VersionStale => Problem::new(Kind::VersionStale, detail),
            Refused::TooManyRequests { .. } => {
                let errors = vec![FieldError { field: "from".to_owned(), reason: detail.clone() }];
                Problem::invalid(detail, errors)
            }
        })
    }
}

impl From<PolicyError> for FieldError {
    fn from(error: PolicyError) -> Self {
        Self { field: error.field, reason: error.reason }
    }
}
