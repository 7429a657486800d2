//! Blocks: who goes too far is offered other channels for a while, longer each time; operators see it and may lift it.

use http::Method;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, Visitor, World, account, percent_encoded, world};

const HOUR: i64 = 3_600;

/// Whoever asks three times in an hour is blocked for an hour, then for two, then for two and a half.
async fn strict() -> World {
    let world = world().await;
    let policy = json!({
        "limits": { "per_address": { "requests_max": 2, "window_seconds": 3_600 } },
        "blocks": { "first_seconds": 3_600, "longest_seconds": 9_000 },
        "rules": { "too-many-from-account": "off", "too-many-to-number": "off", "too-many-to-range": "off" },
    });
    world.policy(policy).await;
    world
}

/// A visitor at the address that is blocked.
fn visitor() -> Visitor {
    account("alice").at("203.0.113.9")
}

async fn shown(world: &World, subject: &str) -> Value {
    let answer = asked(world, Method::GET, subject, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn asked(world: &World, method: Method, subject: &str, query: &str) -> Answer {
    let path = format!("/review/blocks/{}{query}", percent_encoded(subject));
    world.operator(method, &path, Value::Null).await
}

/// What became of a request of this visitor, and what was found.
async fn asks(world: &World, visitor: &Visitor) -> (StateName, Vec<&'static str>) {
    let id = visitor.asks(world, NUMBER).await;
    world.pass(60).await;
    (world.state(&id).await, world.findings(&id).await)
}

/// Goes too far, and tells for how long the address is blocked, in whole hours.
async fn goes_too_far(world: &World) -> (u64, i64) {
    for _ in 0..2 {
        assert_eq!(asks(world, &visitor()).await, (StateName::Closed, vec![]));
    }
    assert_eq!(asks(world, &visitor()).await, (StateName::Redirected, vec!["too-many-from-address"]));
    let block = shown(world, "address#203.0.113.9").await["block"].clone();
    let until: jiff::Timestamp = block["until"].as_str().unwrap().parse().unwrap();
    (block["strikes"].as_u64().unwrap(), until.duration_since(world.now()).as_secs() + 60)
}

#[tokio::test]
async fn whoever_goes_too_far_is_blocked_twice_as_long_each_time_up_to_the_longest() {
    let world = strict().await;
    for (strikes, seconds) in [(1, 3_600), (2, 7_200), (3, 9_000), (4, 9_000)] {
        let (told, lasts) = goes_too_far(&world).await;
        assert_eq!(told, strikes);
        // Up to a tenth is added, so that what was blocked together does not come back together.
        assert!((seconds..=seconds * 11 / 10).contains(&lasts), "{strikes}: {lasts}");

        world.pass(seconds - 300).await;
        let (state, found) = asks(&world, &visitor()).await;
        assert_eq!((state, found.last()), (StateName::Redirected, Some(&"source-blocked")));
        // The window of the limit has to be empty, too.
        world.pass(3 * HOUR).await;
    }
}

#[tokio::test]
async fn a_block_is_forgotten_after_two_quiet_weeks() {
    let world = strict().await;
    assert_eq!(goes_too_far(&world).await.0, 1);
    world.pass(14 * 24 * HOUR).await;
    assert_eq!(shown(&world, "address#203.0.113.9").await["block"], Value::Null);
    assert_eq!(goes_too_far(&world).await.0, 1);
}

#[tokio::test]
async fn an_operator_sees_a_past_and_lifts_the_block() {
    let world = strict().await;
    goes_too_far(&world).await;
    let past = shown(&world, "address#203.0.113.9").await;
    assert_eq!(past["subject"], "address#203.0.113.9/32");
    assert_eq!(past["days"], json!([{ "day": "2026-03-02", "good": 2, "wasted": 0, "marked": 0 }]));
    assert_eq!((&past["block"]["strikes"], &past["block"]["holds"]), (&json!(1), &json!(true)));
    let range = shown(&world, "range#+1206555").await;
    assert_eq!((&range["days"][0]["good"], &range["block"]), (&json!(2), &Value::Null));

    let without_reason = asked(&world, Method::DELETE, "address#203.0.113.9/32", "").await;
    assert_eq!(
        (without_reason.status, shown(&world, "address#203.0.113.9").await["block"]["strikes"].as_u64()),
        (400, Some(1))
    );
    let lifted = asked(&world, Method::DELETE, "address#203.0.113.9/32", "?reason=an%20office").await;
    assert_eq!(lifted.status, 204, "{}", lifted.text);
    assert_eq!(shown(&world, "address#203.0.113.9").await["block"], Value::Null);
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    let change = &changes["changes"][0];
    assert_eq!(
        (&change["action"], &change["subject"], &change["reason"]),
        (&json!("lift-block"), &json!("address#203.0.113.9/32"), &json!("an office"))
    );
    let again = asked(&world, Method::DELETE, "address#203.0.113.9/32", "?reason=x").await;
    assert_eq!(again.status, 404, "there is nothing to lift");

    world.pass(2 * HOUR).await;
    assert_eq!(goes_too_far(&world).await.0, 1, "the next one is the first again");
}

#[tokio::test]
async fn a_carriers_past_is_its_own() {
    let world = world().await;
    asks(&world, &visitor()).await;
    let line = world.stack.carriers.lookups();
    assert_eq!(line, [NUMBER]);
    let carrier = world.items("Numbers").await[0]["line"].as_m().unwrap()["carrier"].as_s().unwrap().clone();
    assert_eq!(shown(&world, &format!("carrier#{carrier}")).await["days"][0]["good"], 1);
    assert_eq!(shown(&world, "carrier#nobody at all").await["days"], json!([]));
}

#[tokio::test]
async fn what_is_no_subject_is_told_with_what_would_be() {
    let world = world().await;
    for subject in ["planet#mars", "address#203.0.113.0/24", "net#203.0.113.0/24", "203.0.113.9"] {
        let answer = asked(&world, Method::GET, subject, "").await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["field"]),
            (422, &json!("subject")),
            "{subject}"
        );
    }
}
