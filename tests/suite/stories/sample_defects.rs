//! Defects that were measured in the rate limiter that an article on this subject comes with, each shown to be absent here.

use futures::future::join_all;
use local::stack::Function;
use serde_json::json;
use tollgate::state::StateName;

use crate::by_hand::{no_rules, number};
use crate::world::{NUMBER, Visitor, World, account, world};

/// No rule but a limit of ten requests an hour from one address.
async fn ten_from_an_address() -> World {
    let world = world().await;
    let mut rules = no_rules();
    rules["too-many-from-address"] = json!("enforce");
    let limits = json!({ "per_address": { "requests_max": 10, "window_seconds": 3600 } });
    world.policy(json!({ "rules": rules, "limits": limits })).await;
    world
}

/// How many of these requests would be dialed.
async fn approved(world: &World, ids: &[String]) -> usize {
    let states = join_all(ids.iter().map(|id| world.state(id))).await;
    states.into_iter().filter(|state| *state == StateName::Approved).count()
}

async fn screen_at_once(world: &World) {
    assert_eq!(world.deliver(Function::Screening, &world.records_for(Function::Screening)).await, 0);
}

#[tokio::test]
async fn rate_limiter_1_a_hundred_requests_at_once_do_not_pass_a_limit_of_ten() {
    let world = ten_from_an_address().await;
    let alice = account("alice");
    let numbers: Vec<_> = (0..100).map(|n| format!("+1206{}0100", crate::by_hand::exchange(n))).collect();
    let ids = join_all(numbers.iter().map(|number| alice.asks(&world, number))).await;
    screen_at_once(&world).await;
    assert_eq!(approved(&world, &ids).await, 10);
}

#[tokio::test]
async fn rate_limiter_2_what_was_counted_is_written_when_the_function_answers() {
    let world = ten_from_an_address().await;
    for n in 0..5 {
        account("alice").asks(&world, &number(n)).await;
        let record = world.records_for(Function::Screening).pop().unwrap();
        world.deliver(Function::Screening, &[record]).await;
        let counters = world.items("Counters").await;
        let own =
            counters.iter().find(|item| item["subject"].as_s().unwrap().starts_with("address#")).unwrap();
        assert_eq!(own["asks"].as_l().unwrap().len(), n + 1);
    }
}

#[tokio::test]
async fn rate_limiter_3_a_limit_forgets_and_so_does_every_counter() {
    let world = ten_from_an_address().await;
    let alice = account("alice");
    for n in 0..12 {
        alice.asks(&world, &number(n)).await;
    }
    world.settle().await;
    assert_eq!(world.calls().len(), 10);
    let ephemeral = |item: &crate::by_hand::Item| {
        item["subject"].as_s().unwrap() == "pace" || item.contains_key("expires_at")
    };
    assert!(world.items("Counters").await.iter().all(ephemeral));

    world.pass(2 * 3_600).await;
    alice.asks(&world, &number(20)).await;
    world.settle().await;
    assert_eq!(world.calls().len(), 11);
}

#[tokio::test]
async fn rate_limiter_4_strangers_who_ask_for_a_number_do_not_lock_its_owner_out() {
    let world = world().await;
    for n in 0..11 {
        account(&format!("stranger-{n}")).at(&format!("203.{n}.113.66")).asks(&world, NUMBER).await;
    }
    world.pass_minutes(2).await;
    let owners = account("owner").at("192.0.2.10").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&owners).await, StateName::InCall);
}

#[tokio::test]
async fn rate_limiter_5_spellings_of_a_number_are_one_number_and_addresses_of_a_line_are_one_address() {
    let world = world().await;
    let spellings = [
        "+12065550100",
        "+1 206 555 0100",
        "+1 (206) 555-0100",
        "+1.206.555.0100",
        "2065550100",
        "(206) 555-0100",
    ];
    let alice = account("alice");
    let ids = join_all(spellings.iter().map(|spelling| alice.asks(&world, spelling))).await;
    screen_at_once(&world).await;
    assert_eq!(approved(&world, &ids).await, 1);

    let world = ten_from_an_address().await;
    let mut ids = vec![];
    for n in 0..30 {
        ids.push(account("alice").at(&format!("2001:db8:1:2:{n:x}::{n:x}")).asks(&world, &number(n)).await);
    }
    screen_at_once(&world).await;
    assert_eq!(approved(&world, &ids).await, 10);
}

#[tokio::test]
async fn rate_limiter_6_an_operators_block_stands_whatever_is_asked_meanwhile() {
    let world = world().await;
    let ids = join_all((0..30).map(async |n| account("alice").asks(&world, &number(n)).await)).await;
    let records = world.records_for(Function::Screening);
    futures::future::join(world.deliver(Function::Screening, &records), world.list("deny", "account#alice"))
        .await;
    let entry = world.items("DenyList").await;
    screen_at_once(&world).await;
    world.settle().await;
    assert_eq!(world.items("DenyList").await, entry);
    assert!(entry[0].contains_key("reason"));
    let late = account("alice").asks(&world, &number(40)).await;
    world.settle().await;
    assert_eq!((world.state(&late).await, ids.len()), (StateName::Refused, 30));
    assert!(world.findings(&late).await.contains(&"deny-listed"));
}

#[tokio::test]
async fn rate_limiter_7_what_is_no_request_is_answered_at_once_and_named() {
    let world = world().await;
    for body in ["{}", "", "{", "null", "[]", r#"{"phoneNumber":null}"#, r#"{"phoneNumber":""}"#] {
        let answer = account("alice").posts(&world, body).await;
        assert!([400, 422].contains(&answer.status), "{body}: {}", answer.status);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{body}");
    }
    assert!(world.items("Requests").await.is_empty());
}

/// An answer without what differs between any two: the id.
fn shape(answer: &crate::world::Answer) -> (u16, usize, Vec<String>) {
    let headers = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status, answer.text.len(), headers)
}

#[tokio::test]
async fn rate_limiter_8_an_answer_does_not_tell_that_a_limit_is_reached() {
    let world = ten_from_an_address().await;
    let alice: Visitor = account("alice");
    let mut answers = vec![];
    for n in 0..30 {
        answers.push(alice.asks_for(&world, &number(n)).await);
        world.settle().await;
    }
    assert_eq!(world.calls().len(), 10);
    assert!(answers.iter().all(|answer| shape(answer) == shape(&answers[0])));
    assert!(answers.iter().all(|answer| !answer.text.to_lowercase().contains("limit")));
}

#[tokio::test]
async fn rate_limiter_9_a_dial_is_awaited_has_a_token_and_looks_again() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.screen().await;
    world.deliver(Function::Dialing, &world.records_for(Function::Dialing)).await;
    assert_eq!(world.state(&id).await, StateName::InCall, "it was waited for");
    assert_eq!(world.calls()[0].client_token.as_deref(), Some(id.as_str()));

    let other = account("bob").asks(&world, &number(1)).await;
    world.screen().await;
    world.list("deny", "account#bob").await;
    world.settle().await;
    assert_eq!((world.state(&other).await, world.calls().len()), (StateName::Refused, 1));
}
