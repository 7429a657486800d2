//! Single writes that meet a transaction. DynamoDB refuses them for that moment; an error that a visitor saw would tell him that
//! his request is just being approved.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use local::wire::{self, Call, Crossing, ServiceName, Wire};
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::silence::{FATES, Fate, seen};
use crate::world::{Answer, NUMBER, World, account, world, world_with};

/// How often each single write meets a transaction before it gets through.
const TIMES: u32 = 3;

/// A world in which every write of one item of a table meets a transaction at first.
async fn crowded() -> World {
    let met = Arc::new(Mutex::new(BTreeMap::<String, u32>::new()));
    world_with(move |options| {
        options.wire = Wire::InProcess(Crossing::new(move |call| {
            let fate = if is_single_write(&call) { meets(&met, &call) } else { wire::Fate::Arrives };
            Box::pin(std::future::ready(fate))
        }));
    })
    .await
}

fn is_single_write(call: &Call) -> bool {
    call.service == ServiceName::DynamoDb
        && ["PutItem", "UpdateItem", "DeleteItem"].contains(&call.operation.as_str())
        && ["Requests", "Pending", "Calls"].iter().any(|table| table_of(call).ends_with(table))
}

fn table_of(call: &Call) -> String {
    let input: Value = serde_json::from_slice(&call.input).unwrap();
    input["TableName"].as_str().unwrap().to_owned()
}

fn meets(met: &Mutex<BTreeMap<String, u32>>, call: &Call) -> wire::Fate {
    let mut met = met.lock().unwrap();
    let times = met.entry(String::from_utf8_lossy(&call.input).into_owned()).or_default();
    *times += 1;
    if *times > TIMES {
        return wire::Fate::Arrives;
    }
    let body =
        json!({ "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "message": "" });
    wire::Fate::Answered { status: 400, body: body.to_string() }
}

/// What a visitor is told who sends a request under a key, sends it again while it is decided on and after, looks at it, and
/// withdraws it, early or late.
async fn told(world: &World, fate: Fate, withdrawn_at: i64) -> Vec<Seen> {
    let alice = fate.alice().with_header("idempotency-key", "6f1d7c1e-6f3c-4b7e-9a53-6c1d52a9c2c4");
    fate.awaits(world).await;
    let first = alice.asks_for(world, fate.number()).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let call_by = first.json()["callBy"].as_str().unwrap().to_owned();
    let mut answers = vec![first];
    if fate != Fate::Expired {
        world.screen().await;
    }
    answers.push(alice.asks_for(world, fate.number()).await);
    answers.push(alice.looks(world, &id).await);
    fate.pass(world, withdrawn_at, withdrawn_at).await;
    answers.push(alice.asks_for(world, fate.number()).await);
    answers.push(alice.looks(world, &id).await);
    answers.push(alice.withdraws(world, &id).await);
    answers.push(alice.withdraws(world, &id).await);
    answers.push(alice.looks(world, &id).await);
    answers.push(alice.asks_for(world, fate.number()).await);
    // What a fate takes to come about may take time.
    let of = |answer: &Answer| {
        let (status, headers, text) = seen(answer, &id);
        (status, headers, text.replace(&call_by, "CALL BY"))
    };
    answers.iter().map(of).collect()
}

type Seen = (u16, Vec<(String, String)>, String);

#[tokio::test]
async fn a_visitor_sees_no_difference_whatever_becomes_of_a_request_that_is_in_transactions() {
    for withdrawn_at in [1, 20, 400] {
        let usual = told(&world().await, Fate::Called, withdrawn_at).await;
        for fate in FATES {
            for world in [world().await, crowded().await] {
                assert_eq!(told(&world, fate, withdrawn_at).await, usual, "{fate:?} at {withdrawn_at} s");
            }
        }
    }
}

#[tokio::test]
async fn a_visitor_sees_no_difference_when_his_request_is_in_a_transaction() {
    let mut told = vec![];
    for world in [world().await, crowded().await] {
        let alice = account("alice").with_header("idempotency-key", "6f1d7c1e-6f3c-4b7e-9a53-6c1d52a9c2c4");
        let first = alice.asks_for(&world, NUMBER).await;
        let id = first.json()["id"].as_str().unwrap().to_owned();
        world.screen().await;
        let again = alice.asks_for(&world, NUMBER).await;
        assert_eq!(again, first);
        let withdrawn = alice.withdraws(&world, &id).await;
        assert_eq!(withdrawn.status, 204);
        let look = alice.looks(&world, &id).await;
        told.push([first, withdrawn, look].map(|answer| seen(&answer, &id)));
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Cancelled, "nothing is lost");
    }
    assert_eq!(told[0], told[1]);
}
