//! Requests to review as API Gateway sends them: paths, queries, bodies. Every one is answered; nothing is changed before
//! the change is recorded, nor by a request that is refused; and what is set is what holds.

use serde_json::{Value, json};
use tollgate_aws::tables::settings;

use crate::api::{REVIEW, STREAM, ask_review, assert_is_problem, json_of, request};
use crate::shape::document;
use crate::tables::{self, Answer, Call};

/// Asserts what must hold of any event of API Gateway's.
pub fn check(bytes: &[u8]) {
    let Some(event) = document(bytes, &REVIEW) else { return };
    let Some(asked) = request(&event) else { return };
    let (response, calls) = ask_review(asked, |call| Answer::Done(answer(call)));
    assert_eq!(response.headers()["cache-control"], "no-store");
    let writes: Vec<_> = calls.iter().filter(|call| is_write(call)).collect();
    match response.status().as_u16() {
        200 | 204 => {}
        400 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 428 => {
            assert_is_problem(&response);
            assert!(writes.is_empty(), "refused, and written: {writes:?}");
        }
        other => panic!("{other}: {} to {event}", json_of(&response)),
    }
    if let [first, others @ ..] = writes.as_slice() {
        assert_eq!(first.sent["TableName"], "Changes", "changed before it is recorded");
        // That a person's data are seen is recorded, too; and there may be none to erase.
        let action = &first.sent["Item"]["action"]["S"];
        let is_of_person = ["export-person", "erase-person"].iter().any(|of_person| action == of_person);
        assert!(!others.is_empty() || is_of_person, "recorded, and not changed");
        assert!(others.iter().all(|call| call.sent["TableName"] != "Changes"), "recorded twice");
        for call in others {
            if call.sent["Item"]["name"]["S"] == "kill-switches" {
                hold_as_set(&call.sent["Item"], &json_of(&response));
            }
        }
    }
}

fn is_write(call: &Call) -> bool {
    ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"]
        .contains(&call.operation.as_str())
}

/// Tables that hold one entry and one request, whatever is asked for, and a block of every subject; nothing else. Requests
/// whose id ends in an even digit have ended.
fn answer(call: &Call) -> Value {
    match call.operation.as_str() {
        "GetItem" if call.sent["TableName"] == "DenyList" => {
            let entry = &call.sent["Key"]["entry"];
            json!({ "Item": {
                "entry": entry, "effect": { "S": "deny" }, "reason": { "S": "x" }, "author": { "S": "x" },
                "added_at": { "N": "1" },
            }})
        }
        "GetItem" if call.sent["TableName"] == "Requests" => {
            let mut item = STREAM[0]["Records"][0]["dynamodb"]["NewImage"].clone();
            item["request_id"] = call.sent["Key"]["request_id"].clone();
            if item["request_id"]["S"].as_str().is_some_and(|id| id.ends_with(['0', '2', '4', '6', '8'])) {
                item["state"] = json!({ "S": "refused" });
            }
            json!({ "Item": item })
        }
        "GetItem" if call.sent["TableName"] == "Counters" => {
            json!({ "Item": { "blocked_until": { "N": "1772449200000" }, "strikes": { "N": "2" } } })
        }
        "Query" | "Scan" => json!({ "Items": [] }),
        _ => json!({}),
    }
}

fn hold_as_set(item: &Value, told: &Value) {
    let read = json!({ "Item": item });
    let (held, _) = tables::with(
        move |_get| Answer::Done(read.clone()),
        async |tables| settings::kill_switches(tables).await,
    );
    assert_eq!(&serde_json::to_value(held.expect("what is written can be read")).unwrap(), told);
}
