//! What operators send and cannot be taken: all that is wrong is told at once, by field or by line.

use http::Method;
use serde_json::{Value, json};

use crate::console::desk;
use crate::world::{Answer, NUMBER, account, world};

#[tokio::test]
async fn a_policy_that_does_not_hold_is_refused_with_every_field_that_is_wrong() {
    let world = world().await;
    let wrong = json!({
        "served_countries": [],
        "default_country": "US",
        "channels": ["chat", "chat", "callback"],
        "rules": { "kill-switch": "off", "number-pending": "shadow" },
        "limits": {
            "per_address": { "requests_max": 0, "window_seconds": 1 },
            "per_account": { "requests_max": 100_000, "window_seconds": 3_600 },
        },
        "fan_out": { "numbers_per_address_max": 0 },
        "waste": { "range": { "floor": 0, "share_percent": 1_001 } },
        "marks": { "carrier": { "floor": 0, "share_percent": 1_001 } },
        "blocks": { "first_seconds": 1 },
        "budgets": { "cost_per_day_max_usd": -1.0, "usd_per_minute": { "+1876": -0.5 }, "estimated_call_minutes": 0 },
        "dial": { "deadline_seconds": 1, "calls_per_second_max": 0.0, "ring_timeout_seconds": 90, "call_seconds_max": 1 },
        "line": { "cache_days": 0 },
        "retention_days": 0,
    });
    let fields = [
        "served_countries",
        "default_country",
        "channels",
        "channels",
        "rules.kill-switch",
        "rules.number-pending",
        "limits.per_address.requests_max",
        "limits.per_address.window_seconds",
        "limits.per_account.requests_max",
        "fan_out.numbers_per_address_max",
        "waste.range.share_percent",
        "marks.carrier.share_percent",
        "blocks.first_seconds",
        "budgets.cost_per_day_max_usd",
        "budgets.usd_per_minute.+1876",
        "budgets.estimated_call_minutes",
        "dial.deadline_seconds",
        "dial.calls_per_second_max",
        "dial.ring_timeout_seconds",
        "dial.call_seconds_max",
        "retention_days",
        "line.cache_days",
    ];
    let seen = [("if-match", "\"0\"".to_owned())];
    for (method, path) in [(Method::PUT, "/review/policy"), (Method::POST, "/review/policy/validate")] {
        let answer = world.send(method, path, &seen, wrong.to_string()).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem = answer.json();
        let errors = problem["errors"].as_array().unwrap();
        let mut told: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
        let mut expected = fields.to_vec();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected);
        assert!(errors.iter().all(|error| error["reason"].as_str().is_some_and(|reason| !reason.is_empty())));
    }
    let current = world.operator(Method::GET, "/review/policy", Value::Null).await.json();
    assert_eq!(current["version"], 0, "nothing is saved");
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    assert_eq!(changes["changes"], json!([]), "nothing has changed");
}

#[tokio::test]
async fn a_misspelt_key_rule_or_country_is_told_by_its_name() {
    let world = world().await;
    for (document, says) in [
        ("{", "EOF"),
        ("[]", "object"),
        (r#"{"served_contries": ["US"]}"#, "served_contries"),
        (r#"{"limits": {"per_adress": {"requests_max": 1, "window_seconds": 60}}}"#, "per_adress"),
        (r#"{"limits": {"per_address": {"requests_max": -1, "window_seconds": 60}}}"#, "-1"),
        (r#"{"rules": {"country-mismach": "off"}}"#, "country-mismach"),
        (r#"{"rules": {"guest": "on"}}"#, "on"),
        (r#"{"served_countries": ["USA"]}"#, "two letters"),
        (r#"{"dial": []}"#, "object"),
    ] {
        let answer = world.send(Method::POST, "/review/policy/validate", &[], document).await;
        assert_eq!(answer.status, 422, "{document}: {}", answer.text);
        assert!(answer.text.contains(says), "{document}: {}", answer.text);
    }
}

#[tokio::test]
async fn good_networks_of_a_list_are_imported_and_broken_ones_told_by_line() {
    let world = world().await;
    let list = "# drop list; 203.0.113.0/24 is meant\n\
        203.0.113.0/24\n\
        203.0.113.7/24 ; bits set beyond its length\n\
        \n\
        not a network\n\
        198.51.100.0/33\n\
        0.0.0.0/0\n\
        2001:db8:bad::/48\n\
        192.0.2.9\r\n\
        2001:db8::/12\n\
        net#192.0.2.0/24\n";
    let query = "?effect=deny&reason=drop%20list";
    let mut body = list.as_bytes().to_vec();
    body.extend(b"\xff\xfe\n192.0.2.128/25\n");

    let rehearsal = world.imports("text/plain", &format!("{query}&dryRun=true"), body.clone()).await.json();
    assert_eq!((&rehearsal["imported"], &rehearsal["dryRun"]), (&json!(4), &json!(true)));
    assert_eq!(
        world.operator(Method::GET, "/review/entries", Value::Null).await.json()["entries"],
        json!([])
    );

    let told = world.imports("text/plain", query, body).await.json();
    assert_eq!((&told["imported"], &told["refusedCount"]), (&json!(4), &rehearsal["refusedCount"]));
    let lines: Vec<_> = told["refused"].as_array().unwrap().iter().map(|refused| &refused["line"]).collect();
    // `net#192.0.2.0/24` is the word `net` and a comment.
    assert_eq!(lines, [3, 5, 6, 7, 10, 11, 12]);
    assert!(told["refused"][0]["reason"].as_str().unwrap().contains("203.0.113.0/24"), "{told}");

    for (address, refused) in [
        ("203.0.113.200", true),
        ("192.0.2.9", true),
        ("192.0.2.10", false),
        ("192.0.2.200", true),
        ("2001:db8:bad:1::1", true),
        ("2001:db8:ba0:1::1", false),
    ] {
        let id = account(address).at(address).asks(&world, NUMBER).await;
        world.screen().await;
        assert_eq!(world.findings(&id).await.contains(&"deny-listed"), refused, "{address}");
    }
}

#[tokio::test]
async fn a_list_without_any_network_is_no_import() {
    let world = world().await;
    let answer = world.imports("text/plain", "?effect=deny&reason=x", "<html>\n404\n").await;
    assert_eq!(answer.status, 422);
    let problem = answer.json();
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["line 1", "line 2"]);
}

#[tokio::test]
async fn a_value_of_another_type_is_told_with_its_field() {
    let world = world().await;
    for (policy, field) in [
        (json!({ "retention_days": "30" }), "retention_days"),
        (json!({ "blocks": { "first_seconds": 86_400.5 } }), "blocks.first_seconds"),
        (json!({ "served_countries": ["US", "Canada"] }), "served_countries.1"),
        (json!({ "limits": { "per_number": { "requests_max": 3 } } }), "limits.per_number"),
        (json!({ "budgets": { "usd_per_minute": { "+1876": "0.30" } } }), "budgets.usd_per_minute.+1876"),
    ] {
        let answer = world.operator(Method::POST, "/review/policy/validate", policy.clone()).await;
        assert_eq!(answer.status, 422, "{policy}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{policy}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_policy_that_says_one_thing_twice_is_refused() {
    let world = world().await;
    for policy in [
        r#"{"rules":{"premium-rate-number":"enforce","premium-rate-number":"off"}}"#,
        r#"{"budgets":{"usd_per_minute":{"+44":9,"+44":0}}}"#,
        r#"{"guests":"allow","guests":"redirect"}"#,
    ] {
        let headers = [("if-match", "\"0\"".to_owned())];
        let answer = world.send(Method::PUT, "/review/policy", &headers, policy).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.text.contains("twice"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_moment_that_nobody_means_is_refused_wherever_one_is_told() {
    const EXTREME: [&str; 5] = [
        "9999-12-30T22:00:00.999999999Z",
        "9999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "-009999-01-02T01:59:59Z",
        "0001-01-01T00:00:00Z",
    ];
    let world = world().await;
    let told = |answer: &Answer, status: u16, what: &str| {
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        assert!(answer.text.contains("2000") && answer.text.contains("2100"), "{what}: {}", answer.text);
    };
    for moment in EXTREME {
        let entry = json!({ "effect": "deny", "reason": "x", "expiresAt": moment });
        let put = world.operator(Method::PUT, "/review/entries/country%23KP", entry).await;
        told(&put, 422, moment);
        let plain = format!("?effect=deny&reason=x&expiresAt={moment}");
        told(&world.imports("text/plain", &plain, "203.0.113.0/24").await, 400, moment);
        let csv = format!("entry,effect,reason,expires_at\ncountry#KP,deny,x,{moment}\n");
        told(&world.imports("text/csv", "", csv).await, 422, moment);
        for name in ["from", "before"] {
            let path = format!("/review/requests?{name}={moment}");
            told(&world.operator(Method::GET, &path, Value::Null).await, 400, &path);
            let body = json!({ "policy": {}, name: moment });
            let replayed = world.operator(Method::POST, "/review/policy/replay", body).await;
            told(&replayed, 400, &format!("{name} of a replay: {moment}"));
        }
        let day = moment.split('T').next().unwrap();
        let path = format!("/review/changes?day={day}");
        told(&world.operator(Method::GET, &path, Value::Null).await, 400, &path);
        let desk = desk(&world);
        assert_eq!(desk.sees(&format!("requests?until={moment}")).await.status, 200);
        let changes = desk.sees(&format!("changes?day={day}")).await.text;
        assert!(changes.contains("value=\"2026-03-02\""), "today's: {changes}");
    }
    let last = json!({ "effect": "deny", "reason": "x", "expiresAt": "2099-12-31T23:59:59Z" });
    assert_eq!(world.operator(Method::PUT, "/review/entries/country%23KP", last).await.status, 200);
}
