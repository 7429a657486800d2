//! Items that cannot be read: the error is clear, others go on, and nothing accepted is lost: once the item is mended,
//! upkeep drives the request on.

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::{Value, json};
use tollgate::counter::Window;
use tollgate::state::StateName;
use tollgate_aws::item::{Item, n, s};
use tollgate_aws::services::metrics::Metric;

use crate::buckets::of_an_earlier_version;
use crate::world::{NUMBER, World, account, world};

const OTHER: &str = "+12065550101";

fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Puts an item into a table past all checks.
async fn put(world: &World, table: &str, item: Item) {
    let put = world.stack.tables.client.put_item().table_name(table).set_item(Some(item));
    put.send().await.unwrap();
}

async fn delete(world: &World, table: &str, key: &str, value: &str) {
    let delete = world.stack.tables.client.delete_item().table_name(table).key(key, s(value));
    delete.send().await.unwrap();
}

/// A request for a number about which `table` holds something unreadable waits; one for another number does not; and when
/// the item is gone, the first is called, too.
async fn waits_until_it_is_mended(table: impl Fn(&World) -> String, key: &str, broken: Item) {
    waits_in(world().await, table, key, broken).await;
}

/// The same in this world.
async fn waits_in(world: World, table: impl Fn(&World) -> String, key: &str, broken: Item) {
    let table = table(&world);
    put(&world, &table, broken.clone()).await;
    let id = account("alice").asks(&world, NUMBER).await;
    // Of somebody else: that the first asks on counts for him who asks.
    let other = account("bob").at("203.0.113.50").asks(&world, OTHER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Received, "{broken:?}");
    assert_eq!(
        world.state(&other).await,
        StateName::InCall,
        "{broken:?}: {:?}",
        world.record(&other).await.findings
    );

    world.pass_minutes(3).await;
    assert_eq!(world.state(&id).await, StateName::Received, "{broken:?}");
    assert_eq!(world.state(&other).await, StateName::Closed, "{broken:?}");

    delete(&world, &table, key, broken[key].as_s().unwrap()).await;
    world.pass_minutes(2).await;
    assert_eq!(world.state(&id).await, StateName::Closed, "{broken:?}");
    assert_eq!(world.calls().len(), 2, "{broken:?}");
}

#[tokio::test]
async fn a_list_entry_that_cannot_be_read_is_not_a_pass() {
    // Of an earlier version, which knew of no buckets: no bucket is vouched for while it cannot be read.
    let waits = async |broken: Item| {
        let world = world().await;
        of_an_earlier_version(&world).await;
        waits_in(world, |world| world.stack.tables.names.deny_list.clone(), "entry", broken).await;
    };
    let entry = ("entry", s(format!("number#{NUMBER}")));
    let whole = [("effect", s("deny")), ("reason", s("x")), ("author", s("carol")), ("added_at", n(1))];
    for (at, wrong) in [(0, s("maybe")), (1, n(7)), (2, s("")), (3, s("yesterday"))] {
        let mut attributes = whole.clone();
        attributes[at].1 = wrong;
        let broken = item(&[&[entry.clone()][..], &attributes].concat());
        waits(broken).await;
    }
    waits(item(&[entry])).await;
}

#[tokio::test]
async fn a_node_that_cannot_be_read_is_not_a_pass() {
    for node in [s("maybe"), s(""), s("d1.5"), n(1), AttributeValue::Null(true)] {
        let broken = item(&[("entry", s("bucket#digits#120655501")), ("n#00", node)]);
        waits_until_it_is_mended(|world| world.stack.tables.names.deny_list.clone(), "entry", broken).await;
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_its_number_from_being_called() {
    for holder in [s("nobody"), n(1), AttributeValue::Null(true)] {
        let broken = item(&[("number", s(NUMBER)), ("held_by", holder), ("claimed_at", n(1))]);
        waits_until_it_is_mended(|world| world.stack.tables.names.pending.clone(), "number", broken).await;
    }
}

#[tokio::test]
async fn a_kept_line_that_cannot_be_read_is_not_taken_for_another() {
    for line in [s("mobile"), AttributeValue::M(item(&[("type", s("carrier-pigeon")), ("carrier", s("A"))]))]
    {
        let broken = item(&[("number", s(NUMBER)), ("line", line), ("expires_at", n(4_000_000_000_u64))]);
        waits_until_it_is_mended(|world| world.stack.tables.names.numbers.clone(), "number", broken).await;
    }
}

#[tokio::test]
async fn unreadable_entries_and_claims_are_told_to_operators_beside_the_others() {
    let world = world().await;
    world.list("deny", "country#JM").await;
    put(&world, &world.stack.tables.names.deny_list, item(&[("entry", s("country#KP"))])).await;
    put(&world, &world.stack.tables.names.pending, item(&[("number", s(NUMBER))])).await;

    let told = world.operator(Method::GET, "/review/entries", Value::Null).await.json();
    assert_eq!(told["entries"][0]["entry"], "country#JM");
    let reason = told["unreadable"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("country#KP") && reason.contains("effect"), "{reason}");
    let exported = world.operator(Method::GET, "/review/entries/export", Value::Null).await;
    assert_eq!(exported.headers["x-unreadable"], "1");
    assert_eq!(world.upkeep().await.unreadable, 1);

    world.unlist("country#KP").await;
    let told = world.operator(Method::GET, "/review/entries", Value::Null).await.json();
    assert_eq!(told["unreadable"], json!([]));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_hides_no_other_and_goes_on_when_it_is_mended() {
    let world = world().await;
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;
    let names = &world.stack.tables.names;
    let set_number = async |number: &str| {
        let update =
            world.stack.tables.client.update_item().table_name(&names.requests).key("request_id", s(&id));
        let update =
            update.update_expression("SET #number = :number").expression_attribute_names("#number", "number");
        update.expression_attribute_values(":number", s(number)).send().await.unwrap();
    };
    // Its first record is lost, as that of a stream that gave up; what upkeep finds cannot be read.
    world.events_for_screening();
    set_number("twelve").await;
    let other = alice.asks(&world, OTHER).await;
    world.settle().await;
    assert_eq!(world.state(&other).await, StateName::InCall);

    // A look reads nothing that is broken.
    assert_eq!(alice.looks(&world, &id).await.status, 200);
    world.pass(60).await;
    assert_eq!(world.upkeep().await.unreadable, 1);
    assert_eq!(world.upkeep().await.unreadable, 0, "it is looked at again in an hour");
    let shown = world.operator(Method::GET, "/review/requests?state=open", Value::Null).await.json();
    assert_eq!(shown["unreadable"].as_array().map(Vec::len), Some(1), "{shown}");
    assert!(!shown.to_string().contains("twelve"), "{shown}");

    set_number(NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
}

#[tokio::test]
async fn without_a_policy_that_can_be_read_nobody_is_called_and_nothing_is_lost() {
    for document in ["{", "{}}", r#"{"retention_days": 0}"#, r#"{"unheard_of": 1}"#] {
        let world = world().await;
        world.policy(json!({})).await;
        break_policy(&world, document).await;
        let id = account("alice").asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Received, "{document}");
        let error = world.stack.upkeep().await.unwrap_err().to_string();
        assert!(error.contains("policy") && error.contains("Settings"), "{error}");
        let shown = world.operator(Method::GET, "/review/policy", Value::Null).await;
        assert_eq!(shown.status, 503, "{document}");

        let seen = [("if-match", "\"1\"".to_owned())];
        let saved = world.send(Method::PUT, "/review/policy", &seen, "{}").await;
        assert_eq!(saved.status, 200, "{}", saved.text);
        world.pass_minutes(2).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "{document}");
    }
}

#[tokio::test]
async fn a_policy_that_breaks_later_leaves_the_one_read_before_in_force() {
    let world = world().await;
    world.policy(json!({ "rules": { "deny-listed": "shadow" } })).await;
    world.list("deny", &format!("number#{NUMBER}")).await;
    account("alice").asks(&world, OTHER).await;
    world.pass(60).await;
    break_policy(&world, "{").await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
    assert_eq!(world.findings(&id).await, ["deny-listed"]);
}

#[tokio::test]
async fn a_policy_that_the_first_release_saved_is_in_force_after_the_update() {
    let world = world().await;
    // Saved by this version first, so that the item has all that goes with a document.
    world.policy(json!({})).await;
    let saved = json!({
        "rules": { "deny-listed": "shadow" },
        "limits": { "per_range": { "requests_max": 8, "window_seconds": 86_400 }, "growth_percent": 200 },
        "waste": { "country": { "floor": 30, "share_percent": 75 } },
    });
    break_policy(&world, &saved.to_string()).await;
    world.list("deny", &format!("number#{NUMBER}")).await;
    world.pass(60).await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed, "the saved mode holds, and calls are made");
    let shown = world.operator(Method::GET, "/review/policy", Value::Null).await;
    assert_eq!(shown.json()["policy"]["rules"], json!({ "deny-listed": "shadow" }));
}

async fn break_policy(world: &World, document: &str) {
    let update = world.stack.tables.client.update_item().table_name(&world.stack.tables.names.settings);
    let update =
        update.key("name", s("policy")).key("version", n(0)).update_expression("SET document = :document");
    update.expression_attribute_values(":document", s(document)).send().await.unwrap();
}

#[tokio::test]
async fn a_count_that_cannot_be_read_counts_as_full_until_it_is_mended_and_is_told() {
    for (subject, window_seconds, attribute, broken) in [
        ("account#alice", 3_600, "asks", AttributeValue::L(vec![s("no ask at all")])),
        ("account#alice", 3_600, "asks", n(3)),
        ("range#+1206555", 86_400, "approved", s("many")),
    ] {
        let world = world().await;
        let window = Window::at(world.now(), window_seconds);
        let key = item(&[("subject", s(subject)), ("window", s(window.key()))]);
        let mut row = key.clone();
        row.insert(attribute.to_owned(), broken.clone());
        put(&world, "Counters", row).await;
        let alice = account("alice");
        assert_eq!(alice.asks_and_waits(&world, NUMBER).await.0, StateName::Refused, "{broken:?}");
        let counts = world.stack.functions.screening.metrics.kept_counts();
        assert!(counts[&Metric::DamagedRows] > 0.0, "{broken:?}");

        let mend = world.stack.tables.client.delete_item().table_name("Counters").set_key(Some(key));
        mend.send().await.unwrap();
        alice.is_called(&world, NUMBER).await;
    }
}

#[tokio::test]
async fn a_budget_that_cannot_be_read_is_spent_until_it_is_mended_and_is_told_by_its_name() {
    for (attribute, budget) in
        [("calls", "calls-per-day"), ("micro_usd", "cost-per-day"), ("calls_US", "calls-per-country-per-day")]
    {
        let world = world().await;
        let window = Window::at(world.now(), 86_400);
        let key = item(&[("subject", s("budget#total")), ("window", s(window.key()))]);
        let mut row = key.clone();
        row.insert(attribute.to_owned(), s("many"));
        put(&world, "Counters", row).await;
        let id = account("alice").asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{attribute}");
        assert_eq!(world.record(&id).await.findings[0].subject.as_deref(), Some(budget));
        let counts = world.stack.functions.dialing.metrics.kept_counts();
        assert!(counts[&Metric::DamagedRows] > 0.0, "{attribute}");

        let mend = world.stack.tables.client.delete_item().table_name("Counters").set_key(Some(key));
        mend.send().await.unwrap();
        account("bob").at("203.0.113.50").is_called(&world, OTHER).await;
    }
}
