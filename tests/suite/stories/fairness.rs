//! What a stranger asks for someone else's number does not lock its owner out.

use local::connect::{CallPlan, StartFault};
use local::stack::Function;
use serde_json::json;
use tollgate::state::StateName;

use crate::world::{NUMBER, Visitor, World, account, world};

fn stranger() -> Visitor {
    account("stranger").at("203.0.113.66")
}

fn owner() -> Visitor {
    account("owner").at("192.0.2.10")
}

/// A stranger's request is approved, and the owner's is a duplicate of it.
async fn owner_asks_second(world: &World) -> (String, String) {
    let strangers = stranger().asks(world, NUMBER).await;
    world.screen().await;
    let owners = owner().asks(world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&strangers).await, StateName::Approved);
    assert_eq!(world.state(&owners).await, StateName::Duplicate);
    (strangers, owners)
}

/// Only the owner's request made a call.
fn only_the_owner_is_called(world: &World, owners: &str) {
    let called: Vec<_> = world.calls().into_iter().filter_map(|call| call.request_id).collect();
    assert_eq!(called, [owners]);
}

#[tokio::test]
async fn the_owner_is_called_within_two_minutes_after_a_stranger_asked_and_withdrew() {
    let world = world().await;
    let (strangers, owners) = owner_asks_second(&world).await;
    stranger().withdraws(&world, &strangers).await;
    world.pass_minutes(2).await;
    assert_eq!(world.state(&strangers).await, StateName::Cancelled);
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn the_owner_is_called_after_a_strangers_request_expired() {
    let world = world().await;
    let strangers = stranger().asks(&world, NUMBER).await;
    world.screen().await;
    world.park_all(Function::Dialing);
    world.pass_unseen(100);
    let owners = owner().asks(&world, NUMBER).await;
    world.screen().await;
    world.pass_unseen(200);
    world.pass_minutes(2).await;
    assert_eq!(world.state(&strangers).await, StateName::Expired);
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn the_owner_is_called_after_connect_was_too_busy_for_the_stranger() {
    let world = world().await;
    world.stack.connect.fail_all(Some(StartFault::LimitExceeded));
    stranger().asks(&world, NUMBER).await;
    world.pass_minutes(3).await;
    let owners = owner().asks(&world, NUMBER).await;
    world.pass_minutes(2).await;
    world.stack.connect.heal();
    world.pass_minutes(2).await;
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn the_owner_is_called_after_a_strangers_request_was_refused_at_the_dial() {
    let world = world().await;
    let (strangers, owners) = owner_asks_second(&world).await;
    world.list("deny", "account#stranger").await;
    world.pass_minutes(2).await;
    assert_eq!(world.state(&strangers).await, StateName::Refused);
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn of_many_duplicates_one_takes_over_and_the_others_go_on_waiting() {
    let world = world().await;
    let (strangers, owners) = owner_asks_second(&world).await;
    for _ in 0..3 {
        world.pass_unseen(1);
        owner().asks(&world, NUMBER).await;
    }
    world.screen().await;
    stranger().withdraws(&world, &strangers).await;
    world.pass_minutes(20).await;
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn requests_that_are_withdrawn_do_not_use_up_the_numbers_limit() {
    let world = world().await;
    for n in 0..10 {
        let visitor = stranger().at(&format!("203.0.113.{n}"));
        let id = visitor.asks(&world, NUMBER).await;
        world.screen().await;
        visitor.withdraws(&world, &id).await;
        world.settle().await;
        assert_eq!(world.holder(NUMBER).await, None);
    }
    assert_eq!(world.calls(), []);
    let owners = owner().asks(&world, NUMBER).await;
    world.pass_minutes(2).await;
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn refused_requests_count_against_the_asking_side_alone() {
    let world = world().await;
    world.list("deny", "account#stranger").await;
    for _ in 0..12 {
        let id = stranger().asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused);
    }
    assert_eq!(world.counted("range#+1206555", "approved").await, 0);
    assert!(world.items("Calls").await.is_empty());
    let counters = world.items("Counters").await;
    let asked = |item: &&crate::by_hand::Item| item["subject"].as_s().unwrap() == "account#stranger";
    let own = counters.iter().find(asked).unwrap();
    assert_eq!(own["asks"].as_l().unwrap().len(), 12);

    let owners = owner().asks(&world, NUMBER).await;
    world.settle().await;
    only_the_owner_is_called(&world, &owners);
}

#[tokio::test]
async fn an_owner_with_a_verified_number_is_called_however_often_strangers_had_it_called() {
    let world = world().await;
    world.policy(json!({ "fan_out": { "addresses_per_number_max": 2 } })).await;
    for n in 0..5 {
        account(&format!("stranger-{n}")).at(&format!("203.{n}.113.66")).asks(&world, NUMBER).await;
        world.pass_minutes(2).await;
    }
    let calls = world.calls().len();
    assert!(calls < 5);
    let redirected = owner().asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&redirected).await, StateName::Refused);

    let verified = owner().with_verified_number(NUMBER).asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&verified).await, StateName::InCall);
    assert_eq!(world.calls().len(), calls + 1);
}

#[tokio::test]
async fn a_stranger_over_his_own_limit_leaves_the_number_to_its_owner() {
    let world = world().await;
    for _ in 0..30 {
        stranger().asks(&world, "+12065550177").await;
    }
    world.pass_minutes(2).await;
    for _ in 0..10 {
        stranger().asks(&world, NUMBER).await;
    }
    let owners = owner().asks(&world, NUMBER).await;
    world.pass_minutes(2).await;
    let called: Vec<_> = world.calls().into_iter().filter(|call| call.phone_number == NUMBER).collect();
    assert_eq!(called.len(), 1);
    assert_eq!(called[0].request_id.as_deref(), Some(owners.as_str()));
}

#[tokio::test]
async fn requests_that_are_withdrawn_do_not_use_up_the_limit_of_a_range() {
    let world = world().await;
    world.policy(json!({ "held": { "per_range_while_untold_max": 2 } })).await;
    for last in 0..4 {
        let stranger = account(&format!("stranger-{last}")).at(&format!("203.0.113.{last}"));
        let id = stranger.asks(&world, &format!("+1206555010{last}")).await;
        world.screen().await;
        assert_eq!(world.state(&id).await, StateName::Approved, "the {last}th");
        stranger.withdraws(&world, &id).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Cancelled);
    }
    let id = owner().asks(&world, "+12065550110").await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::InCall);
}

#[tokio::test]
async fn the_owner_is_called_after_a_stranger_withdrew_while_it_rang() {
    let world = world().await;
    let rings = CallPlan { ring_seconds: 40, ..CallPlan::default() };
    world.stack.connect.plan_for(NUMBER, rings);
    let strangers = stranger().asks(&world, NUMBER).await;
    world.pass(5).await;
    let owners = owner().asks(&world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&owners).await, StateName::Duplicate);
    stranger().withdraws(&world, &strangers).await;
    world.pass_minutes(3).await;
    assert_eq!(world.state(&strangers).await, StateName::Closed);
    assert_eq!(world.calls().last().unwrap().request_id, Some(owners));
}

#[tokio::test]
async fn who_withdraws_while_it_rings_and_asks_again_is_called_again() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan { ring_seconds: 40, ..CallPlan::default() });
    let first = owner().asks(&world, NUMBER).await;
    world.pass(5).await;
    owner().withdraws(&world, &first).await;
    let again = owner().asks(&world, NUMBER).await;
    world.pass_minutes(3).await;
    assert_eq!(world.calls().last().unwrap().request_id, Some(again));
}
