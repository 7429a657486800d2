//! Everything comes at least once: nothing that comes again, at whatever stage, changes anything.

use local::connect::CallPlan;
use local::stack::Function;
use serde_json::Value;
use tollgate::state::StateName;

use crate::world::{NUMBER, TALK_SECONDS, World, account, talks, world};

/// Everything that came so far comes again, and upkeep runs twice: nothing changes.
async fn nothing_new(world: &World, heard: &[Value], stage: &str) {
    world.stack.upkeep().await.unwrap();
    let before = world.everything().await;
    for function in Function::ON_STREAM {
        let records = world.records_for(function);
        assert_eq!(world.deliver(function, &records).await, 0);
        world.deliver(function, &records.into_iter().rev().collect::<Vec<_>>()).await;
    }
    world.hear_all(heard).await;
    world.hear_all(&heard.iter().rev().cloned().collect::<Vec<_>>()).await;
    world.stack.upkeep().await.unwrap();
    world.stack.upkeep().await.unwrap();
    assert_eq!(world.everything().await, before, "{stage}");
}

/// Tells a call's story with everything delivered again at every stage.
async fn told_again_and_again(plan: CallPlan) -> World {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, plan);
    let id = account("alice").asks(&world, NUMBER).await;
    let second = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    // What is dialed is told by the dialing records alone, so these are not delivered before their time.
    let screening = world.records_for(Function::Screening);
    let before = world.everything().await;
    world.deliver(Function::Screening, &screening).await;
    assert_eq!(world.everything().await, before, "screened");

    world.read_on(Function::Dialing).await;
    let mut heard = vec![];
    nothing_new(&world, &heard, "dialed").await;
    for seconds in [3, 1, 39, 2, 10, 60, 600] {
        world.pass_unseen(seconds);
        let events = world.intercept();
        world.hear_all(&events).await;
        heard.extend(events);
        nothing_new(&world, &heard, &format!("{seconds} seconds later")).await;
    }
    assert_eq!(
        (world.state(&id).await, world.state(&second).await),
        (StateName::Closed, StateName::Duplicate)
    );
    assert_eq!(world.calls().len(), 1);
    world
}

#[tokio::test]
async fn whatever_comes_again_at_any_stage_of_an_answered_call_changes_nothing() {
    let world = told_again_and_again(talks(TALK_SECONDS)).await;
    assert_eq!(world.tallied("range#+1206555", "good").await, 1);
    assert_eq!(world.tallied("range#+1206555", "wasted").await, 0);
    // The place that it took as a stranger's call, and the three that a good call gives back.
    for (subject, attribute) in [
        ("budget#newcomers", "newcomers"),
        ("budget#newcomers", "strangers"),
        ("budget#range#+1206555", "newcomers"),
    ] {
        assert_eq!(world.counted(subject, attribute).await, 1 - 3, "{subject} {attribute}");
    }
}

#[tokio::test]
async fn whatever_comes_again_at_any_stage_of_an_unanswered_call_changes_nothing() {
    let world = told_again_and_again(CallPlan::unanswered()).await;
    assert_eq!(world.tallied("range#+1206555", "wasted").await, 1);
    assert_eq!(world.tallied("range#+1206555", "good").await, 0);
}
