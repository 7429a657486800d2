//! Forgeries: headers that a client writes himself change no verdict.

use std::sync::Arc;

use intake::edge::{CountryFrom, Edge, Waf};
use lambda_http::Body;
use serde_json::{Value, json};
use tollgate::request::Caller;
use tollgate::state::StateName;

use crate::world::{NUMBER, Visitor, World, account, guest, world};

/// What a client might write to seem honest.
const WHITEWASH: [(&str, &str); 9] = [
    ("x-amzn-waf-anonymous", "false"),
    ("x-amzn-waf-bad-reputation", "false"),
    ("x-amzn-waf-country", "US"),
    ("cloudfront-viewer-country", "US"),
    ("cloudfront-viewer-asn", "64501"),
    ("cloudfront-viewer-address", "192.0.2.1:443"),
    ("x-forwarded-for", "192.0.2.1"),
    ("forwarded", "for=192.0.2.1"),
    ("true-client-ip", "192.0.2.1"),
];

/// And what somebody might write into another's requests.
const SMEAR: [(&str, &str); 7] = [
    ("x-amzn-waf-anonymous", "true"),
    ("x-amzn-waf-bad-reputation", "true"),
    ("x-amzn-waf-country", "KP"),
    ("cloudfront-viewer-country", "KP"),
    ("cloudfront-viewer-asn", "64500"),
    ("x-forwarded-for", "203.0.113.9"),
    ("forwarded", "for=203.0.113.9"),
];

fn with(visitor: Visitor, headers: &[(&'static str, &str)]) -> Visitor {
    headers.iter().fold(visitor, |visitor, (name, value)| visitor.with_header(name, value))
}

async fn lists(world: &World) {
    for entry in ["net#203.0.113.0/24", "asn#64500", "address-country#KP"] {
        world.list("deny", entry).await;
    }
}

#[tokio::test]
async fn a_suspect_does_not_become_honest_by_what_he_writes_himself() {
    let plain = account("mallory");
    for (suspect, status) in [
        (plain.clone().anonymous(), 200),
        (plain.clone().of_bad_reputation(), 200),
        (plain.clone().in_country("FR"), 200),
        (guest(), 200),
        (plain.clone().at("203.0.113.9"), 202),
        (plain.clone().in_asn(64_500), 202),
    ] {
        let world = world().await;
        lists(&world).await;
        let honest = suspect.asks_for(&world, NUMBER).await;
        let forged = with(suspect, &WHITEWASH).asks_for(&world, NUMBER).await;
        assert_eq!((honest.status, forged.status), (status, status));
        world.pass(60).await;
        assert_eq!(world.calls(), []);
    }
}

#[tokio::test]
async fn nobody_becomes_suspect_by_headers_that_the_edge_did_not_write() {
    let world = world().await;
    lists(&world).await;
    let visitor = with(account("alice"), &SMEAR);
    assert_eq!(visitor.channels(&world).await, account("alice").channels(&world).await);
    let id = visitor.asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
    assert_eq!(world.findings(&id).await, [""; 0]);
}

#[tokio::test]
async fn nobody_escapes_his_addresss_limit_by_naming_another() {
    let world = world().await;
    let limit = json!({ "requests_max": 2, "window_seconds": 3_600 });
    world.policy(json!({ "limits": { "per_address": limit } })).await;
    let mut states = vec![];
    for n in 0..4 {
        let other = format!("192.0.2.{n}");
        let visitor = account(&format!("mallory-{n}"))
            .with_header("x-forwarded-for", &other)
            .with_header("x-real-ip", &other);
        let id = visitor.asks(&world, &format!("+1206555010{n}")).await;
        world.screen().await;
        states.push(world.state(&id).await);
    }
    let (approved, redirected) = (StateName::Approved, StateName::Refused);
    assert_eq!(states, [approved, approved, redirected, redirected]);
}

/// Posts straight to intake, as an API that hands on every header of its client does; who asked, as it is recorded.
async fn posted(world: &World, headers: &[(&str, &str)]) -> Caller {
    let mut fields: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    fields.insert("content-type".to_owned(), json!("application/json"));
    let event = json!({
        "resource": "/account/callbacks", "path": "/account/callbacks", "httpMethod": "POST",
        "headers": fields, "multiValueHeaders": null,
        "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "pathParameters": null, "stageVariables": null,
        "requestContext": {
            "accountId": "111122223333", "resourceId": "r", "stage": "prod", "apiId": "a", "requestId": "q",
            "httpMethod": "POST", "resourcePath": "/account/callbacks", "path": "/prod/account/callbacks",
            "authorizer": { "claims": { "sub": "alice" } },
            "identity": { "sourceIp": "198.51.100.7" },
        },
        "body": json!({ "phoneNumber": NUMBER }).to_string(), "isBase64Encoded": false,
    });
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let response = world.stack.intake(request).await;
    assert_eq!(response.status().as_u16(), 202);
    let Body::Text(body) = response.into_body() else { panic!("not text") };
    let id = serde_json::from_str::<Value>(&body).unwrap()["id"].as_str().unwrap().to_owned();
    world.record(&id).await.request.caller
}

#[tokio::test]
async fn behind_an_edge_that_strips_nothing_no_header_is_believed() {
    let mut world = world().await;
    Arc::get_mut(&mut world.stack).unwrap().functions.intake.edge = Edge::trusting_nothing();
    let plain = posted(&world, &[]).await;
    for headers in [&WHITEWASH[..], &SMEAR] {
        assert_eq!(posted(&world, headers).await, plain);
    }
    assert_eq!((plain.country.country(), plain.asn, plain.marks.len()), (None, None, 0));
}

#[tokio::test]
async fn each_header_is_believed_only_of_the_edge_that_writes_it() {
    let mut world = world().await;
    for (country_from, waf, country, asn, marks) in [
        (CountryFrom::Cloudfront, Waf::Off, Some("CA"), Some(64_500), 0),
        (CountryFrom::Cloudfront, Waf::On, Some("CA"), Some(64_500), 2),
        (CountryFrom::Waf, Waf::On, Some("MX"), None, 2),
        (CountryFrom::Waf, Waf::Off, None, None, 0),
        (CountryFrom::None, Waf::On, None, None, 2),
        (CountryFrom::None, Waf::Off, None, None, 0),
    ] {
        let rules = json!({ "country-mismatch": "off", "anonymous-network": "off", "bad-reputation": "off" });
        world.policy(json!({ "rules": rules })).await;
        Arc::get_mut(&mut world.stack).unwrap().functions.intake.edge =
            Edge { country_from, waf, ..Edge::trusting_everything() };
        let headers = [
            ("CloudFront-Viewer-Country", "CA"),
            ("CloudFront-Viewer-ASN", "64500"),
            ("X-Amzn-Waf-Country", "MX"),
            ("X-Amzn-Waf-Anonymous", "true"),
            ("X-Amzn-Waf-Bad-Reputation", "true"),
        ];
        let caller = posted(&world, &headers).await;
        assert_eq!(
            caller.country.country().as_ref().map(|country| country.as_str()),
            country,
            "{country_from:?} {waf:?}"
        );
        assert_eq!((caller.asn, caller.marks.len()), (asn, marks), "{country_from:?} {waf:?}");
    }
}
