//! What browsers keep for the console. The names begin with `__Host-`: a browser takes such a cookie from this very host alone,
//! over TLS, for all of its paths, so that neither a neighboring host nor a connection in the clear can plant one.

use lambda_http::http::header::COOKIE;
use lambda_http::http::{HeaderMap, HeaderValue};

/// Holds the session.
pub(super) const SESSION: &str = "__Host-tollgate";
/// Holds an attempt to sign in; behind it stands which.
const ATTEMPT: &str = "__Host-tollgate-attempt-";

/// The name of the cookie of an attempt. Each has its own, so that several pages can be opened at once.
pub(super) fn of_attempt(state: &str) -> String {
    format!("{ATTEMPT}{}", state.get(..8).unwrap_or_default())
}

/// The value of a cookie. One that is sent twice is none: somebody has planted the other.
pub(super) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value.to_owned());
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Has a browser keep a cookie for so long. `Lax`, since the issuer leads back from another site; no form of another site
/// carries it.
pub(super) fn keep(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::try_from(cookie).ok()
}

/// Has a browser forget a cookie.
pub(super) fn forget(name: &str) -> Option<HeaderValue> {
    keep(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name_and_one_that_comes_twice_is_none() {
        let read = |lines: &[&str]| read(&headers(lines), SESSION);
        assert_eq!(read(&["a=b; __Host-tollgate=abc; c=d"]), Some("abc".to_owned()));
        for lines in [
            &["__Host-tollgate=abc; __Host-tollgate=abd"][..],
            &["__Host-tollgate=abc", "__Host-tollgate=abd"],
            &["tollgate=abc; __host-tollgate=abc; __Host-tollgate-x=abc"],
            &[],
        ] {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_this_host_alone_and_out_of_reach_for_scripts() {
        let kept = keep(SESSION, "abc", 60).unwrap();
        assert_eq!(kept, "__Host-tollgate=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
    }
}
