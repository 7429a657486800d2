//! What API Gateway, AWS WAF and the authorizer do before a function sees a request. Headers that the edge owns are taken
//! out of the client's hands and written anew; what they say here is told by `x-local-…` headers, for trying things out.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use operations::operator::{Operator, Role};
use serde_json::{Map, Value, json};
use tollgate::text::Author;

use crate::own::is_own;

/// The address of a request that names none.
const DEFAULT_ADDRESS: &str = "127.0.0.1";

/// A request as the edge takes it in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The method.
    pub method: Method,
    /// The path and query.
    pub uri: Uri,
    /// The client's headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The edge's own answer, or the request as a function gets it.
#[derive(Debug)]
pub enum Passed {
    /// To the function.
    On(Box<lambda_http::Request>),
    /// Refused by the authorizer.
    Unauthorized,
    /// An operators' route, asked for by a page of another origin: what IAM would keep out on AWS.
    Forbidden,
    /// Not a request that API Gateway would take.
    Malformed(String),
}

/// Takes a request through the edge.
#[must_use]
pub fn pass(incoming: &Incoming) -> Passed {
    let local = |name: &str| incoming.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let account = local("x-local-account").filter(|account| !account.is_empty());
    let path = incoming.uri.path();
    if path.starts_with("/account/") && account.is_none() && incoming.method != Method::OPTIONS {
        return Passed::Unauthorized;
    }
    if path.starts_with("/review") && !is_own(&incoming.headers) {
        return Passed::Forbidden;
    }
    let flag = |name| if local(name) == Some("true") { "true" } else { "false" };
    let mut headers = client_headers(&incoming.headers);
    headers.insert("x-amzn-waf-anonymous".to_owned(), json!(flag("x-local-anonymous")));
    headers.insert("x-amzn-waf-bad-reputation".to_owned(), json!(flag("x-local-bad-reputation")));
    headers.extend(
        local("x-local-country").map(|country| ("CloudFront-Viewer-Country".to_owned(), json!(country))),
    );
    headers.extend(local("x-local-asn").map(|asn| ("CloudFront-Viewer-ASN".to_owned(), json!(asn))));

    let (body, encoded) = match std::str::from_utf8(&incoming.body) {
        Ok(text) => (json!(text), false),
        Err(_) => (json!(aws_smithy_types::base64::encode(&incoming.body)), true),
    };
    let event = json!({
        "resource": path, "path": path, "httpMethod": incoming.method.as_str(),
        "headers": headers, "multiValueHeaders": Value::Null,
        "queryStringParameters": Value::Null, "multiValueQueryStringParameters": query(&incoming.uri),
        "pathParameters": Value::Null, "stageVariables": Value::Null,
        "requestContext": {
            "accountId": "111122223333", "resourceId": "local", "stage": "local", "apiId": "local",
            "requestId": "local", "httpMethod": incoming.method.as_str(), "resourcePath": path, "path": path,
            "authorizer": claims(account, local("x-local-verified-number")),
            "identity": {
                "sourceIp": local("x-local-source-ip").unwrap_or(DEFAULT_ADDRESS),
                "userArn": local("x-local-operator").unwrap_or("arn:aws:iam::111122223333:user/local"),
            },
        },
        "body": body, "isBase64Encoded": encoded,
    });
    match lambda_http::request::from_str(&event.to_string()) {
        Ok(request) => Passed::On(Box::new(request)),
        Err(error) => Passed::Malformed(error.to_string()),
    }
}

/// Who an operator at the console is: `x-local-operator: NAME` or `NAME;ROLE`. On this machine everybody is let in, as an admin
/// unless the header says less; whom a role is not enough for stays a viewer.
#[must_use]
pub fn operator(incoming: &Incoming) -> Option<Operator> {
    let told = incoming.headers.get("x-local-operator").and_then(|value| value.to_str().ok());
    let (name, role) = told.unwrap_or("local").split_once(';').unwrap_or((told.unwrap_or("local"), "admin"));
    let role = Role::parse(role.trim()).unwrap_or(Role::Viewer);
    Author::parse(name).ok().map(|author| Operator { author, role })
}

/// The client's headers without those that the edge owns.
fn client_headers(headers: &HeaderMap) -> Map<String, Value> {
    let owned =
        |name: &str| ["x-local-", "x-amzn-waf-", "cloudfront-"].iter().any(|prefix| name.starts_with(prefix));
    headers
        .iter()
        .filter(|(name, _)| !owned(name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), json!(value.to_str().ok()?))))
        .collect()
}

/// The query's parameters, each with all its values.
fn query(uri: &Uri) -> BTreeMap<String, Vec<String>> {
    let parameters = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let mut query = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in parameters.map(|parameters| parameters.0).unwrap_or_default() {
        query.entry(name).or_default().push(value);
    }
    query
}

/// What a Cognito authorizer tells of a signed-in user; every claim is a text.
fn claims(account: Option<&str>, verified_number: Option<&str>) -> Value {
    let Some(account) = account else { return json!({}) };
    let claims = match verified_number {
        Some(number) => json!({ "sub": account, "phone_number": number, "phone_number_verified": "true" }),
        None => json!({ "sub": account }),
    };
    json!({ "claims": claims })
}
