//! An attempt to sign in, which the browser that makes it keeps until the issuer leads back: so nobody can end in another
//! browser what was begun in his own (login CSRF).

use lambda_http::http::HeaderMap;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{cookies, secret};

/// How long somebody may take at the issuer, in seconds.
pub(super) const SECONDS: i64 = 600;
/// The longest way back that is remembered.
const BACK_BYTES_MAX: usize = 1_000;

/// An attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    /// What the issuer gives back, and nobody else knows.
    pub(super) state: String,
    /// What the token must hold, so that it was made for this attempt.
    pub(super) nonce: String,
    /// What redeems the code, so that whoever learns it alone cannot (PKCE).
    pub(super) verifier: String,
    /// The page below the console's path that was asked for.
    pub(super) back: String,
}

impl Attempt {
    /// A new one, to come back to a page.
    pub(super) fn new(back: &str) -> Option<Self> {
        Some(Self {
            state: secret::random()?,
            nonce: secret::random()?,
            verifier: secret::random()?,
            back: way_back(back).to_owned(),
        })
    }

    /// As a cookie holds it.
    pub(super) fn written(&self) -> String {
        let back = utf8_percent_encode(&self.back, NON_ALPHANUMERIC);
        format!("{}.{}.{}.{back}", self.state, self.nonce, self.verifier)
    }

    /// The attempt of this state that this browser has begun.
    pub(super) fn read(headers: &HeaderMap, state: &str) -> Option<Self> {
        let cookie = cookies::read(headers, &cookies::of_attempt(state))?;
        let parts: Vec<_> = cookie.split('.').collect();
        let [of, nonce, verifier, back] = parts.as_slice() else { return None };
        if *of != state || [of, nonce, verifier].iter().any(|text| text.len() != 64) {
            return None;
        }
        let back = percent_decode_str(back).decode_utf8().ok()?;
        Some(Self {
            state: state.to_owned(),
            nonce: (*nonce).to_owned(),
            verifier: (*verifier).to_owned(),
            back: way_back(&back).to_owned(),
        })
    }
}

/// A page below the console's path; of what might be anything else, the first page. It is always written behind that path, so
/// it cannot lead to another host.
fn way_back(text: &str) -> &str {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
    let path = text.split('?').next().unwrap_or_default();
    let is_below =
        !path.starts_with('/') && !path.contains("..") && !path.contains("//") && !path.contains(':');
    if is_plain && is_below && text.len() <= BACK_BYTES_MAX { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", cookie.parse().unwrap());
        headers
    }

    #[test]
    fn an_attempt_is_ended_by_the_browser_that_began_it() {
        let attempt = Attempt::new("requests?is=range:%2B1206").unwrap();
        let cookie = format!("{}={}", cookies::of_attempt(&attempt.state), attempt.written());
        assert_eq!(Attempt::read(&headers(&cookie), &attempt.state), Some(attempt.clone()));
        let other = Attempt::new("").unwrap();
        assert_eq!(Attempt::read(&headers(&cookie), &other.state), None);
        // The same beginning, so the same cookie, and another state.
        let forged = format!("{}{}", attempt.state.split_at(8).0, other.state.split_at(8).1);
        assert_eq!(Attempt::read(&headers(&cookie), &forged), None);
        for state in ["", "é", "abc"] {
            assert_eq!(Attempt::read(&headers(&cookie), state), None);
        }
    }

    #[test]
    fn a_way_back_leads_nowhere_else() {
        for kept in ["", "requests", "requests?is=range:%2B1206&not=carrier:x", "lists?search=//a"] {
            assert_eq!(way_back(kept), kept);
        }
        for text in [
            "//evil.example",
            "/evil",
            "https://evil.example",
            "..",
            "a/../../review",
            "a\\b",
            "a\r\nb",
            "a b",
            "a#b",
        ] {
            assert_eq!(way_back(text), "", "{text}");
        }
        assert_eq!(way_back(&"a".repeat(1_001)), "");
    }
}
