//! Newcomers share places: a call that lives or was wasted holds one, and one that goes well gives it back with two more. The
//! places are exact, however many ask at once and however often an end is heard.

use futures::future::join_all;
use local::connect::CallPlan;
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::limits::only;
use crate::world::{NUMBER, TALK_SECONDS, Visitor, World, account, talks, world};

/// The n-th newcomer, with an account and a network of his own.
fn newcomer(n: usize) -> Visitor {
    account(&format!("newcomer-{n}")).at(&format!("198.{n}.100.7"))
}

fn number(n: usize) -> String {
    format!("+1206{}0100", 222 + n)
}

/// A policy under which strangers have so many places, and nothing else is met.
fn places(strangers_max: u32) -> Value {
    let mut policy = only(json!({}), json!({}));
    policy["newcomers"] =
        json!({ "newcomers_max": 1_000, "strangers_max": strangers_max, "scarce_percent": 100 });
    policy
}

async fn held(world: &World) -> i64 {
    world.counted("budget#newcomers", "strangers").await
}

#[tokio::test]
async fn of_fifty_newcomers_who_are_dialed_at_once_exactly_as_many_are_called_as_there_are_places() {
    let world = world().await;
    world.policy(places(13)).await;
    let mut ids = vec![];
    for n in 0..50 {
        world.stack.connect.plan_for(&number(n), CallPlan::unanswered());
        ids.push(newcomer(n).asks(&world, &number(n)).await);
    }
    world.screen().await;
    let records = world.records_for(Function::Dialing);
    assert_eq!(records.len(), 50);
    let answers =
        join_all([&records, &records].map(|records| world.deliver(Function::Dialing, records))).await;
    assert_eq!(answers, [0, 0]);
    assert_eq!((world.calls().len(), held(&world).await), (13, 13));
    world.pass_minutes(3).await;
    assert_eq!(world.calls().len(), 13, "a wasted call holds its place");
    let mut refused = vec![];
    for id in &ids {
        if world.state(id).await != StateName::Closed {
            refused.push((world.state(id).await, world.record(id).await.findings[0].subject.clone()));
        }
    }
    assert_eq!(refused, vec![(StateName::Refused, Some("strangers".to_owned())); 37]);
}

#[tokio::test]
async fn newcomers_are_told_of_other_channels_once_the_places_are_taken() {
    let world = world().await;
    world.policy(places(2)).await;
    for n in 0..3 {
        world.stack.connect.plan_for(&number(n), CallPlan::unanswered());
    }
    let ask = async |n: usize| {
        let id = newcomer(n).asks(&world, &number(n)).await;
        world.pass(60).await;
        (world.state(&id).await, world.findings(&id).await)
    };
    assert_eq!(ask(0).await, (StateName::Closed, vec![]));
    assert_eq!(ask(1).await, (StateName::Closed, vec![]));
    assert_eq!(ask(2).await.0, StateName::Refused);
    assert!(ask(2).await.1.contains(&"newcomers-rationed"));
    world.pass(2 * 1_800).await;
    assert_eq!(ask(3).await, (StateName::Closed, vec![]), "the next window but one is empty");
}

#[tokio::test]
async fn a_good_end_gives_its_places_back_exactly_once_however_often_it_is_heard() {
    let world = world().await;
    world.policy(places(130)).await;
    let id = newcomer(1).asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(held(&world).await, 1);
    world.pass_unseen(180);
    let events = world.intercept();
    let heard = events.iter().chain(&events).chain(&events).map(|event| world.stack.hear(event));
    assert!(join_all(heard).await.iter().all(Result::is_ok));
    world.hear_all(&events).await;
    world.pass_minutes(3).await;
    world.hear_all(&events).await;
    assert_eq!((world.state(&id).await, held(&world).await), (StateName::Closed, 1 - 3));
    assert_eq!(world.counted("budget#range#+1206555", "newcomers").await, 1 - 3);
}

#[tokio::test]
async fn newcomers_who_talk_are_never_rationed_and_a_flood_of_wasted_calls_is() {
    let world = world().await;
    world.policy(places(4)).await;
    for n in 0..20 {
        let id = newcomer(n).asks(&world, &number(n)).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "the {n}th");
    }
}

#[tokio::test]
async fn a_talk_too_short_to_prove_anything_gives_nothing_back() {
    for (plan, after) in [(talks(2), 1), (CallPlan::unanswered(), 1), (talks(TALK_SECONDS), -2)] {
        let world = world().await;
        world.stack.connect.plan_for(NUMBER, plan);
        newcomer(1).asks(&world, NUMBER).await;
        world.pass(60).await;
        assert_eq!(held(&world).await, after);
    }
}

#[tokio::test]
async fn places_go_back_where_they_were_taken_when_the_window_of_the_policy_changes_in_between() {
    let world = world().await;
    let windows = |seconds: u32| json!({ "newcomers": { "window_seconds": seconds }, "held": { "per_range_while_untold_max": 100 } });
    world.policy(windows(1_800)).await;
    let called = newcomer(1).asks(&world, NUMBER).await;
    world.screen().await;
    let withdrawn = newcomer(2).asks(&world, "+12065550101").await;
    world.screen().await;
    world.policy(windows(7_200)).await;
    newcomer(2).withdraws(&world, &withdrawn).await;
    world.pass(60).await;
    assert_eq!(world.state(&called).await, StateName::Closed);
    let items = world.items("Counters").await;
    let of = |subject: &str, attribute: &str| -> Vec<(String, i64)> {
        let own = items.iter().flat_map(local::counts::of);
        let own = own.filter(|count| count.subject == subject && count.name == attribute);
        own.map(|count| (count.window, count.number)).collect()
    };
    let newcomers = of("budget#newcomers", "newcomers");
    assert_eq!(newcomers.iter().map(|(_, held)| *held).collect::<Vec<_>>(), [-2], "{newcomers:?}");
    let approved = of("range#+1206555", "approved");
    assert_eq!(approved.iter().map(|(_, held)| *held).collect::<Vec<_>>(), [1], "{approved:?}");
}

#[tokio::test]
async fn a_range_that_is_held_is_exact_under_fifty_approvals_at_once_and_one_after_another() {
    for at_once in [true, false] {
        let world = world().await;
        let mut policy = only(json!({}), json!({}));
        policy["held"]["per_range_while_untold_max"] = json!(6);
        world.policy(policy).await;
        let mut ids = vec![];
        for n in 0..50 {
            ids.push(newcomer(n).asks(&world, &format!("+120655501{n:02}")).await);
        }
        let records = world.records_for(Function::Screening);
        if at_once {
            assert_eq!(world.deliver(Function::Screening, &records).await, 0);
        } else {
            // As the stream brings them: one batch, long before the first is dialed.
            let records: Vec<_> = records.iter().map(|record| record["Records"][0].clone()).collect();
            assert_eq!(world.deliver(Function::Screening, &[json!({ "Records": records })]).await, 0);
        }
        let mut approved = 0;
        for id in &ids {
            match world.state(id).await {
                StateName::Approved => approved += 1,
                _ => assert_eq!(world.findings(id).await, ["too-many-to-range"], "{at_once}"),
            }
        }
        assert_eq!(approved, 6, "at once: {at_once}");
        world.pass_minutes(3).await;
        assert_eq!(world.calls().len(), 6, "at once: {at_once}");
    }
}
