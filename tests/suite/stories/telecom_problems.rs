//! The telephone network fails, and calls do not reach the phones. Connect's events do not say so, so it is asked. It is
//! nobody's waste: an outage of an hour shuts nobody out for the next one.

use local::connect::{CallPlan, EventFault, EventKind, Which};
use serde_json::{Value, json};
use tollgate::outcome::Outcome;
use tollgate::state::{Ending, State};
use tollgate_aws::services::metrics::Metric;

use crate::world::{NUMBER, World, account, world};

const RANGE: &str = "range#+1206555";

/// What the call of a request came to.
async fn outcome(world: &World, id: &str) -> Outcome {
    match world.record(id).await.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => end.outcome(),
        other => panic!("not closed: {other:?}"),
    }
}

async fn assert_nobody_is_blamed(world: &World, calls: u64) {
    for came_to in ["good", "short", "wasted", "marked"] {
        assert_eq!(world.tallied(RANGE, came_to).await, 0, "{came_to}");
    }
    let ended = world.stack.functions.contact_events.metrics.kept_counts();
    let calls = f64::from(u32::try_from(calls).unwrap());
    assert_eq!(ended.get(&Metric::CallsEnded(Outcome::TelecomProblem)), Some(&calls));
    assert_eq!(ended.get(&Metric::ReasonsUntold), None);
}

#[tokio::test]
async fn a_customer_whose_calls_did_not_reach_his_phone_is_called_once_they_do() {
    let world = world().await;
    world.stack.connect.break_lines(true);
    let alice = account("alice");
    for _ in 0..2 {
        let id = alice.asks(&world, NUMBER).await;
        world.pass_minutes(10).await;
        assert_eq!(outcome(&world, &id).await, Outcome::TelecomProblem);
    }
    assert_nobody_is_blamed(&world, 2).await;
    world.stack.connect.break_lines(false);
    alice.is_called(&world, NUMBER).await;
}

#[tokio::test]
async fn an_outage_of_an_hour_shuts_nobody_of_a_range_out() {
    let world = world().await;
    world.stack.connect.break_lines(true);
    for n in 0..12 {
        let somebody = account(&format!("somebody-{n}")).at(&format!("198.{n}.100.7"));
        somebody.is_called(&world, &format!("+120655501{n:02}")).await;
        world.pass_minutes(5).await;
    }
    world.stack.connect.break_lines(false);
    account("alice").is_called(&world, "+12065550150").await;
}

#[tokio::test]
async fn what_the_event_says_itself_is_not_asked_for() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(61);
    for mut event in world.intercept() {
        event["detail"]["disconnectReason"] = json!("TELECOM_POTENTIAL_BLOCKING");
        world.stack.hear(&event).await.unwrap();
    }
    assert_eq!(outcome(&world, &id).await, Outcome::TelecomProblem);
    assert_nobody_is_blamed(&world, 1).await;
}

#[tokio::test]
async fn upkeep_learns_the_reason_when_no_event_came() {
    let world = world().await;
    world.stack.connect.break_lines(true);
    for kind in [EventKind::Disconnected, EventKind::Completed] {
        world.stack.connect.disturb(EventFault::Lose(Which::Kind(kind)));
    }
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass_minutes(5).await;
    assert_eq!(outcome(&world, &id).await, Outcome::TelecomProblem);
    assert_eq!(world.tallied(RANGE, "wasted").await, 0);
}

#[tokio::test]
async fn connect_is_asked_twice_a_second_at_most_and_what_is_not_known_counts_as_unanswered() {
    let world = world().await;
    world.stack.connect.break_lines(true);
    let mut ids = vec![];
    for n in 0..3 {
        let somebody = account(&format!("somebody-{n}")).at(&format!("198.{n}.100.7"));
        ids.push(somebody.asks(&world, &format!("+120655501{n:02}")).await);
    }
    world.settle().await;
    world.pass_unseen(30);
    world.settle().await;
    let mut outcomes = vec![];
    for id in &ids {
        outcomes.push(outcome(&world, id).await);
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, [Outcome::Unanswered, Outcome::Unanswered, Outcome::TelecomProblem]);
    let counts = world.stack.functions.contact_events.metrics.kept_counts();
    assert_eq!(counts.get(&Metric::ReasonsUntold), Some(&2.0));
}

#[tokio::test]
async fn an_answered_call_that_breaks_off_before_an_agent_joins_is_waste_whatever_the_reason() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan { agent: false, ..CallPlan::default() });
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(60);
    for mut event in world.intercept() {
        event["detail"]["disconnectReason"] = Value::from("TELECOM_PROBLEM");
        world.stack.hear(&event).await.unwrap();
    }
    assert_eq!(outcome(&world, &id).await, Outcome::NoAgent);
    assert_eq!(world.tallied(RANGE, "wasted").await, 1);
}
