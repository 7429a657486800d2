//! Which requests come from this machine's own pages and programs. On AWS, IAM guards the operators' routes; here it does not. A
//! page of another website could therefore have a browser send requests to the stack. Browsers say which page a request comes
//! from, and which host it asks for: the stack refuses other pages, and hosts by another name than this machine's.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// What a browser tells of the page that has it send something.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whether a request comes from a page of this very stack, or from no page at all: a program sends none of these headers, and
/// whoever types an address is sent by no page.
#[must_use]
pub fn is_own(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map(|host| host.as_bytes());
    let origins = headers.get_all(ORIGIN).iter();
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    is_this_machines(headers)
        && origins.into_iter().all(|origin| {
            origin.as_bytes().strip_prefix(b"http://").is_some_and(|origin| Some(origin) == host)
        })
        && sites.all(|site| [&b"same-origin"[..], b"none"].contains(&site.as_bytes()))
}

/// Whether the host that is asked for is this machine by a name that nobody can make lead elsewhere. One who names none is no
/// browser.
#[must_use]
pub fn is_this_machines(headers: &HeaderMap) -> bool {
    headers.get_all(HOST).iter().all(|host| {
        let host = host.to_str().unwrap_or_default();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
    })
}
