//! The journeys of a request, from the visitor's click to the end.

use serde_json::json;
use tollgate::state::StateName;

use crate::world::{NUMBER, account, guest, world};

#[tokio::test]
async fn a_signed_in_customer_is_called_back() {
    let world = world().await;
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;
    assert_eq!(world.state(&id).await, StateName::Received);

    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.calls()[0].phone_number, NUMBER);
    assert_eq!(world.calls()[0].request_id.as_deref(), Some(id.as_str()));

    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
    assert_eq!(world.findings(&id).await, [""; 0]);
}

#[tokio::test]
async fn ten_requests_for_one_number_make_one_call_and_after_its_end_an_eleventh_makes_a_second() {
    let world = world().await;
    let alice = account("alice");
    for _ in 0..10 {
        alice.asks(&world, NUMBER).await;
    }
    world.pass(60).await;
    assert_eq!(world.calls().len(), 1);

    alice.asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.calls().len(), 2);
}

#[tokio::test]
async fn a_guest_is_offered_other_channels() {
    let world = world().await;
    assert_eq!(guest().channels(&world).await, json!(["chat", "call-in"]));
    let answer = guest().asks_for(&world, NUMBER).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text, r#"{"status":"redirected","channels":["chat","call-in"]}"#);

    world.policy(json!({ "guests": "allow" })).await;
    assert_eq!(guest().channels(&world).await, json!(["callback", "chat", "call-in"]));
    guest().asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.calls().len(), 1);
}
