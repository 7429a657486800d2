//! That a form comes from a page of ours. The browser does not send the session along with a form of another website (the cookie
//! is `SameSite=Lax`); should it ever do so, it says where the form stands, and the form lacks the token.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::{HOST, ORIGIN};

use crate::answer::Stop;
use crate::visit::Visit;

/// The name of the field that holds the token.
pub(crate) const TOKEN: &str = "form_token";

/// Stops a form that was not written by a page of this session.
pub(crate) fn is_our_own_form(visit: &Visit<'_>) -> Result<(), Stop> {
    let token = visit.form.one(TOKEN).unwrap_or_default();
    if is_same_origin(&visit.headers) && is_equal(token, &visit.session.form_token) {
        return Ok(());
    }
    tracing::warn!("a form did not come from a page of the console");
    Err(Stop::Forged)
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_told_ours = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let (Some(origin), Some(host)) = (text(ORIGIN.as_str()), text(HOST.as_str())) else { return false };
    let origin_host = origin.strip_prefix("https://").or_else(|| {
        // Only a machine's own console is without TLS.
        let host = origin.strip_prefix("http://")?;
        let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
        matches!(name, "127.0.0.1" | "localhost" | "[::1]").then_some(host)
    });
    is_told_ours && origin_host == Some(host)
}

/// Compares in a time that does not tell where two texts differ. An empty token equals nothing.
fn is_equal(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    !other.is_empty() && one.len() == other.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(origin: Option<&str>, host: &str, site: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [("origin", origin), ("host", Some(host)), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        is_same_origin(&headers)
    }

    #[test]
    fn a_form_stands_on_the_host_that_it_is_sent_to() {
        assert!(is_ours(Some("https://api.example"), "api.example", Some("same-origin")));
        assert!(is_ours(Some("http://127.0.0.1:3000"), "127.0.0.1:3000", None));
        for (origin, host, site) in [
            (None, "api.example", None),
            (Some("null"), "api.example", None),
            (Some("http://api.example"), "api.example", None),
            (Some("https://api.example.evil.example"), "api.example", None),
            (Some("https://evil.example"), "api.example", None),
            (Some("https://api.example"), "api.example", Some("cross-site")),
            (Some("http://127.0.0.1:3000"), "127.0.0.1:4000", None),
            (Some("https://127.0.0.1.evil.example"), "127.0.0.1", None),
        ] {
            assert!(!is_ours(origin, host, site), "{origin:?} {host} {site:?}");
        }
    }

    #[test]
    fn a_token_is_whole_or_it_is_none() {
        assert!(is_equal("abc", "abc"));
        for (one, other) in [("", ""), ("ab", "abc"), ("abcd", "abc"), ("abd", "abc"), ("", "abc")] {
            assert!(!is_equal(one, other), "{one:?} {other:?}");
        }
    }
}
