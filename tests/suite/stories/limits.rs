//! Limits of the asking side: how often an address and an account may ask, and how many numbers are called for them.

use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate::verdict::Standing;

use crate::world::{NUMBER, Visitor, World, account, world};

/// The n-th number, each in a range of its own.
pub(crate) fn number(n: usize) -> String {
    format!("+1206{}0100", 222 + n)
}

/// A policy in which only these limits and fans can be reached.
pub(crate) fn only(limits: Value, fan_out: Value) -> Value {
    let with = |mut free: Value, own: Value| {
        free.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        free
    };
    let all =
        |names: &[&str], value: Value| -> Value { names.iter().map(|name| (*name, value.clone())).collect() };
    let free = json!({ "requests_max": 1_000, "window_seconds": 86_400 });
    let fans = [
        "numbers_per_address_max",
        "numbers_per_address_per_day_max",
        "numbers_per_ipv6_line_max",
        "numbers_per_account_max",
        "numbers_of_a_range_per_address_max",
        "countries_per_address_max",
        "addresses_per_number_max",
    ];
    let wasteful = ["address", "ipv6_line", "account", "block", "ipv6_block", "range"];
    let held = [
        "per_range_max",
        "per_range_of_usual_carrier_max",
        "per_range_while_untold_max",
        "per_range_per_day_max",
        "per_carrier_max",
        "per_carrier_per_day_max",
    ];
    json!({
        "limits": with(all(&["per_address", "per_account", "per_number"], free), limits),
        "fan_out": with(all(&fans, json!(1_000)), fan_out),
        "waste": all(&wasteful, json!({ "floor": 1_000, "share_percent": 0 })),
        "held": all(&held, json!(1_000)),
        "newcomers": { "newcomers_max": 100_000, "strangers_max": 100_000, "scarce_percent": 100 },
        "rules": {},
        "line": { "lookups_per_address_percent": 100 },
        "budgets": { "calls_per_range_per_day_max": 1_000 },
        "dial": { "calls_per_second_max": 1_000.0 },
    })
}

/// Puts more rules into other modes.
pub(crate) fn rules(policy: &mut Value, modes: Value) {
    let rules = policy["rules"].as_object_mut().unwrap();
    rules.extend(modes.as_object().unwrap().clone());
}

pub(crate) fn an_hour(requests_max: u32) -> Value {
    json!({ "requests_max": requests_max, "window_seconds": 3_600 })
}

/// What became of requests, each from a visitor for a number: empty if approved, else the codes of what was found.
pub(crate) async fn screened(world: &World, asked: &[(Visitor, String)]) -> Vec<String> {
    let mut found = vec![];
    for (visitor, number) in asked {
        let id = visitor.asks(world, number).await;
        world.screen().await;
        let approved = world.state(&id).await == StateName::Approved;
        let codes = world.findings(&id).await.join(" ");
        assert_eq!(approved, codes.is_empty(), "{codes}");
        found.push(codes);
    }
    found
}

/// Visitors at these addresses, each with an account and a number of its own.
fn at(addresses: &[&str]) -> Vec<(Visitor, String)> {
    let visitor = |(n, address): (usize, &&str)| (account(&format!("visitor-{n}")).at(address), number(n));
    addresses.iter().enumerate().map(visitor).collect()
}

#[tokio::test]
async fn an_address_may_ask_so_often_and_its_neighbours_as_often() {
    let world = world().await;
    world.policy(only(json!({ "per_address": an_hour(2) }), json!({}))).await;
    let (here, next_door) = ("198.51.100.7", "198.51.100.8");
    let found = screened(&world, &at(&[here, here, next_door, here, next_door, here])).await;
    let many = "too-many-from-address";
    assert_eq!(found, ["", "", "", many, "", many]);
}

#[tokio::test]
async fn the_addresses_of_an_ipv6_line_are_one() {
    let world = world().await;
    world.policy(only(json!({ "per_address": an_hour(2) }), json!({}))).await;
    let line = ["2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:1:8000:1:2:3", "2001:db8:1:2::1"];
    assert_eq!(screened(&world, &at(&line)).await, ["", "", "too-many-from-address", ""]);
}

#[tokio::test]
async fn what_one_line_asks_for_in_vain_counts_for_no_network_around_it() {
    for (line, neighbor) in [("192.0.2.66", "192.0.2.200"), ("2001:db8:1:1::5", "2001:db8:1:ffff::9")] {
        let world = world().await;
        let mut states = vec![];
        for _ in 0..63 {
            states.push(account("pushy").at(line).asks(&world, NUMBER).await);
        }
        world.pass(60).await;
        assert_eq!(world.calls().len(), 1);
        let found = world.findings(states.last().unwrap()).await;
        assert!(found.contains(&"too-many-from-address"), "{found:?}");
        let id = account("somebody-else").at(neighbor).asks(&world, "+12065560100").await;
        world.pass(60).await;
        assert_eq!(
            (world.state(&id).await, world.findings(&id).await),
            (StateName::Closed, vec![]),
            "{neighbor}"
        );
    }
}

#[tokio::test]
async fn an_account_may_ask_so_often_wherever_it_is() {
    let world = world().await;
    world.policy(only(json!({ "per_account": an_hour(2) }), json!({}))).await;
    let asked: Vec<_> = ["alice", "alice", "alice", "bob", "alice"]
        .iter()
        .enumerate()
        .map(|(n, name)| (account(name).at(&format!("198.51.{n}.7")), number(n)))
        .collect();
    let many = "too-many-from-account";
    assert_eq!(screened(&world, &asked).await, ["", "", many, "", many]);
}

#[tokio::test]
async fn a_limit_slides_so_that_nobody_gets_twice_as_much_around_the_full_hour() {
    let world = world().await;
    world.policy(only(json!({ "per_address": an_hour(4) }), json!({}))).await;
    let many = "too-many-from-address";
    let ask = async |from: usize, times: usize| {
        let asked: Vec<_> = (from..from + times).map(|n| (account("alice"), number(n))).collect();
        screened(&world, &asked).await
    };
    world.pass_unseen(3_599);
    assert_eq!(ask(0, 4).await, [""; 4]);
    world.pass_unseen(1);
    assert_eq!(ask(4, 1).await, [many], "all four still count at the full hour");
    world.pass_unseen(1_800);
    // Half of the four, and the one that was refused.
    assert_eq!(ask(5, 2).await, ["", many]);
    world.pass_unseen(7_200);
    assert_eq!(ask(7, 5).await, ["", "", "", "", many]);
}

#[tokio::test]
async fn an_address_and_an_account_may_ask_for_so_many_different_numbers() {
    for (fan, code) in [
        ("numbers_per_address_max", "too-many-numbers-from-address"),
        ("numbers_per_account_max", "too-many-numbers-from-account"),
    ] {
        let world = world().await;
        world.policy(only(json!({}), json!({ fan: 2 }))).await;
        let alice = account("alice");
        for n in [0, 1, 0, 1, 0] {
            alice.asks(&world, &number(n)).await;
            world.pass(60).await;
        }
        assert_eq!(world.calls().len(), 5, "one number asked for twice is one number");
        let id = alice.asks(&world, &number(2)).await;
        world.pass(60).await;
        let redirected = (StateName::Refused, vec![code]);
        assert_eq!((world.state(&id).await, world.findings(&id).await), redirected);
        let measure = world.record(&id).await.findings[0].measure.unwrap();
        assert_eq!((measure.value, measure.limit), (3, 2));
    }
}

#[tokio::test]
async fn an_address_may_ask_for_numbers_of_so_many_countries() {
    let world = world().await;
    let mut policy = only(json!({}), json!({ "countries_per_address_max": 2 }));
    policy["served_countries"] = json!(["US", "CA", "DE"]);
    rules(&mut policy, json!({ "country-mismatch": "off" }));
    world.policy(policy).await;
    let alice = account("alice");
    for number in [NUMBER, "+16042345678", "+12065550101"] {
        let id = alice.asks(&world, number).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "{number}");
    }
    let id = alice.asks(&world, "+493012345678").await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    assert!(world.findings(&id).await.contains(&"too-many-countries-from-address"));
}

#[tokio::test]
async fn a_limit_in_shadow_mode_is_recorded_and_one_that_is_off_is_not() {
    for (mode, codes) in [("shadow", vec!["too-many-from-address", "too-many-to-range"]), ("off", vec![])] {
        let world = world().await;
        let mut policy = only(json!({ "per_address": an_hour(1) }), json!({}));
        policy["held"]["per_range_while_untold_max"] = json!(1);
        rules(&mut policy, json!({ "too-many-from-address": mode, "too-many-to-range": mode }));
        world.policy(policy).await;
        let alice = account("alice");
        for (n, expected) in [(0, vec![]), (1, codes.clone()), (2, codes.clone())] {
            let id = alice.asks(&world, &format!("+1206555010{n}")).await;
            world.pass(60).await;
            assert_eq!(world.state(&id).await, StateName::Closed);
            assert_eq!(world.findings(&id).await, expected);
            assert!(
                world.record(&id).await.findings.iter().all(|finding| finding.standing == Standing::Shadow)
            );
        }
    }
}
