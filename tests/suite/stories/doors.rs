//! The doors: what a browser sends for another website, with tokens of another app client, or in another form than JSON.

use std::sync::Arc;

use http::Method;
use intake::edge::{Clients, Edge};
use intake::origins::Origins;
use serde_json::json;

use crate::world::{NUMBER, World, account, guest, world};

async fn world_of_one_website() -> World {
    let mut world = world().await;
    world.policy(json!({ "guests": "allow" })).await;
    let intake = &mut Arc::get_mut(&mut world.stack).unwrap().functions.intake;
    intake.edge = Edge { origins: Origins::parse("https://www.example.com"), ..Edge::trusting_everything() };
    world
}

#[tokio::test]
async fn a_browser_that_another_website_sends_is_refused_and_nothing_is_dialed() {
    let world = world_of_one_website().await;
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        for visitor in [guest(), account("alice")] {
            let answer = visitor.with_header(name, value).asks_for(&world, NUMBER).await;
            assert_eq!(answer.status, 403, "{name} {value}: {}", answer.text);
            assert_eq!(answer.json()["type"], "urn:tollgate:problem:origin-not-allowed");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
    world.pass(60).await;
    assert_eq!(world.calls(), []);
    let own =
        guest().with_header("origin", "https://www.example.com").with_header("sec-fetch-site", "cross-site");
    assert_eq!(own.asks_for(&world, NUMBER).await.status, 202);
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_refused() {
    let world = world_of_one_website().await;
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"]
    {
        let answer = guest().with_header("content-type", media_type).asks_for(&world, NUMBER).await;
        assert_eq!(answer.status, 415, "{media_type}: {}", answer.text);
        assert_eq!(answer.json()["type"], "urn:tollgate:problem:unsupported-media-type");
    }
    let answer =
        guest().with_header("content-type", "application/json; charset=UTF-8").asks_for(&world, NUMBER).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

#[tokio::test]
async fn the_consoles_test_button_is_told_what_it_is() {
    let world = world_of_one_website().await;
    let answer = guest().at("test-invoke-source-ip").asks_for(&world, NUMBER).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:tollgate:problem:test-invocation");
    assert!(problem["detail"].as_str().unwrap().contains("API Gateway's console"), "{problem}");
}

#[tokio::test]
async fn a_token_of_another_app_client_is_refused() {
    let mut world = world().await;
    let intake = &mut Arc::get_mut(&mut world.stack).unwrap().functions.intake;
    intake.edge = Edge { clients: Clients::parse("website"), ..Edge::trusting_everything() };
    let answer = account("alice").asks_for(&world, NUMBER).await;
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (403, &json!("urn:tollgate:problem:client-not-allowed"))
    );
    assert_eq!(guest().asks_for(&world, NUMBER).await.status, 200);
}

#[tokio::test]
async fn the_widget_is_given_to_every_page_and_alike() {
    let world = world_of_one_website().await;
    let mut answers = vec![];
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site".to_owned())],
        vec![("origin", "https://evil.example".to_owned()), ("x-local-anonymous", "true".to_owned())],
    ] {
        let answer = world.send(Method::GET, "/widget/1.0.0/tollgate-callback.js", &headers, "").await;
        assert_eq!(answer.status, 200, "{headers:?}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "cross-origin");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
        answers.push((answer.headers, answer.text));
    }
    assert!(answers[0].1.contains("customElements.define('tollgate-callback'"));
    assert!(answers.iter().all(|answer| *answer == answers[0]));

    for (method, path, status) in [
        (Method::GET, "/widget/1/lang-de.js", 200),
        (Method::GET, "/widget/versions.json", 200),
        (Method::GET, "/widget/0.9.0/tollgate-callback.js", 404),
        (Method::GET, "/widget/1/package.json", 404),
        (Method::GET, "/account/widget/1/lang-de.js", 404),
        (Method::POST, "/widget/1/lang-de.js", 405),
    ] {
        let signed_in = [("x-local-account", "alice".to_owned())];
        assert_eq!(world.send(method, path, &signed_in, "").await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reaches_no_operators_route_of_a_developers_machine() {
    let world = world().await;
    let switch = json!({ "all": true, "countries": [], "reason": "not ours" }).to_string();
    let send = async |method: Method, headers: &[(&'static str, &str)]| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        world.send(method, "/review/kill-switches", &headers, switch.clone()).await
    };
    for headers in [
        vec![("origin", "https://evil.example"), ("host", "127.0.0.1:3000")],
        vec![("origin", "null"), ("host", "127.0.0.1:3000")],
        vec![("origin", "null")],
        vec![("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:3000")],
        vec![("origin", "http://localhost:3000"), ("host", "127.0.0.1:3000")],
        vec![("origin", "https://127.0.0.1:3000"), ("host", "127.0.0.1:3000")],
        // A name of the attacker's that leads here by now.
        vec![("origin", "http://evil.example:3000"), ("host", "evil.example:3000")],
        vec![("host", "evil.example:3000"), ("sec-fetch-site", "same-origin")],
        vec![("host", "127.0.0.1.evil.example"), ("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site"), ("host", "localhost:3000")],
        vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        vec![
            ("origin", "http://127.0.0.1:3000"),
            ("origin", "https://evil.example"),
            ("host", "127.0.0.1:3000"),
        ],
    ] {
        for method in [Method::PUT, Method::GET, Method::OPTIONS] {
            let answer = send(method.clone(), &headers).await;
            assert_eq!(answer.status, 403, "{method} {headers:?}: {}", answer.text);
            let tells = |name: &http::HeaderName| name.as_str().starts_with("access-control-");
            assert!(!answer.headers.keys().any(tells), "{headers:?}");
        }
    }
    assert_eq!(account("alice").channels(&world).await[0], "callback");
    for headers in [
        vec![],
        vec![("host", "localhost:3000")],
        vec![("host", "[::1]:3000"), ("sec-fetch-site", "none")],
        vec![
            ("origin", "http://127.0.0.1:3000"),
            ("host", "127.0.0.1:3000"),
            ("sec-fetch-site", "same-origin"),
        ],
    ] {
        assert_eq!(send(Method::PUT, &headers).await.status, 200, "{headers:?}");
    }
    let preflight =
        send(Method::OPTIONS, &[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]).await;
    assert_eq!(preflight.status, 405);
}
