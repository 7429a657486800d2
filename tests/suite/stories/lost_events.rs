//! What gets lost on the way is found by upkeep: records that the stream gave up on, ends that were never heard, claims
//! and items that a hand in the tables spoiled. And events of calls that are not ours are left alone.

use aws_sdk_dynamodb::types::AttributeValue;
use local::connect::{CallPlan, EventFault, EventKind, Which};
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::request::RequestId;
use tollgate::state::StateName;

use crate::world::{NUMBER, TALK_SECONDS, World, account, talks, world};

const OTHER: &str = "+12065550101";

#[tokio::test]
async fn a_call_whose_end_was_never_heard_is_closed_on_connects_word() {
    for (plan, tally) in [(talks(TALK_SECONDS), "good"), (CallPlan::unanswered(), "wasted")] {
        let world = world().await;
        world.stack.connect.plan_for(NUMBER, plan);
        for kind in [EventKind::Disconnected, EventKind::Completed] {
            world.stack.connect.disturb(EventFault::Lose(Which::Kind(kind)));
        }
        let id = account("alice").asks(&world, NUMBER).await;
        world.pass(120).await;
        assert_eq!(world.state(&id).await, StateName::InCall);
        assert_eq!(world.holder(NUMBER).await.as_deref(), Some(id.as_str()));
        world.pass_minutes(3).await;
        assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Closed, None));
        assert_eq!(world.tallied("range#+1206555", tally).await, 1);
    }
}

#[tokio::test]
async fn one_end_of_two_is_enough() {
    for lost in [EventKind::Disconnected, EventKind::Completed] {
        let world = world().await;
        world.stack.connect.disturb(EventFault::Lose(Which::Kind(lost)));
        let id = account("alice").asks(&world, NUMBER).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed);
    }
}

#[tokio::test]
async fn a_call_that_lives_long_is_not_closed_by_upkeep() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan { talk_seconds: 3_000, ..CallPlan::default() });
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass_minutes(49).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    world.pass_minutes(2).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
}

#[tokio::test]
async fn a_request_that_the_stream_gave_up_on_before_screening_is_driven_on() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.park_all(Function::Screening);
    world.pass(59).await;
    assert_eq!(world.state(&id).await, StateName::Received);
    world.pass(1).await;
    assert_eq!(world.upkeep().await.moved, 1);
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));
}

#[tokio::test]
async fn a_request_that_the_stream_gave_up_on_before_the_dial_is_driven_on() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    world.park_all(Function::Dialing);
    world.pass_minutes(1).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));
}

#[tokio::test]
async fn a_request_that_nothing_ever_reads_expires_and_frees_its_number() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    for _ in 0..15 {
        world.pass_unseen(60);
        world.stack.upkeep().await.unwrap();
        world.park_all(Function::Dialing);
    }
    assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Expired, None));
    assert_eq!(world.calls(), []);
}

/// Writes a claim with a bare hand.
async fn claim_by_hand(world: &World, number: &str, holder: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = world.stack.tables.client.put_item().table_name("Pending");
    let put = put.item("number", text(number)).item("held_by", text(holder));
    let claimed_at = AttributeValue::N(world.now().as_millisecond().to_string());
    put.item("claimed_at", claimed_at).send().await.unwrap();
}

#[tokio::test]
async fn a_claim_that_no_request_needs_is_released_and_whoever_waited_for_it_is_called() {
    let world = world().await;
    claim_by_hand(&world, NUMBER, &RequestId::from_random([7; 16]).to_string()).await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Duplicate);
    world.pass_minutes(1).await;
    assert!(world.holder(NUMBER).await.is_some());
    world.pass(60).await;
    assert_eq!(world.stack.upkeep().await.unwrap().claims_released, 1);
    world.pass_minutes(2).await;
    assert_eq!(world.calls()[0].request_id.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn an_item_that_cannot_be_read_does_not_hide_the_others() {
    let world = world().await;
    let spoiled = account("alice").asks(&world, NUMBER).await;
    let sound = account("alice").asks(&world, OTHER).await;
    world.park_all(Function::Screening);
    let spoil = world.stack.tables.client.update_item().table_name("Requests");
    let spoil = spoil.key("request_id", AttributeValue::S(spoiled)).update_expression("SET deadline = :x");
    spoil.expression_attribute_values(":x", AttributeValue::S("soon".to_owned())).send().await.unwrap();

    world.pass(60).await;
    let report = world.upkeep().await;
    assert_eq!((report.unreadable, report.moved), (1, 1));
    assert_eq!(world.state(&sound).await, StateName::InCall);
    world.pass(60).await;
    assert_eq!(world.upkeep().await.unreadable, 0);
}

/// A call that is under way, and what Connect tells of its end, with some fields told otherwise.
async fn in_call(world: &World, change: impl FnOnce(&mut Value)) -> (String, Value) {
    let id = account("alice").asks(world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(i64::from(3 + TALK_SECONDS));
    let mut end =
        world.intercept().into_iter().find(|event| event["detail"]["eventType"] == "DISCONNECTED").unwrap();
    change(&mut end["detail"]);
    (id, end)
}

#[tokio::test]
async fn events_of_contacts_that_are_not_ours_write_nothing() {
    for method in ["INBOUND", "OUTBOUND", "TRANSFER", "CALLBACK", "API"] {
        let world = world().await;
        let (_, mut end) = in_call(&world, |detail| {
            detail["contactId"] = json!("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
            detail["initiationMethod"] = json!(method);
        })
        .await;
        let before = world.everything().await;
        for kind in [
            "INITIATED",
            "CONNECTED_TO_SYSTEM",
            "QUEUED",
            "CONNECTED_TO_AGENT",
            "DISCONNECTED",
            "COMPLETED",
            "NEW",
        ] {
            end["detail"]["eventType"] = json!(kind);
            world.stack.hear(&end).await.unwrap();
        }
        for nonsense in [json!(null), json!([end]), json!({ "detail": {} }), json!({ "detail": "text" })] {
            world.stack.hear(&nonsense).await.unwrap();
        }
        assert_eq!(world.everything().await, before, "{method}");
    }
}
