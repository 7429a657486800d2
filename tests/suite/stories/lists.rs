//! The deny and trust list: an entry holds from the next request on, and even for one that waits for its dial.

use http::Method;
use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate::verdict::Standing;

use crate::world::{Answer, NUMBER, World, account, guest, world};

/// Has Alice ask for a number; state and findings when all is done.
async fn ask(world: &World, number: &str) -> (StateName, Vec<&'static str>) {
    account("alice").asks_and_waits(world, number).await
}

fn refused() -> (StateName, Vec<&'static str>) {
    (StateName::Refused, vec!["deny-listed"])
}

async fn put(world: &World, path: &str, body: Value) -> Answer {
    world.operator(Method::PUT, &format!("/review/entries/{path}"), body).await
}

async fn entries(world: &World) -> Value {
    world.operator(Method::GET, "/review/entries", Value::Null).await.json()["entries"].clone()
}

#[tokio::test]
async fn a_deny_entry_holds_for_the_very_next_request_and_no_longer_than_it_is_listed() {
    for entry in ["prefix#+1", "prefix#+1206", "prefix#+120655501", "number#+1 206 555 0100", "country#US"] {
        let world = world().await;
        assert_eq!(ask(&world, NUMBER).await, (StateName::Closed, vec![]), "{entry}");
        world.list("deny", entry).await;
        assert_eq!(ask(&world, NUMBER).await, refused(), "{entry}");
        assert_eq!(guest().asks_for(&world, NUMBER).await.status, 200);
        world.unlist(entry).await;
        assert_eq!(ask(&world, NUMBER).await, (StateName::Closed, vec![]), "{entry}");
        assert_eq!(entries(&world).await, json!([]));
    }
}

#[tokio::test]
async fn a_prefix_denies_no_number_beside_it() {
    let world = world().await;
    for entry in ["prefix#+12065550101", "prefix#+1207", "prefix#+44", "number#+12065550101", "country#CA"] {
        world.list("deny", entry).await;
    }
    assert_eq!(ask(&world, NUMBER).await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn a_deny_entry_holds_for_a_request_that_is_approved_and_not_yet_dialed() {
    for entry in ["prefix#+1206", "net#198.51.100.0/24", "account#alice", "carrier#Carrier A"] {
        let world = world().await;
        let alice = account("alice");
        let id = alice.asks(&world, NUMBER).await;
        world.screen().await;
        assert_eq!(world.state(&id).await, StateName::Approved);
        world.list("deny", entry).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{entry}");
        assert!(world.findings(&id).await.contains(&"deny-listed"), "{entry}");
        assert_eq!(alice.looks(&world, &id).await.json()["status"], "accepted");
        assert_eq!(world.calls(), []);

        // Its number is free again.
        world.unlist(entry).await;
        assert_eq!(ask(&world, NUMBER).await.0, StateName::Closed, "{entry}");
    }
}

#[tokio::test]
async fn trust_outweighs_deny_and_both_are_recorded() {
    for trusted in [format!("number#{NUMBER}"), "net#198.51.100.7".to_owned(), "account#alice".to_owned()] {
        let world = world().await;
        world.list("deny", "prefix#+1206").await;
        world.list("trust", &trusted).await;
        let id = account("alice").asks(&world, NUMBER).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "{trusted}");
        let findings = world.record(&id).await.findings;
        let told: Vec<_> = findings.iter().map(|finding| (finding.code.as_str(), finding.standing)).collect();
        assert_eq!(told, [("trusted", Standing::Enforced), ("deny-listed", Standing::Waived)]);
    }
}

#[tokio::test]
async fn trust_does_not_outweigh_a_kill_switch_or_a_country_that_is_not_served() {
    let world = world().await;
    world.list("trust", "account#alice").await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.kill_switches(true, &[]).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    assert_eq!(account("alice").asks_for(&world, NUMBER).await.status, 200, "redirected");
    world.kill_switches(false, &[]).await;
    let id = account("alice").in_country("JM").asks(&world, "+18765230123").await;
    world.settle().await;
    assert_eq!(world.findings(&id).await[..2], ["country-not-served", "trusted"]);
    assert_eq!(world.calls(), []);
}

#[tokio::test]
async fn an_entry_that_has_expired_holds_no_more_though_it_is_still_in_the_table() {
    let world = world().await;
    for path in ["number%23%2B12065550100", "carrier%23Carrier%20B"] {
        let until = json!({ "effect": "deny", "reason": "x", "expiresAt": "2026-03-02T11:00:00Z" });
        assert_eq!(put(&world, path, until).await.status, 200);
    }
    world.pass_unseen(3_599);
    let id = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    world.pass_unseen(1);
    assert_eq!(entries(&world).await, json!([]));
    let items = world.items("DenyList").await;
    let keys = items.iter().map(|item| item["entry"].as_s().unwrap());
    let entries = keys.filter(|key| !key.starts_with("bucket#"));
    assert_eq!(entries.count(), 2, "nobody has deleted them");
    assert_eq!(ask(&world, NUMBER).await, (StateName::Closed, vec![]));

    let over = json!({ "effect": "deny", "reason": "x", "expiresAt": "2026-03-02T11:00:00Z" });
    assert_eq!(put(&world, "country%23US", over).await.status, 422, "it would never hold");
}

#[tokio::test]
async fn an_entry_listed_again_is_one_entry_and_the_last_word_counts() {
    let world = world().await;
    world.list("deny", "number#+1 (206) 555-0100").await;
    world.list("trust", "number#+12065550100").await;
    assert_eq!(entries(&world).await.as_array().unwrap().len(), 1);
    assert_eq!(ask(&world, NUMBER).await, (StateName::Closed, vec!["trusted"]));
}

#[tokio::test]
async fn what_is_no_entry_is_told_and_not_listed() {
    let world = world().await;
    let deny = json!({ "effect": "deny", "reason": "x" });
    for path in [
        "mars",
        "planet%23mars",
        "number%23%2B1206",
        "prefix%23%2B0",
        "net%23203.0.113.7%2F24",
        "country%23USA",
        "asn%23-1",
    ] {
        let answer = put(&world, path, deny.clone()).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["field"], "entry", "{path}");
    }
    let wrong = put(&world, "country%23JM", json!({ "effect": "block", "reason": " " })).await.json();
    let fields: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["effect", "reason"]);
    assert_eq!(entries(&world).await, json!([]));
    assert_eq!(
        world.operator(Method::DELETE, "/review/entries/country%23JM?reason=x", Value::Null).await.status,
        404
    );
}

#[tokio::test]
async fn a_parameter_that_is_given_twice_is_refused() {
    let world = world().await;
    for path in ["/review/requests?state=open&state=refused", "/review/entries?limit=1&limit=2"] {
        let answer = world.operator(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["reason"], "give it once", "{path}");
    }
}

#[tokio::test]
async fn trust_in_a_number_lifts_nothing_that_speaks_against_who_asks_for_it() {
    for denied in ["account#alice", "net#198.51.100.7"] {
        let world = world().await;
        world.list("trust", &format!("number#{NUMBER}")).await;
        world.list("deny", "prefix#+1206").await;
        account("bob").at("198.18.100.7").is_called(&world, NUMBER).await;
        world.list("deny", denied).await;
        let id = account("alice").asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{denied}");
    }
}
