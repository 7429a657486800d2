//! What is answered, and its form in HTTP. The only place that writes a response.

use jiff::Timestamp;
use lambda_http::Body;
use lambda_http::http::header::{self, HeaderMap, HeaderValue};
use lambda_http::http::{Response, StatusCode};
use serde::Serialize;
use tollgate::country::CountryCode;
use tollgate::reply::{Channel, Reply, Status};
use tollgate::request::RequestId;

use crate::origins::Origins;
use crate::problem::Problem;
use crate::route::Access;
use crate::widget::{self, Keeping, Wanted};

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// To a new request: taken. Says nothing of what becomes of it, and to everybody what else there is.
    Accepted { id: RequestId, access: Access, channels: Vec<Channel>, call_by: Timestamp },
    /// To a new request: other channels are offered instead.
    Redirected { channels: Vec<Channel> },
    /// To a look at a request.
    Shown(Reply),
    /// To whoever wants to show a form.
    Options(CallbackOptions),
    /// To a withdrawal.
    Cancelled,
    /// To a browser that asks whether a website may ask.
    Preflight { allowed: &'static str },
    /// To a browser that loads the widget.
    Widget(Wanted),
    /// To what cannot be served.
    Problem(Problem),
}

/// What a website may offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallbackOptions {
    pub(crate) channels: Vec<Channel>,
    /// Whose numbers are called.
    pub(crate) countries: Vec<CountryCode>,
    /// Whose number is meant by one without a country code, if somebody's is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_country: Option<CountryCode>,
}

/// What the log tells of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) id: Option<RequestId>,
    pub(crate) name: &'static str,
}

impl Answer {
    /// What the log tells of it.
    pub(crate) fn outcome(&self) -> Outcome {
        let (id, name) = match self {
            Self::Accepted { id, .. } => (Some(*id), "accepted"),
            Self::Redirected { .. } => (None, "redirected"),
            Self::Shown(reply) => (reply.id, "shown"),
            Self::Options(_) => (None, "options"),
            Self::Cancelled => (None, "cancelled"),
            Self::Preflight { .. } => (None, "preflight"),
            Self::Widget(_) => (None, "widget"),
            Self::Problem(problem) => (None, problem.name()),
        };
        Outcome { id, name }
    }

    /// The response to a request with the headers `asked`.
    pub(crate) fn into_response(self, origins: &Origins, asked: &HeaderMap) -> Response<Body> {
        let (status, body) = match &self {
            Self::Accepted { id, channels, call_by, .. } => {
                let (channels, call_by) = (channels.clone(), Some(*call_by));
                let reply = Reply { id: Some(*id), status: Status::Accepted, channels, call_by };
                (StatusCode::ACCEPTED, json(&reply))
            }
            Self::Redirected { channels } => {
                let channels = channels.clone();
                let reply = Reply { id: None, status: Status::Redirected, channels, call_by: None };
                (StatusCode::OK, json(&reply))
            }
            Self::Shown(reply) => (StatusCode::OK, json(reply)),
            Self::Options(options) => (StatusCode::OK, json(options)),
            Self::Cancelled | Self::Preflight { .. } => (StatusCode::NO_CONTENT, Body::Empty),
            Self::Widget(Wanted::Script { file, .. }) => (StatusCode::OK, Body::from(file.text)),
            Self::Widget(Wanted::Versions) => (StatusCode::OK, json(widget::versions())),
            Self::Problem(problem) => (problem.status(), json(&problem.details())),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        self.write_headers(response.headers_mut());
        match &self {
            Self::Widget(_) => let_in_all(response.headers_mut()),
            _ => origins.write(asked, response.headers_mut()),
        }
        if let Self::Preflight { allowed } = self {
            origins.write_preflight(asked, allowed, response.headers_mut());
        }
        response
    }

    fn write_headers(&self, headers: &mut HeaderMap) {
        let cache_control = match self {
            Self::Widget(Wanted::Script { keeping, .. }) => keeping.cache_control(),
            Self::Widget(Wanted::Versions) => Keeping::AnHour.cache_control(),
            _ => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
        let content_type = match self {
            Self::Widget(Wanted::Script { .. }) => Some("text/javascript; charset=utf-8"),
            Self::Cancelled | Self::Preflight { .. } => None,
            Self::Problem(_) => Some("application/problem+json"),
            _ => Some("application/json"),
        };
        headers.extend(content_type.map(|value| (header::CONTENT_TYPE, HeaderValue::from_static(value))));
        match self {
            Self::Accepted { id, access, .. } => {
                let location = HeaderValue::try_from(access.location(*id)).ok();
                headers.extend(location.map(|location| (header::LOCATION, location)));
            }
            Self::Problem(Problem::MethodNotAllowed { allowed }) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            Self::Problem(Problem::SignInRequired) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
    }
}

/// Lets any website use an answer, and have it checked by its hash. Nothing in it is a visitor's.
fn let_in_all(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// A body. None of these types can fail to be written.
fn json(value: &impl Serialize) -> Body {
    serde_json::to_string(value).map_or(Body::Empty, Body::Text)
}

#[cfg(test)]
#[path = "answer/tests.rs"]
mod tests;
