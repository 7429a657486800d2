//! What is decided on proposals: what is put aside comes back when it has doubled, what is accepted again holds longer, and where
//! customers were called it takes a typed word.

use jiff::{SignedDuration, Timestamp};
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::entry::Entry;
use tollgate_aws::tables::deny_list;

use crate::console::{Desk, desk, leads_to};
use crate::round_trips::watched;
use crate::world::{World, account, talks, world};

const RANGE: &str = "prefix#+1712770";

async fn customers(world: &World) {
    for n in 0..25 {
        let number = format!("+1206{}0100", 200 + n);
        account(&format!("customer-{n}")).at(&format!("198.51.{n}.7")).asks_and_waits(world, &number).await;
    }
}

/// Somebody has numbers of a range called that nobody answers, each asker once.
async fn pump(world: &World, calls: std::ops::Range<u32>) {
    for n in calls {
        let number = format!("+1712770{:04}", 137 + n * 577);
        world.stack.connect.plan_for(&number, CallPlan { answered: false, ..talks(0) });
        account(&format!("pumper-{n}")).at(&format!("203.{n}.113.9")).asks_and_waits(world, &number).await;
    }
}

async fn free(world: &World) {
    world.policy(crate::limits::only(json!({}), json!({}))).await;
}

fn decision<'f>(kind: &'f str, bad: &'f str, of: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("proposed", RANGE),
        ("entry", RANGE),
        ("kind", kind),
        ("bad", bad),
        ("days", "1"),
        ("reason", "told in a story"),
        ("decision", of),
    ]
}

async fn is_open(desk: &Desk<'_>) -> bool {
    desk.sees("proposals").await.text.contains("value=\"prefix#+1712770\"")
}

async fn holds_until(world: &World) -> Option<Timestamp> {
    let entry = Entry::parse(RANGE).unwrap();
    deny_list::get(&world.stack.tables, &entry, world.now()).await.unwrap().unwrap().expires_at
}

#[tokio::test]
async fn what_is_put_aside_comes_back_when_there_is_twice_as_much_against_it() {
    for (of, told) in [("snooze", "snoozed by sue"), ("reject", "turned down by sue")] {
        let world = world().await;
        free(&world).await;
        customers(&world).await;
        pump(&world, 0..8).await;
        let desk = desk(&world);
        assert!(is_open(&desk).await);
        let answer = desk.sends("proposals", &decision("deny", "8", of)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(!is_open(&desk).await, "{of}");
        assert!(desk.sees("proposals").await.text.contains(told), "{of}");
        pump(&world, 8..17).await;
        assert!(is_open(&desk).await, "{of}: there is twice as much against it");
    }
}

#[tokio::test]
async fn an_entry_that_is_accepted_again_holds_longer() {
    let world = world().await;
    free(&world).await;
    customers(&world).await;
    pump(&world, 0..10).await;
    let desk = desk(&world);
    let first = desk.sees("proposals").await.text;
    assert!(first.contains("name=\"days\" value=\"1\" checked"), "{first}");
    let accepted = desk.sends("proposals", &decision("deny", "10", "accept")).await;
    assert_eq!(leads_to(&accepted).0, 303);
    assert_eq!(holds_until(&world).await, Some(world.now() + SignedDuration::from_hours(24)));
    assert!(!is_open(&desk).await, "what is listed is not proposed");

    let removed = desk.sends("lists/remove", &[("entry", RANGE), ("reason", "tried")]).await;
    assert_eq!(leads_to(&removed).0, 303);
    let again = desk.sees("proposals").await.text;
    assert!(again.contains("name=\"days\" value=\"7\" checked"), "{again}");
}

#[tokio::test]
async fn a_proposal_that_is_accepted_turns_no_trust_around() {
    let world = world().await;
    free(&world).await;
    customers(&world).await;
    pump(&world, 0..10).await;
    world.list("trust", RANGE).await;
    let desk = desk(&world);
    let answer = desk.sends("proposals", &decision("deny", "10", "accept")).await;
    assert!((400..500).contains(&answer.status), "{}", answer.text);
    let stands = world.operator(http::Method::GET, "/review/entries/prefix%23%2B1712770", Value::Null).await;
    assert_eq!(stands.json()["effect"], "trust");
}

#[tokio::test]
async fn where_customers_were_called_a_typed_word_is_asked_for() {
    let world = world().await;
    free(&world).await;
    customers(&world).await;
    account("farmer").at("198.18.1.7").is_called(&world, "+17127700100").await;
    world.pass(2 * 3_600).await;
    pump(&world, 0..10).await;
    let desk = desk(&world);
    let page = desk.sees("proposals").await.text;
    assert!(page.contains("It may hit customers.") && page.contains("1 call went well there"), "{page}");
    let hasty = desk.sends("proposals", &decision("watch", "10", "accept")).await;
    assert_eq!(hasty.status, 422);
    assert!(hasty.text.contains("customers may be hit"), "{}", hasty.text);
    let fields = [decision("watch", "10", "accept"), vec![("confirmation", "deny anyway")]].concat();
    assert_eq!(leads_to(&desk.sends("proposals", &fields).await).0, 303);
    assert!(holds_until(&world).await.is_some());
}

#[tokio::test]
async fn no_page_takes_more_than_three_round_trips() {
    let (world, watch) = watched().await;
    free(&world).await;
    customers(&world).await;
    pump(&world, 0..10).await;
    let desk = desk(&world);
    for (page, at_most) in [
        ("", 3),
        ("requests", 2),
        ("proposals", 3),
        ("lists", 1),
        ("switches", 1),
        ("policy", 2),
        ("changes", 1),
    ] {
        watch.look();
        assert_eq!(desk.sees(page).await.status, 200);
        let seen = watch.look();
        assert!(seen.round_trips() <= at_most, "{page}: {seen:#?}");
    }
}
