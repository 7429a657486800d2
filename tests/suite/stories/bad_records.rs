//! Records and events that cannot be read: each fails alone, and what stands beside it is handled.

use aws_sdk_dynamodb::types::AttributeValue;
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{World, account, world};

const NUMBERS: [&str; 3] = ["+12065550100", "+12065550101", "+12065550102"];

/// Three requests, and their records.
async fn three(world: &World) -> (Vec<String>, Vec<Value>) {
    let mut ids = vec![];
    for number in NUMBERS {
        ids.push(account(number).asks(world, number).await);
    }
    let records = world.events_for_screening().iter().map(|event| event["Records"][0].clone()).collect();
    (ids, records)
}

/// A good record with one thing changed.
fn changed(record: &Value, path: &str, value: Value) -> Value {
    let mut record = record.clone();
    *record.pointer_mut(path).unwrap() = value;
    record
}

/// Every way in which a record may be broken.
fn broken(record: &Value) -> Vec<Value> {
    let state = "/dynamodb/NewImage/state";
    let number = "/dynamodb/NewImage/number";
    let mut no_image = record.clone();
    no_image["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    let mut no_id = record.clone();
    no_id["dynamodb"]["NewImage"].as_object_mut().unwrap().remove("request_id");
    vec![
        Value::Null,
        json!("a record"),
        json!([]),
        json!({}),
        json!({ "dynamodb": null }),
        no_image,
        no_id,
        changed(record, "/dynamodb/NewImage", json!({})),
        changed(record, "/dynamodb/NewImage", json!([1, 2])),
        changed(record, state, json!({ "S": "undecided" })),
        changed(record, state, json!({ "N": "1" })),
        changed(record, state, json!({ "X": "received" })),
        changed(record, state, json!("received")),
        changed(record, state, json!({})),
        changed(record, number, json!({ "S": "+1206555" })),
        changed(record, number, json!({ "S": "(206) 555-0100" })),
        changed(record, number, json!({ "N": "12065550100" })),
        changed(record, "/dynamodb/NewImage/deadline", json!({ "S": "soon" })),
        changed(record, "/dynamodb/NewImage/deadline", json!({ "N": "99999999999999999999" })),
        changed(record, "/dynamodb/NewImage/address", json!({ "S": "somewhere" })),
        changed(record, "/dynamodb/NewImage/request_id", json!({ "S": "../.." })),
    ]
}

#[tokio::test]
async fn good_records_among_broken_ones_are_screened_and_the_batch_is_done() {
    let world = world().await;
    let (ids, good) = three(&world).await;
    let mut broken = broken(&good[0]);
    let rest = broken.split_off(broken.len() / 2);
    let records = [broken, vec![good[0].clone()], rest, vec![good[1].clone(), good[2].clone()]].concat();
    let answer = world.stack.invoke(Function::Screening, json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    for id in &ids {
        assert_eq!(world.state(id).await, StateName::Approved);
    }
}

#[tokio::test]
async fn a_batch_without_records_is_done() {
    let world = world().await;
    for event in [json!({ "Records": [] }), json!({})] {
        let answer = world.stack.invoke(Function::Screening, event).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
}

#[tokio::test]
async fn what_may_succeed_later_comes_again_from_the_first_such_record_on() {
    let world = world().await;
    let (ids, good) = three(&world).await;
    let records = [broken(&good[0]), good.clone()].concat();
    let event = json!({ "Records": records });
    let tables = &world.stack.tables;
    tables.client.delete_table().table_name(&tables.names.numbers).send().await.unwrap();

    let answer = world.stack.invoke(Function::Screening, event).await.unwrap();
    let first = &good[0]["dynamodb"]["SequenceNumber"];
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": first }] }));
    for id in &ids {
        assert_eq!(world.state(id).await, StateName::Received);
    }

    // An empty identifier would mean the same; but what means it beyond doubt is that the function fails.
    for number in [json!(""), Value::Null, json!(7)] {
        let record = changed(&good[0], "/dynamodb/SequenceNumber", number);
        assert!(world.stack.invoke(Function::Screening, json!({ "Records": [record] })).await.is_err());
    }
}

#[tokio::test]
async fn a_good_record_without_a_sequence_number_is_screened_like_any_other() {
    let world = world().await;
    let (ids, mut good) = three(&world).await;
    good[1]["dynamodb"].as_object_mut().unwrap().remove("SequenceNumber");
    let answer = world.stack.invoke(Function::Screening, json!({ "Records": good })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    for id in &ids {
        assert_eq!(world.state(id).await, StateName::Approved);
    }
}

#[tokio::test]
async fn contact_events_that_cannot_be_read_change_nothing() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBERS[0]).await;
    world.settle().await;
    let contact_id = world.calls()[0].contact_id.clone();
    let end = |field: &str, value: Value| {
        let mut event = json!({
            "source": "aws.connect", "detail-type": "Amazon Connect Contact Event", "time": "2026-03-02T10:00:10Z",
            "detail": {
                "eventType": "DISCONNECTED", "contactId": contact_id, "channel": "VOICE", "initiationMethod": "API",
                "disconnectTimestamp": "2026-03-02T10:00:09.000Z",
            },
        });
        event["detail"][field] = value;
        event
    };
    let mut no_time = end("disconnectTimestamp", json!("yesterday"));
    no_time["time"] = json!(12);
    for event in [
        Value::Null,
        json!([]),
        json!("DISCONNECTED"),
        json!({ "detail": null }),
        json!({ "detail": [] }),
        json!({ "detail": {} }),
        end("contactId", json!("")),
        end("contactId", json!(7)),
        end("contactId", json!("x".repeat(300))),
        end("contactId", json!("99999999-0000-0000-0000-000000000000")),
        end("eventType", json!("DISCONNECTED ")),
        end("eventType", json!("SOMETHING_NEW")),
        end("eventType", Value::Null),
        end("initiationMethod", json!("INBOUND")),
        end("initialContactId", json!("another")),
        no_time,
    ] {
        world.stack.hear(&event).await.unwrap_or_else(|error| panic!("{event}: {error}"));
        assert_eq!(world.state(&id).await, StateName::InCall, "{event}");
    }
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
}

#[tokio::test]
async fn an_image_with_attributes_of_a_later_version_is_screened() {
    let world = world().await;
    let (ids, good) = three(&world).await;
    let later = AttributeValue::S("from a later version".to_owned());
    let mut record = good[0].clone();
    record["dynamodb"]["NewImage"]["mood"] = json!({ "S": later.as_s().unwrap() });
    world.stack.invoke(Function::Screening, json!({ "Records": [record] })).await.unwrap();
    assert_eq!(world.state(&ids[0]).await, StateName::Approved);
}
