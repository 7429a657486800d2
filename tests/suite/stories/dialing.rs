//! How a call is placed, and what becomes of a request that Connect does not simply take.

use local::connect::StartFault;
use local::stack::Function;
use serde_json::json;
use tollgate::state::{Attempt, Ending, Failure, Retry, State, StateName};

use crate::world::{NUMBER, World, account, world};

/// A request that is approved and not yet dialed.
async fn approved(world: &World) -> String {
    let id = account("alice").asks(world, NUMBER).await;
    world.screen().await;
    assert_eq!(world.state(&id).await, StateName::Approved);
    id
}

#[tokio::test]
async fn a_call_carries_the_request_in_its_token_and_attributes_and_the_visitors_words_for_the_agent() {
    let world = world().await;
    let body = json!({ "phoneNumber": NUMBER, "name": "Alice Smith", "topic": "My order" }).to_string();
    let id = account("alice").posts(&world, body).await.json()["id"].as_str().unwrap().to_owned();
    world.settle().await;

    let call = &world.calls()[0];
    assert_eq!(call.client_token.as_deref(), Some(id.as_str()));
    assert_eq!(call.attributes, [("requestId".to_owned(), id)].into());
    assert_eq!(call.shown, (Some("Alice Smith".to_owned()), Some("My order".to_owned())));
}

#[tokio::test]
async fn a_call_that_connect_refuses_for_good_fails_frees_the_number_and_is_not_tried_again() {
    let refusals = [
        (StartFault::DestinationNotAllowed, Failure::DestinationNotAllowed),
        (StartFault::OutboundContactNotPermitted, Failure::NotPermitted),
        (StartFault::InvalidParameter, Failure::InvalidRequest),
    ];
    for (fault, failure) in refusals {
        let world = world().await;
        world.stack.connect.fail_next(fault);
        let id = approved(&world).await;
        world.settle().await;
        assert_eq!(world.record(&id).await.state, State::Ended(Ending::Failed { failure }));
        assert_eq!(world.holder(NUMBER).await, None);
        assert_eq!(account("alice").looks(&world, &id).await.json()["status"], "accepted");

        world.stack.with_pump(|pump| pump.redeliver_all());
        world.pass_minutes(20).await;
        assert_eq!(world.calls(), [], "{fault:?}");

        let again = account("alice").asks(&world, NUMBER).await;
        world.settle().await;
        assert_eq!(world.state(&again).await, StateName::InCall, "{fault:?}");
    }
}

#[tokio::test]
async fn a_call_that_connect_is_too_busy_for_waits_and_is_made_exactly_once() {
    for fault in [StartFault::Throttle, StartFault::LimitExceeded] {
        let world = world().await;
        world.stack.connect.fail_next(fault);
        world.stack.connect.fail_next(fault);
        let id = approved(&world).await;
        world.settle().await;
        let State::Dialing(dialing) = world.record(&id).await.state else { panic!("not dialing") };
        assert_eq!(dialing.attempt, Attempt::NotPlaced(Retry::Waiting));
        assert_eq!(world.holder(NUMBER).await.as_deref(), Some(id.as_str()));

        world.pass_minutes(1).await;
        assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Dialing, 0));
        world.pass_minutes(1).await;
        assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));

        world.stack.with_pump(|pump| pump.redeliver_all());
        world.pass_minutes(20).await;
        assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Closed, 1), "{fault:?}");
        assert_eq!(
            world.counted("budget#total", "calls").await,
            3,
            "one in its minute, one in its hour, one in its day"
        );
    }
}

#[tokio::test]
async fn a_call_that_connect_stays_too_busy_for_fails_at_its_deadline_and_frees_the_number() {
    let world = world().await;
    world.stack.connect.fail_all(Some(StartFault::Throttle));
    let id = approved(&world).await;
    world.pass_minutes(4).await;
    assert_eq!(world.state(&id).await, StateName::Dialing);
    world.pass_minutes(2).await;
    assert_eq!(world.record(&id).await.state, State::Ended(Ending::Failed { failure: Failure::Busy }));
    assert_eq!(world.holder(NUMBER).await, None);

    world.stack.connect.heal();
    world.stack.with_pump(|pump| pump.redeliver_all());
    world.pass_minutes(5).await;
    assert_eq!(world.calls(), []);
}

#[tokio::test]
async fn a_busy_call_that_is_called_up_looks_at_the_kill_switch_again() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::Throttle);
    let id = approved(&world).await;
    world.settle().await;
    world.kill_switches(true, &[]).await;
    world.pass_minutes(1).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    assert_eq!(world.findings(&id).await, ["kill-switch"]);
    assert_eq!((world.calls(), world.holder(NUMBER).await), (vec![], None));
}

#[tokio::test]
async fn a_busy_call_that_is_withdrawn_is_not_made() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::LimitExceeded);
    let id = approved(&world).await;
    world.settle().await;
    account("alice").withdraws(&world, &id).await;
    world.pass_minutes(2).await;
    assert_eq!(world.state(&id).await, StateName::Cancelled);
    assert_eq!((world.calls(), world.holder(NUMBER).await), (vec![], None));
}

#[tokio::test]
async fn nobody_knows_whether_a_call_was_placed_and_it_is_never_dialed_again() {
    for (fault, calls) in [(StartFault::InternalError, 0), (StartFault::InternalErrorAfterPlacing, 1)] {
        let world = world().await;
        world.stack.connect.fail_next(fault);
        let id = approved(&world).await;
        world.read_on(Function::Dialing).await;
        let State::Dialing(dialing) = world.record(&id).await.state else { panic!("not dialing") };
        assert_eq!(dialing.attempt, Attempt::Placing);
        world.intercept();

        world.stack.with_pump(|pump| pump.redeliver_all());
        world.pass_minutes(10).await;
        assert_eq!(world.calls().len(), calls, "{fault:?}");
        let found = if calls == 1 { StateName::Closed } else { StateName::Dialing };
        assert_eq!(world.state(&id).await, found, "{fault:?}");
    }
}

#[tokio::test]
async fn a_silent_connect_is_an_unknown_outcome_too() {
    for (fault, calls) in [(StartFault::Hang, 0), (StartFault::HangAfterPlacing, 1)] {
        let world = world().await;
        world.stack.connect.fail_next(fault);
        let id = approved(&world).await;
        world.read_on(Function::Dialing).await;
        assert_eq!(world.state(&id).await, StateName::Dialing);
        world.pass_minutes(10).await;
        assert_eq!(world.calls().len(), calls, "{fault:?}");
        let found = if calls == 1 { StateName::Closed } else { StateName::Dialing };
        assert_eq!(world.state(&id).await, found, "{fault:?}");
    }
}
