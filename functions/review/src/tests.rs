//! The door: who is let in, what is refused before any table is asked, and the events of `events/review`.

use std::collections::BTreeSet;

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tollgate_aws::tables::deny_list::LastSeen;
use tollgate_aws::tables::{Damage, TableNames};

use super::*;

/// Tables that nobody can reach.
fn review() -> Review {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let tables = Tables {
        client,
        names: TableNames::with_prefix(""),
        damage: Damage::default(),
        last_seen: LastSeen::default(),
    };
    Review { tables, metrics: Metrics::kept() }
}

fn event(name: &str) -> Value {
    let path = format!("{}/../../events/review/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).unwrap()
}

fn request(event: &Value) -> Request {
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// What an event is answered, as status and problem type.
async fn answer_to(event: &Value) -> (u16, String) {
    let now = "2026-01-31T09:30:00Z".parse().unwrap();
    let response = handle(request(event), &review(), now).await;
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    let status = response.status().as_u16();
    let Body::Text(body) = response.into_body() else { panic!("not text") };
    let body: Value = serde_json::from_str(&body).unwrap();
    let kind = body["type"].as_str().unwrap_or_default().replace("urn:tollgate:problem:", "");
    (status, kind)
}

#[track_caller]
fn asks(name: &str, expected: Route) -> String {
    let request = request(&event(name));
    assert_eq!(route::parse(request.method(), request.raw_http_path()), Ok(expected), "{name}");
    assert!(asked::operator(&request).is_ok(), "{name}");
    format!("{name}.json")
}

#[test]
fn every_event_leads_to_its_route() {
    let entry = || "prefix#+1876".to_owned();
    let used = [
        asks("list-requests", Route::ListRequests),
        asks("show-request", Route::ShowRequest("4f2c9a51d07be8863c1e5fa29d64b370".to_owned())),
        asks("list-entries", Route::ListEntries),
        asks("show-entry", Route::ShowEntry("net#203.0.113.0/24".to_owned())),
        asks("add-entry", Route::PutEntry(entry())),
        asks("remove-entry", Route::RemoveEntry(entry())),
        asks("import-csv", Route::ImportEntries),
        asks("import-networks", Route::ImportEntries),
        asks("export-entries", Route::ExportEntries),
        asks("show-policy", Route::ShowPolicy),
        asks("save-policy", Route::SavePolicy),
        asks("validate-policy", Route::ValidatePolicy),
        asks("list-policy-versions", Route::ListPolicyVersions),
        asks("show-policy-version", Route::ShowPolicyVersion("3".to_owned())),
        asks("show-kill-switches", Route::ShowKillSwitches),
        asks("set-kill-switches", Route::SetKillSwitches),
        asks("list-changes", Route::ListChanges),
        asks("export-person", Route::ExportPerson),
        asks("erase-person", Route::ErasePerson),
    ];
    let folder = std::fs::read_dir(format!("{}/../../events/review", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let files: BTreeSet<_> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, BTreeSet::from(used));
}

#[tokio::test]
async fn the_door_lets_every_event_through_to_the_tables() {
    for name in [
        "list-requests",
        "show-request",
        "list-entries",
        "show-entry",
        "add-entry",
        "remove-entry",
        "import-csv",
        "import-networks",
        "export-entries",
        "show-policy",
        "save-policy",
        "list-policy-versions",
        "show-policy-version",
        "show-kill-switches",
        "set-kill-switches",
        "list-changes",
        "export-person",
        "erase-person",
    ] {
        assert_eq!(answer_to(&event(name)).await, (503, "unavailable".to_owned()), "{name}");
    }
    assert_eq!(answer_to(&event("validate-policy")).await, (200, String::new()));
}

#[tokio::test]
async fn nobody_acts_without_a_name() {
    let mut event = event("set-kill-switches");
    event["requestContext"]["identity"] = json!({ "sourceIp": "203.0.113.9" });
    assert_eq!(answer_to(&event).await, (403, "no-identity".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_a_table_is_asked() {
    let changed = |name: &str, field: &str, value: Value| {
        let mut event = event(name);
        event["isBase64Encoded"] = json!(false);
        if field == "/multiValueQueryStringParameters" {
            event["queryStringParameters"] = Value::Null;
        }
        *event.pointer_mut(field).unwrap_or_else(|| panic!("{name} has no {field}")) = value;
        event
    };
    for (event, expected) in [
        (changed("list-requests", "/path", json!("/review/nothing")), (404, "not-found")),
        (changed("show-request", "/path", json!("/review/requests/1")), (404, "not-found")),
        (changed("list-requests", "/httpMethod", json!("DELETE")), (405, "method-not-allowed")),
        (
            changed("list-entries", "/multiValueQueryStringParameters", json!({"page": ["2"]})),
            (400, "invalid-query"),
        ),
        (
            changed("list-entries", "/multiValueQueryStringParameters", json!({"limit": ["1", "2"]})),
            (400, "invalid-query"),
        ),
        (changed("add-entry", "/body", json!("{")), (400, "unreadable-body")),
        (changed("add-entry", "/body", json!("{\"effect\": \"deny\", \"reason\": \"\"}")), (422, "invalid")),
        (changed("add-entry", "/path", json!("/review/entries/planet%23mars")), (422, "invalid")),
        (changed("import-csv", "/body", json!("nothing to see")), (422, "invalid")),
        (changed("import-csv", "/body", json!("x".repeat(5_000_001))), (413, "too-large")),
        (changed("import-csv", "/headers/Content-Type", json!("text/html")), (415, "unsupported-media-type")),
        (changed("import-networks", "/multiValueQueryStringParameters", json!({})), (400, "invalid-query")),
        (changed("save-policy", "/body", json!("{\"retention_days\": 0}")), (422, "invalid")),
        (changed("validate-policy", "/body", json!("{\"dail\": {}}")), (422, "invalid")),
        (changed("set-kill-switches", "/body", json!("{\"all\": true}")), (400, "unreadable-body")),
        (
            changed("list-changes", "/multiValueQueryStringParameters", json!({"day": ["today"]})),
            (400, "invalid-query"),
        ),
    ] {
        let (status, kind) = answer_to(&event).await;
        assert_eq!((status, kind.as_str()), expected, "{}", event["path"]);
    }
}

#[tokio::test]
async fn a_policy_is_saved_only_over_the_version_that_was_seen() {
    let mut event = event("save-policy");
    for headers in ["headers", "multiValueHeaders"] {
        event[headers].as_object_mut().unwrap().remove("If-Match");
    }
    assert_eq!(answer_to(&event).await, (428, "version-required".to_owned()));
}

#[test]
fn a_problem_says_where_what_is_wrong_stands() {
    let response = Problem::query("limit", "from 1 to 100").into_response();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let Body::Text(body) = response.into_body() else { panic!("not text") };
    insta::assert_json_snapshot!(serde_json::from_str::<Value>(&body).unwrap(), @r#"
    {
      "detail": "limit: from 1 to 100",
      "errors": [
        {
          "field": "limit",
          "reason": "from 1 to 100"
        }
      ],
      "status": 400,
      "title": "The query is not valid",
      "type": "urn:tollgate:problem:invalid-query"
    }
    "#);
}
