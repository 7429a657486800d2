//! An erasure under hard conditions: it dies half-way, there is more than one answer holds, and some of it cannot be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use local::wire::{Crossing, Fate, ServiceName, Wire};

use super::*;

/// A world in which DynamoDB answers no more once so many more calls have arrived; any number if it is negative.
async fn dying(left: &Arc<AtomicI64>) -> World {
    let left = Arc::clone(left);
    world_with(move |options| {
        options.wire = Wire::InProcess(Crossing::new(move |call| {
            let dies = call.service == ServiceName::DynamoDb
                && left.load(Ordering::SeqCst) >= 0
                && left.fetch_sub(1, Ordering::SeqCst) <= 0;
            if dies {
                left.store(0, Ordering::SeqCst);
            }
            let body = json!({ "__type": "AccessDeniedException", "message": "" }).to_string();
            let fate = if dies { Fate::Answered { status: 400, body } } else { Fate::Arrives };
            Box::pin(std::future::ready(fate))
        }));
    })
    .await
}

#[tokio::test]
async fn an_erasure_that_dies_half_way_is_simply_repeated() {
    let mut died = 0;
    for calls in 0_i64.. {
        let left = Arc::new(AtomicI64::new(-1));
        let world = dying(&left).await;
        posts(&world).await;
        world.pass(600).await;
        let live = json!({ "phoneNumber": "+12065560100" });
        assert_eq!(alice().posts(&world, live.to_string()).await.status, 202);
        left.store(calls, Ordering::SeqCst);
        let first = tries_to_erase(&world, &her()).await;
        left.store(-1, Ordering::SeqCst);
        erases(&world, &her()).await;
        world.pass_minutes(UNTIL_FORGOTTEN).await;
        assert_eq!(where_named(&world).await, Vec::<&str>::new(), "it died after {calls} calls");
        assert_eq!(world.items("Erasures").await.len(), 0);
        if first.status == 200 {
            break;
        }
        assert_eq!(first.status, 503, "{}", first.text);
        died += 1;
    }
    assert!(died > 10, "it died {died} times");
}

/// Puts copies of a request on record, each of another id and of so many bytes.
async fn copies(world: &World, of: &Item, copies: u32, bytes: usize) {
    for n in 0..copies {
        let mut item = of.clone();
        item.insert("request_id".to_owned(), s(format!("{n:032x}")));
        item.insert("topic_before".to_owned(), s("x".repeat(bytes)));
        let put = world.stack.tables.client.put_item().table_name(&world.stack.tables.names.requests);
        put.set_item(Some(item)).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_person_of_many_requests_is_shown_and_erased_part_by_part() {
    let world = world().await;
    posts(&world).await;
    world.pass(600).await;
    let item = world.items("Requests").await.remove(0);
    copies(&world, &item, 999, 1_500).await;

    let (mut shown, mut parts, mut person) = (0, 0, her());
    loop {
        let told = exports(&world, &person).await;
        shown += counts(&told, "requests");
        parts += 1;
        let Some(next) = told["next"].as_str() else { break };
        assert!(parts < 10, "{next}");
        assert!(counts(&told, "requests") < 1_000 && (parts == 1 || counts(&told, "counts") == 0));
        person["after"] = json!(next);
    }
    assert_eq!((shown, parts > 1), (1_000, true), "{parts} parts");

    let (mut erased, mut person) = (0, her());
    loop {
        let told = erases(&world, &person).await;
        erased += told["erased"]["requests"].as_u64().unwrap();
        let Some(next) = told["next"].as_str() else { break };
        person["after"] = json!(next);
    }
    assert_eq!((erased, world.items("Requests").await.len()), (1_000, 0));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_told_and_erased_all_the_same() {
    let world = world().await;
    posts(&world).await;
    world.pass(600).await;
    let mut item = world.items("Requests").await.remove(0);
    item.insert("state".to_owned(), s("?"));
    let put = world.stack.tables.client.put_item().table_name(&world.stack.tables.names.requests);
    put.set_item(Some(item)).send().await.unwrap();
    let told = exports(&world, &her()).await;
    assert_eq!((counts(&told, "requests"), counts(&told, "unreadable")), (0, 1));
    assert_eq!(erases(&world, &her()).await["erased"]["requests"], 1);
    assert_eq!(where_named(&world).await, Vec::<&str>::new());
}
