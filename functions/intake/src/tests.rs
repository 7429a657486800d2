//! The handler without tables: every event is understood, and nothing that fails is more than an answer.

use aws_sdk_dynamodb::config::{BehaviorVersion, Config};
use lambda_http::request::from_str;
use tollgate_aws::tables::deny_list::LastSeen;
use tollgate_aws::tables::{Damage, TableNames};

use super::*;
use crate::edge::Access;

const SIGNED_IN: &str = include_str!("../../../events/intake/post-signed-in.json");
const GUEST: &str = include_str!("../../../events/intake/post-guest.json");
const OPTIONS: &str = include_str!("../../../events/intake/callback-options.json");
const STATUS: &str = include_str!("../../../events/intake/get-status.json");
const DELETE: &str = include_str!("../../../events/intake/delete.json");
const MALFORMED: &str = include_str!("../../../events/intake/malformed-body.json");

/// An intake whose tables answer nothing.
fn intake() -> Intake {
    let config = Config::builder().behavior_version(BehaviorVersion::v2026_01_12()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    Intake {
        tables: Tables {
            client,
            names: TableNames::with_prefix("Tollgate"),
            damage: Damage::default(),
            last_seen: LastSeen::default(),
        },
        settings: Cached::for_seconds(5),
        edge: Edge::trusting_everything(),
        secret: [7; 32],
        random: system_random,
    }
}

async fn answered(request: Request) -> (u16, String, Response<Body>) {
    let response = handle(request, &intake(), Timestamp::UNIX_EPOCH).await;
    let body = match response.body() {
        Body::Text(body) => body.clone(),
        _ => String::new(),
    };
    (response.status().as_u16(), body, response)
}

#[tokio::test]
async fn every_answer_without_tables_is_one_that_says_so_or_needs_none() {
    for (event, status, told) in [
        (SIGNED_IN, 503, "urn:tollgate:problem:unavailable"),
        (GUEST, 503, "urn:tollgate:problem:unavailable"),
        (OPTIONS, 200, r#"{"channels":["chat","call-in"],"countries":["US"],"defaultCountry":"US"}"#),
        (STATUS, 503, "urn:tollgate:problem:unavailable"),
        (DELETE, 503, "urn:tollgate:problem:unavailable"),
        (MALFORMED, 400, "urn:tollgate:problem:malformed-body"),
    ] {
        let (answered_status, body, response) = answered(from_str(event).unwrap()).await;
        assert_eq!(answered_status, status, "{body}");
        assert!(body.contains(told), "{body}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
    }
}

#[test]
fn the_events_name_their_callers() {
    let edge = Edge::trusting_everything();
    for (event, access) in [
        (SIGNED_IN, Access::Account),
        (STATUS, Access::Account),
        (GUEST, Access::Guest),
        (OPTIONS, Access::Guest),
        (DELETE, Access::Guest),
        (MALFORMED, Access::Guest),
    ] {
        let request = from_str(event).unwrap();
        assert!(matches!(Route::of(&request), Some(Route::Visitors { access: door, .. }) if door == access));
        let caller = edge.caller(&request, access).unwrap();
        assert_eq!(caller.country.country().unwrap().as_str(), "US");
        assert_eq!(caller.account.is_some(), access == Access::Account);
    }
    let caller = edge.caller(&from_str(SIGNED_IN).unwrap(), Access::Account).unwrap();
    assert_eq!(caller.account.unwrap().verified_number.unwrap().e164(), "+12065550100");
    for event in [SIGNED_IN, GUEST] {
        assert!(body::parse(from_str(event).unwrap().body(), &Policy::default()).is_ok());
    }
}

#[tokio::test]
async fn wrong_doors_paths_and_methods_have_their_own_answers() {
    let event = |text: &str, from: &str, to: &str| from_str(&text.replace(from, to)).unwrap();
    for (request, status) in [
        (event(DELETE, "/callbacks/", "/calls/"), 404),
        (event(DELETE, "\"DELETE\"", "\"PUT\""), 405),
        (event(DELETE, "\"DELETE\"", "\"OPTIONS\""), 204),
        (event(DELETE, "3f9c1d7a5b2e48f60a1c9e7d4b6f8021", "1"), 404),
        (event(OPTIONS, "\"GET\"", "\"POST\""), 405),
        (event(SIGNED_IN, "\"claims\"", "\"context\""), 401),
        (event(GUEST, "\"sourceIp\"", "\"sourceAddress\""), 503),
        (
            event(
                GUEST,
                "\"sourceIp\": \"2001:db8:85a3::8a2e:370:7334\"",
                "\"sourceIp\": \"test-invoke-source-ip\"",
            ),
            400,
        ),
        (event(GUEST, "application/json", "text/plain"), 415),
        (event(GUEST, "\"Content-Type\"", "\"Content-Kind\""), 415),
        (event(GUEST, "application/json", "Application/JSON; charset=utf-8"), 503),
        (event(SIGNED_IN, "8e03978e-40d5", "8e03978e 40d5"), 400),
    ] {
        let (answered, body, _) = answered(request).await;
        assert_eq!(answered, status, "{body}");
    }
}

#[tokio::test]
async fn another_website_is_refused_before_anything_is_read() {
    let edge = Edge {
        origins: crate::origins::Origins::parse("https://www.example.com"),
        ..Edge::trusting_everything()
    };
    let intake = Intake { edge, ..intake() };
    let status = async |event: String| {
        let response = handle(from_str(&event).unwrap(), &intake, Timestamp::UNIX_EPOCH).await;
        response.status().as_u16()
    };
    for event in [GUEST, SIGNED_IN] {
        assert_eq!(status(event.to_owned()).await, 503, "the tables are asked");
        assert_eq!(status(event.replace("https://www.example.com\"", "https://evil.example\"")).await, 403);
        assert_eq!(status(event.replace("https://www.example.com\"", "null\"")).await, 403);
    }
}

#[tokio::test]
async fn an_empty_random_source_is_a_fault_of_ours() {
    let intake = Intake { random: || None, ..intake() };
    let response = handle(from_str(GUEST).unwrap(), &intake, Timestamp::UNIX_EPOCH).await;
    assert_eq!(response.status().as_u16(), 503);
}
