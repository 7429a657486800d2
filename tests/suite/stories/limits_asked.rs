//! Limits of the asked side: how many calls a number, its range and its carrier get, and how many may come to nothing.
//! Only calls count, so that nobody can use up another's limit.

use local::carrier::{Line, LineType};
use local::connect::CallPlan;
use serde_json::json;
use tollgate::state::StateName;

use crate::limits::{an_hour, number, only, rules};
use crate::world::{NUMBER, USUAL_CARRIER, Visitor, World, account, world};

/// The n-th visitor, with an account and a block of his own.
fn visitor(n: usize) -> Visitor {
    account(&format!("visitor-{n}")).at(&format!("198.{}.100.7", n % 256))
}

/// Has the n-th visitor called; state and findings.
async fn called(world: &World, n: usize, number: &str) -> (StateName, Vec<&'static str>) {
    visitor(n).asks_and_waits(world, number).await
}

#[tokio::test]
async fn a_number_gets_so_many_calls() {
    let world = world().await;
    world.policy(only(json!({ "per_number": an_hour(2) }), json!({}))).await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    for n in 0..2 {
        assert_eq!(called(&world, n, NUMBER).await, (StateName::Closed, vec![]));
    }
    assert_eq!(called(&world, 2, NUMBER).await, (StateName::Refused, vec!["too-many-to-number"]));
    assert_eq!(called(&world, 3, "+12065550101").await, (StateName::Closed, vec![]));
    // Its owner, who has shown that it is his, is called nevertheless.
    let owner = account("owner").with_verified_number(NUMBER);
    owner.asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.calls().len(), 4);
}

#[tokio::test]
async fn a_range_and_a_carrier_get_so_many_calls_that_prove_nothing_yet() {
    let (range, carrier) = ("+1206555010", "Carrier B");
    for (held, code, inside, outside) in [
        ("per_range_while_untold_max", "too-many-to-range", range, "+1206554010"),
        ("per_carrier_max", "too-many-to-carrier", "+1206777010", range),
    ] {
        let world = world().await;
        world.stack.carriers.set_prefix("+1206777", Line::new(LineType::Mobile, carrier));
        let mut policy = only(json!({}), json!({}));
        policy["held"][held] = json!(2);
        if held == "per_carrier_max" {
            only_one_carrier_is_usual(&mut policy);
        }
        world.policy(policy).await;
        for (n, (begin, expected)) in
            [(inside, ""), (inside, ""), (outside, ""), (inside, code), (outside, ""), (inside, code)]
                .into_iter()
                .enumerate()
        {
            let (_, found) = called(&world, n, &format!("{begin}{n}")).await;
            assert_eq!(found.join(" "), expected, "the {n}th");
        }
    }
}

/// A policy under which the stand-in's carrier is usual and every other one is not, though nothing has been learned.
fn only_one_carrier_is_usual(policy: &mut serde_json::Value) {
    policy["line"]["usual_carriers"] = json!([USUAL_CARRIER]);
    policy["held"]["known_good_min"] = json!(0);
    rules(policy, json!({ "unusual-carrier": "off" }));
}

#[tokio::test]
async fn calls_that_are_ripe_make_room_for_as_many_lines() {
    let world = world().await;
    let mut policy = only(json!({}), json!({}));
    policy["held"]["per_range_while_untold_max"] = json!(2);
    world.policy(policy).await;
    let ask = async |n: usize| called(&world, n, &format!("+120655501{n:02}")).await.1.join(" ");
    assert_eq!((ask(0).await, ask(1).await), (String::new(), String::new()));
    assert_eq!(ask(2).await, "too-many-to-range");
    world.pass(2 * 3_600).await;
    // Two lines have talked there, and nobody has marked them for two hours: two more.
    for n in 3..7 {
        assert_eq!(ask(n).await, "", "the {n}th");
    }
    assert_eq!(ask(7).await, "too-many-to-range");
}

#[tokio::test]
async fn so_many_different_addresses_may_have_a_number_called() {
    let world = world().await;
    world.policy(only(json!({}), json!({ "addresses_per_number_max": 2 }))).await;
    for n in [0, 1, 0, 1] {
        assert_eq!(called(&world, n, NUMBER).await, (StateName::Closed, vec![]));
    }
    assert_eq!(called(&world, 2, NUMBER).await, (StateName::Refused, vec!["too-many-addresses-to-number"]));
    assert_eq!(called(&world, 0, NUMBER).await, (StateName::Closed, vec![]), "one of the first two");
    assert_eq!(called(&world, 2, "+12065550101").await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn what_strangers_ask_in_vain_uses_up_nothing_of_the_numbers_owner() {
    let world = world().await;
    let mut policy = only(json!({ "per_number": an_hour(1) }), json!({ "addresses_per_number_max": 1 }));
    policy["held"]["per_range_while_untold_max"] = json!(1);
    rules(&mut policy, json!({ "anonymous-network": "off" }));
    world.policy(policy).await;
    world.list("deny", "asn#64500").await;
    for n in 0..10 {
        visitor(n).in_asn(64_500).asks(&world, NUMBER).await;
    }
    world.settle().await;
    assert_eq!(called(&world, 99, NUMBER).await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn a_call_to_a_number_counts_until_the_window_has_passed_it() {
    let world = world().await;
    world.policy(only(json!({ "per_number": an_hour(2) }), json!({}))).await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    let ask = async |n: usize| called(&world, n, NUMBER).await.1.join(" ");
    assert_eq!(ask(0).await, "");
    world.pass(1_800).await;
    assert_eq!(ask(1).await, "");
    assert_eq!(ask(2).await, "too-many-to-number");
    world.pass(1_700).await;
    assert_eq!(ask(3).await, "", "the first was an hour ago");
    assert_eq!(ask(4).await, "too-many-to-number");
}

#[tokio::test]
async fn a_range_where_calls_of_several_lines_come_to_nothing_is_not_called_for_strangers() {
    let no_agent = CallPlan { agent: false, ..CallPlan::default() };
    for (plan, what) in [
        (CallPlan::unanswered(), "nobody answers"),
        (CallPlan::busy(), "the line is busy"),
        (no_agent, "nobody stays for an agent"),
    ] {
        let world = world().await;
        let mut policy = only(json!({}), json!({}));
        policy["waste"]["range"] = json!({ "floor": 2, "share_percent": 50 });
        world.policy(policy).await;
        for n in 0..3 {
            let number = format!("+1206555010{n}");
            world.stack.connect.plan_for(&number, plan);
            assert_eq!(called(&world, n, &number).await, (StateName::Closed, vec![]), "{what}");
        }
        let found = called(&world, 5, "+12065550104").await;
        assert_eq!(found, (StateName::Refused, vec!["too-much-waste-in-range"]), "{what}");
        assert_eq!(called(&world, 6, "+12065540104").await, (StateName::Closed, vec![]), "{what}: elsewhere");
        world.pass(86_400).await;
        assert_eq!(called(&world, 7, "+12065550104").await, (StateName::Closed, vec![]), "it is forgotten");
    }
}

#[tokio::test]
async fn where_many_calls_go_well_more_may_come_to_nothing() {
    let world = world().await;
    let mut policy = only(json!({}), json!({}));
    policy["waste"]["range"] = json!({ "floor": 0, "share_percent": 50 });
    world.policy(policy).await;
    for n in 0..6 {
        assert_eq!(called(&world, n, &format!("+1206555010{n}")).await.0, StateName::Closed);
    }
    world.stack.connect.plan_for("+12065550107", CallPlan::unanswered());
    for n in 10..14 {
        assert_eq!(called(&world, n, "+12065550107").await.0, StateName::Closed);
    }
    assert_eq!(
        called(&world, 14, "+12065550107").await,
        (StateName::Refused, vec!["too-much-waste-in-range"])
    );
    assert_eq!(called(&world, 15, &number(0)).await.0, StateName::Closed);
}

#[tokio::test]
async fn a_request_that_was_refused_or_withdrawn_a_moment_ago_leaves_the_next_number_free() {
    for (first, withdraws) in [("+18002345678", false), ("+12065550177", true)] {
        let world = world().await;
        let alice = account("alice");
        let id = alice.asks(&world, first).await;
        if withdraws {
            alice.withdraws(&world, &id).await;
        }
        world.pass(2).await;
        assert!(world.calls().is_empty());
        alice.is_called(&world, NUMBER).await;
    }
}

#[tokio::test]
async fn what_is_asked_for_a_moment_ago_and_may_be_called_counts_as_live() {
    let world = world().await;
    let alice = account("alice");
    for n in 0..4 {
        alice.asks(&world, &format!("+1206{}0100", 300 + n)).await;
    }
    world.pass(60).await;
    assert!(world.calls().len() < 4, "one who asks for four numbers at once is not called at all of them");
}

#[tokio::test]
async fn a_trusted_number_is_called_for_many_and_for_each_of_them_no_oftener_than_another() {
    let world = world().await;
    world.policy(only(json!({ "per_number": an_hour(2) }), json!({}))).await;
    world.list("trust", &format!("number#{NUMBER}")).await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    for n in 0..6 {
        assert_eq!(called(&world, n, NUMBER).await, (StateName::Closed, vec!["trusted"]), "the {n}th");
    }
    assert_eq!(called(&world, 0, NUMBER).await.0, StateName::Closed);
    assert_eq!(called(&world, 0, NUMBER).await, (StateName::Refused, vec!["trusted", "too-many-to-number"]));
}
