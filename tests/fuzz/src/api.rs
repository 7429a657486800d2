//! Events for the two APIs, and what the functions behind them answer.

use std::sync::LazyLock;

use intake::Intake;
use intake::edge::Edge;
use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use review::Review;
use serde_json::{Value, json};
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::tables::settings::Cached;

use crate::shape::recorded;
use crate::tables::{self, Answer, Call};

/// When everything happens: 2026-03-02T10:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_772_445_600, 0);

macro_rules! events {
    ($($name:literal),* $(,)?) => {
        LazyLock::new(|| recorded(&[$(include_str!(concat!("../../../events/", $name, ".json"))),*]))
    };
}

/// What API Gateway sends to intake.
pub(crate) static INTAKE: LazyLock<Vec<Value>> = events![
    "intake/post-signed-in",
    "intake/post-guest",
    "intake/malformed-body",
    "intake/get-status",
    "intake/delete",
    "intake/callback-options",
];

/// What API Gateway sends to review.
pub(crate) static REVIEW: LazyLock<Vec<Value>> = events![
    "review/import-csv",
    "review/import-networks",
    "review/list-requests",
    "review/list-entries",
    "review/add-entry",
    "review/remove-entry",
    "review/show-entry",
    "review/save-policy",
    "review/validate-policy",
    "review/set-kill-switches",
    "review/show-request",
    "review/show-policy-version",
    "review/list-policy-versions",
    "review/list-changes",
    "review/export-entries",
    "review/export-person",
    "review/erase-person",
];

/// What Amazon Connect sends by EventBridge.
pub(crate) static CONTACT: LazyLock<Vec<Value>> = events![
    "contact-events/disconnected-answered",
    "contact-events/disconnected-pascal-case",
    "contact-events/transfer",
    "contact-events/transfer-ended",
    "contact-events/inbound",
];

/// What the stream of the table sends to screening and dialing.
pub(crate) static STREAM: LazyLock<Vec<Value>> =
    events!["screening/new-request", "dialing/approved-withdrawn", "dialing/due-again", "dialing/approved"];

/// An intake that takes guests, and that holds its settings already.
static DOOR: LazyLock<Intake> = LazyLock::new(|| {
    let policy = json!({ "Item": {
        "number": { "N": "1" }, "author": { "S": "fuzz" }, "saved_at": { "N": "0" },
        "document": { "S": r#"{"guests": "allow"}"# },
    }});
    let answers = move |call: &Call| match call.sent["Key"]["name"]["S"].as_str() {
        Some("policy") => Answer::Done(policy.clone()),
        _ => Answer::Done(json!({})),
    };
    let (intake, _) = tables::with(answers, async |tables| {
        let settings = Cached::for_seconds(u32::MAX);
        settings.get(tables, NOW).await.unwrap();
        Intake {
            tables: tables.clone(),
            settings,
            edge: Edge::trusting_everything(),
            secret: [7; 32],
            random: || Some([9; 16]),
        }
    });
    intake
});

/// The request of an event, if the event can be one of API Gateway's.
pub(crate) fn request(event: &Value) -> Option<Request> {
    lambda_http::request::from_str(&as_api_gateway_sends(event)?.to_string()).ok()
}

/// The event with what API Gateway writes itself, whatever a client sends: its own host and scheme, a stage, a path from
/// the root, base64 that is some, a value (perhaps empty) of each parameter that it names. lambda_http relies on these, and
/// panics without.
fn as_api_gateway_sends(event: &Value) -> Option<Value> {
    let mut event = event.clone();
    event["path"].as_str().filter(|path| path.starts_with('/'))?;
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event.get_mut(headers).and_then(Value::as_object_mut) {
            let own = ["host", "x-forwarded-proto"];
            headers.retain(|name, _| !own.iter().any(|own| name.eq_ignore_ascii_case(own)));
        }
    }
    for parameters in ["queryStringParameters", "multiValueQueryStringParameters"] {
        if let Some(parameters) = event.get_mut(parameters).and_then(Value::as_object_mut) {
            parameters.retain(|_, values| values.as_array().is_none_or(|values| !values.is_empty()));
        }
    }
    let context = event.get_mut("requestContext")?.as_object_mut()?;
    context.insert("domainName".to_owned(), "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com".into());
    context.insert("stage".to_owned(), "prod".into());
    let is_encoded =
        |recorded: &Value| recorded["isBase64Encoded"] == true && recorded["body"] == event["body"];
    if event["isBase64Encoded"] == true && !REVIEW.iter().any(is_encoded) {
        event["isBase64Encoded"] = false.into();
    }
    Some(event)
}

/// What intake answers, and what it asks of the tables.
pub(crate) fn ask_intake(
    request: Request,
    answers: impl FnMut(&Call) -> Answer + 'static,
) -> (Response<Body>, Vec<Call>) {
    let door = &*DOOR;
    tables::with(answers, async |_tables| intake::handle(request, door, NOW).await)
}

/// What review answers, and what it asks of the tables.
pub(crate) fn ask_review(
    request: Request,
    answers: impl FnMut(&Call) -> Answer + 'static,
) -> (Response<Body>, Vec<Call>) {
    tables::with(answers, async |tables| {
        let review = Review { tables: tables.clone(), metrics: Metrics::kept() };
        review::handle(request, &review, NOW).await
    })
}

/// A request to review with a body of any bytes.
pub(crate) fn review_request(
    method: &str,
    path: &str,
    parameters: &[(&str, &str)],
    media_type: &str,
    body: Body,
) -> Request {
    let mut event = REVIEW[0].clone();
    event["httpMethod"] = method.into();
    event["path"] = path.into();
    event["multiValueQueryStringParameters"] =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    event["queryStringParameters"] = Value::Null;
    event["headers"] = Value::Null;
    event["multiValueHeaders"] = json!({ "Content-Type": [media_type] });
    event["body"] = Value::Null;
    let request = request(&event).expect("a recorded event is a request");
    request.map(|_none| body)
}

/// The body of an answer as JSON; null if there is none.
pub(crate) fn json_of(response: &Response<Body>) -> Value {
    let body: &[u8] = response.body().as_ref();
    if body.is_empty() { Value::Null } else { serde_json::from_slice(body).expect("answers are JSON") }
}

/// Asserts that an answer is a problem as RFC 9457 has it, and repeats no number: no more digits in a row than a limit has.
pub(crate) fn assert_is_problem(response: &Response<Body>) {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem = json_of(response);
    assert!(problem["type"].as_str().unwrap().starts_with("urn:tollgate:problem:"), "{problem}");
    assert_eq!(problem["status"], response.status().as_u16());
}

/// The longest row of digits in a text.
pub(crate) fn digits_in_a_row(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}
