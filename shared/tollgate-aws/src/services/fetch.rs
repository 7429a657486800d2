//! Whoever else is asked over HTTPS: not AWS, and without a signature. It is the SDK's own HTTP client, so there is no second
//! TLS stack. A redirect is not followed: whoever is asked answers himself, or not at all.

use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Asks over HTTPS.
#[derive(Debug, Clone)]
pub struct Fetch(SharedHttpConnector);

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Nothing was answered that can be read.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The address is none that may be asked.
    #[error("the address is neither https nor one of this machine")]
    Address,
    /// The other side was not reached, or broke off.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Late,
    /// The answer is too long, or no text.
    #[error("the answer is no text of at most {ANSWER_BYTES_MAX} bytes")]
    Unreadable,
}

impl Fetch {
    /// Over TLS, by the roots that this machine trusts.
    #[must_use]
    pub fn over_tls() -> Self {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        Self(SharedHttpConnector::new(Connector::builder().tls_provider(provider).build()))
    }

    /// Over a connector of its own, as the local stack's.
    #[must_use]
    pub fn over(connector: SharedHttpConnector) -> Self {
        Self(connector)
    }

    /// Asks for what is at an address.
    ///
    /// # Errors
    /// When nothing is answered that can be read. An answer of any status is one.
    pub async fn read(&self, url: &str) -> Result<Fetched, FetchError> {
        self.ask(HttpRequest::get(url).map_err(unreachable)?, url).await
    }

    /// Sends a form to an address.
    ///
    /// # Errors
    /// When nothing is answered that can be read. An answer of any status is one.
    pub async fn send_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Fetched, FetchError> {
        let mut request = HttpRequest::new(SdkBody::from(written(fields)));
        request.set_method("POST").map_err(unreachable)?;
        request.set_uri(url).map_err(unreachable)?;
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
        self.ask(request, url).await
    }

    async fn ask(&self, mut request: HttpRequest, url: &str) -> Result<Fetched, FetchError> {
        if !may_be_asked(url) {
            return Err(FetchError::Address);
        }
        request.headers_mut().insert("accept", "application/json");
        let answered = async {
            let mut answer = self.0.call(request).await.map_err(unreachable)?;
            let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
            let bytes = whole(body).await?;
            let body = String::from_utf8(bytes).map_err(|_no_text| FetchError::Unreadable)?;
            Ok(Fetched { status: answer.status().as_u16(), body })
        };
        tokio::time::timeout(PATIENCE, answered).await.map_err(|_elapsed| FetchError::Late)?
    }
}

/// Fields as a form or a query holds them.
#[must_use]
pub fn written(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let fields = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    fields.collect::<Vec<_>>().join("&")
}

/// Reads a body to its end, as long as it is not too long.
async fn whole(body: SdkBody) -> Result<Vec<u8>, FetchError> {
    let (mut stream, mut bytes) = (ByteStream::new(body), vec![]);
    while let Some(part) = stream.try_next().await.map_err(unreachable)? {
        bytes.extend_from_slice(&part);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(FetchError::Unreadable);
        }
    }
    Ok(bytes)
}

/// Whether nobody on the way can read or change what is said to an address: it is https, or stays on this machine.
#[must_use]
pub fn may_be_asked(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.contains('@'));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _port)| host);
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

fn unreachable(error: impl std::error::Error) -> FetchError {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    FetchError::Unreachable(told.chars().take(300).collect())
}

#[cfg(test)]
mod tests {
    use super::may_be_asked;

    #[test]
    fn what_others_on_the_way_could_read_is_not_asked() {
        for url in
            ["https://issuer.example/a", "http://127.0.0.1:4000/a", "http://localhost", "http://[::1]:4000"]
        {
            assert!(may_be_asked(url), "{url}");
        }
        for url in [
            "http://issuer.example",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example/",
            "https://",
            "https://issuer.example@evil.example/",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!may_be_asked(url), "{url}");
        }
    }
}
