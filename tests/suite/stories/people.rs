//! A person asks what is stored of him, or wants it gone: an operator shows it, and erases what may be erased. What is live ends
//! as every other request does, and is erased then.

mod hard;
mod live;

use http::Method;
use serde_json::{Value, json};
use tollgate::budget::Used;
use tollgate::entry::Entry;
use tollgate::state::StateName;
use tollgate::text::Author;
use tollgate_aws::item::{Item, s};
use tollgate_aws::tables::counters;
use tollgate_aws::tables::decisions::{self, Decided};

use crate::world::{Answer, NUMBER, Visitor, World, account, world, world_with};

const ADDRESS: &str = "203.0.113.9";
/// Until nobody may hope for a call any more, and what upkeep does then.
const UNTIL_FORGOTTEN: u32 = 8;

fn alice() -> Visitor {
    account("alice").at(ADDRESS)
}

/// Alice by all her names.
fn her() -> Value {
    json!({ "number": NUMBER, "account": "alice", "address": ADDRESS, "reason": "she asked us to" })
}

async fn exports(world: &World, person: &Value) -> Value {
    let answer = world.operator(Method::POST, "/review/people/export", person.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn tries_to_erase(world: &World, person: &Value) -> Answer {
    world.operator(Method::POST, "/review/people/erase", person.clone()).await
}

async fn erases(world: &World, person: &Value) -> Value {
    let answer = tries_to_erase(world, person).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn counts(told: &Value, part: &str) -> usize {
    told[part].as_array().unwrap().len()
}

/// The tables that still name her, but for those whose rows stay: what is counted, and what is listed.
async fn where_named(world: &World) -> Vec<&'static str> {
    let mut named = vec![];
    for table in ["Requests", "Pending", "Calls", "Contacts", "Numbers", "Settings", "Changes", "Erasures"] {
        let items = world.items(table).await;
        let names = ["2065550100", "alice", "\"203.0.113.9\"", "203.0.113.9/", "Alice L."];
        if items.iter().any(|item| names.iter().any(|name| format!("{item:?}").contains(name))) {
            named.push(table);
        }
    }
    named
}

async fn posts(world: &World) -> String {
    let body = json!({ "phoneNumber": NUMBER, "name": "Alice L.", "topic": "a bill" });
    let answer = alice().posts(world, body.to_string()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A call that was made and marked; and somebody else's.
async fn after_a_call() -> (World, String) {
    let world = world().await;
    let id = posts(&world).await;
    world.pass(60).await;
    let mark = json!({ "mark": "wrong-person", "reason": "Alice L. was angry" });
    let marked = world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), mark).await;
    assert_eq!(marked.status, 204);
    account("bob").at("203.0.113.99").is_called(&world, "+12125550101").await;
    world.list("deny", "account#alice").await;
    for entry in ["account#alice", "account#bob"] {
        let (entry, author) = (Entry::parse(entry).unwrap(), Author::parse("carol").unwrap());
        decisions::decide(&world.stack.tables, &entry, Decided::Accepted, 3, &author, world.now())
            .await
            .unwrap();
    }
    (world, id)
}

#[tokio::test]
async fn all_that_is_stored_of_a_person_is_shown_by_each_of_his_names() {
    let (world, id) = after_a_call().await;
    for (name, value) in [("number", NUMBER), ("account", "alice"), ("address", ADDRESS)] {
        let told = exports(&world, &json!({ (name): value, "reason": "asked" })).await;
        assert_eq!(told["requests"].as_array().unwrap().len(), 1, "{name}: {told}");
        let (kept, request) = (&told["requests"][0], &told["requests"][0]["request"]);
        assert_eq!(
            (&request["id"], &request["number"], &kept["name"], &kept["topic"], &request["account"]),
            (&json!(id), &json!(NUMBER), &json!("Alice L."), &json!("a bill"), &json!("alice"))
        );
        assert_eq!(request["operatorMark"]["mark"], "wrong-person");
        assert_eq!(
            (&told["calls"][0]["request"], &told["calls"][0]["mark"]),
            (&json!(id), &json!("wrong-person"))
        );
        assert_eq!((counts(&told, "calls"), &told["contacts"][0]["request"]), (1, &json!(id)));
        let marked = told["changes"].as_array().unwrap().iter().find(|change| change["subject"] == id);
        assert_eq!(marked.unwrap()["reason"], "Alice L. was angry");
        assert_eq!(told["next"], Value::Null);
    }
    let told = exports(&world, &her()).await;
    assert_eq!((counts(&told, "requests"), counts(&told, "calls"), counts(&told, "lines")), (1, 1, 1));
    for part in ["entries", "decisions"] {
        assert_eq!((&told[part][0]["entry"], counts(&told, part)), (&json!("account#alice"), 1), "{part}");
    }
    let subjects: Vec<_> = told["counts"].as_array().unwrap().iter().map(|row| &row["subject"]).collect();
    assert!(subjects.contains(&&json!("account#alice")), "{subjects:?}");
    assert!(subjects.contains(&&json!("address#203.0.113.9/32")), "{subjects:?}");
    assert_eq!(told["counts"][0]["asks"][0]["request"], id);
    let listed = told["changes"].as_array().unwrap().iter().any(|c| c["subject"] == "account#alice");
    assert!(listed, "{told}");
    assert!(!told.to_string().contains("2125550101") && !told.to_string().contains("bob"), "{told}");
}

#[tokio::test]
async fn the_claim_is_shown_while_a_call_is_live() {
    let world = world().await;
    let id = posts(&world).await;
    world.settle().await;
    let told = exports(&world, &her()).await;
    assert_eq!(
        (&told["claims"][0]["request"], &told["requests"][0]["request"]["state"]),
        (&json!(id), &json!("in-call"))
    );
}

#[tokio::test]
async fn a_number_that_is_an_accounts_own_is_found_in_its_other_requests_too() {
    let world = world().await;
    let id = alice().with_verified_number(NUMBER).is_called(&world, "+12125550101").await;
    let told = exports(&world, &json!({ "number": NUMBER, "reason": "asked" })).await;
    assert_eq!(
        (&told["requests"][0]["request"]["id"], &told["requests"][0]["verifiedNumber"]),
        (&json!(id), &json!(NUMBER))
    );
}

#[tokio::test]
async fn all_addresses_of_an_ipv6_line_are_one_persons() {
    let world = world().await;
    for (n, address) in ["2001:db8:1:1::5", "2001:db8:1:1:aaaa::6", "2001:db8:1:2::5"].into_iter().enumerate()
    {
        account(&format!("a{n}")).at(address).is_called(&world, &format!("+1206{}0100", 556 + n)).await;
    }
    let told = exports(&world, &json!({ "address": "2001:db8:1:1::7", "reason": "asked" })).await;
    assert_eq!((counts(&told, "requests"), counts(&told, "calls")), (2, 2));
}

#[tokio::test]
async fn what_has_ended_is_erased_at_once_and_what_protects_stays_and_is_said() {
    let (world, _) = after_a_call().await;
    world.pass(600).await;
    let others = world.items("Requests").await.len() - 1;
    let used = budgets(&world).await;
    let told = erases(&world, &her()).await;
    assert_eq!(told["erased"], json!({ "requests": 1, "calls": 1, "changes": 1 }));
    assert_eq!((&told["atTheirEnd"], &told["next"]), (&json!(0), &Value::Null));
    let entry = &told["kept"]["entries"][0];
    assert_eq!((&entry["entry"], &entry["expiresAt"]), (&json!("account#alice"), &Value::Null));
    assert!(told["kept"]["counts"][0]["keptUntil"].is_string(), "{told}");

    assert_eq!(where_named(&world).await, Vec::<&str>::new());
    assert_eq!(world.items("Requests").await.len(), others, "nobody else's is gone");
    let decided = decisions::all(&world.stack.tables).await.unwrap();
    assert_eq!(decided.keys().collect::<Vec<_>>(), ["account#bob"]);
    assert_eq!(budgets(&world).await, used, "budgets are as they were");
    assert!(world.counted("budget#calls", "calls").await >= 0);
    assert_eq!(
        alice().asks_and_waits(&world, "+12065570100").await,
        (StateName::Refused, vec!["deny-listed"]),
        "who is denied stays denied"
    );
    let again = erases(&world, &json!({ "account": "nobody", "reason": "asked" })).await;
    assert_eq!(again["erased"], json!({ "requests": 0, "calls": 0, "changes": 0 }));
}

async fn budgets(world: &World) -> Vec<Used> {
    let policy = world.policy_in_force().await;
    counters::budgets_used(&world.stack.tables, &policy, world.now()).await.unwrap()
}

#[tokio::test]
async fn what_is_counted_of_an_asker_outlives_his_erasure() {
    let world = world().await;
    world
        .policy(json!({ "limits": { "per_account": { "requests_max": 2, "window_seconds": 86400 } } }))
        .await;
    for number in ["+12065560100", "+12065570100"] {
        alice().is_called(&world, number).await;
    }
    world.pass(600).await;
    erases(&world, &her()).await;
    let (state, found) = alice().asks_and_waits(&world, "+12065580100").await;
    assert_eq!(state, StateName::Refused);
    assert!(found.contains(&"too-many-from-account"), "{found:?}: no limit is lifted by it");
}

#[tokio::test]
async fn both_leave_a_record_that_names_nobody() {
    let (world, _) = after_a_call().await;
    exports(&world, &her()).await;
    erases(&world, &her()).await;
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    let change = |action| {
        let mut changes = changes["changes"].as_array().unwrap().iter();
        changes.find(|change| change["action"] == action).unwrap()
    };
    for action in ["erase-person", "export-person"] {
        assert_eq!(
            (&change(action)["subject"], &change(action)["reason"]),
            (&json!("+1206*******, an account, 203.0.x.x"), &json!("she asked us to"))
        );
    }
    let denied = change("deny-entry");
    assert_eq!((&denied["subject"], denied.get("reason")), (&json!("account#(hidden)"), None));
}

#[tokio::test]
async fn who_is_no_person_is_told_so_and_nothing_is_recorded() {
    let world = world().await;
    for (body, fields) in [
        (json!({ "reason": "asked" }), vec!["number"]),
        (json!({ "number": "206", "address": "1.2.3", "reason": "" }), vec!["number", "address", "reason"]),
        (json!({ "account": "alice", "reason": "asked", "after": "?" }), vec!["after"]),
    ] {
        let answer = tries_to_erase(&world, &body).await;
        let told = answer.json();
        let errors: Vec<_> = told["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
        assert_eq!((answer.status, errors), (422, fields.iter().map(|field| json!(field)).collect()));
    }
    assert_eq!(world.items("Changes").await.len(), 0);
}

#[tokio::test]
async fn a_change_names_people_as_long_as_requests_are_kept_and_is_kept_for_400_days() {
    let world = world().await;
    world.policy(json!({ "retention_days": 3 })).await;
    let day = world.now().strftime("%Y-%m-%d").to_string();
    world.list("deny", "number#+12065550100").await;
    // As the first release wrote it.
    let tables = &world.stack.tables;
    for item in world.items("Changes").await {
        let key = [("day".to_owned(), item["day"].clone()), ("change".to_owned(), item["change"].clone())];
        let update = tables.client.update_item().table_name(&tables.names.changes);
        let update = update.set_key(Some(key.into())).update_expression("REMOVE expires_at, masked");
        update.send().await.unwrap();
    }
    let subject = async || {
        let changes = world.operator(Method::GET, &format!("/review/changes?day={day}"), Value::Null).await;
        let changes = changes.json()["changes"].as_array().unwrap().clone();
        let denied = changes.into_iter().find(|change| change["action"] == "deny-entry");
        denied.map(|change| change["subject"].clone())
    };
    world.pass_unseen(2 * 86_400);
    runs_upkeep_for_a_cycle(&world).await;
    assert_eq!(subject().await, Some(json!("number#+12065550100")), "its requests are still on record");
    world.pass_unseen(2 * 86_400);
    runs_upkeep_for_a_cycle(&world).await;
    assert_eq!(subject().await, Some(json!("number#+1206*******")));
    assert!(world.items("Changes").await.iter().all(|item| item.contains_key("expires_at")));
    assert_eq!(where_named(&world).await, Vec::<&str>::new());

    world.pass_unseen(394 * 86_400);
    assert_eq!(subject().await, Some(json!("number#+1206*******")));
    world.pass_unseen(3 * 86_400);
    assert_eq!(subject().await, None, "it has expired, deleted or not");
}

/// Each run looks at another day.
async fn runs_upkeep_for_a_cycle(world: &World) {
    for _ in 0..400 {
        world.pass_unseen(60);
        world.stack.upkeep().await.unwrap();
    }
}
