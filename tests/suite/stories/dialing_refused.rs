//! The last look before the dial: what has changed since the approval still counts.

use tollgate::state::StateName;

use crate::world::{NUMBER, World, account, world};

/// A request that is approved and not yet dialed.
async fn approved(world: &World) -> String {
    let id = account("alice").asks(world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Approved);
    id
}

/// Nobody was called, and the number is free.
async fn ended_without_a_call(world: &World, id: &str, state: StateName) {
    assert_eq!(world.state(id).await, state);
    assert_eq!(world.holder(NUMBER).await, None);
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.pass_minutes(3).await;
    assert_eq!((world.state(id).await, world.calls()), (state, vec![]));
}

#[tokio::test]
async fn a_kill_switch_for_all_stops_calls_that_are_approved_already() {
    let world = world().await;
    let id = approved(&world).await;
    world.kill_switches(true, &[]).await;
    world.settle().await;
    assert_eq!(world.findings(&id).await, ["kill-switch"]);
    ended_without_a_call(&world, &id, StateName::Refused).await;
}

#[tokio::test]
async fn a_kill_switch_for_a_country_stops_calls_to_it_and_to_no_other() {
    let world = world().await;
    let id = approved(&world).await;
    world.kill_switches(false, &["US"]).await;
    world.settle().await;
    ended_without_a_call(&world, &id, StateName::Refused).await;

    world.kill_switches(false, &[]).await;
    let id = approved(&world).await;
    world.kill_switches(false, &["CA"]).await;
    world.settle().await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));
}

#[tokio::test]
async fn a_number_that_is_denied_after_the_approval_is_not_called() {
    for entry in ["number#+12065550100", "prefix#+1206", "account#alice", "net#198.51.100.0/24", "country#US"]
    {
        let world = world().await;
        let id = approved(&world).await;
        world.list("deny", entry).await;
        world.settle().await;
        assert_eq!(world.findings(&id).await, ["deny-listed"], "{entry}");
        ended_without_a_call(&world, &id, StateName::Refused).await;
    }
}

#[tokio::test]
async fn a_request_that_is_withdrawn_before_the_dial_is_not_dialed() {
    let world = world().await;
    let id = approved(&world).await;
    assert_eq!(account("alice").withdraws(&world, &id).await.status, 204);
    world.settle().await;
    ended_without_a_call(&world, &id, StateName::Cancelled).await;
}

#[tokio::test]
async fn a_request_that_is_withdrawn_before_screening_is_never_approved() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    account("alice").withdraws(&world, &id).await;
    world.settle().await;
    ended_without_a_call(&world, &id, StateName::Cancelled).await;
    assert_eq!(world.counted("range#+1206555", "approved").await, 0);
}

#[tokio::test]
async fn a_request_whose_deadline_has_passed_is_not_dialed() {
    let world = world().await;
    let id = approved(&world).await;
    world.pass_unseen(300);
    world.settle().await;
    ended_without_a_call(&world, &id, StateName::Expired).await;
}

#[tokio::test]
async fn a_request_is_dialed_up_to_the_last_moment_before_its_deadline() {
    let world = world().await;
    let id = approved(&world).await;
    world.pass_unseen(299);
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::InCall);
}

#[tokio::test]
async fn a_country_that_is_no_longer_served_is_not_called() {
    let world = world().await;
    let id = approved(&world).await;
    world.policy(serde_json::json!({ "served_countries": ["CA"], "default_country": "CA" })).await;
    world.settle().await;
    assert_eq!(world.findings(&id).await, ["country-not-served"]);
    ended_without_a_call(&world, &id, StateName::Refused).await;
}
