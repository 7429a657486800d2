//! Controls name what exists: a kill switch, a country, a prefix or a network that names nothing would guard nothing.

use http::Method;
use serde_json::{Value, json};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::state::StateName;
use tollgate::text::{Author, Reason};
use tollgate_aws::tables::deny_list;

use crate::world::{Answer, World, account, percent_encoded, world};

async fn put_entry(world: &World, entry: &str) -> Answer {
    let path = format!("/review/entries/{}", percent_encoded(entry));
    world.operator(Method::PUT, &path, json!({ "effect": "deny", "reason": "x" })).await
}

fn assert_refused(answer: &Answer, field: &str, says: &str) {
    assert_eq!(answer.status, 422, "{field}: {}", answer.text);
    let told = answer.json()["errors"].clone();
    let errors: Vec<_> = told.as_array().unwrap().iter().filter(|error| error["field"] == field).collect();
    assert!(errors.iter().any(|error| error["reason"].as_str().unwrap().contains(says)), "{told}");
}

#[tokio::test]
async fn a_control_that_names_nothing_is_refused_with_what_may_be_meant() {
    let world = world().await;
    let switches = json!({ "all": false, "countries": ["JM", "UK"], "reason": "attack" });
    let answer = world.operator(Method::PUT, "/review/kill-switches", switches).await;
    assert_refused(&answer, "countries.1", "is it GB?");
    for (policy, field, says) in [
        (json!({ "served_countries": ["US", "UK"] }), "served_countries.1", "GB"),
        (json!({ "served_address_countries": ["ZZ"] }), "served_address_countries.0", "no country"),
        (
            json!({ "budgets": { "usd_per_minute": { "+999": 1 } } }),
            "budgets.usd_per_minute.+999",
            "no number",
        ),
    ] {
        let answer = world.operator(Method::POST, "/review/policy/validate", policy).await;
        assert_refused(&answer, field, says);
    }
    for (entry, says) in [
        ("country#UK", "GB"),
        ("address-country#EL", "GR"),
        ("prefix#+210", "no such country code"),
        ("prefix#+120655501001", "so many digits"),
        ("asn#0", "no network"),
    ] {
        assert_refused(&put_entry(&world, entry).await, "entry", says);
        let file = format!("entry\n{entry}\ncountry#JM\n");
        let told = world.imports("text/csv", "?effect=deny&reason=x&dryRun=true", file).await.json();
        assert_eq!(
            (&told["imported"], &told["refused"][0]["line"]),
            (&json!(1), &json!(2)),
            "{entry}: {told}"
        );
    }
}

#[tokio::test]
async fn a_prefix_is_written_as_numbers_are() {
    let world = world().await;
    world.policy(json!({ "served_countries": ["US", "GB"] })).await;
    assert_refused(&put_entry(&world, "prefix#+4407").await, "entry", "write +447,");
    assert_eq!(put_entry(&world, "prefix#+447").await.status, 200);
    let id = account("alice").in_country("GB").asks(&world, "+44 (0)7400 123456").await;
    world.pass(60).await;
    assert_eq!(
        (world.state(&id).await, world.findings(&id).await),
        (StateName::Refused, vec!["deny-listed"])
    );
}

#[tokio::test]
async fn what_names_nothing_and_was_saved_before_is_read_on() {
    let world = world().await;
    let listing = Listing {
        entry: Entry::parse("country#UK").unwrap(),
        effect: Effect::Deny,
        reason: Reason::parse("before").unwrap(),
        author: Author::parse("ada").unwrap(),
        added_at: world.now(),
        expires_at: None,
    };
    deny_list::add(&world.stack.tables, &[listing], world.now()).await.unwrap();
    let path = format!("/review/entries/{}", percent_encoded("country#UK"));
    assert_eq!(world.operator(Method::GET, &path, Value::Null).await.json()["reason"], "before");
    let removed = world.operator(Method::DELETE, &format!("{path}?reason=x"), Value::Null).await;
    assert_eq!(removed.status, 204, "{}", removed.text);
}

#[tokio::test]
async fn a_number_of_an_area_code_of_tomorrow_is_let_in_by_the_policy_and_recorded_as_such() {
    let new = "+12475550100";
    let world = world().await;
    assert_eq!(account("alice").asks_for(&world, new).await.status, 422);
    assert_refused(&put_entry(&world, &format!("number#{new}")).await, "entry", "no such number");
    world.policy(json!({ "numbers": { "let_in": ["+1 247"] } })).await;
    let id = account("alice").asks(&world, new).await;
    world.pass(60).await;
    assert!(world.findings(&id).await.contains(&"let-in-number"), "{:?}", world.findings(&id).await);
    assert_ne!(world.state(&id).await, StateName::Refused);
    let shown = world.operator(Method::GET, &format!("/review/requests/{id}"), Value::Null).await.json();
    assert_eq!((&shown["kind"], &shown["country"]), (&json!("unlisted"), &json!("US")));

    // It can be listed, and what was let in once is read on.
    assert_eq!(put_entry(&world, &format!("number#{new}")).await.status, 200);
    let id = account("bob").at("203.0.113.9").asks(&world, new).await;
    world.pass(60).await;
    assert!(world.findings(&id).await.contains(&"deny-listed"));
    world.policy(json!({})).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    let found =
        world.operator(Method::GET, "/review/requests?number=%2B12475550100", Value::Null).await.json();
    assert_eq!(found["requests"].as_array().unwrap().len(), 2, "{found}");
}

#[tokio::test]
async fn what_the_policy_lets_in_is_still_told_by_its_exchange() {
    let world = world().await;
    world.policy(json!({ "numbers": { "let_in": ["+1 999"] } })).await;
    for dear in ["+1 999 976 4141", "+1 999 911 1234", "+1 999 950 1000", "+1 999 555 1212"] {
        let id = account("alice").asks(&world, dear).await;
        world.pass(20).await;
        assert_eq!(world.findings(&id).await, ["premium-rate-number"], "{dear}");
    }
    assert_eq!(account("alice").asks_for(&world, "+1 999 055 0100").await.status, 422);
    account("alice").is_called(&world, "+1 999 234 0100").await;
}

#[tokio::test]
async fn a_prefix_that_numbers_are_freed_of_in_the_middle_is_refused() {
    let world = world().await;
    for (entry, says) in [
        ("prefix#+54 11 15", "begin with +5491"),
        ("prefix#+7 8 912", "begin with +7912"),
        ("prefix#+1206055", "no exchange"),
        ("prefix#+12061", "no exchange"),
    ] {
        assert_refused(&put_entry(&world, entry).await, "entry", says);
    }
    for entry in ["prefix#+54 9 11", "prefix#+7 800", "prefix#+7 912", "prefix#+1 247 234", "asn#AS64500"] {
        assert_eq!(put_entry(&world, entry).await.status, 200, "{entry}");
    }
}
