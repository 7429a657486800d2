//! Answers, and what goes wrong.

use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use maud::{Markup, html};
use operations::refused::Refused;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::settings;

use crate::assets::Asset;
use crate::shell::{self, Frame};
use crate::visit::Visit;

/// What pages may load and where their forms may go: this console alone, and no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// An answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A page.
    Page(StatusCode, Markup),
    /// Leads on to a page, after a form.
    See(String),
    /// A file that pages load.
    Asset(&'static Asset),
    /// A file of comma-separated values to take along.
    File {
        /// Its name.
        name: String,
        /// What is in it; cells that a spreadsheet would take for a formula are guarded.
        text: String,
    },
}

/// Why there is no such answer.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There is no such page.
    NotFound,
    /// The form does not come from a page of ours.
    Forged,
    /// What the form says cannot be read: no page of ours writes such a form.
    Unreadable(String),
    /// The operation was not done.
    Refused(Refused),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Refused(Refused::Store(error))
    }
}

/// A request of which not even the path can be read.
pub(crate) fn unreadable(reason: &str) -> Answer {
    let page =
        html! { (maud::DOCTYPE) html lang="en" { head { title { "Tollgate" } } body { p { (reason) } } } };
    Answer::Page(StatusCode::BAD_REQUEST, page)
}

/// The page that says why there is no other.
pub(crate) async fn stopped(visit: &Visit<'_>, stop: Stop) -> Answer {
    let (status, title, text) = match stop {
        Stop::NotFound | Stop::Refused(Refused::NoSuchRequest) => {
            (StatusCode::NOT_FOUND, "Not found", "There is nothing at this address, or not any more.".to_owned())
        }
        Stop::Forged => (
            StatusCode::FORBIDDEN,
            "Nothing was changed",
            "The form did not come from a page of this session. Go back, load the page again, and send it once more.".to_owned(),
        ),
        Stop::Unreadable(reason) => (StatusCode::BAD_REQUEST, "Nothing was changed", reason),
        Stop::Refused(Refused::Store(error)) => {
            tracing::error!(%error, "the console cannot answer");
            let text = "A table could not be read or written; the log says which. Blocking and budgets go on.";
            (StatusCode::SERVICE_UNAVAILABLE, "Not available now", text.to_owned())
        }
        Stop::Refused(refused @ Refused::NotAllowed { .. }) => {
            (StatusCode::FORBIDDEN, "Nothing was changed", format!("Your role is not enough: {refused}."))
        }
        Stop::Refused(refused) => (StatusCode::CONFLICT, "Nothing was changed", format!("Why: {refused}.")),
    };
    let switches = settings::kill_switches(visit.tables()).await.unwrap_or_default();
    let frame = Frame { title, screen: None, switches: &switches, proposals: None };
    let body = html! {
        div.title { h1 { (title) } }
        p.note.bad role="alert" { (text) }
        p { a href=(visit.link("", &[])) { "Go to the overview" } }
    };
    Answer::Page(status, shell::page(visit, &frame, &body))
}

impl Answer {
    pub(crate) fn into_response(self) -> Response<Body> {
        let (status, body, content_type, cache) = match self {
            Self::Page(status, markup) => {
                (status, markup.into_string(), "text/html; charset=utf-8", "no-store")
            }
            Self::Asset(asset) => (
                StatusCode::OK,
                asset.text.to_owned(),
                asset.content_type,
                "public, max-age=31536000, immutable",
            ),
            Self::See(location) => return see(&location),
            Self::File { name, text } => return file(&name, text),
        };
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        guarded(response)
    }
}

fn see(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    match HeaderValue::try_from(location) {
        Ok(location) => {
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(LOCATION, location);
        }
        Err(error) => {
            tracing::error!(%error, "an address of ours is none");
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guarded(response)
}

fn file(name: &str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(attached) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, attached);
    }
    guarded(response)
}

fn guarded(mut response: Response<Body>) -> Response<Body> {
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A form's origin is told to ourselves, and to nobody else where its page was.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
