//! Which websites may call from a browser: the CORS headers, which every answer carries, errors included.

use lambda_http::http::header::{self, HeaderMap, HeaderValue};

use crate::problem::Problem;

/// The headers that a website may send, and how long a browser may remember that, in seconds.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("content-type, authorization, idempotency-key");
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// What a browser tells of the website that has it send something.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The websites that may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// All.
    Any,
    /// These, each as a browser writes it: `https://www.example.com`.
    Listed(Vec<String>),
}

impl Origins {
    /// Reads `*`, or origins with commas between them. Nothing lets in none.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        match text.trim() {
            "*" => Self::Any,
            _ => Self::Listed(origins.map(|origin| origin.trim_end_matches('/').to_owned()).collect()),
        }
    }

    /// Refuses what another website has a browser send. A browser names the website in `Origin`, or else tells by
    /// `Sec-Fetch-Site` that it is another one; a website can write neither. Whatever sends neither is no browser.
    pub(crate) fn admit(&self, asked: &HeaderMap) -> Result<(), Problem> {
        let admitted = match self {
            Self::Any => true,
            Self::Listed(_) if asked.contains_key(header::ORIGIN) => self.allowed(asked).is_some(),
            Self::Listed(_) => {
                !asked.get_all(SEC_FETCH_SITE).iter().any(|site| site.as_bytes() == b"cross-site")
            }
        };
        if admitted { Ok(()) } else { Err(Problem::OriginNotAllowed) }
    }

    /// The headers by which a browser shows an answer to the website that asked.
    pub(crate) fn write(&self, asked: &HeaderMap, answered: &mut HeaderMap) {
        answered.insert(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(allowed) = self.allowed(asked) {
            answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            answered.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location"));
        }
    }

    /// The headers by which a browser learns that the website may ask at all.
    pub(crate) fn write_preflight(&self, asked: &HeaderMap, methods: &'static str, answered: &mut HeaderMap) {
        if self.allowed(asked).is_some() {
            answered.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
            answered.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            answered.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        }
    }

    fn allowed(&self, asked: &HeaderMap) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Listed(origins) => {
                let origin = asked.get(header::ORIGIN)?;
                origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(origins: &str, origin: Option<&str>) -> HeaderMap {
        let mut asked = HeaderMap::new();
        asked.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_str(origin).unwrap())));
        let mut answered = HeaderMap::new();
        Origins::parse(origins).write(&asked, &mut answered);
        Origins::parse(origins).write_preflight(&asked, "GET", &mut answered);
        answered
    }

    #[test]
    fn only_a_listed_origin_is_let_in_and_to_the_letter() {
        let listed = "https://a.example, https://b.example/";
        for (origin, allowed) in [
            (Some("https://a.example"), true),
            (Some("https://b.example"), true),
            (Some("http://a.example"), false),
            (Some("https://a.example.evil.example"), false),
            (Some("https://A.example"), false),
            (Some("null"), false),
            (None, false),
        ] {
            let headers = written(listed, origin);
            let expected = origin.filter(|_| allowed);
            let shown = headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap());
            assert_eq!(shown, expected, "{origin:?}");
            assert_eq!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_METHODS), allowed, "{origin:?}");
            assert_eq!(headers[header::VARY], "Origin");
        }
    }

    #[test]
    fn what_another_website_has_a_browser_send_is_refused() {
        let listed = "https://a.example";
        for (origins, origin, site, admitted) in [
            (listed, Some("https://a.example"), Some("cross-site"), true),
            (listed, Some("https://evil.example"), Some("cross-site"), false),
            (listed, Some("https://evil.example"), None, false),
            (listed, Some("null"), None, false),
            (listed, None, Some("cross-site"), false),
            (listed, None, Some("same-site"), true),
            (listed, None, Some("same-origin"), true),
            (listed, None, Some("none"), true),
            (listed, None, None, true),
            ("", Some("https://a.example"), None, false),
            ("*", Some("https://evil.example"), Some("cross-site"), true),
        ] {
            let mut asked = HeaderMap::new();
            asked.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_str(origin).unwrap())));
            asked.extend(site.map(|site| {
                (header::HeaderName::from_static(SEC_FETCH_SITE), HeaderValue::from_str(site).unwrap())
            }));
            assert_eq!(
                Origins::parse(origins).admit(&asked).is_ok(),
                admitted,
                "{origins} {origin:?} {site:?}"
            );
        }
    }

    #[test]
    fn any_origin_and_none() {
        assert_eq!(written("*", Some("https://x.example"))[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!written("", Some("")).contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}
