//! Limits of the asked side: how many calls a number, its range, its carrier and its country get, and how many may come
//! to nothing. Only approvals count, so that nobody can use up another's limit.

use local::carrier::{Line, LineType};
use local::connect::CallPlan;
use serde_json::json;
use tollgate::state::StateName;

use crate::limits::{an_hour, number, only, rules, screened};
use crate::world::{NUMBER, Visitor, World, account, world};

/// The n-th visitor, with an account and a block of his own.
fn visitor(n: usize) -> Visitor {
    account(&format!("visitor-{n}")).at(&format!("198.{}.100.7", n % 256))
}

/// Has the n-th visitor called; state and findings.
async fn called(world: &World, n: usize, number: &str) -> (StateName, Vec<&'static str>) {
    let id = visitor(n).asks(world, number).await;
    world.pass(60).await;
    (world.state(&id).await, world.findings(&id).await)
}

#[tokio::test]
async fn a_number_gets_so_many_calls() {
    let world = world().await;
    world.policy(only(json!({ "per_number": an_hour(2) }), json!({}))).await;
    world.stack.connect.plan_for(NUMBER, CallPlan::unanswered());
    for n in 0..2 {
        assert_eq!(called(&world, n, NUMBER).await, (StateName::Closed, vec![]));
    }
    assert_eq!(called(&world, 2, NUMBER).await, (StateName::Redirected, vec!["too-many-to-number"]));
    assert_eq!(called(&world, 3, "+12065550101").await, (StateName::Closed, vec![]));
    // Its owner, who has shown that it is his, is called nevertheless.
    let owner = account("owner").with_verified_number(NUMBER);
    owner.asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.calls().len(), 4);
}

#[tokio::test]
async fn a_range_a_carrier_and_a_country_get_so_many_calls() {
    let (range, carrier, country) = ("+1206555010", "Carrier B", "+1604234567");
    for (limit, code, inside, outside) in [
        ("per_range", "too-many-to-range", range, "+1206554010"),
        ("per_carrier", "too-many-to-carrier", "+1206777010", range),
        ("per_country", "too-many-to-country", country, range),
    ] {
        let world = world().await;
        world.stack.carriers.set_prefix("+1206777", Line::new(LineType::Mobile, carrier));
        let mut policy = only(json!({ limit: an_hour(2) }), json!({}));
        policy["served_countries"] = json!(["US", "CA"]);
        rules(&mut policy, json!({ "country-mismatch": "off" }));
        world.policy(policy).await;
        let asked: Vec<_> = [inside, inside, outside, inside, outside, inside]
            .iter()
            .enumerate()
            .map(|(n, begin)| (visitor(n), format!("{begin}{n}")))
            .collect();
        assert_eq!(screened(&world, &asked).await, ["", "", "", code, "", code]);
    }
}

#[tokio::test]
async fn so_many_different_addresses_may_have_a_number_called() {
    let world = world().await;
    world.policy(only(json!({}), json!({ "addresses_per_number_max": 2 }))).await;
    for n in [0, 1, 0, 1] {
        assert_eq!(called(&world, n, NUMBER).await, (StateName::Closed, vec![]));
    }
    assert_eq!(
        called(&world, 2, NUMBER).await,
        (StateName::Redirected, vec!["too-many-addresses-to-number"])
    );
    assert_eq!(called(&world, 0, NUMBER).await, (StateName::Closed, vec![]), "one of the first two");
    assert_eq!(called(&world, 2, "+12065550101").await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn what_strangers_ask_in_vain_uses_up_nothing_of_the_numbers_owner() {
    let world = world().await;
    let limits = json!({ "per_number": an_hour(1), "per_range": an_hour(1), "per_country": an_hour(1) });
    let mut policy = only(limits, json!({ "addresses_per_number_max": 1 }));
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
async fn calls_to_a_number_are_limited_over_a_sliding_window() {
    let world = world().await;
    world.policy(only(json!({ "per_range": an_hour(4) }), json!({}))).await;
    let many = "too-many-to-range";
    let ask = async |from: usize, times: usize| {
        let asked: Vec<_> = (from..from + times).map(|n| (visitor(n), format!("+120655501{n:02}"))).collect();
        screened(&world, &asked).await
    };
    assert_eq!(ask(0, 5).await, ["", "", "", "", many]);
    world.pass_unseen(3_600);
    assert_eq!(ask(5, 1).await, [many]);
    world.pass_unseen(1_800);
    // Half of the four. What was redirected does not count.
    assert_eq!(ask(6, 3).await, ["", "", many]);
    world.pass_unseen(1_800);
    assert_eq!(ask(9, 3).await, ["", "", many]);
}

#[tokio::test]
async fn a_range_a_carrier_or_a_country_where_calls_come_to_nothing_is_not_called_any_more() {
    let no_agent = CallPlan { agent: false, ..CallPlan::default() };
    for (plan, what, subjects) in [
        (CallPlan::unanswered(), "nobody answers", &["range", "carrier", "country"][..]),
        (CallPlan::busy(), "the line is busy", &["range"]),
        (no_agent, "nobody stays for an agent", &["country"]),
    ] {
        for subject in subjects.iter().copied() {
            let world = world().await;
            let mut policy = only(json!({}), json!({}));
            policy["waste"][subject] = json!({ "floor": 2, "share_percent": 50 });
            world.policy(policy).await;
            for n in 0..3 {
                let number = format!("+1206555010{n}");
                world.stack.connect.plan_for(&number, plan);
                assert_eq!(
                    called(&world, n, &number).await,
                    (StateName::Closed, vec![]),
                    "{subject}: {what}"
                );
            }
            let code = format!("too-much-waste-in-{subject}");
            let found = called(&world, 0, "+12065550104").await;
            assert_eq!(found, (StateName::Redirected, vec![code.as_str()]), "{what}");
            let elsewhere = called(&world, 1, "+12065540104").await.0;
            let expected = if subject == "range" { StateName::Closed } else { StateName::Redirected };
            assert_eq!(elsewhere, expected, "{subject}: {what}");
            if subject != "range" {
                let customer = called(&world, 5, "+12065540105").await;
                assert_eq!(customer, (StateName::Closed, vec![]), "who has wasted nothing is called");
            }
            world.pass(2 * 86_400).await;
            assert_eq!(
                called(&world, 6, "+12065550104").await,
                (StateName::Closed, vec![]),
                "it is forgotten"
            );
        }
    }
}

#[tokio::test]
async fn where_many_calls_go_well_more_may_come_to_nothing() {
    let world = world().await;
    let mut policy = only(json!({}), json!({}));
    policy["waste"]["range"] = json!({ "floor": 1, "share_percent": 50 });
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
        (StateName::Redirected, vec!["too-much-waste-in-range"])
    );
    assert_eq!(called(&world, 15, &number(0)).await.0, StateName::Closed);
}
