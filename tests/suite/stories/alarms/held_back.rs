//! What is held back rings by its cause, and requests that wait in vain.

use http::Method;
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::state::StateName;

use super::Watched;
use crate::by_hand::exchange;
use crate::world::{NUMBER, Visitor, World, account, world};

/// Somebody with an account and a network of his own.
fn somebody(n: usize) -> Visitor {
    account(&format!("somebody-{n}")).at(&format!("198.{n}.100.7"))
}

/// Numbers in a range each.
fn numbers(amount: usize) -> Vec<String> {
    (0..amount).map(|n| format!("+1425{}0100", exchange(n))).collect()
}

async fn marked(world: &World, id: &str, mark: &str) {
    let path = format!("/review/requests/{id}/mark");
    assert_eq!(world.operator(Method::PUT, &path, json!({ "mark": mark })).await.status, 204);
}

#[tokio::test]
async fn an_account_that_asks_on_and_on_rings_for_limits() {
    let mut watched = Watched::new(world().await);
    watched
        .world
        .policy(json!({ "limits": { "per_account": { "requests_max": 5, "window_seconds": 3600 } } }))
        .await;
    watched.asks_again(&somebody(1), &numbers(4), 4).await;
    watched.assert_rang(&["LimitsHoldBack"]);
}

#[tokio::test]
async fn an_account_whose_calls_are_wasted_and_that_asks_on_rings_for_waste() {
    let mut watched = Watched::new(world().await);
    for number in numbers(4) {
        watched.world.stack.connect.plan_for(&number, CallPlan::unanswered());
    }
    watched.asks_again(&somebody(1), &numbers(1), 2).await;
    watched.asks_again(&somebody(1), &numbers(4)[1..], 5).await;
    watched.assert_rang(&["WasteHoldsBack"]);
}

#[tokio::test]
async fn an_account_that_was_marked_and_asks_on_rings_for_marks() {
    let mut watched = Watched::new(world().await);
    let id = somebody(1).is_called(&watched.world, NUMBER).await;
    marked(&watched.world, &id, "spam").await;
    watched.asks_again(&somebody(1), &numbers(3), 5).await;
    // For who asked, a marked call is a wasted one, too.
    watched.assert_rang(&["MarksHoldBack", "WasteHoldsBack"]);
}

#[tokio::test]
async fn strangers_who_pay_for_what_others_did_with_a_range_ring_for_neighbors() {
    let mut watched = Watched::new(world().await);
    for n in [1, 2] {
        let id = somebody(n).is_called(&watched.world, &format!("+1206555010{n}")).await;
        marked(&watched.world, &id, "spam").await;
    }
    for n in 3..15 {
        let id = somebody(n).asks(&watched.world, &format!("+12065550{:03}", 200 + n)).await;
        watched.world.screen().await;
        assert_eq!(watched.world.state(&id).await, StateName::Refused);
    }
    watched.minutes(1).await;
    watched.assert_rang(&["NeighborsHoldBack"]);
}

#[tokio::test]
async fn many_who_are_refused_for_whatever_reason_ring() {
    let mut watched = Watched::new(world().await);
    watched.world.list("deny", "prefix#+1425").await;
    for n in 0..101 {
        somebody(n).asks(&watched.world, &numbers(101)[n]).await;
    }
    watched.minutes(1).await;
    watched.assert_rang(&["Refusals"]);
}

#[tokio::test]
async fn newcomers_who_find_no_place_ring() {
    let mut watched = Watched::new(world().await);
    let mut policy = crate::limits::only(json!({}), json!({}));
    policy["newcomers"] = json!({ "newcomers_max": 1_000, "strangers_max": 1, "scarce_percent": 100 });
    watched.world.policy(policy).await;
    let numbers = numbers(13);
    watched.world.stack.connect.plan_for(&numbers[0], CallPlan::unanswered());
    somebody(0).asks(&watched.world, &numbers[0]).await;
    watched.minutes(2).await;
    for (n, number) in numbers.iter().enumerate().skip(1) {
        somebody(n).asks(&watched.world, number).await;
    }
    watched.minutes(1).await;
    // Their places are a budget, and told as one.
    watched.assert_rang(&["BudgetNear", "Siege"]);
}

#[tokio::test]
async fn requests_that_wait_in_vain_ring() {
    let mut watched = Watched::new(world().await);
    watched.world.policy(json!({ "budgets": { "calls_per_minute_max": 1, "reserve_percent": 0, "reserve_from_strangers_percent": 0 } })).await;
    for (n, number) in numbers(12).iter().enumerate() {
        somebody(n).asks(&watched.world, number).await;
    }
    watched.minutes(7).await;
    watched.assert_rang(&["RequestsExpire"]);
}

#[tokio::test]
async fn a_mark_that_comes_after_its_call_was_ripe_rings_and_one_in_time_does_not() {
    for (minutes, mark, alarms) in [
        (30, "spam", vec![]),
        (121, "legitimate", vec![]),
        (121, "spam", vec!["MarksComeLate"]),
        (121, "wrong-person", vec!["MarksComeLate"]),
    ] {
        let mut watched = Watched::new(world().await);
        let id = somebody(1).is_called(&watched.world, NUMBER).await;
        watched.world.pass(minutes * 60).await;
        for _ in 0..2 {
            marked(&watched.world, &id, mark).await;
        }
        assert_eq!(
            watched.world.stack.functions.review.metrics.kept_counts().len(),
            alarms.len(),
            "counted once"
        );
        watched.minutes(1).await;
        watched.assert_rang(&alarms);
        let shown = watched.world.operator(Method::GET, &format!("/review/requests/{id}"), Value::Null).await;
        assert_eq!(shown.json()["operatorMark"]["mark"], mark);
    }
}
