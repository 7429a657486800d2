//! A dialer that dies in the middle: whether its call was placed is found out, and the number stays held until it is.

use local::connect::{CallPlan, StartFault};
use local::stack::Function;
use tollgate::budget;
use tollgate::state::{Ending, State, StateName};
use tollgate_aws::transitions::claim::{Claim, claim};

use crate::world::{NUMBER, TALK_SECONDS, World, account, world};

/// From a claim to the moment at which no call of it can live any more: the invocation, the ringing, the longest call and
/// the margin.
const LONGEST_SECONDS: i64 = 60 + 30 + 7_200 + 30;

/// A request that a dialer claimed, which then died.
async fn claimed(world: &World) -> String {
    let id = account("alice").asks(world, NUMBER).await;
    world.screen().await;
    let record = world.record(&id).await;
    let (now, policy) = (world.now(), world.policy_in_force().await);
    let terms = record.terms.clone().unwrap();
    let rows = budget::rows(&record.request.number, &terms, &policy, now);
    let until = now + jiff::SignedDuration::from_secs(60);
    let claimed = claim(&world.stack.tables, &record, &rows, terms, until, &policy, now).await.unwrap();
    assert!(matches!(claimed, Claim::Granted { .. }));
    id
}

/// A request whose call was placed by a dialer that could not note it.
async fn placed_unnoted(world: &World) -> String {
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    let id = account("alice").asks(world, NUMBER).await;
    world.screen().await;
    world.read_on(Function::Dialing).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Dialing, 1));
    id
}

#[tokio::test]
async fn a_claim_without_a_call_holds_its_number_until_no_call_can_live_and_is_never_dialed() {
    let world = world().await;
    let id = claimed(&world).await;
    let mut given_up = 0;
    while world.now()
        < world.record(&id).await.request.received_at + jiff::SignedDuration::from_secs(LONGEST_SECONDS - 60)
    {
        world.stack.with_pump(|pump| pump.redeliver_all());
        world.pass(600).await;
        if world.now()
            < world.record(&id).await.request.received_at + jiff::SignedDuration::from_secs(LONGEST_SECONDS)
        {
            given_up += world.upkeep().await.given_up;
            assert_eq!((world.state(&id).await, given_up), (StateName::Dialing, 0));
            assert_eq!(world.holder(NUMBER).await.as_deref(), Some(id.as_str()));
        }
    }
    world.pass(240).await;
    assert_eq!(world.upkeep().await.given_up, 1);
    let lost = State::Ended(Ending::Closed { contact_id: None, end: None });
    assert_eq!((world.record(&id).await.state, world.holder(NUMBER).await), (lost, None));
    assert_eq!(world.calls(), []);
    assert_eq!(
        world.tallied("range#+1206555", "good").await + world.tallied("range#+1206555", "wasted").await,
        0
    );
}

#[tokio::test]
async fn the_owner_of_a_number_whose_dialer_died_may_ask_again_once_it_is_free() {
    let world = world().await;
    claimed(&world).await;
    world.pass(LONGEST_SECONDS + 300).await;
    world.upkeep().await;
    let again = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&again).await, StateName::InCall);
}

#[tokio::test]
async fn a_call_that_was_not_noted_is_closed_by_its_own_end() {
    let world = world().await;
    let id = placed_unnoted(&world).await;
    world.pass(60).await;
    assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Closed, None));
    assert_eq!(world.tallied("range#+1206555", "good").await, 1);
}

#[tokio::test]
async fn a_call_that_was_not_noted_and_whose_end_was_lost_is_found_by_upkeep() {
    let world = world().await;
    let id = placed_unnoted(&world).await;
    world.pass_unseen(60);
    world.intercept();
    world.pass_minutes(3).await;
    let State::Ended(Ending::Closed { contact_id: Some(contact_id), end: Some(end) }) =
        world.record(&id).await.state
    else {
        panic!("not closed")
    };
    assert_eq!(contact_id.as_str(), world.calls()[0].contact_id);
    assert_eq!(end.answered_seconds(), u64::from(TALK_SECONDS));
    assert_eq!((world.calls().len(), world.tallied("range#+1206555", "good").await), (1, 1));
}

#[tokio::test]
async fn a_call_that_was_not_noted_and_lives_is_attached_by_upkeep_and_closed_by_its_end() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan { talk_seconds: 600, ..CallPlan::default() });
    let id = placed_unnoted(&world).await;
    world.pass_minutes(4).await;
    let State::InCall { contact_id, .. } = world.record(&id).await.state else { panic!("not in a call") };
    assert_eq!(contact_id.as_str(), world.calls()[0].contact_id);
    world.pass_minutes(8).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Closed, 1));
    assert_eq!(world.tallied("range#+1206555", "good").await, 1);
}
