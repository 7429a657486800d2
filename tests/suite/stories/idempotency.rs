//! `Idempotency-Key`: a request that is sent again is the same request, and is answered as it was.

use local::carrier::{Line, LineType};
use serde_json::json;

use crate::world::{NUMBER, Visitor, World, account, guest, world};

const KEY: &str = "7b1de0c2-8d5f-4c43-9a0a-6f2f6a1f2f10";

fn with_key(visitor: Visitor) -> Visitor {
    visitor.with_header("idempotency-key", KEY)
}

async fn id(world: &World, visitor: &Visitor) -> String {
    visitor.asks(world, NUMBER).await
}

#[tokio::test]
async fn a_request_sent_again_is_the_same_one_whatever_became_of_it() {
    for fate in ["called", "refused", "redirected", "withdrawn", "expired"] {
        let world = world().await;
        match fate {
            "refused" => world.list("deny", "country#US").await,
            "redirected" => world.stack.carriers.set(NUMBER, Line::new(LineType::Voip, "Example VoIP")),
            _ => {}
        }
        let alice = with_key(account("alice"));
        let first = alice.asks_for(&world, NUMBER).await;
        assert_eq!(first.status, 202);
        assert_eq!(alice.asks_for(&world, NUMBER).await, first, "{fate}");
        if fate == "withdrawn" {
            alice.withdraws(&world, first.json()["id"].as_str().unwrap()).await;
        }
        if fate == "expired" {
            world.pass_unseen(901);
        }
        for seconds in [0, 10, 60, 900] {
            world.pass(seconds).await;
            assert_eq!(alice.asks_for(&world, NUMBER).await, first, "{fate}");
        }
        // However the number is written, and wherever its visitor is by now.
        let moved = alice.clone().at("203.0.113.9");
        assert_eq!(moved.asks_for(&world, "(206) 555-0100").await, first, "{fate}");
        world.pass(60).await;
        assert_eq!(world.calls().len(), usize::from(fate == "called"), "{fate}");
    }
}

#[tokio::test]
async fn a_guests_key_that_another_guest_may_have_is_not_taken() {
    let world = world().await;
    world.policy(json!({ "guests": "allow" })).await;
    for (key, status) in [
        ("order-17", 422),
        ("7b1de0c2-8d5f-4c43-9a", 422),
        (&"k".repeat(22), 422),
        ("00000000-0000-0000-0000-000000000000", 422),
        ("undefined-undefined-undefined", 422),
        ("callback-callback-callback", 422),
        // What a page sends that was not filled in, or names itself or the hour.
        ("${crypto.randomUUID()}", 422),
        ("{{$randomUUID}}-callback-form", 422),
        ("https://www.example.com/callback", 422),
        ("2026-11-26T22:40:00.000Z", 422),
        (KEY, 202),
        // Whatever a website draws from.
        ("9152847361029384756102", 202),
        ("0af7651916cd43dd8448eb211c80319c", 202),
        ("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", 202),
        ("01JDN7Q0V9X2T8R5C3M6A4B1ZK", 202),
        ("q83vEjRWeJq83vEj+/WeJg==", 202),
    ] {
        let answer = guest().with_header("idempotency-key", key).asks_for(&world, NUMBER).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.text);
    }
    let short = account("alice").with_header("idempotency-key", "order-17");
    assert_eq!(short.asks_for(&world, NUMBER).await.status, 202, "an account keeps its keys apart");
}

#[tokio::test]
async fn a_guest_who_was_redirected_at_once_is_redirected_again_whatever_the_policy_says_by_then() {
    let world = world().await;
    let visitor = with_key(guest());
    let first = visitor.asks_for(&world, NUMBER).await;
    assert_eq!(first.status, 200);
    assert_eq!(visitor.asks_for(&world, NUMBER).await, first);
    world.policy(json!({ "guests": "allow" })).await;
    assert_eq!(visitor.asks_for(&world, NUMBER).await, first);
    world.pass(60).await;
    assert_eq!(world.calls(), []);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_a_mistake_and_changes_nothing() {
    let world = world().await;
    let alice = with_key(account("alice"));
    let id = id(&world, &alice).await;
    for body in [
        json!({ "phoneNumber": "+12065550101" }),
        json!({ "phoneNumber": NUMBER, "name": "Alice" }),
        json!({ "phoneNumber": NUMBER, "topic": "Alice" }),
    ] {
        let answer = alice.posts(&world, body.to_string()).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["type"], "urn:tollgate:problem:idempotency-key-reused");
    }
    world.pass(60).await;
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.calls()[0].request_id, Some(id));
}

#[tokio::test]
async fn one_key_of_two_accounts_and_a_guest_names_three_requests() {
    let world = world().await;
    world.policy(json!({ "guests": "allow" })).await;
    let visitors = [account("alice"), account("bob"), guest()].map(with_key);
    let mut ids = vec![];
    for visitor in &visitors {
        ids.push(id(&world, visitor).await);
    }
    for (visitor, id) in visitors.iter().zip(&ids) {
        assert_eq!(visitor.looks(&world, id).await.status, 200);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn all_ids_look_alike() {
    let world = world().await;
    let mut ids = vec![];
    for n in 0..8 {
        ids.push(id(&world, &account("alice")).await);
        ids.push(id(&world, &account("alice").with_header("idempotency-key", &format!("key-{n}"))).await);
    }
    for id in &ids {
        assert_eq!(id.len(), 32, "{id}");
        assert!(id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{id}");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 16);
}

#[tokio::test]
async fn a_key_is_free_again_once_its_request_is_past_its_retention() {
    let world = world().await;
    let alice = with_key(account("alice"));
    id(&world, &alice).await;
    world.pass(60).await;
    world.pass(31 * 86_400).await;
    let id = id(&world, &alice).await;
    assert_eq!(alice.looks(&world, &id).await.json()["status"], "accepted");
    world.pass(60).await;
    assert_eq!(world.calls().len(), 2);
}
