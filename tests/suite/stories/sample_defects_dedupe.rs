//! Defects that were measured in a store that keeps callbacks from being asked for twice, each shown to be absent here.

use futures::future::join_all;
use local::connect::CallPlan;
use local::stack::Function;
use serde_json::Value;
use tollgate::state::StateName;

use crate::world::{NUMBER, account, world};

#[tokio::test]
async fn callback_dedupe_1_of_twenty_requests_at_once_one_is_dialed() {
    let world = world().await;
    let ids = join_all((0..20).map(async |_| account("alice").asks(&world, NUMBER).await)).await;
    world.deliver(Function::Screening, &world.records_for(Function::Screening)).await;
    let states = join_all(ids.iter().map(|id| world.state(id))).await;
    assert_eq!(states.iter().filter(|state| **state == StateName::Approved).count(), 1);
    world.pass_minutes(2).await;
    assert_eq!(world.calls().len(), 1);
}

#[tokio::test]
async fn callback_dedupe_2_what_is_long_over_blocks_nothing_though_its_item_is_still_there() {
    let world = world().await;
    account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    // Neither the stream nor upkeep came to it in time, and nothing deleted it.
    world.park_all(Function::Dialing);
    world.pass_unseen(40 * 86_400);
    world.upkeep().await;
    assert_eq!(world.items("Requests").await.len(), 1);
    let again = account("alice").asks(&world, NUMBER).await;
    world.pass_minutes(2).await;
    assert_eq!(world.calls()[0].request_id.as_deref(), Some(again.as_str()));
}

#[tokio::test]
async fn callback_dedupe_3_the_late_end_of_one_callback_does_not_release_anothers_number() {
    let world = world().await;
    account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(60);
    let events: Vec<Value> = world.intercept();
    world.hear_all(&events).await;
    let second = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.hear_all(&events).await;
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.settle().await;
    assert_eq!(world.holder(NUMBER).await, Some(second.clone()));
    assert_eq!(world.state(&second).await, StateName::InCall);
}

#[tokio::test]
async fn callback_dedupe_4_a_number_is_one_however_it_is_written_and_free_again_when_nobody_answered() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    account("alice").asks(&world, NUMBER).await;
    let second = account("alice").asks(&world, "+1 206 555 01 00").await;
    world.settle().await;
    assert_eq!(world.state(&second).await, StateName::Duplicate);
    world.pass(60).await;
    assert_eq!(world.holder(NUMBER).await, None);
    account("alice").asks(&world, "+1-206-555-0100").await;
    world.settle().await;
    assert_eq!(world.calls().len(), 2);
}
