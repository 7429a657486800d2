//! What is spent for everybody is told to everybody, at moments that tell nothing about anybody's call.

use serde_json::json;
use tollgate::state::StateName;

use crate::world::{World, account, guest, world};

const OFFERED: [&str; 3] = ["callback", "chat", "call-in"];
const OTHERS: [&str; 2] = ["chat", "call-in"];

/// A deployment whose day has room for two calls, and two customers who were called.
async fn a_day_of_two_calls() -> World {
    let world = world().await;
    world.policy(json!({ "guests": "allow", "budgets": { "calls_per_day_max": 2, "reserve_percent": 0, "reserve_from_strangers_percent": 0 } })).await;
    for n in 0..2 {
        account(&format!("customer-{n}"))
            .at(&format!("198.5{n}.100.7"))
            .is_called(&world, &format!("+1206555010{n}"))
            .await;
    }
    world
}

/// Minutes until the next full quarter of an hour.
fn to_the_quarter(world: &World) -> u32 {
    15 - u32::try_from(world.now().as_second().rem_euclid(900) / 60).unwrap()
}

#[tokio::test]
async fn a_day_that_is_spent_is_told_from_the_next_quarter_of_an_hour_until_midnight() {
    let world = a_day_of_two_calls().await;
    let third = account("third").asks(&world, "+12065550102").await;
    world.settle().await;
    assert_eq!(
        (world.state(&third).await, world.findings(&third).await),
        (StateName::Refused, vec!["budget-spent"])
    );

    world.upkeep().await;
    assert_eq!(
        account("fourth").channels(&world).await,
        json!(OFFERED),
        "nobody can tell whose call was the last"
    );
    world.pass_minutes(to_the_quarter(&world)).await;
    assert_eq!(account("fourth").channels(&world).await, json!(OTHERS));
    assert_eq!(guest().channels(&world).await, json!(OTHERS));
    let told = account("fourth").asks_for(&world, "+12065550103").await;
    assert_eq!((told.status, told.json()), (200, json!({ "status": "redirected", "channels": OTHERS })));
    assert_eq!(
        account("third").looks(&world, &third).await.json()["status"],
        "ended",
        "as of any request of its age"
    );

    let midnight = 86_400 - world.now().as_second().rem_euclid(86_400);
    world.pass_unseen(midnight);
    assert_eq!(account("fourth").channels(&world).await, json!(OFFERED));
    account("fourth").is_called(&world, "+12065550103").await;
}

#[tokio::test]
async fn without_upkeep_the_callback_is_offered_again() {
    let world = a_day_of_two_calls().await;
    world.pass_minutes(to_the_quarter(&world)).await;
    assert_eq!(account("third").channels(&world).await, json!(OTHERS));
    world.pass_unseen(300);
    assert_eq!(account("third").channels(&world).await, json!(OFFERED));
}

#[tokio::test]
async fn a_minute_that_is_full_is_told_to_nobody() {
    let world = world().await;
    world.policy(json!({ "budgets": { "calls_per_minute_max": 0 } })).await;
    world.pass_minutes(to_the_quarter(&world)).await;
    assert_eq!(account("alice").channels(&world).await, json!(OFFERED));
}
