//! The kinds of problems. Their names never change their meaning.

use lambda_http::http::StatusCode;

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NoIdentity,
    NotFound,
    MethodNotAllowed,
    InvalidQuery,
    UnreadableBody,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    InvalidHeader,
    NotEnded,
    MarkedMeanwhile,
    VersionRequired,
    VersionStale,
    Unavailable,
}

impl Kind {
    /// The last part of the type, the status and the title.
    pub(super) fn told(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::NoIdentity => ("no-identity", StatusCode::FORBIDDEN, "The caller is unknown"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "Not found"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here")
            }
            Self::InvalidQuery => ("invalid-query", StatusCode::BAD_REQUEST, "The query is not valid"),
            Self::UnreadableBody => ("unreadable-body", StatusCode::BAD_REQUEST, "The body cannot be read"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type")
            }
            Self::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "What was sent is not valid"),
            Self::InvalidHeader => ("invalid-header", StatusCode::BAD_REQUEST, "A header is not valid"),
            Self::NotEnded => ("not-ended", StatusCode::CONFLICT, "The request has not ended"),
            Self::MarkedMeanwhile => {
                ("marked-meanwhile", StatusCode::CONFLICT, "Somebody marked it meanwhile")
            }
            Self::VersionRequired => {
                ("version-required", StatusCode::PRECONDITION_REQUIRED, "The version is not told")
            }
            Self::VersionStale => {
                ("version-stale", StatusCode::PRECONDITION_FAILED, "Somebody was there before")
            }
            Self::Unavailable => {
                ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The service cannot answer now")
            }
        }
    }
}
