//! The list in buckets: a request is looked up with a few reads, however long the list is, and nothing that stands on it is
//! missed for that: not while it changes, not by a change that dies, not after another version has written to it.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use local::stack::Function;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tollgate::state::StateName;
use tollgate_aws::item::{Item, n, s};
use tollgate_aws::tables::deny_list::{self, Found};

use crate::round_trips::{run, watched};
use crate::watch::Watch;
use crate::world::{NUMBER, Visitor, World, account, world, world_with};

const HEAD: &str = "bucket#head";
/// What the bucket of [`NUMBER`] is called, and what stands there for it.
const BUCKET: &str = "bucket#digits#120655501";
const NODE: &str = "n#00";

fn listed(world: &World) -> String {
    world.stack.tables.names.deny_list.clone()
}

/// An entry as a version without buckets writes it.
async fn put_bare(world: &World, key: &str) {
    let attributes = [
        ("entry", s(key)),
        ("effect", s("deny")),
        ("reason", s("x")),
        ("author", s("carol")),
        ("added_at", n(1)),
    ];
    let item: Item = attributes.map(|(name, value)| (name.to_owned(), value)).into();
    let put = world.stack.tables.client.put_item().table_name(listed(world)).set_item(Some(item));
    put.send().await.unwrap();
}

/// Takes an item away, as a version without buckets does.
async fn delete_bare(world: &World, key: &str) {
    let delete = world.stack.tables.client.delete_item().table_name(listed(world)).key("entry", s(key));
    delete.send().await.unwrap();
}

/// Lets the list be one that an earlier version has kept: nobody has vouched for its buckets.
pub(crate) async fn of_an_earlier_version(world: &World) {
    delete_bare(world, HEAD).await;
}

/// What an attribute of the head says.
async fn head(world: &World, name: &str) -> Option<String> {
    let items = world.items("DenyList").await;
    let head = items.into_iter().find(|item| item["entry"] == s(HEAD))?;
    head.get(name).map(|value| value.as_n().unwrap().clone())
}

async fn keep(world: &World) -> Found {
    deny_list::keep(&world.stack.tables, world.now()).await.unwrap()
}

/// What becomes of a request once it is screened.
async fn screened(world: &World, visitor: &Visitor, number: &str) -> StateName {
    let id = visitor.asks(world, number).await;
    world.screen().await;
    world.state(&id).await
}

#[tokio::test]
async fn the_first_entry_of_every_kind_holds_for_the_very_next_request() {
    let german = "+498954321098765";
    for (entry, address, number) in [
        ("prefix#+1", "198.51.100.7", NUMBER),
        ("prefix#+12065", "198.51.100.7", NUMBER),
        ("prefix#+12065550100", "198.51.100.7", NUMBER),
        ("number#+12065550100", "198.51.100.7", NUMBER),
        ("number#+498954321098765", "198.51.100.7", german),
        ("prefix#+4989543210987", "198.51.100.7", german),
        ("country#US", "198.51.100.7", NUMBER),
        ("address-country#DE", "198.51.100.7", german),
        ("net#198.0.0.0/8", "198.51.100.7", NUMBER),
        ("net#198.51.0.0/16", "198.51.100.7", NUMBER),
        ("net#198.51.96.0/20", "198.51.100.7", NUMBER),
        ("net#198.51.100.0/24", "198.51.100.7", NUMBER),
        ("net#198.51.100.7/32", "198.51.100.7", NUMBER),
        ("net#2001::/16", "2001:db8:1:2::7", NUMBER),
        ("net#2001:db8::/32", "2001:db8:1:2::7", NUMBER),
        ("net#2001:db8:1::/48", "2001:db8:1:2::7", NUMBER),
        ("net#2001:db8:1:2::/64", "2001:db8:1:2::7", NUMBER),
        ("net#2001:db8:1:2::7/128", "2001:db8:1:2::7", NUMBER),
        ("account#alice", "198.51.100.7", NUMBER),
        ("carrier#Carrier A", "198.51.100.7", NUMBER),
    ] {
        let world = world().await;
        world.policy(json!({ "served_countries": ["US", "DE"] })).await;
        let country = if number == NUMBER { "US" } else { "DE" };
        let alice = account("alice").at(address).in_country(country);
        assert_eq!(screened(&world, &account("before"), "+12065550109").await, StateName::Approved);
        world.list("deny", entry).await;
        assert_eq!(screened(&world, &alice, number).await, StateName::Refused, "{entry}");
        world.unlist(entry).await;
        assert_eq!(screened(&world, &alice, number).await, StateName::Approved, "{entry}");
    }
}

/// A rival's entry, put while a request is screened.
fn deny_in_engine(world: &World, put_head: bool, put_entry: bool) -> impl FnOnce() + Send + 'static {
    let (database, table) = (world.stack.engine.database().clone(), listed(world));
    move || {
        let update = |key: &str, expression: &str, values: Value| {
            let mut update = json!({
                "TableName": table, "Key": { "entry": { "S": key } },
                "UpdateExpression": expression, "ExpressionAttributeValues": values,
            });
            if key == BUCKET {
                update["ExpressionAttributeNames"] = json!({ "#node": NODE });
            }
            database.update_item(serde_json::from_value(update).unwrap()).unwrap();
        };
        if put_head {
            update(HEAD, "ADD version :one", json!({ ":one": { "N": "1" } }));
        }
        if put_entry {
            update(BUCKET, "SET #node = :deny", json!({ ":deny": { "S": "d" } }));
        }
    }
}

#[tokio::test]
async fn an_entry_that_comes_between_the_look_and_the_approval_is_found_at_the_dial() {
    let (world, watch) = watched().await;
    let id = account("alice").asks(&world, NUMBER).await;
    watch.before_next("TransactWriteItems", deny_in_engine(&world, true, true));
    run(&world, &watch, Function::Screening).await;
    assert_eq!(world.state(&id).await, StateName::Approved);
    run(&world, &watch, Function::Dialing).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
}

#[tokio::test]
async fn a_torn_read_that_shows_the_new_version_and_not_the_entry_is_found_at_the_dial() {
    let (world, watch) = watched().await;
    let id = account("alice").asks(&world, NUMBER).await;
    // The one batch read the bucket before the entry was written, and the head after.
    watch.before_next("BatchGetItem", deny_in_engine(&world, true, false));
    let batch = world.stack.with_pump(|pump| pump.next_batch(Function::Screening.name())).unwrap().unwrap();
    world.stack.invoke(Function::Screening, batch.event.clone()).await.unwrap();
    assert_eq!(world.state(&id).await, StateName::Approved);
    deny_in_engine(&world, false, true)();
    run(&world, &watch, Function::Dialing).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
}

#[tokio::test]
async fn a_dial_reads_the_list_again_only_if_it_has_changed() {
    let (world, watch) = watched().await;
    account("alice").asks(&world, NUMBER).await;
    run(&world, &watch, Function::Screening).await;
    let unchanged = run(&world, &watch, Function::Dialing).await;
    assert_eq!((unchanged.reads, unchanged.round_trips()), (2.0, 3));

    // Nobody waits for a turn any more.
    world.pass_unseen(1);
    account("bob").asks(&world, "+12065550101").await;
    run(&world, &watch, Function::Screening).await;
    world.list("deny", "country#JM").await;
    let changed = run(&world, &watch, Function::Dialing).await;
    assert_eq!((changed.reads, changed.round_trips()), (10.0, 4), "{changed:#?}");
    assert_eq!(world.calls().len(), 3, "one was before");
}

#[tokio::test]
async fn trust_that_expires_between_screening_and_dial_waives_nothing_there() {
    let world = world().await;
    assert_eq!(screened(&world, &account("before"), "+12065550109").await, StateName::Approved);
    world.list("deny", "prefix#+1206").await;
    let until = json!({ "effect": "trust", "reason": "x", "expiresAt": "2026-03-02T10:00:20Z" });
    let put = world.operator(Method::PUT, "/review/entries/account%23alice", until).await;
    assert!(put.status < 300, "{}", put.text);
    let id = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Approved);
    world.pass_unseen(20);
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Refused);
}

#[tokio::test]
async fn what_a_list_of_an_earlier_version_holds_is_read_on_and_moved_into_buckets() {
    let (world, watch) = watched().await;
    of_an_earlier_version(&world).await;
    for key in ["number#+12065550100", "net#203.0.113.0/24", "account#mallory"] {
        put_bare(&world, key).await;
    }
    let mallory = account("mallory");
    let net = account("somebody").at("203.0.113.9");
    for (visitor, number) in [(&mallory, "+12065550101"), (&net, "+12065550102"), (&account("alice"), NUMBER)]
    {
        assert_eq!(screened(&world, visitor, number).await, StateName::Refused);
    }
    let reads = async |world: &World, watch: &Watch| {
        let id = account("dave").asks(world, NUMBER).await;
        let seen = run(world, watch, Function::Screening).await;
        assert_eq!(world.state(&id).await, StateName::Refused);
        seen.reads
    };
    assert!(reads(&world, &watch).await > 48.0, "by every key");

    // The first look writes, the next find nothing to mend, and when two minutes have passed it is vouched for.
    assert_eq!(keep(&world).await, Found::Apart(2));
    world.pass_unseen(60);
    put_bare(&world, "net#192.0.2.0/24").await;
    assert_eq!(keep(&world).await, Found::Apart(1), "an earlier version may still be writing");
    world.pass_unseen(60);
    assert_eq!(keep(&world).await, Found::Whole);
    assert_eq!(keep(&world).await, Found::Vouched);
    assert_eq!(screened(&world, &account("erin"), NUMBER).await, StateName::Refused);
    // The head has been seen to be vouched for: from the next request on.
    assert_eq!(reads(&world, &watch).await, 15.0);
    let of_net = account("frank").at("192.0.2.77");
    assert_eq!(screened(&world, &of_net, "+12065550103").await, StateName::Refused);
}

#[tokio::test]
async fn an_earlier_version_that_runs_again_lists_and_unlists_as_ever() {
    let world = world().await;
    world.list("deny", "number#+12065550101").await;
    assert_eq!(screened(&world, &account("alice"), "+12065550101").await, StateName::Refused);
    // It is deployed, and upkeep of this version does not run any more.
    world.pass_unseen(15 * 60);
    put_bare(&world, "number#+12065550100").await;
    delete_bare(&world, "number#+12065550101").await;
    // This version is deployed again: nobody vouches yet.
    let alice = account("alice");
    assert_eq!(screened(&world, &alice, NUMBER).await, StateName::Refused);
    let id = account("carol").at("203.0.113.50").asks(&world, "+12065550101").await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Approved, "{:?}", world.record(&id).await.findings);
    for _ in 0..4 {
        world.upkeep().await;
        world.pass(60).await;
    }
    assert_eq!(keep(&world).await, Found::Vouched);
    assert_eq!(screened(&world, &alice, NUMBER).await, StateName::Refused);
    let bob = account("bob").at("203.0.113.51");
    assert_eq!(screened(&world, &bob, "+12065550101").await, StateName::Approved);
}

#[tokio::test]
async fn buckets_are_vouched_for_as_long_as_upkeep_runs_and_looked_at_once_a_day() {
    let world = world().await;
    world.list("deny", "country#JM").await;
    for _ in 0..100 {
        world.pass_unseen(600);
        assert!(matches!(keep(&world).await, Found::Vouched));
    }
    // By hand, or by a restored table, a node is lost and another is left.
    delete_bare(&world, HEAD).await;
    deny_list::begin(&world.stack.tables, world.now()).await.unwrap();
    delete_bare(&world, "country#JM").await;
    put_bare(&world, "prefix#+1876").await;
    let mut found = vec![];
    for _ in 0..150 {
        world.pass_unseen(600);
        found.push(keep(&world).await);
    }
    assert!(found.contains(&Found::Apart(1)), "{found:?}");
    let jamaican = account("alice").in_country("JM");
    world.policy(json!({ "served_countries": ["US", "JM"] })).await;
    assert_eq!(screened(&world, &jamaican, "+18765230123").await, StateName::Refused);
}

#[tokio::test]
async fn an_import_that_dies_half_way_holds_as_far_as_it_is_shown_and_is_finished_by_the_next() {
    let (watch, stop) = (Watch::default(), Arc::new(Notify::new()));
    let interceptor = watch.interceptor();
    let world = world_with(|options| options.interceptor = Some(interceptor)).await;
    let networks: String = (0..2_000).map(|n| format!("10.{}.{}.0/24\n", n / 256, n % 256)).collect();
    let dies = stop.clone();
    let version = head(&world, "version").await;
    watch.before_next("TransactWriteItems", move || dies.notify_one());
    tokio::select! {
        biased;
        () = stop.notified() => {}
        answer = world.imports("text/plain", "?effect=deny&reason=hosting", networks.clone()) => panic!("{}", answer.text),
    }
    assert_ne!(head(&world, "version").await, version, "it said that it had begun");
    let shown = |items: &[Item]| {
        let keys = items.iter().map(|item| item["entry"].as_s().unwrap());
        keys.filter(|key| !key.starts_with("bucket#")).count()
    };
    let under_way =
        |items: &[Item]| items.iter().flat_map(Item::keys).any(|name| name.starts_with("under_way#"));
    let items = world.items("DenyList").await;
    assert!(shown(&items) < 2_000 && under_way(&items), "{} are shown", shown(&items));
    let begun = head(&world, "version").await;

    // Upkeep finds that it has died, and has everybody look again who looked meanwhile.
    world.pass_unseen(121);
    keep(&world).await;
    assert!(!under_way(&world.items("DenyList").await));
    assert_ne!(head(&world, "version").await, begun);
    world.pass_unseen(24 * 3_600);
    assert_eq!(keep(&world).await, Found::Whole, "what is shown holds, and nothing else does");

    let again = world.imports("text/plain", "?effect=deny&reason=hosting", networks).await.json();
    assert_eq!(again["imported"], 2_000, "{again}");
    let items = world.items("DenyList").await;
    assert_eq!((shown(&items), under_way(&items)), (2_000, false));
    world.pass_unseen(SignedDuration::from_hours(25).as_secs());
    for expected in [Found::Whole, Found::Whole, Found::Whole, Found::Vouched] {
        assert_eq!(keep(&world).await, expected);
        world.pass_unseen(60);
    }
    for network in ["10.0.0.9", "10.7.207.9", "10.3.200.1"] {
        let visitor = account("alice").at(network);
        assert_eq!(screened(&world, &visitor, NUMBER).await, StateName::Refused, "{network}");
    }
}
