//! The evidence: one item a call, found by everybody who had part in it. What cannot be read is left out, what an operator
//! forgives counts no more, and what an earlier version left behind goes on.

use std::io;

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use local::connect::{CallPlan, StartFault};
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate_aws::environment::log_lines;

use crate::logs::Lines;
use crate::world::{Answer, NUMBER, Visitor, World, account, percent_encoded, world};

fn alice() -> Visitor {
    account("alice").at("2001:db8:1:2::7")
}

async fn asked(world: &World, method: Method, subject: &str, query: &str) -> Answer {
    let path = format!("/review/blocks/{}{query}", percent_encoded(subject));
    world.operator(method, &path, Value::Null).await
}

async fn shown(world: &World, subject: &str) -> Value {
    let answer = asked(world, Method::GET, subject, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_call_is_found_by_everybody_who_had_part_in_it_and_by_nobody_else() {
    let world = world().await;
    alice().is_called(&world, NUMBER).await;
    for subject in [
        "address#2001:db8:1:2::/64",
        "block#2001:db8:1::/56",
        "block#2001:db8:1::/48",
        "block#2001:db8::/40",
        "block#2001:db8::/32",
        "account#alice",
        "number#+12065550100",
        "range#+1206555",
        "carrier#Carrier A",
    ] {
        let day = &shown(&world, subject).await["days"][0];
        assert_eq!((&day["day"], &day["good"]), (&json!("2026-03-02"), &json!(1)), "{subject}");
    }
    for subject in ["address#2001:db8:1:3::/64", "account#bob", "range#+1206556", "carrier#nobody at all"] {
        assert_eq!(shown(&world, subject).await["days"], json!([]), "{subject}");
    }
}

#[tokio::test]
async fn a_call_that_lives_is_shown_as_such_and_as_what_it_came_to_once_it_has_ended() {
    let world = world().await;
    let range = "range#+1206555";
    world.stack.connect.plan_for("+12065550101", CallPlan::unanswered());
    alice().asks(&world, NUMBER).await;
    account("bob").at("192.0.2.9").asks(&world, "+12065550101").await;
    world.settle().await;
    assert_eq!(world.tallied(range, "live").await, 2);
    world.pass(60).await;
    let told = [world.tallied(range, "good").await, world.tallied(range, "wasted").await];
    assert_eq!((told, world.tallied(range, "live").await), ([1, 1], 0));
    assert_eq!(
        shown(&world, range).await["members"],
        json!([{ "line": "192.0.2.9/32", "wasted": 1, "marked": 0 }])
    );
}

#[tokio::test]
async fn a_request_that_was_not_called_leaves_no_evidence() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::DestinationNotAllowed);
    let failed = alice().asks(&world, NUMBER).await;
    let withdrawn = alice().asks(&world, "+12065560100").await;
    world.screen().await;
    alice().withdraws(&world, &withdrawn).await;
    world.pass(60).await;
    assert_eq!(world.state(&failed).await, StateName::Failed);
    world.stack.connect.fail_next(StartFault::Throttle);
    let waits = account("bob").asks(&world, "+12065570100").await;
    world.settle().await;
    assert_eq!(world.state(&waits).await, StateName::Dialing);
    assert!(world.items("Calls").await.is_empty());
    assert_eq!(world.counted("range#+1206555", "approved").await, 0, "its place went back, too");
    world.pass_minutes(3).await;
    assert_eq!((world.state(&waits).await, world.items("Calls").await.len()), (StateName::Closed, 1));
}

#[tokio::test]
async fn an_operator_forgives_what_was_wasted_and_marked_and_it_counts_no_more() {
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    account("office").at("203.0.113.9").is_called(&world, NUMBER).await;
    let marked = account("clerk").at("203.0.113.9").is_called(&world, "+12065560100").await;
    world.operator(Method::PUT, &format!("/review/requests/{marked}/mark"), json!({ "mark": "spam" })).await;
    let somebody = account("somebody").at("203.0.113.9");
    assert_eq!(
        somebody.asks_and_waits(&world, "+12065570100").await,
        (StateName::Refused, vec!["marked-address"])
    );
    let member = json!({ "line": "203.0.113.9/32", "wasted": 1, "marked": 1 });
    assert_eq!(shown(&world, "address#203.0.113.9").await["members"], json!([member]));

    let without_reason = asked(&world, Method::DELETE, "address#203.0.113.9/32", "").await;
    assert_eq!((without_reason.status, world.tallied("address#203.0.113.9", "neither").await), (400, 0));
    let lifted = asked(&world, Method::DELETE, "address#203.0.113.9/32", "?reason=an%20office").await;
    assert_eq!(lifted.status, 204, "{}", lifted.text);
    assert_eq!(somebody.asks_and_waits(&world, "+12065570100").await, (StateName::Closed, vec![]));
    let past = shown(&world, "address#203.0.113.9").await;
    assert_eq!((&past["subject"], &past["members"]), (&json!("address#203.0.113.9/32"), &json!([])));
    assert_eq!((&past["days"][0]["neither"], &past["days"][0]["good"]), (&json!(2), &json!(1)));
    assert_eq!(world.tallied("account#clerk", "neither").await, 1, "for nobody who had part in it");

    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    let change = &changes["changes"][0];
    assert_eq!(
        (&change["action"], &change["subject"], &change["reason"]),
        (&json!("lift-block"), &json!("address#203.0.113.9/32"), &json!("an office"))
    );
    let again = asked(&world, Method::DELETE, "address#203.0.113.9/32", "?reason=x").await;
    assert_eq!(again.status, 404, "there is nothing left to forgive");
}

#[tokio::test]
async fn what_is_no_subject_is_told_with_what_would_be() {
    let world = world().await;
    for subject in
        ["planet#mars", "country#US", "address#203.0.113.0/24", "net#203.0.113.0/24", "203.0.113.9"]
    {
        let answer = asked(&world, Method::GET, subject, "").await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["field"]),
            (422, &json!("subject")),
            "{subject}"
        );
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_left_out_and_logged() {
    let lines = Lines::default();
    // Of a single subscriber, tracing asks the thread that first comes by a line whether it logs, and the other tests' do not.
    let _second = tracing::Dispatch::new(log_lines(io::sink));
    let writer = lines.clone();
    let logging = tracing::subscriber::set_default(log_lines(move || writer.clone()));
    let world = world().await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    let wasted = alice().is_called(&world, NUMBER).await;
    let other = alice().asks_and_waits(&world, "+12065560100").await;
    assert_eq!(other, (StateName::Refused, vec!["too-much-waste-from-account"]));

    let spoil = world.stack.tables.client.update_item().table_name(&world.stack.tables.names.calls);
    let spoil = spoil.key("request_id", AttributeValue::S(wasted)).update_expression("SET admission = :x");
    spoil.expression_attribute_values(":x", AttributeValue::S("by magic".to_owned())).send().await.unwrap();
    assert_eq!(alice().asks_and_waits(&world, "+12065560100").await, (StateName::Closed, vec![]));
    drop(logging);
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let error = logged.lines().find(|line| line.contains("Calls") && line.contains("cannot be read"));
    let error: Value = serde_json::from_str(error.expect(&logged)).unwrap();
    assert_eq!(error["level"], "ERROR");
}

/// The first release wrote neither terms on a request nor items of calls.
#[tokio::test]
async fn a_request_that_an_earlier_version_approved_is_dialed_and_ends() {
    let world = world().await;
    let id = alice().asks(&world, NUMBER).await;
    world.screen().await;
    world.park_all(Function::Dialing);
    let strip = world.stack.tables.client.update_item().table_name(&world.stack.tables.names.requests);
    let strip = strip.key("request_id", AttributeValue::S(id.clone())).update_expression("REMOVE terms");
    strip.send().await.unwrap();
    assert!(world.record(&id).await.terms.is_none());
    world.read_on(Function::Dialing).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    assert_eq!(world.counted("budget#newcomers", "strangers").await, 1, "it takes a stranger's place");
    world.pass(60).await;
    assert_eq!((world.state(&id).await, world.holder(NUMBER).await), (StateName::Closed, None));
    assert_eq!(world.tallied("account#alice", "good").await, 1);
}

#[tokio::test]
async fn a_call_that_an_earlier_version_dialed_ends_and_may_be_marked_and_hides_no_other() {
    let world = world().await;
    let id = alice().asks(&world, NUMBER).await;
    world.settle().await;
    let calls = &world.stack.tables.names.calls;
    let strip = world.stack.tables.client.delete_item().table_name(calls);
    strip.key("request_id", AttributeValue::S(id.clone())).send().await.unwrap();
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
    let path = format!("/review/requests/{id}/mark");
    assert_eq!(world.operator(Method::PUT, &path, json!({ "mark": "spam" })).await.status, 204);
    assert_eq!(
        shown(&world, "account#alice").await["days"],
        json!([]),
        "what came before counts for nothing"
    );
    assert_eq!(alice().asks_and_waits(&world, NUMBER).await, (StateName::Closed, vec![]));
    assert_eq!(world.tallied("account#alice", "good").await, 1);
}
