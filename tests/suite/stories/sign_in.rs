//! Signing in at the deployed console, by an issuer of tokens: who gets in, as what, and for how long.

pub(crate) mod browser;

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use local::issuer::Algorithm;
use serde_json::{Value, json};

use crate::world::{World, world};
use browser::{Browser, location};

/// The name under which an operator's changes are recorded.
async fn author_of_the_last_change(world: &World) -> Value {
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    changes["changes"][0]["author"].clone()
}

async fn stops_all_calls(browser: &mut Browser<'_>) -> u16 {
    let fields = [("act", "all"), ("confirmation", "stop all calls"), ("reason", "attack")];
    browser.posts("switches", &fields).await.status
}

#[tokio::test]
async fn somebody_signs_in_and_comes_to_the_page_that_he_asked_for() {
    let world = world().await;
    world.stack.issuer.seat("sue", &["staff", "tollgate-supervisor"]);
    let mut browser = Browser::new(&world);
    let page = browser.opens("requests?is=account%3Aada&span=7d").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("account is ada") && page.text.contains("supervisor"), "{}", page.text);
    assert_eq!(browser.cookies.len(), 1, "of the attempt nothing is left: {:?}", browser.cookies.keys());
    assert_eq!(stops_all_calls(&mut browser).await, 303);
    assert_eq!(author_of_the_last_change(&world).await, "sue");
}

#[tokio::test]
async fn each_kind_of_key_is_taken_and_a_new_one_is_learned() {
    let world = world().await;
    Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::Es256] {
        world.pass(70).await;
        world.stack.issuer.rotate(algorithm).unwrap();
        Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    }
}

#[tokio::test]
async fn keys_are_asked_for_once_a_minute_at_most_whoever_invents_some() {
    let world = world().await;
    Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let before = world.stack.issuer.asked("keys");
    world.pass(61).await;
    for _ in 0..5 {
        world.stack.issuer.spoil(local::issuer::Flaw::UnknownKey);
        assert_eq!(Browser::new(&world).opens("").await.status, 403);
    }
    assert_eq!(world.stack.issuer.asked("keys"), before + 1);
}

#[tokio::test]
async fn nobody_gets_in_without_a_role() {
    let world = world().await;
    for groups in [&[][..], &["admin"], &["tollgate-root", "Tollgate-Admin"], &["tollgate-"]] {
        world.stack.issuer.seat("mallory", groups);
        let mut browser = Browser::new(&world);
        let page = browser.opens("").await;
        assert_eq!(page.status, 403, "{groups:?}");
        assert!(page.text.contains("No role here"), "{}", page.text);
        assert!(browser.cookies.is_empty());
    }
    world.stack.issuer.leave();
    assert_eq!(Browser::new(&world).opens("").await.status, 403, "who does not sign in");
}

#[tokio::test]
async fn the_highest_of_several_roles_counts_and_a_single_group_may_be_a_text() {
    let world = world().await;
    for (groups, role) in [
        (json!(["tollgate-viewer", "tollgate-admin", "tollgate-supervisor"]), "admin"),
        (json!("tollgate-viewer"), "viewer"),
    ] {
        world.stack.issuer.seat("sue", &[]);
        world.stack.issuer.say_of("sue", &json!({ "cognito:groups": groups }));
        let page = Browser::new(&world).opens("").await;
        assert!(page.text.contains(&format!("</strong> {role}</span>")), "{groups}: {}", page.text);
    }
}

#[tokio::test]
async fn a_change_is_recorded_under_a_name_that_nobody_else_can_choose() {
    let world = world().await;
    for (claims, name) in [
        (json!({ "email": "sue@example.com", "email_verified": true }), "sue@example.com"),
        (json!({ "email": "boss@example.com" }), "id-of-sue"),
        (json!({ "email": "boss@example.com", "email_verified": false }), "id-of-sue"),
        (json!({ "preferred_username": "the boss" }), "id-of-sue (the boss)"),
    ] {
        world.stack.issuer.seat("sue", &[]);
        let mut claims = claims;
        claims["cognito:groups"] = json!(["tollgate-supervisor"]);
        world.stack.issuer.say_of("sue", &claims);
        let mut browser = Browser::new(&world);
        browser.opens("").await;
        assert_eq!(stops_all_calls(&mut browser).await, 303);
        world.pass(1).await;
        assert_eq!(author_of_the_last_change(&world).await, name);
    }
}

#[tokio::test]
async fn a_session_ends_by_signing_out_in_every_browser_that_holds_it() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let mut copy = browser.clone();
    let told = browser.posts("sign-out", &[]).await;
    assert!(told.status == 200 && told.text.contains("signed out here"), "{}", told.text);
    assert!(browser.cookies.is_empty());
    assert_eq!(world.stack.issuer.renewals(), 0, "the issuer has forgotten it, too");
    assert!(location(&copy.asks("").await).is_some_and(|to| to.starts_with("https://issuer.example/")));
}

#[tokio::test]
async fn a_session_ends_when_nobody_works_and_at_the_end_of_the_day() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    world.pass(29 * 60).await;
    assert_eq!(browser.asks("").await.status, 200);
    world.pass(30 * 60).await;
    assert_eq!(browser.asks("").await.status, 303, "half an hour without a visit");

    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    for quarter in 1..48 {
        world.pass(15 * 60).await;
        assert_eq!(browser.asks("").await.status, 200, "{quarter}");
    }
    world.pass(15 * 60).await;
    assert_eq!(browser.asks("").await.status, 303, "twelve hours, however busy");
}

#[tokio::test]
async fn a_role_that_is_given_or_taken_holds_within_five_minutes() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    assert_eq!(stops_all_calls(&mut browser).await, 403);
    world.stack.issuer.seat("sue", &["tollgate-supervisor"]);
    world.pass(301).await;
    assert_eq!(stops_all_calls(&mut browser).await, 303);
    world.stack.issuer.seat("sue", &["tollgate-viewer"]);
    world.pass(301).await;
    assert_eq!(stops_all_calls(&mut browser).await, 403);
}

#[tokio::test]
async fn an_issuer_without_refresh_tokens_is_asked_by_the_browser_every_five_minutes() {
    let world = world().await;
    world.stack.issuer.give_renewals(false);
    let mut browser = Browser::of(&world, "sue", &["tollgate-supervisor"]).await;
    world.pass(299).await;
    assert_eq!(browser.asks("").await.status, 200);
    world.pass(2).await;
    let token = "0".repeat(64);
    let form = browser.sends(Method::POST, "switches", &[("origin", "https://api.example")], &token).await;
    assert!(form.status == 401 && form.text.contains("send the form once more"), "{}", form.text);
    assert_eq!(browser.opens("lists").await.status, 200, "it leads there and back without a question");
}

#[tokio::test]
async fn while_the_issuer_is_silent_nobody_is_let_in_and_who_works_goes_on_for_five_minutes() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    world.stack.issuer.fall_silent(true);
    world.pass(250).await;
    assert_eq!(browser.asks("").await.status, 200);
    world.pass(60).await;
    assert_eq!(browser.asks("").await.status, 503);
    assert_eq!(Browser::new(&world).asks("").await.status, 503);
    world.stack.issuer.fall_silent(false);
    world.pass(20).await;
    assert_eq!(browser.asks("").await.status, 200, "the session is the same");
}

#[tokio::test]
async fn many_visits_at_once_have_the_issuer_asked_once() {
    let world = world().await;
    let browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let before = world.stack.issuer.asked("token");
    world.pass(20 * 60).await;
    let visits = (0..8).map(|_| {
        let mut browser = browser.clone();
        async move { browser.asks("").await.status }
    });
    assert_eq!(futures::future::join_all(visits).await, [200; 8]);
    assert_eq!(world.stack.issuer.asked("token"), before + 1);
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_signed_in_anew() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let tables = &world.stack.tables;
    let rows = tables.client.scan().table_name(&tables.names.sessions).send().await.unwrap();
    for mut row in rows.items.unwrap() {
        row.insert("vouched_at".to_owned(), AttributeValue::S("yesterday".to_owned()));
        let put = tables.client.put_item().table_name(&tables.names.sessions);
        put.set_item(Some(row)).send().await.unwrap();
    }
    assert_eq!(browser.opens("").await.status, 200);
}
