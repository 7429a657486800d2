//! What a client did wrong, or what failed, as RFC 9457 problem details. The types never change their meaning.

use std::borrow::Cow;

use lambda_http::http::StatusCode;
use serde::Serialize;
use tollgate::number::PhoneNumberError;
use tollgate::text::TextError;

/// Why a request is not served. The first that applies is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    NotFound,
    MethodNotAllowed {
        allowed: &'static str,
    },
    SignInRequired,
    OtherClient,
    OriginNotAllowed,
    TestInvocation,
    NotJson,
    InvalidIdempotencyKey,
    /// A guest's key that another guest may choose, too.
    ShortIdempotencyKey {
        characters_min: usize,
    },
    BodyTooLarge {
        bytes_max: usize,
    },
    MalformedBody(&'static str),
    Field(FieldProblem),
    IdempotencyKeyReused,
    Unavailable,
}

/// What is wrong with a field of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    Missing {
        field: &'static str,
    },
    NotText {
        field: &'static str,
    },
    PhoneNumber {
        field: &'static str,
        error: PhoneNumberError,
    },
    Country {
        field: &'static str,
    },
    Text {
        field: &'static str,
        error: TextError,
    },
    /// No name if it must not be repeated.
    Unknown {
        field: Option<String>,
    },
}

/// A problem as it is sent.
#[derive(Serialize)]
pub(crate) struct Details {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// The last part of the problem's type; also the outcome in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed { .. } => "method-not-allowed",
            Self::SignInRequired => "sign-in-required",
            Self::OtherClient => "client-not-allowed",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::TestInvocation => "test-invocation",
            Self::NotJson => "unsupported-media-type",
            Self::InvalidIdempotencyKey => "invalid-idempotency-key",
            Self::ShortIdempotencyKey { .. } => "short-idempotency-key",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::MalformedBody(_) => "malformed-body",
            Self::Field(FieldProblem::Missing { .. }) => "missing-field",
            Self::Field(FieldProblem::NotText { .. }) => "wrong-type",
            Self::Field(FieldProblem::PhoneNumber { .. }) => "invalid-phone-number",
            Self::Field(FieldProblem::Country { .. }) => "invalid-country",
            Self::Field(FieldProblem::Text { .. }) => "invalid-text",
            Self::Field(FieldProblem::Unknown { .. }) => "unknown-field",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::Unavailable => "unavailable",
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignInRequired => StatusCode::UNAUTHORIZED,
            Self::OtherClient | Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidIdempotencyKey | Self::MalformedBody(_) | Self::TestInvocation => {
                StatusCode::BAD_REQUEST
            }
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Field(_) | Self::ShortIdempotencyKey { .. } | Self::IdempotencyKeyReused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The problem as it is sent.
    pub(crate) fn details(&self) -> Details {
        Details {
            kind: format!("urn:tollgate:problem:{}", self.name()),
            title: self.title(),
            status: self.status().as_u16(),
            detail: self.detail(),
            field: self.field(),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::MethodNotAllowed { .. } => "Method not allowed",
            Self::SignInRequired => "Sign-in required",
            Self::OtherClient => "Client not allowed",
            Self::OriginNotAllowed => "Origin not allowed",
            Self::TestInvocation => "Test invocation",
            Self::NotJson => "Unsupported media type",
            Self::InvalidIdempotencyKey => "Invalid idempotency key",
            Self::ShortIdempotencyKey { .. } => "Short idempotency key",
            Self::BodyTooLarge { .. } => "Body too large",
            Self::MalformedBody(_) => "Malformed body",
            Self::Field(FieldProblem::Missing { .. }) => "Missing field",
            Self::Field(FieldProblem::NotText { .. }) => "Wrong type",
            Self::Field(FieldProblem::PhoneNumber { .. }) => "Invalid phone number",
            Self::Field(FieldProblem::Country { .. }) => "Invalid country",
            Self::Field(FieldProblem::Text { .. }) => "Invalid text",
            Self::Field(FieldProblem::Unknown { .. }) => "Unknown field",
            Self::IdempotencyKeyReused => "Idempotency key reused",
            Self::Unavailable => "Service unavailable",
        }
    }

    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::NotFound => "there is nothing at this path".into(),
            Self::MethodNotAllowed { allowed } => format!("the resource takes {allowed}").into(),
            Self::SignInRequired => "the resource is for signed-in users".into(),
            Self::OtherClient => "the token is of an app client that is not let in".into(),
            Self::OriginNotAllowed => "this website may not call".into(),
            Self::TestInvocation => {
                "a test invocation of API Gateway's console names no caller's address; call the deployed stage".into()
            }
            Self::NotJson => "send the body with `Content-Type: application/json`".into(),
            Self::InvalidIdempotencyKey => {
                "`Idempotency-Key` must be given once, as 1 to 255 visible ASCII characters".into()
            }
            Self::ShortIdempotencyKey { characters_min } => format!(
                "a guest's `Idempotency-Key` must have at least {characters_min} characters that do not repeat themselves, none but letters, digits and `-_+/=`: draw a random UUID"
            )
            .into(),
            Self::BodyTooLarge { bytes_max } => {
                format!("the body must be at most {bytes_max} bytes long").into()
            }
            Self::MalformedBody(detail) => (*detail).into(),
            Self::Field(problem) => problem.detail(),
            Self::IdempotencyKeyReused => {
                "the key was used for a request that asked for something else".into()
            }
            Self::Unavailable => "the request was not served; trying again may help".into(),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Field(
                FieldProblem::Missing { field }
                | FieldProblem::NotText { field }
                | FieldProblem::PhoneNumber { field, .. }
                | FieldProblem::Country { field }
                | FieldProblem::Text { field, .. },
            ) => Some((*field).to_owned()),
            Self::Field(FieldProblem::Unknown { field }) => field.clone(),
            _ => None,
        }
    }
}

impl FieldProblem {
    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::Missing { field } => format!("`{field}` is required").into(),
            Self::NotText { field } => format!("`{field}` must be a string").into(),
            Self::PhoneNumber { error, .. } => error.to_string().into(),
            Self::Country { field } => format!("`{field}` must be the two letters of a country").into(),
            Self::Text { field, error } => format!("`{field}` {error}").into(),
            Self::Unknown { .. } => {
                "the body may hold `phoneNumber`, `country`, `name` and `topic`, and nothing else".into()
            }
        }
    }
}
