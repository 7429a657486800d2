//! What is live when its person is erased: it ends as it would have, once, and is erased then.

use futures::future::join_all;
use local::connect::StartFault;
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate_aws::item::s;

use super::{UNTIL_FORGOTTEN, alice, erases, her, posts, where_named};
use crate::world::{NUMBER, World, account, world};

/// That a request in this state is not erased before its end, ends as it would have, and is erased then.
async fn is_erased_at_its_end(world: &World, id: &str, state: StateName, calls: usize) {
    assert_eq!(world.state(id).await, state);
    let told = erases(world, &her()).await;
    assert_eq!((&told["atTheirEnd"], &told["erased"]["requests"]), (&json!(1), &json!(0)), "{state:?}");
    assert_eq!(world.state(id).await, state, "it is as it was");
    assert_eq!(alice().looks(world, id).await.status, 200);
    world.pass_minutes(UNTIL_FORGOTTEN).await;
    assert_eq!(world.calls().len(), calls, "{state:?}");
    assert_eq!(where_named(world).await, Vec::<&str>::new(), "{state:?}");
    assert_eq!((world.items("Erasures").await.len(), world.holder(NUMBER).await), (0, None), "{state:?}");
    assert_eq!(alice().looks(world, id).await.status, 404);
}

#[tokio::test]
async fn a_received_request_is_erased_after_its_call() {
    let world = world().await;
    let id = posts(&world).await;
    is_erased_at_its_end(&world, &id, StateName::Received, 1).await;
}

#[tokio::test]
async fn an_approved_request_is_erased_after_its_call() {
    let world = world().await;
    let id = posts(&world).await;
    world.screen().await;
    is_erased_at_its_end(&world, &id, StateName::Approved, 1).await;
}

#[tokio::test]
async fn a_request_that_is_being_dialed_is_erased_after_its_call() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    let id = posts(&world).await;
    world.screen().await;
    while world.stack.pump(Function::Dialing).await.unwrap() {}
    is_erased_at_its_end(&world, &id, StateName::Dialing, 1).await;
}

#[tokio::test]
async fn a_request_in_a_call_is_erased_after_it() {
    let world = world().await;
    let id = posts(&world).await;
    world.settle().await;
    is_erased_at_its_end(&world, &id, StateName::InCall, 1).await;
}

#[tokio::test]
async fn a_duplicate_is_erased_once_it_is_settled() {
    let world = world().await;
    account("bob").asks(&world, NUMBER).await;
    world.screen().await;
    let id = posts(&world).await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Duplicate);
    let told = erases(&world, &json!({ "account": "alice", "reason": "asked" })).await;
    assert_eq!(told["atTheirEnd"], 1);
    world.pass_minutes(UNTIL_FORGOTTEN).await;
    assert_eq!(world.calls().len(), 1, "the owner's");
    let items = world.items("Requests").await;
    assert!(items.len() == 1 && items[0]["account"] == s("bob"), "{items:?}");
}

#[tokio::test]
async fn one_that_has_ended_young_is_erased_when_everybody_would_have_given_up() {
    let world = world().await;
    world.list("deny", "account#alice").await;
    let id = posts(&world).await;
    world.settle().await;
    // Otherwise its disappearance would tell that it was refused.
    is_erased_at_its_end(&world, &id, StateName::Refused, 0).await;
}

#[tokio::test]
async fn an_erasure_that_meets_the_end_of_the_call_loses_neither() {
    for turn in 0..4_i64 {
        let world = world().await;
        posts(&world).await;
        world.settle().await;
        world.pass_unseen(60 + turn);
        let due = world.stack.connect.due(world.now());
        let (told, _) = futures::join!(
            join_all((0..3).map(|_| async { erases(&world, &her()).await })),
            world.hear_all(&due)
        );
        assert!(told.iter().all(|told| told["next"] == Value::Null));
        world.pass_minutes(UNTIL_FORGOTTEN).await;
        assert_eq!(where_named(&world).await, Vec::<&str>::new());
        assert_eq!((world.items("Erasures").await.len(), world.holder(NUMBER).await), (0, None));
    }
}
