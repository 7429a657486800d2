//! Requests over HTTP, as visitors and operators send them.

use http::{HeaderMap, Method};
use lambda_http::Body;
use local::edge::Incoming;
use local::stack::Stack;
use serde_json::Value;

use crate::scenario::Visitor;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    /// The id of the request that was accepted, if one was.
    pub(crate) fn accepted(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.text).ok()?;
        (self.status == 202).then(|| body["id"].as_str().map(str::to_owned)).flatten()
    }
}

/// What an operator does through the review API.
pub(crate) async fn operator(
    stack: &Stack,
    method: Method,
    path: &str,
    version: Option<&str>,
    body: String,
) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("x-local-operator", "arn:aws:iam::111122223333:user/carol".parse().unwrap());
    if let Some(version) = version {
        headers.insert("if-match", version.parse().unwrap());
    }
    send(stack, method, path, headers, body).await
}

/// What a visitor does.
pub(crate) async fn visitor(
    stack: &Stack,
    visitor: &Visitor,
    method: Method,
    path: &str,
    body: String,
) -> Answer {
    let mut headers = HeaderMap::new();
    let account = format!("visitor-{}", visitor.account);
    headers.insert("x-local-account", account.parse().unwrap());
    headers.insert("x-local-country", "US".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert("x-local-source-ip", format!("198.51.100.{}", 7 + visitor.account).parse().unwrap());
    if let Some(key) = visitor.key.filter(|_| method == Method::POST) {
        headers.insert("idempotency-key", format!("key-{key}").parse().unwrap());
    }
    send(stack, method, path, headers, body).await
}

async fn send(stack: &Stack, method: Method, path: &str, headers: HeaderMap, body: String) -> Answer {
    let incoming = Incoming { method, uri: path.parse().unwrap(), headers, body: body.into() };
    let (parts, body) = stack.send(&incoming).await.into_parts();
    let text = match body {
        Body::Text(text) => text,
        _ => String::new(),
    };
    Answer { status: parts.status.as_u16(), text }
}
