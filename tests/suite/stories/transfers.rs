//! An agent transfers a call: the customer talks on in another contact. The number is his until the last of them ends, so
//! nobody calls him while he talks.

use local::connect::{CallPlan, EventFault, EventKind, Which};
use serde_json::Value;
use tollgate::state::{Ending, State, StateName};

use crate::world::{NUMBER, World, account, world};

/// A call in which an agent talks, a quarter of a minute old, with its contact.
async fn in_call(world: &World) -> (String, String) {
    world.stack.connect.plan_for(NUMBER, CallPlan { talk_seconds: 600, ..CallPlan::default() });
    let id = account("alice").asks(world, NUMBER).await;
    world.pass(15).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    (id, world.calls()[0].contact_id.clone())
}

async fn assert_held(world: &World, id: &str) {
    assert_eq!(world.state(id).await, StateName::InCall);
    assert_eq!(world.holder(NUMBER).await.as_deref(), Some(id));
    account("bob").at("198.18.100.7").asks(world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.calls().len(), 1, "nobody is called who talks");
}

async fn assert_free(world: &World, id: &str) {
    assert_eq!((world.state(id).await, world.holder(NUMBER).await), (StateName::Closed, None));
    assert_eq!(world.stack.connect.max_live_at_once(NUMBER), 1);
}

/// How long the call of a closed request lasted from its answer on, in seconds.
async fn answered_seconds(world: &World, id: &str) -> u64 {
    match world.record(id).await.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => end.answered_seconds(),
        other => panic!("not closed: {other:?}"),
    }
}

fn is_of(event: &Value, contact: &str, kind: &str) -> bool {
    event["detail"]["contactId"] == contact && event["detail"]["eventType"] == kind
}

#[tokio::test]
async fn the_number_is_held_until_the_last_contact_of_the_call_has_ended() {
    let world = world().await;
    let (id, contact) = in_call(&world).await;
    let second = world.stack.connect.transfer(&contact, 100).unwrap();
    world.pass(60).await;
    assert_held(&world, &id).await;
    world.stack.connect.transfer(&second, 90).unwrap();
    world.pass(60).await;
    assert_held(&world, &id).await;
    world.pass(31).await;
    assert_free(&world, &id).await;
    // From the answer in second 3 to the end in second 165: all of it is paid for.
    assert_eq!(answered_seconds(&world, &id).await, 162);
}

#[tokio::test]
async fn the_contacts_of_a_call_may_be_heard_of_twice_and_in_any_order_after_the_first_one() {
    let world = world().await;
    let (id, contact) = in_call(&world).await;
    let second = world.stack.connect.transfer(&contact, 30).unwrap();
    world.pass_unseen(15);
    let third = world.stack.connect.transfer(&second, 30).unwrap();
    world.pass_unseen(33);
    let events = world.intercept();
    let order = [
        (&third, "DISCONNECTED"),
        (&second, "INITIATED"),
        (&contact, "DISCONNECTED"),
        (&third, "INITIATED"),
        (&contact, "COMPLETED"),
        (&second, "INITIATED"),
    ];
    for (contact, kind) in order {
        let event = events.iter().find(|event| is_of(event, contact, kind)).unwrap();
        world.stack.hear(event).await.unwrap();
        world.stack.hear(event).await.unwrap();
        assert_held(&world, &id).await;
    }
    let last = events.iter().find(|event| is_of(event, &second, "DISCONNECTED")).unwrap();
    world.stack.hear(last).await.unwrap();
    assert_free(&world, &id).await;
}

#[tokio::test]
async fn upkeep_asks_about_a_contact_whose_end_was_not_heard() {
    let world = world().await;
    let (id, contact) = in_call(&world).await;
    world.stack.connect.transfer(&contact, 400).unwrap();
    world.settle().await;
    for kind in [EventKind::Disconnected, EventKind::Completed] {
        world.stack.connect.disturb(EventFault::Lose(Which::Kind(kind)));
    }
    world.pass_minutes(6).await;
    assert_held(&world, &id).await;
    world.pass_minutes(4).await;
    assert_free(&world, &id).await;
    assert_eq!(answered_seconds(&world, &id).await, 412);
}

#[tokio::test]
async fn a_call_of_an_unknown_contact_is_found_though_it_was_transferred() {
    let world = world().await;
    world.stack.connect.fail_next(local::connect::StartFault::InternalErrorAfterPlacing);
    world.stack.connect.plan_for(NUMBER, CallPlan { talk_seconds: 600, ..CallPlan::default() });
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass(15).await;
    assert_eq!(world.state(&id).await, StateName::Dialing);
    let contact = world.calls()[0].contact_id.clone();
    world.pass_minutes(3).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    let second = world.stack.connect.transfer(&contact, 300).unwrap();
    world.pass_minutes(3).await;
    assert_held(&world, &id).await;
    let State::InCall { contact_id, .. } = world.record(&id).await.state else { panic!("not in a call") };
    assert_eq!((contact_id.as_str(), contact_id.as_str() == second), (contact.as_str(), false));
    world.pass_minutes(5).await;
    assert_free(&world, &id).await;
}

#[tokio::test]
async fn a_transfer_of_a_call_that_is_not_ours_writes_nothing() {
    let world = world().await;
    let (_, contact) = in_call(&world).await;
    world.stack.connect.transfer(&contact, 100).unwrap();
    let events = world.intercept();
    let before = world.everything().await;
    for mut event in events.into_iter().filter(|event| event["detail"]["initiationMethod"] == "TRANSFER") {
        event["detail"]["initialContactId"] = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d".into();
        world.stack.hear(&event).await.unwrap();
    }
    assert_eq!(world.everything().await, before);
}
