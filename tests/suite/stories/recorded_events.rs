//! The recorded events in `events/`, which serve `sam local invoke` too: every one is handled here by the function that it
//! is for, and comes to what its row says. A file without a row fails, and so does a row without a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use contact_events::{ContactEvent, Heard, Ignored};
use lambda_http::{Body, request};
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{NUMBER, World, account, world};

/// Events in HTTP, in an order in which they make sense, with the status of the answer.
const INTAKE: &[(&str, u16)] = &[
    ("callback-options", 200),
    ("delete", 204),
    ("get-status", 200),
    ("malformed-body", 400),
    ("post-guest", 200),
    ("post-signed-in", 202),
];
const REVIEW: &[(&str, u16)] = &[
    ("add-entry", 200),
    ("import-networks", 200),
    ("import-csv", 200),
    ("list-entries", 200),
    ("show-entry", 200),
    ("export-entries", 200),
    ("remove-entry", 204),
    ("list-requests", 200),
    ("show-request", 200),
    ("show-policy", 200),
    ("validate-policy", 200),
    ("save-policy", 200),
    ("list-policy-versions", 200),
    ("show-policy-version", 200),
    ("set-kill-switches", 200),
    ("show-kill-switches", 200),
    ("list-changes", 200),
    ("export-person", 200),
    ("erase-person", 200),
];
/// Batches of the stream, with the states of the requests in them afterwards.
const SCREENING: &[(&str, &[StateName])] = &[
    ("new-request", &[StateName::Approved]),
    ("poison-among-good", &[StateName::Approved, StateName::Approved]),
    ("redelivered", &[StateName::Approved, StateName::Approved]),
];
const DIALING: &[(&str, &[StateName])] = &[
    ("approved", &[StateName::InCall]),
    ("approved-withdrawn", &[StateName::Cancelled]),
    ("due-again", &[StateName::InCall]),
    ("poison-among-good", &[StateName::InCall, StateName::InCall]),
    ("redelivered", &[StateName::InCall, StateName::InCall]),
];
/// Contact events, with what is heard in them or why nothing is.
const CONTACT_EVENTS: &[(&str, &str)] = &[
    ("completed", "ended 2026-03-02T10:04:31.25Z: talked, 261 s"),
    ("disconnected-answered", "ended 2026-03-02T10:04:31.25Z: talked, 261 s"),
    ("disconnected-pascal-case", "ended 2026-03-02T10:04:31.25Z: talked, 261 s"),
    ("disconnected-unanswered", "ended 2026-03-02T10:00:32.4Z: unanswered, 0 s"),
    ("inbound", "ignored: not begun by an API call"),
    ("transfer", "3f6d0c1b-58a2-4d37-9be4-0a1c2d3e4f50 goes on as 4e7c1d2c-69b3-4e48-acf5-1b2d3e4f5a61"),
    ("transfer-ended", "leg ended 2026-03-02T10:06:12.4Z"),
    ("unknown-type", "ignored: an event type that we do not act on"),
];
const UPKEEP: &[&str] = &["scheduled"];

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn text(function: &str, name: &str) -> String {
    std::fs::read_to_string(events().join(function).join(format!("{name}.json"))).unwrap()
}

fn event(function: &str, name: &str) -> Value {
    serde_json::from_str(&text(function, name)).unwrap()
}

#[test]
fn every_recorded_event_has_a_row_and_every_row_an_event() {
    let names = |directory: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    fn rows<T>(rows: &[(&str, T)]) -> BTreeSet<String> {
        rows.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
    let table = [
        ("intake", rows(INTAKE)),
        ("review", rows(REVIEW)),
        ("screening", rows(SCREENING)),
        ("dialing", rows(DIALING)),
        ("contact-events", rows(CONTACT_EVENTS)),
        ("upkeep", UPKEEP.iter().map(|name| (*name).to_owned()).collect()),
    ];
    assert_eq!(
        names(&events()),
        table.iter().map(|(function, _)| (*function).to_owned()).collect(),
        "functions"
    );
    for (function, rows) in table {
        assert_eq!(names(&events().join(function)), rows, "events of {function}");
    }
}

/// The requests of a batch that can be read, by the images in its records.
fn images(batch: &Value) -> Vec<&Value> {
    let records = batch["Records"].as_array().unwrap().iter();
    records
        .map(|record| &record["dynamodb"]["NewImage"])
        .filter(|image| image.get("deadline").is_some())
        .collect()
}

/// Puts a request on record as a stream's image shows it.
fn put(world: &World, image: &Value) {
    let put = json!({ "TableName": world.stack.tables.names.requests, "Item": image });
    world.stack.engine.database().put_item(serde_json::from_value(put).unwrap()).unwrap();
}

/// Hands a batch to its function twice, as streams may, and compares the states of its requests each time.
async fn check(function: Function, name: &str, expected: &[StateName]) {
    let world = world().await;
    let batch = event(function.name(), name);
    for image in images(&batch) {
        put(&world, image);
    }
    for time in ["once", "twice"] {
        let answer = world.stack.invoke(function, batch.clone()).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }), "{name}");
        let mut states = vec![];
        for image in images(&batch) {
            states.push(world.state(image["request_id"]["S"].as_str().unwrap()).await);
        }
        assert_eq!(states, expected, "{name}, handled {time}");
    }
    let calls = expected.iter().filter(|state| **state == StateName::InCall).count();
    assert_eq!(world.calls().len(), calls, "{name}");
}

#[tokio::test]
async fn recorded_stream_batches_are_handled_whatever_is_in_them() {
    for (name, expected) in SCREENING {
        check(Function::Screening, name, expected).await;
    }
    for (name, expected) in DIALING {
        check(Function::Dialing, name, expected).await;
    }
}

#[tokio::test]
async fn recorded_contact_events_are_heard_or_ignored() {
    let world = world().await;
    for (name, expected) in CONTACT_EVENTS {
        let event = event("contact-events", name);
        let heard = match contact_events::read(&event) {
            Ok(ContactEvent { heard: Heard::LegBegan(leg), contact_id }) => {
                format!("{} goes on as {}", contact_id.as_str(), leg.as_str())
            }
            Ok(ContactEvent { heard: Heard::LegEnded { at, .. }, .. }) => format!("leg ended {at}"),
            Ok(ContactEvent { heard: Heard::Ended { end, .. }, .. }) => {
                format!("ended {}: {}, {} s", end.ended_at, end.outcome().as_str(), end.answered_seconds())
            }
            Err(Ignored(reason)) => format!("ignored: {reason}"),
        };
        assert_eq!(heard, *expected, "{name}");
        // Of a call that is not ours, none is an error.
        world.stack.hear(&event).await.unwrap();
    }
}

#[tokio::test]
async fn recorded_requests_to_intake_are_answered() {
    for (name, status) in INTAKE {
        let world = world().await;
        let event = event("intake", name);
        if let Some((_, id)) = event["path"].as_str().unwrap().split_once("/callbacks/") {
            let account = event.pointer("/requestContext/authorizer/claims/sub");
            put(&world, &request_of(id, account));
        }
        let answer = world.stack.intake(request::from_str(&event.to_string()).unwrap()).await;
        assert_eq!(answer.status().as_u16(), *status, "{name}: {:?}", answer.body());
    }
}

/// A new request with this id, of an account or a guest.
fn request_of(id: &str, account: Option<&Value>) -> Value {
    let mut image = images(&event("screening", "new-request"))[0].clone();
    image["request_id"] = json!({ "S": id });
    image["account"] = json!({ "S": account });
    if account.is_none() {
        let attributes = image.as_object_mut().unwrap();
        attributes.retain(|name, _| name != "account" && name != "verified_number");
    }
    image
}

#[tokio::test]
async fn recorded_requests_to_review_are_answered_one_after_another() {
    let world = world().await;
    account("alice").asks(&world, NUMBER).await;
    for guests in ["allow", "redirect", "allow"] {
        world.policy(json!({ "guests": guests })).await;
    }
    let shown = event("review", "show-request");
    put(&world, &request_of(shown["path"].as_str().unwrap().rsplit('/').next().unwrap(), None));

    for (name, status) in REVIEW {
        let request = request::from_str(&text("review", name)).unwrap();
        let answer = review::handle(request, &world.stack.functions.review, world.now()).await;
        let body = match answer.body() {
            Body::Text(text) => text.as_str(),
            _ => "",
        };
        assert_eq!(answer.status().as_u16(), *status, "{name}: {body}");
    }
}

#[tokio::test]
async fn a_recorded_schedule_runs_upkeep() {
    for name in UPKEEP {
        let event: aws_lambda_events::eventbridge::EventBridgeEvent =
            serde_json::from_value(event("upkeep", name)).unwrap();
        assert_eq!((event.source.as_str(), event.detail_type.as_str()), ("aws.events", "Scheduled Event"));
        assert_eq!(world().await.stack.upkeep().await.unwrap().failed, 0);
    }
}
