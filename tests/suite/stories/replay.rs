//! Replays: recorded requests under another policy, by the very rules that decided on them.

use std::collections::BTreeSet;

use http::Method;
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::record::Record;
use tollgate::replay::{CameTo, Replay};
use tollgate::state::StateName;

use crate::by_hand::no_rules;
use crate::world::{Answer, NUMBER, Visitor, World, account, world};

/// Policies in which a small day meets all that is counted and learnt, each something else.
fn strict() -> [Value; 4] {
    let limit = |requests_max: u32, window_seconds: u32| json!({ "requests_max": requests_max, "window_seconds": window_seconds });
    let bears = |floor: u32| json!({ "floor": floor, "share_percent": 0 });
    // What is usual is learned by upkeep, some minutes after it is ripe; a replay learns it at once.
    let held = |unproven: u32| json!({ "per_range_while_untold_max": unproven, "known_good_min": 1_000 });
    let day = |limits: Value, fan_out: Value, waste: Value, held: Value, newcomers: Value| {
        json!({
            "limits": limits, "fan_out": fan_out, "waste": waste, "held": held, "newcomers": newcomers,
            "blocks": { "first_seconds": 600, "account_first_seconds": 1_200, "longest_seconds": 3_600 },
            "budgets": { "calls_per_hour_max": 25 },
            "rules": { "country-mismatch": "shadow" },
        })
    };
    let lavish = json!({ "numbers_per_account_max": 9, "numbers_per_ipv6_line_max": 20, "addresses_per_number_max": 20,
        "numbers_of_a_range_per_address_max": 20 });
    [
        day(
            json!({ "per_address": limit(9, 3_600), "per_account": limit(9, 3_600), "per_number": limit(2, 7_200) }),
            json!({ "numbers_per_account_max": 4 }),
            json!({ "account": bears(2), "ipv6_block": bears(1), "range": bears(2) }),
            held(12),
            json!({}),
        ),
        day(
            json!({ "per_account": limit(2, 3_600), "per_number": limit(20, 7_200) }),
            json!({}),
            json!({ "range": bears(50), "ipv6_block": bears(50) }),
            held(5),
            json!({}),
        ),
        day(
            json!({ "per_number": limit(20, 7_200) }),
            lavish,
            json!({ "account": bears(1), "range": bears(50), "ipv6_block": bears(50) }),
            held(500),
            json!({ "newcomers_max": 3, "strangers_max": 2, "window_seconds": 7_200, "scarce_percent": 100 }),
        ),
        // A call is estimated to cost 1.50 and costs 0.30 when it is over, or nothing.
        json!({
            "rules": no_rules(),
            "budgets": { "cost_per_day_max_usd": 14.0, "usd_per_minute_otherwise": 0.3 },
            "held": held(500),
        }),
    ]
}

/// A visitor at one of a few addresses, with one of a few accounts.
fn visitor(n: usize) -> Visitor {
    let addresses = [
        "203.0.113.9",
        "203.0.113.10",
        "192.0.2.7",
        "2001:db8:1:1::1",
        "2001:db8:1:2::1",
        "198.51.100.1",
        "198.18.0.1",
    ];
    let visitor = account(&format!("account-{}", n % 9)).at(addresses[n * 5 % 7]);
    if n.is_multiple_of(13) { visitor.in_country("CA") } else { visitor }
}

fn number(n: usize) -> String {
    format!("+1206{}010{}", 555 + n % 4, n * 7 % 5)
}

/// Some hours of traffic, in which some do not answer, some withdraw, some are marked and one is denied.
async fn traffic(world: &World) {
    for n in 0..3 {
        world.stack.connect.plan_for(&number(4 * n + 1), CallPlan::unanswered());
    }
    world.list("deny", "account#account-4").await;
    for n in 0..160 {
        let visitor = visitor(n);
        let id = visitor.asks(world, &number(n * n / 3)).await;
        world.screen().await;
        if n % 11 == 3 {
            visitor.withdraws(world, &id).await;
        }
        // Not evenly, so that some meet a call that lasts and others do not.
        world.pass([5, 240, 31, 400][n % 4]).await;
        if n % 37 == 20 {
            world
                .operator(Method::PUT, &format!("/review/requests/{id}/mark"), json!({ "mark": "spam" }))
                .await;
        }
    }
}

async fn recorded(world: &World) -> Vec<Record> {
    let mut records = vec![];
    for item in world.items("Requests").await {
        records.push(world.record(item["request_id"].as_s().unwrap()).await);
    }
    records.sort_by_key(|record| record.request.received_at);
    records
}

#[tokio::test]
async fn a_day_is_decided_by_a_replay_under_its_own_policy_as_it_was() {
    let (mut ways, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for policy in strict() {
        let world = world().await;
        world.policy(policy).await;
        traffic(&world).await;
        let records = recorded(&world).await;
        assert_eq!(records.len(), 160);

        let mut replay = Replay::new(world.policy_in_force().await);
        for (n, record) in records.iter().enumerate() {
            let decision = replay.take(record);
            if let Some(came_to) = CameTo::recorded(record) {
                assert_eq!((decision.came_to, &decision.findings), (came_to, &record.findings), "the {n}th");
                ways.insert(came_to);
            }
            codes.extend(record.findings.iter().map(|finding| finding.code.as_str()));
        }
    }
    assert_eq!(ways.len(), 3, "{ways:?}");
    // The day had something of everything, so the replay did.
    for code in [
        "country-mismatch",
        "deny-listed",
        "too-many-from-account",
        "too-many-numbers-from-account",
        "too-many-to-number",
        "too-many-to-range",
        "too-much-waste-from-account",
        "too-much-waste-from-block",
        "too-much-waste-in-range",
        "marked-address",
        "marked-account",
        "newcomers-rationed",
        "number-pending",
        "budget-spent",
    ] {
        assert!(codes.contains(code), "{code} is not among {codes:?}");
    }
}

async fn tries(world: &World, body: Value) -> Answer {
    world.operator(Method::POST, "/review/policy/replay", body).await
}

#[tokio::test]
async fn an_operator_tries_a_policy_on_the_requests_of_the_last_day_and_nothing_is_saved() {
    let world = world().await;
    for n in 0..6 {
        let visitor = account(&format!("somebody-{n}")).at(&format!("203.{n}.113.9"));
        let id = visitor.asks(&world, &format!("+1206555010{n}")).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed);
    }
    let draft = json!({ "policy": { "held": { "per_range_while_untold_max": 4 } } });
    let before = world.everything().await;
    let told = tries(&world, draft.clone()).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let told = told.json();
    assert_eq!((&told["requests"], &told["unreadable"]), (&json!(6), &json!(0)));
    assert_eq!(told["current"], json!({ "approved": 6, "duplicate": 0, "redirected": 0, "refused": 0 }));
    assert_eq!(told["draft"], json!({ "approved": 4, "duplicate": 0, "redirected": 0, "refused": 2 }));
    let changed =
        json!([{ "code": "too-many-to-range", "current": "approved", "draft": "refused", "requests": 2 }]);
    assert_eq!(told["changed"], changed);
    let example = &told["examples"][0];
    assert_eq!((&example["number"], &example["address"]), (&json!("+1206*******"), &json!("203.4.x.x")));
    assert_eq!(world.everything().await, before);
    let current = world.operator(Method::GET, "/review/policy", Value::Null).await.json();
    assert_eq!(current["version"], 0);

    // Of a day without requests there is nothing to tell; and the policy that holds is the one that is compared with.
    let yesterday = json!({ "policy": {}, "before": crate::world::BEGINNING });
    assert_eq!(tries(&world, yesterday).await.json()["requests"], 0);
    world.policy(draft["policy"].clone()).await;
    let same = tries(&world, draft).await.json();
    assert_eq!((&same["changed"], &same["current"]), (&json!([]), &told["draft"]));
}

#[tokio::test]
async fn what_a_looser_policy_would_let_through_is_told_with_what_holds_it_back() {
    let world = world().await;
    let visitor = account("alice").in_country("FR");
    let refused = visitor.asks_for(&world, NUMBER).await;
    assert_eq!(refused.status, 200);
    let told = tries(&world, json!({ "policy": { "rules": { "country-mismatch": "off" } } })).await.json();
    let changed =
        json!([{ "code": "country-mismatch", "current": "redirected", "draft": "approved", "requests": 1 }]);
    assert_eq!(told["changed"], changed);
}

#[tokio::test]
async fn a_policy_that_could_not_be_saved_cannot_be_tried() {
    let world = world().await;
    let wrong = json!({ "policy": { "retention_days": 0, "dial": { "ring_timeout_seconds": 90 } } });
    let answer = tries(&world, wrong).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let errors = answer.json()["errors"].clone();
    let fields: Vec<_> = errors.as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["dial.ring_timeout_seconds", "retention_days"]);
    let late = json!({ "policy": {}, "from": "2026-02-01T00:00:00Z" });
    assert_eq!(tries(&world, late).await.json()["errors"][0]["field"], "from");
    assert_eq!(tries(&world, json!({ "from": "2026-02-01T00:00:00Z" })).await.status, 400);
}
