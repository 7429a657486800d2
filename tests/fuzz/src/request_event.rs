//! Requests to intake as API Gateway sends them: paths, methods, headers, `Idempotency-Key`s and what the edge says of the
//! caller. Every one is answered; what a client can write about itself changes nothing; and asking again changes nothing.

use lambda_http::http::Method;
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use tollgate::network::Address;

use crate::api::{INTAKE, ask_intake, assert_is_problem, digits_in_a_row, json_of, request};
use crate::request_body::stored;
use crate::shape::document;
use crate::tables::{self, Answer, Call};

/// Headers that any client can write, or a proxy on its way.
const FORGED: [&str; 6] =
    ["x-forwarded-for", "forwarded", "via", "true-client-ip", "x-real-ip", "user-agent"];

/// Asserts what must hold of any event of API Gateway's.
pub fn check(bytes: &[u8]) {
    let Some(event) = document(bytes, &INTAKE) else { return };
    let Some((response, calls)) = answer(&event, tables::empty) else { return };
    is_an_answer(&event, &response, &calls);

    let (forged, forged_calls) =
        answer(&forge(&event), tables::empty).expect("a header more is no other form");
    assert_eq!(told(&forged), told(&response), "what a client wrote of itself changed the answer");
    assert_eq!(sent(&forged_calls), sent(&calls), "what a client wrote of itself changed what is stored");

    if let [Call { operation, sent }] = calls.as_slice()
        && operation == "PutItem"
    {
        let kept = Answer::ConditionFailed(sent["Item"].clone());
        let (again, _) = answer(&event, move |_put| kept.clone()).expect("it was one before");
        assert_eq!(told(&again), told(&response), "asking again changed the answer");
    }
}

fn answer(
    event: &Value,
    answers: impl FnMut(&Call) -> Answer + 'static,
) -> Option<(Response<Body>, Vec<Call>)> {
    Some(ask_intake(request(event)?, answers))
}

fn is_an_answer(event: &Value, response: &Response<Body>, calls: &[Call]) {
    assert_eq!(response.headers()["cache-control"], "no-store");
    let asked = request(event).expect("it was one before");
    let is_post = asked.method() == Method::POST;
    match response.status().as_u16() {
        200 | 202 | 204 => {}
        503 => {
            // Only an event that names no caller, which no API Gateway sends.
            let address = event["requestContext"]["identity"]["sourceIp"].as_str();
            assert!(address.is_none_or(|address| Address::parse(address).is_err()), "{event}");
            assert!(calls.is_empty());
        }
        400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 => {
            assert_is_problem(response);
            assert!(digits_in_a_row(&json_of(response).to_string()) < 5, "{}", json_of(response));
            assert!(!calls.iter().any(|call| call.operation == "PutItem"), "refused, and stored");
        }
        other => panic!("{other} to {event}"),
    }
    if is_post && response.status().is_success() {
        let request = stored(&tables::put(calls)).record.request;
        let address = event["requestContext"]["identity"]["sourceIp"].as_str().unwrap();
        assert_eq!(Address::parse(address), Ok(request.caller.address));
    }
    assert!(calls.len() <= 1, "one round trip: {calls:?}");
}

/// The same event with other headers of the kind that any client can write.
fn forge(event: &Value) -> Value {
    let mut event = event.clone();
    for (headers, value) in [("headers", json!("192.0.2.66")), ("multiValueHeaders", json!(["192.0.2.66"]))] {
        if let Some(headers) = event[headers].as_object_mut() {
            headers.retain(|name, _| !FORGED.iter().any(|forged| name.eq_ignore_ascii_case(forged)));
            headers.extend(FORGED.map(|forged| (forged.to_owned(), value.clone())));
        }
    }
    event
}

fn told(response: &Response<Body>) -> (u16, &[u8]) {
    (response.status().as_u16(), response.body().as_ref())
}

fn sent(calls: &[Call]) -> Vec<&Value> {
    calls.iter().map(|call| &call.sent).collect()
}
