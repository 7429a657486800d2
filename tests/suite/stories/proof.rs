//! Proof: good calls show that somebody is a customer. Proof spares him what is suspected of others, is spent by what it lets
//! through, and is taken by a mark.

use http::Method;
use local::connect::CallPlan;
use serde_json::json;
use tollgate::evidence::Admission;
use tollgate::state::StateName;

use crate::limits::only;
use crate::world::{NUMBER, Visitor, World, account, talks, world};

/// On what a request of this visitor is let through; it is called.
async fn admission(world: &World, visitor: &Visitor, number: &str) -> Admission {
    let id = visitor.asks(world, number).await;
    world.pass(60).await;
    let record = world.record(&id).await;
    assert_eq!(record.state.name(), StateName::Closed, "{:?}", record.findings);
    record.terms.unwrap().admission
}

fn alice() -> Visitor {
    account("alice").at("203.0.113.9")
}

#[tokio::test]
async fn a_good_call_proves_an_account_wherever_it_is_and_is_spent_by_three_calls() {
    let world = world().await;
    world.policy(only(json!({}), json!({}))).await;
    assert_eq!(admission(&world, &alice(), NUMBER).await, Admission::Stranger);
    let travels = account("alice").at("192.0.2.77");
    for n in 0..3 {
        let number = format!("+120655601{n:02}");
        // Talked too short to earn anything, and not wasted.
        world.stack.connect.plan_for(&number, talks(10));
        assert_eq!(admission(&world, &travels, &number).await, Admission::Proven, "the {n}th");
    }
    assert_eq!(admission(&world, &travels, "+12065570100").await, Admission::Stranger, "it is spent");
    assert_eq!(admission(&world, &travels, "+12065570101").await, Admission::Proven, "and earned anew");
}

#[tokio::test]
async fn wasted_calls_spend_proof_twice() {
    let world = world().await;
    world.policy(only(json!({}), json!({}))).await;
    admission(&world, &alice(), NUMBER).await;
    for (n, expected) in [Admission::Proven, Admission::Proven, Admission::Stranger].into_iter().enumerate() {
        let number = format!("+120655601{n:02}");
        world.stack.connect.plan_for(&number, CallPlan::unanswered());
        assert_eq!(admission(&world, &alice(), &number).await, expected, "the {n}th");
    }
}

#[tokio::test]
async fn an_account_is_let_through_on_proof_six_times_a_day_at_most() {
    let world = world().await;
    world.policy(only(json!({}), json!({}))).await;
    admission(&world, &alice(), NUMBER).await;
    let mut proven = 0;
    for n in 0..10 {
        proven +=
            usize::from(admission(&world, &alice(), &format!("+120655601{n:02}")).await == Admission::Proven);
    }
    assert_eq!(proven, 6);
    world.pass(86_400).await;
    assert_eq!(admission(&world, &alice(), "+12065560200").await, Admission::Proven, "another day");
}

#[tokio::test]
async fn a_good_call_of_an_address_proves_it_for_this_very_number_alone() {
    let world = world().await;
    world.policy(only(json!({}), json!({}))).await;
    admission(&world, &account("alice").at("203.0.113.9"), NUMBER).await;
    let another = account("bob").at("203.0.113.9");
    assert_eq!(admission(&world, &another, "+12065560100").await, Admission::Stranger);
    assert_eq!(admission(&world, &another, NUMBER).await, Admission::Proven);
}

#[tokio::test]
async fn a_mark_takes_the_proof_and_taking_it_back_gives_it_back() {
    let world = world().await;
    let mut policy = only(json!({}), json!({}));
    // Only the mark's effect on the proof is looked at here.
    policy["rules"] = json!({ "marked-address": "off", "marked-account": "off" });
    world.policy(policy).await;
    let id = alice().asks(&world, NUMBER).await;
    world.pass(60).await;
    admission(&world, &alice(), "+12065560100").await;
    let path = format!("/review/requests/{id}/mark");
    world.operator(Method::PUT, &path, json!({ "mark": "spam" })).await;
    assert_eq!(admission(&world, &alice(), "+12065570100").await, Admission::Stranger);
    world.operator(Method::PUT, &path, json!({ "mark": "legitimate" })).await;
    assert_eq!(admission(&world, &alice(), "+12065580100").await, Admission::Proven);
}

#[tokio::test]
async fn a_talk_of_two_seconds_proves_nothing() {
    let world = world().await;
    for number in ["+12065550100", "+12065560100", "+12065570100"] {
        world.stack.connect.plan_for(number, talks(2));
    }
    let called = (StateName::Closed, vec![]);
    assert_eq!(alice().asks_and_waits(&world, "+12065550100").await, called);
    assert_eq!(
        alice().asks_and_waits(&world, "+12065560100").await,
        called,
        "people hang up on their own voicemail"
    );
    let third = alice().asks_and_waits(&world, "+12065570100").await;
    assert_eq!(third.0, StateName::Refused);
    assert!(third.1.contains(&"too-much-waste-from-account"), "{third:?}");
}

#[tokio::test]
async fn a_ripe_good_call_with_a_number_passes_what_others_did_there() {
    let world = world().await;
    assert_eq!(alice().asks_and_waits(&world, NUMBER).await.0, StateName::Closed);
    for n in 1..4 {
        let pumper = account(&format!("pumper-{n}")).at(&format!("198.{n}.100.7"));
        let id = pumper.asks(&world, &format!("+1206555011{n}")).await;
        world.pass(60).await;
        world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), json!({ "mark": "spam" })).await;
    }
    let stranger = account("stranger").at("192.0.2.1");
    assert_eq!(
        stranger.asks_and_waits(&world, "+12065550150").await,
        (StateName::Refused, vec!["marked-range"])
    );
    world.pass(2 * 3_600).await;
    assert_eq!(alice().asks_and_waits(&world, NUMBER).await, (StateName::Closed, vec![]));
    let elsewhere_in_it = alice().asks_and_waits(&world, "+12065550151").await;
    assert_eq!(
        elsewhere_in_it,
        (StateName::Refused, vec!["marked-range"]),
        "proof never comes from what is doubted"
    );
}

#[tokio::test]
async fn an_own_number_has_a_limit_of_its_own_that_grows_with_what_goes_well() {
    let owner = account("owner").with_verified_number(NUMBER);
    for (plan, calls) in [(CallPlan::busy(), 6), (talks(5), 6), (talks(40), 20)] {
        let world = world().await;
        let mut policy = only(json!({}), json!({}));
        policy["waste"] = json!({});
        world.policy(policy).await;
        world.stack.connect.plan_for(NUMBER, plan);
        let mut last = (StateName::Received, vec![]);
        for _ in 0..calls + 3 {
            last = owner.asks_and_waits(&world, NUMBER).await;
        }
        assert_eq!((world.calls().len(), last.0), (calls, StateName::Refused), "{plan:?}");
        assert!(last.1.contains(&"too-many-to-own-number"), "{last:?}");
        world.pass(86_400).await;
        assert_eq!(owner.asks_and_waits(&world, NUMBER).await.0, StateName::Closed, "another day");
    }
}

#[tokio::test]
async fn marks_of_what_an_owner_asked_for_are_not_waived() {
    let world = world().await;
    let owner = account("owner").with_verified_number(NUMBER);
    let id = owner.asks(&world, NUMBER).await;
    world.pass(60).await;
    world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), json!({ "mark": "spam" })).await;
    let (state, found) = owner.asks_and_waits(&world, NUMBER).await;
    assert_eq!(state, StateName::Refused);
    assert!(found.contains(&"marked-account"), "{found:?}");
}
