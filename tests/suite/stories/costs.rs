//! The day's dollars: a dial reserves an estimate of five minutes, 25 cents, and the end of the call makes of it what its real
//! seconds cost; once, whatever comes again, and nothing that nobody heard.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use local::connect::{CallPlan, EventFault, EventKind, StartFault, Which};
use local::stack::Function;
use serde_json::json;
use tollgate::counter::{DAY_SECONDS, Window};
use tollgate::state::StateName;
use tollgate_aws::item::s;
use tollgate_aws::services::metrics::Metric;

use crate::by_hand::{no_rules, number};
use crate::world::{NUMBER, World, account, talks, world};

const ESTIMATE: i64 = 250_000;

async fn cost(world: &World) -> i64 {
    world.counted("budget#total", "micro_usd").await
}

/// A request whose call goes like this, and is under way.
async fn called(world: &World, plan: CallPlan) -> String {
    world.stack.connect.plan_for(NUMBER, plan);
    let id = account("alice").asks(world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    id
}

#[tokio::test]
async fn a_call_that_is_over_costs_its_seconds_and_the_first_minute_in_full() {
    for (plan, micro_usd) in [
        (CallPlan::unanswered(), 0),
        (CallPlan::busy(), 0),
        (talks(2), 50_000),
        (CallPlan { agent: false, ..talks(90) }, 75_000),
        (talks(300), ESTIMATE),
        (talks(3_600), 3_000_000),
    ] {
        let world = world().await;
        let id = called(&world, plan).await;
        assert_eq!(cost(&world).await, ESTIMATE);
        world.pass(4_000).await;
        assert_eq!((world.state(&id).await, cost(&world).await), (StateName::Closed, micro_usd), "{plan:?}");
        world.stack.with_pump(|pump| pump.redeliver_all());
        world.pass_minutes(3).await;
        assert_eq!(cost(&world).await, micro_usd, "{plan:?}");
    }
}

#[tokio::test]
async fn an_end_that_is_heard_many_times_at_once_settles_once() {
    let world = world().await;
    called(&world, talks(600)).await;
    world.pass_unseen(700);
    let events = world.intercept();
    let heard: Vec<_> = (0..5).flat_map(|_| &events).map(|event| world.stack.hear(event)).collect();
    join_all(heard).await.into_iter().for_each(Result::unwrap);
    assert_eq!(cost(&world).await, 500_000);
    world.hear_all(&events).await;
    world.pass_minutes(5).await;
    assert_eq!(cost(&world).await, 500_000);
}

#[tokio::test]
async fn a_call_is_settled_at_the_price_and_on_the_day_of_its_dial_whatever_the_policy_says_by_then() {
    let world = world().await;
    world.pass_unseen(14 * 3_600 - 60);
    let before = Window::at(world.now(), DAY_SECONDS).key();
    called(&world, talks(600)).await;
    let dearer = json!({ "usd_per_minute": { "+1": 9.0 }, "estimated_call_minutes": 60 });
    world.policy(json!({ "budgets": dearer })).await;
    world.pass(700).await;
    assert_eq!(cost(&world).await, 500_000);
    let rows = world.items("Counters").await;
    let days: Vec<_> =
        rows.iter().filter(|row| row.contains_key("micro_usd")).map(|row| &row["window"]).collect();
    assert_eq!(days, [&s(before)], "the day that began meanwhile is not touched");
}

#[tokio::test]
async fn a_call_whose_end_nobody_heard_keeps_what_was_reserved() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::InternalError);
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass(7_500).await;
    assert_eq!((world.upkeep().await.given_up, world.state(&id).await), (1, StateName::Closed));
    assert_eq!(cost(&world).await, ESTIMATE);
}

#[tokio::test]
async fn a_call_that_is_closed_on_connects_word_is_settled_like_any_other() {
    let world = world().await;
    for kind in [EventKind::Disconnected, EventKind::Completed] {
        world.stack.connect.disturb(EventFault::Lose(Which::Kind(kind)));
    }
    let id = called(&world, talks(90)).await;
    world.pass_minutes(5).await;
    assert_eq!((world.state(&id).await, cost(&world).await), (StateName::Closed, 75_000));
}

#[tokio::test]
async fn what_connect_did_not_place_costs_nothing() {
    for (fault, state) in
        [(StartFault::DestinationNotAllowed, StateName::Failed), (StartFault::Throttle, StateName::Dialing)]
    {
        let world = world().await;
        world.stack.connect.fail_all(Some(fault));
        let id = account("alice").asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!((world.state(&id).await, cost(&world).await), (state, 0), "{fault:?}");
        world.pass_minutes(7).await;
        assert_eq!((world.state(&id).await, cost(&world).await), (StateName::Failed, 0), "{fault:?}");
    }
}

#[tokio::test]
async fn short_calls_leave_their_dollars_to_others_and_long_ones_take_them() {
    for (talk_seconds, calls) in [(60, 16), (300, 4), (600, 2)] {
        let world = world().await;
        let budgets =
            json!({ "cost_per_day_max_usd": 1.0, "reserve_percent": 0, "reserve_from_strangers_percent": 0 });
        world.policy(json!({ "rules": no_rules(), "budgets": budgets })).await;
        for n in 0..25 {
            world.stack.connect.plan_for(&number(n), talks(talk_seconds));
            account("alice").asks(&world, &number(n)).await;
            world.pass(700).await;
        }
        assert_eq!(world.calls().len(), calls, "{talk_seconds} seconds each");
    }
}

#[tokio::test]
async fn a_number_is_not_held_for_a_cost_that_cannot_be_settled() {
    let row = |world: &World| {
        let key =
            [("subject", "budget#total".to_owned()), ("window", Window::at(world.now(), DAY_SECONDS).key())];
        world
            .stack
            .tables
            .client
            .update_item()
            .table_name("Counters")
            .set_key(Some(key.map(|(name, value)| (name.to_owned(), s(value))).into()))
    };
    for broken in [s("much"), AttributeValue::N("100000".to_owned())] {
        let world = world().await;
        let id = called(&world, talks(30)).await;
        let spoil = row(&world).update_expression("SET micro_usd = :broken");
        spoil.expression_attribute_values(":broken", broken.clone()).send().await.unwrap();
        world.pass(60).await;
        assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Closed, None));
        let counts = world.stack.functions.contact_events.metrics.kept_counts();
        assert!(counts[&Metric::DamagedRows] > 0.0, "{broken:?}");
        let rows = world.items("Counters").await;
        let cost: Vec<_> = rows.iter().filter_map(|row| row.get("micro_usd")).collect();
        assert_eq!(cost, [&broken], "never below zero");
    }
}

#[tokio::test]
async fn a_call_that_an_earlier_version_claimed_keeps_what_was_reserved() {
    let world = world().await;
    let id = called(&world, talks(30)).await;
    let key = [("request_id".to_owned(), s(&id))].into();
    let update = world.stack.tables.client.update_item().table_name("Requests").set_key(Some(key));
    update.update_expression("REMOVE terms.reserved").send().await.unwrap();
    world.read_on(Function::Dialing).await;
    world.pass(60).await;
    assert_eq!((world.state(&id).await, cost(&world).await), (StateName::Closed, ESTIMATE));
}
