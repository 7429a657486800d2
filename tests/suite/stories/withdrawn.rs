//! A visitor withdraws while his phone rings, or while he waits for an agent: Connect is asked to stop the call. Nobody is
//! blamed for one such call, and nobody has proved anything by it; who does it again and again is.

use local::connect::{CallPlan, StartFault};
use local::stack::Function;
use serde_json::json;
use tollgate::outcome::Outcome;
use tollgate::state::{Ending, State, StateName};

use crate::round_trips::watched;
use crate::world::{NUMBER, Visitor, World, account, world};

const OTHER: &str = "+12065550101";
const RANGE: &str = "range#+1206555";
/// Rings for half a minute, and is answered.
const RINGS: CallPlan = CallPlan { ring_seconds: 30, talk_seconds: 40, answered: true, agent: true };
/// Answers at once, and waits for an agent who never comes.
const WAITS: CallPlan = CallPlan { ring_seconds: 1, talk_seconds: 3_000, answered: true, agent: false };

/// A call that goes like this, five seconds old.
async fn called(world: &World, plan: CallPlan) -> (Visitor, String) {
    world.stack.connect.plan_for(NUMBER, plan);
    let alice = account("alice");
    let id = alice.asks(world, NUMBER).await;
    world.pass(5).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    (alice, id)
}

/// What the call of a request came to.
async fn outcome(world: &World, id: &str) -> Outcome {
    match world.record(id).await.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => end.outcome(),
        other => panic!("not closed: {other:?}"),
    }
}

#[tokio::test]
async fn a_call_that_is_withdrawn_before_an_agent_joins_is_stopped_and_held_against_nobody() {
    for plan in [RINGS, WAITS] {
        let world = world().await;
        let (alice, id) = called(&world, plan).await;
        let places = world.counted("budget#newcomers", "newcomers").await;
        assert_eq!(alice.withdraws(&world, &id).await.status, 204);
        world.pass(1).await;
        assert_eq!(world.calls()[0].ended_at, Some(world.now() - jiff::SignedDuration::from_secs(1)));
        assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Closed, None));
        assert_eq!(outcome(&world, &id).await, Outcome::Withdrawn);
        for (came_to, calls) in [("good", 0), ("short", 1), ("wasted", 0), ("marked", 0), ("live", 0)] {
            assert_eq!(world.tallied(RANGE, came_to).await, calls, "{came_to}");
        }
        assert_eq!(world.counted("budget#newcomers", "newcomers").await, places, "no place is given back");
        assert_eq!(alice.looks(&world, &id).await.json()["status"], "cancelled");
        // Whoever mistyped asks again, for another number.
        alice.is_called(&world, OTHER).await;
    }
}

#[tokio::test]
async fn a_call_that_an_agent_has_joined_goes_on_when_it_is_withdrawn() {
    let world = world().await;
    let (alice, id) = called(&world, CallPlan { talk_seconds: 400, ..CallPlan::default() }).await;
    alice.withdraws(&world, &id).await;
    world.pass_minutes(6).await;
    assert_eq!((world.state(&id).await, world.calls()[0].ended_at), (StateName::InCall, None));
    world.pass_minutes(2).await;
    assert_eq!(outcome(&world, &id).await, Outcome::Talked);
    assert_eq!(world.tallied(RANGE, "good").await, 1);
}

#[tokio::test]
async fn a_call_that_was_over_before_it_was_withdrawn_is_what_it_was() {
    let world = world().await;
    let (alice, id) = called(&world, CallPlan { talk_seconds: 6, ..WAITS }).await;
    world.pass_unseen(5);
    alice.withdraws(&world, &id).await;
    world.settle().await;
    assert_eq!(outcome(&world, &id).await, Outcome::NoAgent);
    assert_eq!(world.tallied(RANGE, "wasted").await, 1);
}

#[tokio::test]
async fn a_call_that_is_withdrawn_while_it_is_dialed_is_stopped_once_its_contact_is_known() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, WAITS);
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Dialing);
    alice.withdraws(&world, &id).await;
    world.pass_minutes(4).await;
    assert_eq!(outcome(&world, &id).await, Outcome::Withdrawn);
    assert_eq!(world.holder(NUMBER).await, None);
}

#[tokio::test]
async fn a_withdrawal_whose_record_is_lost_is_made_good_by_upkeep_while_the_caller_waits() {
    let world = world().await;
    let (alice, id) = called(&world, WAITS).await;
    alice.withdraws(&world, &id).await;
    world.park_all(Function::Dialing);
    world.pass(60).await;
    assert_eq!(world.calls()[0].ended_at, None);
    world.pass_minutes(3).await;
    assert_eq!(outcome(&world, &id).await, Outcome::Withdrawn);
}

#[tokio::test]
async fn records_that_come_again_stop_no_other_call() {
    let world = world().await;
    let (alice, id) = called(&world, RINGS).await;
    alice.withdraws(&world, &id).await;
    alice.withdraws(&world, &id).await;
    world.pass(60).await;
    let again = alice.asks(&world, NUMBER).await;
    world.pass(5).await;
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.settle().await;
    assert_eq!((world.state(&again).await, world.calls().len()), (StateName::InCall, 2));
    assert_eq!((world.calls()[1].ended_at, world.state(&id).await), (None, StateName::Closed));
}

#[tokio::test]
async fn whoever_withdraws_calls_to_one_number_after_the_other_wastes_them() {
    let world = world().await;
    let pumper = |n: usize| account(&format!("pumper-{n}")).at("203.0.113.9");
    let mut called = 0;
    for n in 0..12 {
        let number = format!("+1206{}0100", 555 + n);
        world.stack.connect.plan_for(&number, WAITS);
        let id = pumper(n).asks(&world, &number).await;
        world.pass(20).await;
        called += usize::from(world.state(&id).await == StateName::InCall);
        pumper(n).withdraws(&world, &id).await;
        world.pass(5).await;
    }
    assert_eq!(called, 5, "as many as an address may waste");
    let id = pumper(12).asks(&world, "+12067770100").await;
    world.settle().await;
    assert_eq!(world.findings(&id).await, ["too-much-waste-from-address"]);
    account("somebody-else").at("192.0.2.77").is_called(&world, "+12067770100").await;
}

#[tokio::test]
async fn a_withdrawal_that_comes_while_the_end_is_booked_excuses_the_call() {
    let (world, watch) = watched().await;
    world.stack.connect.plan_for(OTHER, CallPlan { talk_seconds: 6, ..WAITS });
    let id = account("alice").asks(&world, OTHER).await;
    world.pass(5).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    world.pass_unseen(2);
    // He hangs up and withdraws in one second: the end is heard first, and the withdrawal is written first.
    let database = world.stack.engine.database().clone();
    let (key, at) = (id.clone(), world.now().as_millisecond().to_string());
    watch.before_next("TransactWriteItems", move || {
        let update = json!({
            "TableName": "Requests", "Key": { "request_id": { "S": key } },
            "UpdateExpression": "SET cancelled_at = :at", "ExpressionAttributeValues": { ":at": { "N": at } },
        });
        database.update_item(serde_json::from_value(update).unwrap()).unwrap();
    });
    world.settle().await;
    assert_eq!(outcome(&world, &id).await, Outcome::Withdrawn);
    assert_eq!(world.tallied(RANGE, "wasted").await, 0);
}
