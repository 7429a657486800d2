//! Destinations: which countries are called, told by the number alone.

use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{NUMBER, Visitor, World, account, guest, world};

/// Numbers under country code 1 that are not in the United States.
const NOT_AMERICAN: [(&str, &str); 5] = [
    ("+18765230123", "JM"),
    ("+16042345678", "CA"),
    ("+17872345678", "PR"),
    ("+12684601234", "AG"),
    ("+18092345678", "DO"),
];

fn from(country: &str) -> Visitor {
    account("alice").in_country(country)
}

/// What a finding is about.
async fn subject(world: &World, id: &str, code: &str) -> Option<String> {
    let findings = world.record(id).await.findings;
    findings.into_iter().find(|finding| finding.code.as_str() == code).and_then(|finding| finding.subject)
}

#[tokio::test]
async fn a_number_of_a_country_that_is_not_served_is_not_called_and_nothing_is_said() {
    let world = world().await;
    for (number, country) in [("+493012345678", "DE"), ("+442079460000", "GB"), ("+9611123456", "LB")] {
        let visitor = from(country);
        let id = visitor.asks(&world, number).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{country}");
        assert_eq!(subject(&world, &id, "country-not-served").await, Some(format!("country#{country}")));
        assert_eq!(visitor.looks(&world, &id).await.json()["status"], "accepted");
    }
    assert_eq!(world.calls(), []);
}

#[tokio::test]
async fn jamaica_is_not_the_united_states_though_both_begin_with_1() {
    let world = world().await;
    // Whoever asks for so many countries would be blocked otherwise.
    let limits = json!({ "numbers_per_account_max": 100, "countries_per_address_max": 100 });
    world.policy(json!({ "fan_out": limits })).await;
    for (number, country) in NOT_AMERICAN {
        let id = from(country).asks(&world, number).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{country}");
        assert_eq!(subject(&world, &id, "country-not-served").await, Some(format!("country#{country}")));
    }
    let written_at_home = from("US").asks_for(&world, "(876) 523-0123").await;
    assert_eq!(written_at_home.status, 200, "its country is not that of the address");
    assert_eq!(world.calls(), []);

    let countries: Vec<_> = NOT_AMERICAN.iter().map(|(_, country)| country).collect();
    world.policy(json!({ "served_countries": countries, "default_country": null, "fan_out": limits })).await;
    for (number, country) in NOT_AMERICAN {
        let id = account(country).in_country(country).asks(&world, number).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "{country} is served now");
    }
    let id = from("US").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::Refused, "the United States are not served now");
}

#[tokio::test]
async fn a_number_of_no_country_is_never_called() {
    let world = world().await;
    world.policy(json!({ "fan_out": { "numbers_per_account_max": 100 } })).await;
    for (number, code) in [
        ("+870301234567", "satellite-number"),
        ("+881612345678", "satellite-number"),
        ("+8823421234", "global-network-number"),
        ("+883510012345", "global-network-number"),
        ("+80812345678", "shared-cost-number"),
    ] {
        let id = account("alice").asks(&world, number).await;
        world.settle().await;
        assert_eq!(world.state(&id).await, StateName::Refused, "{number}");
        assert_eq!(world.findings(&id).await[..2], ["country-not-served", code], "{number}");
    }
    assert_eq!(world.calls(), []);
}

#[tokio::test]
async fn the_default_country_is_that_of_a_number_without_plus() {
    let world = world().await;
    let alice = account("alice");
    for (number, dialed) in
        [("206 555 0100", NUMBER), ("1 (206) 555-0101", "+12065550101"), ("(206) 555-0102", "+12065550102")]
    {
        account(dialed)
            .at(&format!("198.51.1{}.7", dialed.get(10..).unwrap_or_default()))
            .asks(&world, number)
            .await;
        world.pass(60).await;
        assert_eq!(world.calls().last().unwrap().phone_number, dialed);
    }
    world.policy(json!({ "default_country": null })).await;
    let answer = alice.asks_for(&world, "206 555 0100").await;
    assert_eq!((answer.status, &answer.json()["field"]), (422, &json!("phoneNumber")));
}

#[tokio::test]
async fn the_countries_that_are_served_are_told_before_the_form_is_shown() {
    let world = world().await;
    world.policy(json!({ "served_countries": ["US", "CA"] })).await;
    let options = world.send(http::Method::GET, "/callback-options", &[], "").await.json();
    assert_eq!(options["countries"], json!(["CA", "US"]));
}

#[tokio::test]
async fn a_kill_switch_stops_one_country_or_all_from_the_next_request_on() {
    let world = world().await;
    world.policy(json!({ "served_countries": ["US", "CA"] })).await;
    let ask = async |number: &str, country: &str| {
        let id = account(country).in_country(country).asks(&world, number).await;
        world.pass(60).await;
        (world.state(&id).await, subject(&world, &id, "kill-switch").await)
    };
    let called = (StateName::Closed, None);
    let stopped = |what: &str| (StateName::Refused, Some(what.to_owned()));
    world.pass(1).await;
    world.kill_switches(false, &["CA"]).await;
    assert_eq!(ask("+16042345678", "CA").await, stopped("country#CA"));
    assert_eq!(ask(NUMBER, "US").await, called);
    world.kill_switches(true, &[]).await;
    assert_eq!(account("bob").channels(&world).await, json!(["chat", "call-in"]));
    world.pass(1).await;
    world.kill_switches(false, &["CA", "US"]).await;
    assert_eq!(account("bob").channels(&world).await, json!(["chat", "call-in"]), "nobody can be called");
    world.pass(1).await;
    world.kill_switches(false, &["CA"]).await;
    let options = world.send(http::Method::GET, "/callback-options", &[], "").await.json();
    assert_eq!(options["countries"], json!(["US"]));
    world.pass(1).await;
    world.kill_switches(false, &[]).await;
    assert_eq!(ask("+16042345678", "CA").await, called);
    let changes = world.operator(http::Method::GET, "/review/changes", Value::Null).await.json();
    let set: Vec<_> =
        changes["changes"].as_array().unwrap().iter().take(5).map(|change| &change["subject"]).collect();
    assert_eq!(set, ["none", "CA", "CA US", "all", "CA"]);
}

#[tokio::test]
async fn a_switch_for_everybody_is_told_to_everybody_at_once_and_one_for_a_country_to_nobody() {
    let world = world().await;
    world.policy(json!({ "served_countries": ["US", "CA"], "guests": "allow" })).await;
    let others = json!({ "status": "redirected", "channels": ["chat", "call-in"] });
    let before = account("alice").asks(&world, NUMBER).await;
    for (all, countries) in [(true, vec![]), (false, vec!["CA", "US"])] {
        world.pass(6).await;
        world.kill_switches(all, &countries).await;
        for (n, visitor) in [account("alice"), account("bob"), guest().at("192.0.2.9")].iter().enumerate() {
            let number = format!("+1206555011{n}");
            assert_eq!(visitor.channels(&world).await, others["channels"]);
            let key = format!("{all}-5f2c9a7e41d84b0c93ab{n}");
            let keyed = visitor.clone().with_header("idempotency-key", &key);
            for _ in 0..2 {
                let told = keyed.asks_for(&world, &number).await;
                assert_eq!((told.status, told.json()), (200, others.clone()));
            }
        }
        // Of those who asked before nothing is told.
        assert_eq!(account("alice").looks(&world, &before).await.json()["status"], "accepted");
    }
    world.settle().await;
    assert_eq!(world.calls().len(), 1, "the first alone");
    let redirected =
        world.operator(http::Method::GET, "/review/requests?state=redirected", Value::Null).await;
    let redirected = redirected.json();
    assert_eq!(redirected["requests"].as_array().unwrap().len(), 6);
    assert_eq!(redirected["requests"][0]["findings"][0]["code"], "kill-switch");

    world.pass(6).await;
    world.kill_switches(false, &["CA"]).await;
    let id = account("carol").in_country("CA").asks(&world, "+16042345678").await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    assert_eq!(account("carol").in_country("CA").looks(&world, &id).await.json()["status"], "accepted");
}
