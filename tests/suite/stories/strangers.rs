//! Strangers: to everyone but its visitor, and past its retention to him as well, a request does not exist.

use serde_json::json;

use crate::silence::seen;
use crate::world::{NUMBER, account, guest, world};

#[tokio::test]
async fn what_a_visitor_did_not_ask_for_does_not_exist() {
    let world = world().await;
    world.policy(json!({ "guests": "allow" })).await;
    let (alice, bob) = (account("alice"), account("bob"));
    let of_alice = alice.asks(&world, NUMBER).await;
    let of_a_guest = guest().asks(&world, "+12065550101").await;
    world.settle().await;

    let unknown = "0".repeat(32);
    let nothing = alice.looks(&world, &unknown).await;
    assert_eq!(nothing.status, 404);
    for (visitor, id) in [
        (&bob, of_alice.as_str()),
        (&guest(), &of_alice),
        (&alice, &of_a_guest),
        (&guest(), &unknown),
        (&bob, "not-an-id"),
        (&bob, &of_alice.to_uppercase()),
    ] {
        let looked = visitor.looks(&world, id).await;
        assert_eq!(seen(&looked, id), seen(&nothing, &unknown));
        assert_eq!(seen(&visitor.withdraws(&world, id).await, id), seen(&nothing, &unknown));
    }
    assert_eq!(alice.looks(&world, &of_alice).await.json()["status"], "accepted");
    assert_eq!(guest().looks(&world, &of_a_guest).await.json()["status"], "accepted");
}

#[tokio::test]
async fn past_its_retention_a_request_does_not_exist_for_whoever_made_it() {
    let world = world().await;
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;
    world.pass(60).await;
    world.pass(31 * 86_400).await;
    assert_eq!(alice.looks(&world, &id).await.status, 404);
    assert_eq!(alice.withdraws(&world, &id).await.status, 404);
}
