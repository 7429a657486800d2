//! Where a dial and the end of its call meet: whichever side comes first, the request is closed by whoever comes second.

use local::connect::{CallPlan, StartFault};
use tollgate::outcome::CallEnd;
use tollgate::request::RequestId;
use tollgate::state::{Ending, State, StateName};
use tollgate::text::ContactId;
use tollgate_aws::tables::contacts::{self, Half};

use crate::world::{NUMBER, TALK_SECONDS, World, account, world};

/// The end of a request's call.
async fn end_of(world: &World, id: &str) -> CallEnd {
    match world.record(id).await.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) => end,
        other => panic!("not closed by an end: {other:?}"),
    }
}

#[tokio::test]
async fn events_that_are_told_from_the_end_give_the_same_end() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(60);
    let mut events = world.intercept();
    events.reverse();
    for event in &events {
        world.stack.hear(event).await.unwrap();
        assert_eq!(world.state(&id).await, StateName::Closed);
    }
    let end = end_of(&world, &id).await;
    assert!(end.answered_at.is_some() && end.agent_at.is_some());
    assert_eq!(end.answered_seconds(), u64::from(TALK_SECONDS));
    assert_eq!(world.tallied("range#+1206555", "good").await, 1);
}

/// The id that Connect will give to the first call of any world.
async fn first_contact_id() -> ContactId {
    let twin = world().await;
    account("alice").asks(&twin, NUMBER).await;
    twin.settle().await;
    ContactId::parse(&twin.calls()[0].contact_id).unwrap()
}

#[tokio::test]
async fn an_end_that_is_noted_before_the_dialer_notes_its_call_is_found_by_the_dialer() {
    let contact_id = first_contact_id().await;
    let world = world().await;
    let end = CallEnd { ended_at: world.now(), answered_at: None, agent_at: None, excuse: None };
    contacts::note(&world.stack.tables, &contact_id, &Half::Ended(end.clone()), world.now()).await.unwrap();
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.calls()[0].contact_id, contact_id.as_str());
    assert_eq!(end_of(&world, &id).await, end);
    assert_eq!(world.holder(NUMBER).await, None);
    assert_eq!(world.tallied("range#+1206555", "wasted").await, 1);
}

#[tokio::test]
async fn an_end_that_is_heard_when_the_dialer_has_noted_one_half_only_closes_the_request() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    let contact_id = ContactId::parse(&world.calls()[0].contact_id).unwrap();
    let half = Half::Request(RequestId::parse(&id).unwrap());
    contacts::note(&world.stack.tables, &contact_id, &half, world.now()).await.unwrap();
    assert_eq!(world.state(&id).await, StateName::Dialing);
    world.pass(60).await;
    assert_eq!(end_of(&world, &id).await.answered_seconds(), u64::from(TALK_SECONDS));
    assert_eq!(world.holder(NUMBER).await, None);
}

#[tokio::test]
async fn an_end_that_is_heard_before_either_half_is_noted_closes_the_request_through_connect() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::busy());
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    let id = account("alice").asks(&world, NUMBER).await;
    world.pass(5).await;
    assert_eq!(end_of(&world, &id).await.answered_at, None);
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.pass_minutes(5).await;
    assert_eq!(world.calls().len(), 1);
}
