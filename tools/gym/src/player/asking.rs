//! What visitors and operators send, as HTTP requests at the edge; and what is asked of the tables.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use lambda_http::Body;
use local::edge::Incoming;
use local::stack::{Error, Stack};
use serde_json::{Value, json};
use tollgate::request::RequestId;
use tollgate::text::AccountId;

use crate::scenario::{Document, Traffic};
use crate::traffic::{Asked, Mark};

const OPERATOR: (&str, &str) = ("x-local-operator", "arn:aws:iam::111122223333:user/agent");

/// Intake's secret: with a known one, the ids are the same whenever a scenario is played.
pub(super) const SECRET: [u8; 32] = [7; 32];

/// An answer: its status and text.
struct Answer {
    status: u16,
    text: String,
}

/// Whether a mark was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marked {
    Yes,
    /// The review API takes no marks.
    NotProvided,
}

/// Saves the policy through the review API.
pub(super) async fn save_policy(stack: &Stack, document: &Document) -> Result<(), Error> {
    let headers = [OPERATOR, ("if-match", "\"0\"")];
    let answer = send(stack, Method::PUT, "/review/policy", &headers, document.json.clone()).await?;
    expect(&answer, &[200], "the policy is not saved")
}

/// Asks for a call. Whether it is made shows later.
pub(super) async fn ask(stack: &Stack, asked: &Asked, place: usize, traffic: &Traffic) -> Result<(), Error> {
    let (address, key) = (asked.address.to_string(), key(place));
    let mut headers = vec![
        ("content-type", "application/json"),
        ("x-local-source-ip", address.as_str()),
        ("idempotency-key", key.as_str()),
    ];
    if asked.anonymous {
        headers.push(("x-local-anonymous", "true"));
    }
    let country = traffic.address_country.map(|country| country.to_string());
    headers.extend(country.iter().map(|country| ("x-local-country", country.as_str())));
    let mut path = "/callbacks";
    if let Some(account) = &asked.account {
        path = "/account/callbacks";
        headers.push(("x-local-account", &account.id));
        if account.owns_number {
            headers.push(("x-local-verified-number", asked.number.e164()));
        }
    }
    let body = json!({ "phoneNumber": asked.spelled }).to_string();
    let answer = send(stack, Method::POST, path, &headers, body).await?;
    // 202: accepted; 200: other channels are offered at once.
    expect(&answer, &[202, 200], "a request is not taken")
}

/// What the review API calls a mark.
fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Spam => "spam",
        Mark::WrongPerson => "wrong-person",
    }
}

/// Marks a request, as an agent does who talked on its call.
pub(super) async fn mark(stack: &Stack, id: RequestId, mark: Mark) -> Result<Marked, Error> {
    let path = format!("/review/requests/{id}/mark");
    let body = json!({ "mark": word(mark) }).to_string();
    let answer = send(stack, Method::PUT, &path, &[OPERATOR], body).await?;
    if answer.status == 404 {
        return Ok(Marked::NotProvided);
    }
    expect(&answer, &[200, 201, 202, 204], "a mark is not taken").map(|()| Marked::Yes)
}

/// When the next turn under Connect's rate is free: the dialers keep it in an item of theirs. None before the first turn.
pub(super) fn next_turn(stack: &Stack) -> Result<Option<Timestamp>, Error> {
    let key = json!({ "subject": { "S": "pace" }, "window": { "S": "now" } });
    let input = json!({ "TableName": stack.tables.names.counters, "Key": key }).to_string();
    let answer: Value = serde_json::from_str(&stack.engine.operate("GetItem", input.as_bytes()).body)?;
    let next_at = answer.pointer("/Item/next_at/N").and_then(Value::as_str);
    next_at.map(|next_at| Ok(Timestamp::from_millisecond(next_at.parse()?)?)).transpose()
}

/// The ids that the requests will have.
pub(crate) fn ids(asked: &[Asked]) -> Result<Vec<RequestId>, Error> {
    let id = |(place, asked): (usize, &Asked)| {
        let account = asked.account.as_ref().map(|account| AccountId::parse(&account.id)).transpose()?;
        Ok(RequestId::from_idempotency_key(&SECRET, account.as_ref(), &key(place)))
    };
    asked.iter().enumerate().map(id).collect()
}

fn key(place: usize) -> String {
    format!("request-{place:016}")
}

async fn send(
    stack: &Stack,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Result<Answer, Error> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    let incoming = Incoming { method, uri: path.parse()?, headers: map, body: body.into() };
    let (parts, body) = stack.send(&incoming).await.into_parts();
    let text = match body {
        Body::Text(text) => text,
        _ => Value::Null.to_string(),
    };
    Ok(Answer { status: parts.status.as_u16(), text })
}

fn expect(answer: &Answer, expected: &[u16], otherwise: &str) -> Result<(), Error> {
    if expected.contains(&answer.status) {
        Ok(())
    } else {
        Err(format!("{otherwise}: {} {}", answer.status, answer.text).into())
    }
}
