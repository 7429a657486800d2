//! What is asked, read once: who asks, where the console stands, the parameters and the form.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::{HeaderMap, Method, request};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use operations::operator::{Operation, Operator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate_aws::tables::Tables;

use crate::answer::Answer;
use crate::form::Fields;
use crate::{Console, Session};

/// The largest form, in bytes: a policy, and what else stands beside it.
const FORM_BYTES_MAX: usize = 300_000;
/// What RFC 3986 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The time that a page looks back over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    Hour,
    Day,
    Week,
}

/// What is asked, and by whom.
pub(crate) struct Visit<'a> {
    pub(crate) session: &'a Session,
    pub(crate) console: &'a Console,
    pub(crate) now: Timestamp,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    /// The path of the console on this host: `/console`, behind the stage if there is one.
    pub(crate) root: String,
    /// The path below the console's.
    pub(crate) path: String,
    pub(crate) query: Fields,
    pub(crate) form: Fields,
}

impl<'a> Visit<'a> {
    pub(crate) fn read(
        request: Request,
        session: &'a Session,
        console: &'a Console,
        now: Timestamp,
    ) -> Result<Self, String> {
        let (root, path) = place(&request).ok_or("this is not the console's path")?;
        let query = query(&request);
        let (request::Parts { headers, method, .. }, body) = request.into_parts();
        let form = if method == Method::POST { read_form(&body)? } else { Fields::default() };
        Ok(Self { session, console, now, method, headers, root, path, query, form })
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.console.tables
    }

    pub(crate) fn operator(&self) -> &Operator {
        &self.session.operator
    }

    pub(crate) fn may(&self, operation: Operation) -> bool {
        self.operator().may(operation)
    }

    /// Whether numbers and addresses are masked: for whoever may not see them, and for whoever asks.
    pub(crate) fn is_masked(&self) -> bool {
        !self.may(Operation::SeeInFull) || self.query.one("mask") == Some("true")
    }

    pub(crate) fn span(&self) -> Span {
        match self.query.one("span") {
            Some("1h") => Span::Hour,
            Some("7d") => Span::Week,
            _ => Span::Day,
        }
    }

    /// Just after now: a request of this very millisecond is to be seen, too.
    pub(crate) fn before(&self) -> Timestamp {
        self.now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(self.now)
    }

    /// The address of this very page, with some parameters changed.
    pub(crate) fn here(&self, parameters: &[(&str, &str)]) -> String {
        let is_changed = |name: &str| name == "done" || parameters.iter().any(|(other, _)| *other == name);
        let kept = self.query.iter().filter(|(name, _)| !is_changed(name));
        let all: Vec<_> = kept.chain(parameters.iter().copied()).collect();
        self.address(&self.path, &all)
    }

    /// The address of a page, with what is kept from page to page and these parameters.
    pub(crate) fn link(&self, page: &str, parameters: &[(&str, &str)]) -> String {
        let kept = [("span", self.query.one("span")), ("mask", self.query.one("mask"))];
        let named = |name: &str| parameters.iter().any(|(other, _)| *other == name);
        let kept = kept.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let kept = kept.filter(|(name, _)| !named(name));
        let all: Vec<_> = kept.chain(parameters.iter().copied()).collect();
        self.address(page, &all)
    }

    fn address(&self, page: &str, parameters: &[(&str, &str)]) -> String {
        let query = written(parameters.iter().copied().filter(|(_, value)| !value.is_empty()));
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/{page}{mark}{query}", self.root)
    }

    /// Leads on to a page, after a form.
    pub(crate) fn see(&self, page: &str, parameters: &[(&str, &str)]) -> Answer {
        Answer::See(self.link(page, parameters))
    }
}

/// Where a request stands: the console's path on its host, and the path below that.
pub(crate) fn place(request: &Request) -> Option<(String, String)> {
    let full = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.path.clone(),
        _ => None,
    };
    let full = full.unwrap_or_else(|| request.uri().path().to_owned());
    let (before, path) = full.split_once("/console")?;
    Some((format!("{before}/console"), path.trim_start_matches('/').to_owned()))
}

/// The parameters of a request's address.
pub(crate) fn query(request: &Request) -> Fields {
    let parameters = request.query_string_parameters_ref().into_iter();
    let parameters = parameters.flat_map(lambda_http::aws_lambda_events::query_map::QueryMap::iter);
    Fields::of(parameters.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// Parameters as an address holds them.
pub(crate) fn written<'f>(parameters: impl Iterator<Item = (&'f str, &'f str)>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let written: Vec<_> =
        parameters.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    written.join("&")
}

fn read_form(body: &Body) -> Result<Fields, String> {
    let bytes: &[u8] = body.as_ref();
    if bytes.len() > FORM_BYTES_MAX {
        return Err(format!("a form has at most {FORM_BYTES_MAX} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    Ok(Fields::parse(text))
}

impl Span {
    pub(crate) const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::Day => "24 h",
            Self::Week => "7 d",
        }
    }

    pub(crate) fn length(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
        })
    }
}
