//! Budgets bound the calls exactly, whatever the rules say and however many requests come at once.

use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::by_hand::{no_rules, number};
use crate::world::{World, account, world};

const AT_ONCE: usize = 50;

/// A world without rules and with these budgets, in which fifty requests are dialed side by side.
async fn dialed_at_once(budgets: Value, numbers: impl Fn(usize) -> String) -> (World, Vec<String>) {
    so_many_dialed_at_once(AT_ONCE, budgets, numbers).await
}

async fn so_many_dialed_at_once(
    many: usize,
    budgets: Value,
    numbers: impl Fn(usize) -> String,
) -> (World, Vec<String>) {
    let world = world().await;
    let mut budgets = budgets;
    // Nothing is kept for others.
    for reserve in ["reserve_percent", "reserve_from_strangers_percent"] {
        budgets[reserve] = budgets.get(reserve).cloned().unwrap_or(json!(0));
    }
    let policy = json!({
        "rules": no_rules(), "budgets": budgets, "served_countries": ["US", "CA"],
        "dial": { "calls_per_second_max": 1000.0 }, "line": { "lookups_per_day_max": 0 },
    });
    world.policy(policy).await;
    let mut ids = vec![];
    for n in 0..many {
        ids.push(account("alice").asks(&world, &numbers(n)).await);
    }
    world.screen().await;
    let records = world.records_for(Function::Dialing);
    assert_eq!(records.len(), many);
    assert_eq!(world.deliver(Function::Dialing, &records).await, 0);
    (world, ids)
}

/// What did not fit was refused with the budget's name, and its number is free.
async fn the_rest_was_refused(world: &World, ids: &[String], calls: usize, budget: &str) {
    assert_eq!(world.calls().len(), calls);
    let mut refused = 0;
    for id in ids {
        let record = world.record(id).await;
        if record.state.name() == StateName::InCall {
            continue;
        }
        refused += 1;
        assert_eq!(record.state.name(), StateName::Refused);
        let [finding] = record.findings.as_slice() else { panic!("{:?}", record.findings) };
        assert_eq!((finding.code.as_str(), finding.subject.as_deref()), ("budget-spent", Some(budget)));
    }
    assert_eq!(calls + refused, ids.len());
    assert_eq!(world.items("Pending").await.len(), calls, "only calls hold their numbers");
    world.pass_minutes(2).await;
    assert_eq!(world.calls().len(), calls);
}

#[tokio::test]
async fn the_hours_calls_are_made_and_not_one_more() {
    let (world, ids) = dialed_at_once(json!({ "calls_per_hour_max": 17 }), number).await;
    the_rest_was_refused(&world, &ids, 17, "calls-per-hour").await;
}

#[tokio::test]
async fn the_days_calls_are_made_and_not_one_more() {
    let (world, ids) = dialed_at_once(json!({ "calls_per_day_max": 11 }), number).await;
    the_rest_was_refused(&world, &ids, 11, "calls-per-day").await;
}

#[tokio::test]
async fn each_countrys_calls_are_made_and_not_one_more() {
    let two_countries = |n| if n % 2 == 0 { number(n) } else { format!("+1416555{:04}", 100 + n) };
    let (world, ids) = dialed_at_once(json!({ "calls_per_country_per_day_max": 7 }), two_countries).await;
    the_rest_was_refused(&world, &ids, 14, "calls-per-country-per-day").await;
    let canadian = world.calls().iter().filter(|call| call.phone_number.starts_with("+1416")).count();
    assert_eq!(canadian, 7);
}

#[tokio::test]
async fn each_ranges_calls_are_made_and_not_one_more() {
    let two_ranges = |n| if n % 2 == 0 { number(n) } else { format!("+1206556{:04}", 100 + n) };
    let (world, ids) = dialed_at_once(json!({ "calls_per_range_per_day_max": 6 }), two_ranges).await;
    the_rest_was_refused(&world, &ids, 12, "calls-per-range-per-day").await;
    let of_one = world.calls().iter().filter(|call| call.phone_number.starts_with("+1206556")).count();
    assert_eq!(of_one, 6);
}

#[tokio::test]
async fn the_days_estimated_cost_is_not_passed_by_a_cent() {
    // A call is estimated at 0.25 dollars; the ninth would cost 2.25.
    let budgets = json!({ "cost_per_day_max_usd": 2.24, "usd_per_minute": { "+1": 0.05 }, "estimated_call_minutes": 5 });
    let (world, ids) = dialed_at_once(budgets, number).await;
    assert_eq!(world.counted("budget#total", "micro_usd").await, 2_000_000);
    the_rest_was_refused(&world, &ids, 8, "cost-per-day").await;
    // They have ended meanwhile, each within its first minute.
    assert_eq!(world.counted("budget#total", "micro_usd").await, 400_000);
}

#[tokio::test]
async fn a_call_dearer_than_the_whole_day_is_never_made() {
    let budgets = json!({ "cost_per_day_max_usd": 1.0, "usd_per_minute": { "+1206": 3.0 } });
    let (world, ids) = so_many_dialed_at_once(5, budgets, number).await;
    the_rest_was_refused(&world, &ids, 0, "cost-per-day").await;
}

#[tokio::test]
async fn a_budget_of_nothing_stops_all_calls() {
    let (world, ids) = so_many_dialed_at_once(5, json!({ "calls_per_minute_max": 0 }), number).await;
    the_rest_was_refused(&world, &ids, 0, "calls-per-minute").await;
}

#[tokio::test]
async fn what_does_not_fit_into_a_minute_waits_for_the_next() {
    let (world, ids) = dialed_at_once(json!({ "calls_per_minute_max": 12 }), number).await;
    assert_eq!(world.calls().len(), 12);
    for calls in [24, 36, 48, 50, 50] {
        world.pass_minutes(1).await;
        assert_eq!(world.calls().len(), calls);
    }
    world.pass_minutes(1).await;
    for id in ids {
        assert_eq!((world.state(&id).await, world.findings(&id).await), (StateName::Closed, vec![]));
    }
}

#[tokio::test]
async fn who_waits_for_the_minute_is_refused_once_the_hour_is_spent() {
    let (world, ids) =
        dialed_at_once(json!({ "calls_per_minute_max": 10, "calls_per_hour_max": 15 }), number).await;
    assert_eq!(world.calls().len(), 10);
    world.pass_minutes(3).await;
    assert_eq!(world.calls().len(), 15);
    let mut refused = 0;
    for id in &ids {
        refused += usize::from(world.findings(id).await == ["budget-spent"]);
    }
    assert_eq!(refused, 35);
}

#[tokio::test]
async fn the_next_hour_has_a_budget_of_its_own() {
    let (world, _) = so_many_dialed_at_once(5, json!({ "calls_per_hour_max": 3 }), number).await;
    assert_eq!(world.calls().len(), 3);
    world.pass(3_600).await;
    for n in 60..65 {
        account("alice").asks(&world, &number(n)).await;
    }
    world.settle().await;
    assert_eq!(world.calls().len(), 6);
}

#[tokio::test]
async fn a_part_of_the_days_calls_is_kept_from_strangers_for_those_who_have_proved_themselves() {
    let world = world().await;
    let policy = json!({
        "rules": no_rules(),
        "budgets": { "calls_per_day_max": 10, "reserve_percent": 15, "reserve_from_strangers_percent": 30 },
        "dial": { "calls_per_second_max": 1000.0 }, "line": { "lookups_per_day_max": 0 },
    });
    world.policy(policy).await;
    let customer = account("customer");
    customer.asks(&world, &number(0)).await;
    world.pass(60).await;
    let mut refused = vec![];
    for n in 1..12 {
        refused.push(
            account(&format!("stranger-{n}")).at(&format!("198.{n}.100.7")).asks(&world, &number(n)).await,
        );
    }
    world.settle().await;
    assert_eq!(world.calls().len(), 7, "strangers have seventy percent of it");
    assert_eq!(world.findings(&refused[10]).await, ["budget-spent"]);
    for n in 20..24 {
        customer.asks(&world, &number(n)).await;
        world.pass(60).await;
    }
    assert_eq!(world.calls().len(), 10, "and the rest is for the proven, of whom a fourth call is too many");
}

#[tokio::test]
async fn of_many_numbers_that_a_known_asker_has_called_at_once_one_is_free_and_the_others_share_a_part_of_the_day()
 {
    let world = world().await;
    world
        .policy(json!({
            "rules": no_rules(), "proof": { "ripe_seconds": 60 }, "dial": { "calls_per_second_max": 1000.0 },
            "budgets": { "calls_per_day_max": 100, "further_numbers_percent": 1 }, "line": { "lookups_per_day_max": 0 },
        }))
        .await;
    account("alice").asks(&world, &number(0)).await;
    world.settle().await;
    world.pass_minutes(10).await;
    assert_eq!(world.calls().len(), 1);
    let mut ids = vec![];
    for n in 1..=10 {
        ids.push(account("alice").asks(&world, &number(n)).await);
    }
    world.screen().await;
    let records = world.records_for(Function::Dialing);
    assert_eq!(world.deliver(Function::Dialing, &records).await, 0);
    assert_eq!(world.calls().len(), 1 + 2);
    assert_eq!(world.counted("budget#further-numbers", "calls").await, 1);
    let mut refused = 0;
    for id in &ids {
        let record = world.record(id).await;
        if record.state.name() == StateName::Refused {
            assert_eq!(record.findings[0].subject.as_deref(), Some("further-numbers-per-day"));
            refused += 1;
        }
    }
    assert_eq!(refused, 8);
}
