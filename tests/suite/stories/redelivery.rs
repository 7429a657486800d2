//! Everything comes at least once, some of it late, and not in order: nothing that comes again changes anything, and no
//! request ever goes back.

use local::connect::CallPlan;
use local::stack::Function;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tollgate::outcome::CallEnd;
use tollgate::request::RequestId;
use tollgate::state::{Ending, State, StateName};
use tollgate::text::ContactId;
use tollgate_aws::contacts::{self, Half};

use crate::world::{NUMBER, World, account, world};

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
    for seconds in [3, 1, 19, 2, 10, 60, 600] {
        world.pass_unseen(seconds);
        let events = world.intercept();
        world.hear_all(&events).await;
        heard.extend(events);
        nothing_new(&world, &heard, &format!("{seconds} seconds later")).await;
    }
    assert_eq!((world.state(&id).await, world.state(&second).await), (StateName::Closed, StateName::Duplicate));
    assert_eq!(world.calls().len(), 1);
    world
}

#[tokio::test]
async fn whatever_comes_again_at_any_stage_of_an_answered_call_changes_nothing() {
    let world = told_again_and_again(CallPlan::default()).await;
    assert_eq!(world.counted("country#US", "good").await, 1);
    assert_eq!(world.counted("country#US", "wasted").await, 0);
}

#[tokio::test]
async fn whatever_comes_again_at_any_stage_of_an_unanswered_call_changes_nothing() {
    let world = told_again_and_again(CallPlan::unanswered()).await;
    assert_eq!(world.counted("country#US", "wasted").await, 1);
    assert_eq!(world.counted("country#US", "good").await, 0);
}

/// The end of a request's call.
async fn end_of(world: &World, id: &str) -> CallEnd {
    match world.record(id).await.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => end,
        other => panic!("not closed by an end: {other:?}"),
    }
}

#[tokio::test]
async fn events_that_are_told_from_the_end_give_the_same_end() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(60);
    let mut events = world.intercept();
    events.reverse();
    for event in &events {
        world.stack.hear(event).await.unwrap();
        assert_eq!(world.state(&id).await, StateName::Closed);
    }
    let end = end_of(&world, &id).await;
    assert!(end.answered_at.is_some() && end.agent_at.is_some());
    assert_eq!(end.answered_seconds(), 20);
    assert_eq!(world.counted("country#US", "good").await, 1);
}

/// The id that Connect will give to the first call of any world.
async fn first_contact_id() -> ContactId {
    let twin = world().await;
    account("alice").asks(&twin, NUMBER).await;
    twin.settle().await;
    ContactId::parse(&twin.calls()[0].contact_id).unwrap()
}

#[tokio::test]
async fn an_end_that_is_noted_before_the_dialer_notes_its_call_is_found_by_the_dialer() {
    let contact_id = first_contact_id().await;
    let world = world().await;
    let end = CallEnd { ended_at: world.now(), answered_at: None, agent_at: None };
    contacts::note(&world.stack.tables, &contact_id, &Half::Ended(end.clone()), world.now()).await.unwrap();
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.calls()[0].contact_id, contact_id.as_str());
    assert_eq!(end_of(&world, &id).await, end);
    assert_eq!(world.holder(NUMBER).await, None);
    assert_eq!(world.counted("country#US", "wasted").await, 1);
}

#[tokio::test]
async fn an_end_that_is_heard_when_the_dialer_has_noted_one_half_only_closes_the_request() {
    let world = world().await;
    world.stack.connect.fail_next(local::connect::StartFault::InternalErrorAfterPlacing);
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    let contact_id = ContactId::parse(&world.calls()[0].contact_id).unwrap();
    let half = Half::Request(RequestId::parse(&id).unwrap());
    contacts::note(&world.stack.tables, &contact_id, &half, world.now()).await.unwrap();
    assert_eq!(world.state(&id).await, StateName::Dialing);
    world.pass(60).await;
    assert_eq!(end_of(&world, &id).await.answered_seconds(), 20);
    assert_eq!(world.holder(NUMBER).await, None);
}

#[tokio::test]
async fn an_end_that_is_heard_before_either_half_is_noted_closes_the_request_through_connect() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::busy());
    world.stack.connect.fail_next(local::connect::StartFault::InternalErrorAfterPlacing);
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass(5).await;
    assert_eq!(end_of(&world, &id).await.answered_at, None);
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.pass_minutes(5).await;
    assert_eq!(world.calls().len(), 1);
}

/// One thing that happens to a request under way.
#[derive(Debug, Clone, Copy)]
enum Step {
    Screening,
    Dialing,
    Hear(usize),
    Upkeep,
    Minute,
}

/// Takes steps in this order and, in the end, lets upkeep put everything right.
async fn walk(steps: &[Step]) {
    let world = world().await;
    let alice = account("alice");
    let (first, second) = (alice.asks(&world, NUMBER).await, alice.asks(&world, NUMBER).await);
    let (mut told, mut phases) = (vec![], [0, 0]);
    let all = steps.iter().copied().chain([Step::Screening, Step::Dialing]);
    for step in all.chain([Step::Minute, Step::Upkeep].into_iter().cycle().take(16)) {
        match step {
            Step::Screening => drop(world.deliver(Function::Screening, &world.records_for(Function::Screening)).await),
            Step::Dialing => drop(world.deliver(Function::Dialing, &world.records_for(Function::Dialing)).await),
            Step::Hear(n) if !told.is_empty() => {
                let event: &Value = &told[n % told.len()];
                world.stack.hear(event).await.unwrap();
            }
            Step::Hear(_) => {}
            Step::Upkeep => drop(world.stack.upkeep().await.unwrap()),
            Step::Minute => {
                world.pass_unseen(60);
                told.extend(world.intercept());
            }
        }
        for (phase, id) in phases.iter_mut().zip([&first, &second]) {
            let next = world.state(id).await.phase();
            assert!(*phase <= next, "{phase} to {next} after {step:?} of {steps:?}");
            *phase = next;
        }
    }
    assert_eq!(world.calls().len(), 1, "{steps:?}");
    assert_eq!(world.state(&first).await, StateName::Closed, "{steps:?}");
    assert_eq!(world.counted("country#US", "good").await, 1, "{steps:?}");
    assert!(world.items("Pending").await.is_empty(), "{steps:?}");
}

#[test]
fn a_request_never_goes_back_in_whatever_order_its_events_come() {
    let step = prop_oneof![
        Just(Step::Screening),
        Just(Step::Dialing),
        (0..12_usize).prop_map(Step::Hear),
        (0..12_usize).prop_map(Step::Hear),
        Just(Step::Upkeep),
        Just(Step::Minute),
    ];
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = TestRunner::new(config).run(&proptest::collection::vec(step, 4..14), |steps| {
        runtime.block_on(walk(&steps));
        Ok(())
    });
    result.unwrap();
}
