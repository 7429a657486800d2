//! Which websites may call from a browser: the CORS headers, which every answer carries, errors included.

use lambda_http::http::header::{self, HeaderMap, HeaderValue};

/// The headers that a website may send, and how long a browser may remember that, in seconds.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("content-type, authorization, idempotency-key");
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("600");

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
    fn any_origin_and_none() {
        assert_eq!(written("*", Some("https://x.example"))[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!written("", Some("")).contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}
