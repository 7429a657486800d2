//! Turns under Connect's request rate: however many dialers there are, together they stay below it.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use local::stack::Function;
use serde_json::json;
use tollgate_aws::services::pace::{Pace, Turns};

use crate::by_hand::{no_rules, number};
use crate::world::{World, account, world};

const PER_SECOND: f64 = 1.8;
/// Not quite as many in a second as allowed, since a gap is a whole number of milliseconds.
const GAP: SignedDuration = SignedDuration::from_millis(556);

async fn turns(world: &World, dialers: &[&Pace]) -> Vec<Timestamp> {
    let now = world.now();
    let latest = now + SignedDuration::from_hours(1);
    let turns = dialers.iter().map(|pace| pace.take_turn(&world.stack.tables, PER_SECOND, now, latest));
    let mut turns: Vec<_> = join_all(turns).await.into_iter().map(|turn| turn.unwrap().unwrap()).collect();
    turns.sort();
    turns
}

fn assert_apart(turns: &[Timestamp]) {
    for pair in turns.windows(2) {
        assert!(pair[1].duration_since(pair[0]) >= GAP, "{pair:?}");
    }
}

#[tokio::test]
async fn twenty_dialers_at_once_get_twenty_turns_each_a_gap_after_the_last() {
    let world = world().await;
    let paces: Vec<_> = (0..10).map(|_| Pace::of(Turns::Calls)).collect();
    // Each dialer asks twice, as an environment does that handles two records.
    let dialers: Vec<_> = paces.iter().chain(&paces).collect();
    let first = turns(&world, &dialers).await;
    assert_eq!(first[0], world.now());
    assert_apart(&first);

    let more = turns(&world, &dialers).await;
    assert_apart(&[first, more].concat());
}

#[tokio::test]
async fn turns_are_not_saved_up_while_nobody_calls() {
    let world = world().await;
    let pace = Pace::of(Turns::Calls);
    turns(&world, &[&pace; 20]).await;
    world.pass_unseen(60);
    let after = turns(&world, &[&pace, &Pace::of(Turns::Calls), &pace]).await;
    assert_eq!(after[0], world.now());
    assert_apart(&after);
}

#[tokio::test]
async fn a_turn_that_would_come_too_late_is_not_taken() {
    let world = world().await;
    let (tables, now) = (&world.stack.tables, world.now());
    let latest = now + SignedDuration::from_secs(1);
    let mut taken = 0;
    for _ in 0..20 {
        taken += usize::from(
            Pace::of(Turns::Calls).take_turn(tables, PER_SECOND, now, latest).await.unwrap().is_some(),
        );
    }
    assert_eq!(taken, 2);
    // The others have pushed nobody back.
    let next = turns(&world, &[&Pace::of(Turns::Calls)]).await;
    assert_eq!(next, [now + GAP + GAP]);
}

#[tokio::test]
async fn a_request_whose_turn_comes_too_late_for_the_invocation_comes_again() {
    let world = world().await;
    world.policy(json!({ "rules": no_rules(), "dial": { "calls_per_second_max": 0.05 } })).await;
    for n in 0..5 {
        account("alice").asks(&world, &number(n)).await;
    }
    world.screen().await;
    let records = world.records_for(Function::Dialing);
    // Turns are 20 seconds apart; an invocation has a minute, of which a call needs a quarter.
    assert_eq!(world.deliver(Function::Dialing, &records).await, 2);
    assert_eq!(world.calls().len(), 3);
    world.pass_minutes(5).await;
    assert_eq!(world.calls().len(), 5);
}

#[tokio::test]
async fn a_call_that_the_invocation_has_no_time_left_for_is_left_to_the_next() {
    let world = world().await;
    account("alice").asks(&world, &number(1)).await;
    world.screen().await;
    let dial = async |milliseconds_left| {
        let [event] = &world.records_for(Function::Dialing)[..] else { panic!("one record was expected") };
        let ends = world.now() + SignedDuration::from_millis(milliseconds_left);
        let batch = serde_json::from_value(event.clone()).unwrap();
        let answer = dialing::handle(batch, &world.stack.functions.dialing, ends).await.unwrap();
        (answer["batchItemFailures"].as_array().unwrap().len(), world.calls().len())
    };
    // Connect may take ten seconds to answer, and what it answers has to be written.
    assert_eq!(dial(14_999).await, (1, 0));
    assert_eq!(dial(15_000).await, (0, 1));
}

#[tokio::test]
async fn a_stale_record_of_a_request_that_was_dialed_long_ago_takes_no_turn_from_others() {
    let world = world().await;
    account("alice").asks(&world, &number(0)).await;
    world.settle().await;
    world.pass(60).await;
    assert_eq!(world.calls().len(), 1);
    let stale = world.records_for(Function::Dialing);
    let next_turn = async || {
        let items = world.items("Counters").await;
        items
            .into_iter()
            .find(|item| item["subject"].as_s().unwrap() == "pace")
            .map(|item| item["next_at"].clone())
    };
    let before = next_turn().await;
    assert!(before.is_some() && !stale.is_empty());
    for _ in 0..20 {
        assert_eq!(world.deliver(Function::Dialing, &stale).await, 0);
    }
    assert_eq!((next_turn().await, world.calls().len()), (before, 1));
}

#[tokio::test]
async fn requests_that_were_withdrawn_take_no_turns_while_others_wait() {
    let world = world().await;
    world.policy(json!({ "dial": { "calls_per_second_max": 0.5 } })).await;
    for n in 0..8 {
        let visitor = account(&format!("visitor-{n}")).at(&format!("198.{n}.100.7"));
        let id = visitor.asks(&world, &number(n)).await;
        world.screen().await;
        visitor.withdraws(&world, &id).await;
    }
    let began = world.now();
    account("customer").at("192.0.2.10").asks(&world, &number(20)).await;
    world.pass(30).await;
    let called = world.calls();
    assert_eq!(called.len(), 1, "nobody is called who withdrew");
    let waited = called[0].started_at.duration_since(began).as_secs();
    assert!(waited <= 4, "the customer waited {waited} s");
}
