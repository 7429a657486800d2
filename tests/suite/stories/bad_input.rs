//! Bad input over HTTP: each mistake is told with its field and reason, nothing is written, and no number is repeated.

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, NUMBER, World, account, guest, world};

/// What is told of a mistake: status, the last part of the problem's type, the field, and words of the reason.
pub(crate) type Told = (u16, &'static str, Option<&'static str>, &'static str);

pub(crate) const NUMBER_FIELD: Option<&str> = Some("phoneNumber");

fn assert_told(answer: &Answer, told: Told, what: &str) {
    let (status, kind, field, says) = told;
    assert_eq!(answer.status, status, "{what}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:tollgate:problem:{kind}"), "{what}");
    assert_eq!(problem["status"], status, "{what}");
    assert_eq!(problem.get("field").and_then(Value::as_str), field, "{what}");
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{what}");
    assert!(problem["detail"].as_str().unwrap().contains(says), "{what}: {}", answer.text);
}

/// No five digits of what was sent stand in the answer.
fn assert_no_number_repeated(answer: &Answer, sent: &str) {
    let runs = sent.split(|c: char| !c.is_numeric()).filter(|run| run.chars().count() >= 5);
    for run in runs {
        assert!(!answer.text.contains(run), "{sent}: {}", answer.text);
    }
}

/// How many items there are in all tables that a request could touch.
async fn items(world: &World) -> i32 {
    let names = &world.stack.tables.names;
    let mut count = 0;
    for table in [&names.requests, &names.pending, &names.counters, &names.contacts, &names.numbers] {
        count += world.stack.tables.client.scan().table_name(table).send().await.unwrap().count();
    }
    count
}

/// That each body is told as it must be, that nothing of its number stands in the answer, and that nothing is written.
pub(crate) async fn assert_refused(world: &World, cases: Vec<(String, Told)>) {
    let before = items(world).await;
    for (body, told) in cases {
        for visitor in [account("alice"), guest()] {
            let answer = visitor.posts(world, body.clone()).await;
            assert_told(&answer, told, &body);
            assert_no_number_repeated(&answer, &body);
        }
    }
    world.settle().await;
    assert_eq!(items(world).await, before, "nothing is written");
}

#[tokio::test]
async fn every_body_that_cannot_be_taken_is_told_with_its_field_and_reason() {
    let malformed = |says| (400, "malformed-body", None, says);
    let large = json!({ "phoneNumber": NUMBER, "topic": "x".repeat(9_000) }).to_string();
    let long = json!({ "phoneNumber": NUMBER, "topic": "x".repeat(201) }).to_string();
    let cases: Vec<(String, Told)> = vec![
        (String::new(), malformed("not JSON")),
        ("phoneNumber=%2B12065550100".to_owned(), malformed("not JSON")),
        (r#"{"phoneNumber": "+12065550100""#.to_owned(), malformed("not JSON")),
        (r#"{"phoneNumber": "+12065550100"} {}"#.to_owned(), malformed("not JSON")),
        ("[]".to_owned(), malformed("not a JSON object")),
        (r#""+12065550100""#.to_owned(), malformed("not a JSON object")),
        ("12065550100".to_owned(), malformed("not a JSON object")),
        ("null".to_owned(), malformed("not a JSON object")),
        (format!(r#"{{"phoneNumber":"{NUMBER}","phoneNumber":"+12065550101"}}"#), malformed("twice")),
        (large, (413, "body-too-large", None, "at most 8192 bytes")),
        ("{}".to_owned(), (422, "missing-field", NUMBER_FIELD, "required")),
        (json!({ "name": "Ada" }).to_string(), (422, "missing-field", NUMBER_FIELD, "required")),
        (json!({ "phoneNumber": null }).to_string(), (422, "wrong-type", NUMBER_FIELD, "a string")),
        (
            json!({ "phoneNumber": 12_065_550_100_u64 }).to_string(),
            (422, "wrong-type", NUMBER_FIELD, "a string"),
        ),
        (json!({ "phoneNumber": [NUMBER] }).to_string(), (422, "wrong-type", NUMBER_FIELD, "a string")),
        (
            json!({ "phoneNumber": NUMBER, "name": { "first": "Ada" } }).to_string(),
            (422, "wrong-type", Some("name"), "a string"),
        ),
        (
            json!({ "phoneNumber": NUMBER, "name": "a\nb" }).to_string(),
            (422, "invalid-text", Some("name"), "control characters"),
        ),
        (
            json!({ "phoneNumber": NUMBER, "name": "\u{3164}" }).to_string(),
            (422, "invalid-text", Some("name"), "empty"),
        ),
        (
            json!({ "phoneNumber": NUMBER, "topic": "a\u{202e}b" }).to_string(),
            (422, "invalid-text", Some("topic"), "turn around"),
        ),
        (long, (422, "invalid-text", Some("topic"), "200 characters")),
        (
            json!({ "phoneNumber": NUMBER, "priority": true }).to_string(),
            (422, "unknown-field", Some("priority"), "nothing else"),
        ),
        (
            json!({ "PhoneNumber": NUMBER }).to_string(),
            (422, "unknown-field", Some("PhoneNumber"), "nothing else"),
        ),
        // Its name may be a number itself.
        (json!({ NUMBER: true }).to_string(), (422, "unknown-field", None, "nothing else")),
    ];
    let world = world().await;
    assert_refused(&world, cases).await;
    let answer = guest().posts(&world, b"{\"phoneNumber\": \"\xff+12065550100\"}".to_vec()).await;
    assert_told(&answer, malformed("not JSON"), "bytes that are no text");
}

#[tokio::test]
async fn names_and_topics_are_taken_in_every_script_and_empty_fields_are_absent() {
    for (body, name) in [
        (
            json!({ "phoneNumber": NUMBER, "name": "ශ්\u{200d}රී", "topic": "👨\u{200d}👩\u{200d}👧" }),
            Some("ශ්\u{200d}රී"),
        ),
        (json!({ "phoneNumber": NUMBER, "name": "", "topic": null }), None),
    ] {
        for mark in ["", "\u{feff}"] {
            let world = world().await;
            let answer = account("alice").posts(&world, format!("{mark}{body}")).await;
            assert_eq!(answer.status, 202, "{body}: {}", answer.text);
            let record = world.record(answer.json()["id"].as_str().unwrap()).await;
            assert_eq!(record.request.name.as_ref().map(|name| name.as_str()), name);
        }
    }
}

#[tokio::test]
async fn an_operators_empty_fields_are_absent_too_and_a_byte_order_mark_is_skipped() {
    let world = world().await;
    let body = r#"{"effect": "deny", "reason": "x", "expiresAt": ""}"#;
    for body in [body.to_owned(), body.replace("\"\"", "null"), format!("\u{feff}{body}")] {
        let answer = world.send(Method::PUT, "/review/entries/country%23JM", &[], body).await;
        assert_eq!((answer.status, &answer.json()["expiresAt"]), (200, &Value::Null), "{}", answer.text);
    }
    let policy = format!("\u{feff}{}", json!({ "guests": "allow" }));
    assert_eq!(world.send(Method::POST, "/review/policy/validate", &[], policy).await.status, 200);
}

#[tokio::test]
async fn the_longest_name_and_topic_are_taken_however_they_are_spelled() {
    let world = world().await;
    // JSON may spell each of these characters as two escapes of six bytes.
    let longest = r"\ud83d\ude00".repeat(200);
    let body = format!(r#"{{"phoneNumber":"{NUMBER}","name":"{longest}","topic":"{longest}"}}"#);
    let answer = account("alice").posts(&world, body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

#[tokio::test]
async fn an_idempotency_key_must_be_visible_ascii_and_not_too_long() {
    let world = world().await;
    let before = items(&world).await;
    for key in ["", "two words", "tab\there", &"k".repeat(256)] {
        let answer = account("alice").with_header("idempotency-key", key).asks_for(&world, NUMBER).await;
        assert_told(&answer, (400, "invalid-idempotency-key", None, "255"), key);
    }
    assert_eq!(items(&world).await, before, "nothing is written");
    let longest = "k".repeat(255);
    account("alice").with_header("idempotency-key", &longest).asks(&world, NUMBER).await;
}

#[tokio::test]
async fn a_method_that_a_resource_does_not_have_is_told_with_those_that_it_has() {
    let world = world().await;
    let callback = format!("/callbacks/{}", "0".repeat(32));
    for (method, path, allowed) in [
        (Method::GET, "/callbacks", "POST, OPTIONS"),
        (Method::PUT, "/callbacks", "POST, OPTIONS"),
        (Method::DELETE, "/callbacks", "POST, OPTIONS"),
        (Method::POST, "/callback-options", "GET, OPTIONS"),
        (Method::POST, callback.as_str(), "GET, DELETE, OPTIONS"),
        (Method::PATCH, callback.as_str(), "GET, DELETE, OPTIONS"),
    ] {
        let body = json!({ "phoneNumber": NUMBER }).to_string();
        let answer = world.send(method.clone(), path, &[], body).await;
        assert_told(&answer, (405, "method-not-allowed", None, allowed), path);
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn there_is_nothing_at_a_path_that_is_not_served() {
    let world = world().await;
    for path in [
        "/",
        "/callback",
        "/callbacks/",
        "/callbacks/a/b",
        "/callbacks/not-an-id",
        "/Callbacks/x/",
        "/review",
    ] {
        let answer = world.send(Method::GET, path, &[], "").await;
        let expected = if path == "/callbacks/" {
            (405, "method-not-allowed", None, "POST")
        } else {
            (404, "not-found", None, "")
        };
        assert_told(&answer, expected, path);
    }
}
