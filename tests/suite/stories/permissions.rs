//! Every operation with every role, by both faces: the JSON API and the pages of the deployed console. Each allows what the
//! table of operations says, and refuses the rest without a trace.

use http::{HeaderMap, Method};
use lambda_http::Body;
use local::edge::{Incoming, Passed, pass};
use operations::operator::{Operation, Operator, Role, may};
use serde_json::{Value, json};
use tollgate::text::Author;

use crate::sign_in::browser::Browser;
use crate::world::{NUMBER, World, account, percent_encoded, world};

/// A request of the API that does an operation, on a request that has ended.
fn of_the_api(operation: Operation, id: &str) -> (Method, String, Value) {
    let reason = json!({ "reason": "told in a story" });
    let person = json!({ "number": NUMBER, "reason": "told in a story" });
    match operation {
        Operation::Look => (Method::GET, "/review/kill-switches".to_owned(), Value::Null),
        Operation::SeeInFull => (Method::GET, "/review/entries".to_owned(), Value::Null),
        Operation::Mark => (Method::PUT, format!("/review/requests/{id}/mark"), json!({ "mark": "spam" })),
        Operation::KeepLists => {
            let entry = json!({ "effect": "deny", "reason": reason["reason"] });
            (Method::PUT, "/review/entries/prefix%23%2B1712770".to_owned(), entry)
        }
        Operation::LiftBlocks => {
            (Method::DELETE, "/review/blocks/account%23ada?reason=told".to_owned(), Value::Null)
        }
        Operation::SetKillSwitches => {
            let switches = json!({ "all": true, "countries": [], "reason": "told in a story" });
            (Method::PUT, "/review/kill-switches".to_owned(), switches)
        }
        Operation::SavePolicy => (Method::PUT, "/review/policy".to_owned(), json!({ "retention_days": 7 })),
        Operation::ExportPeople => (Method::POST, "/review/people/export".to_owned(), person),
        Operation::ErasePeople => (Method::POST, "/review/people/erase".to_owned(), person),
    }
}

/// A form or a page that does an operation. There is none to lift a block, or for what is stored of a person.
fn of_the_pages(operation: Operation, id: &str) -> Option<(String, Vec<(&'static str, &'static str)>)> {
    let reason = ("reason", "told in a story");
    match operation {
        Operation::Look => Some((String::new(), vec![])),
        Operation::SeeInFull => Some((format!("requests/{id}"), vec![])),
        Operation::Mark => Some((format!("requests/{id}"), vec![("mark", "spam"), reason])),
        Operation::KeepLists => {
            let entry = vec![("kind", "prefix"), ("value", "+1712770"), ("effect", "deny"), reason];
            Some(("lists".to_owned(), entry))
        }
        Operation::SetKillSwitches => {
            let switches = vec![("act", "all"), ("confirmation", "stop all calls"), reason];
            Some(("switches".to_owned(), switches))
        }
        Operation::SavePolicy => {
            let draft = vec![("act", "save"), ("seen", "0"), ("document", r#"{"retention_days": 7}"#)];
            Some(("policy".to_owned(), draft))
        }
        Operation::LiftBlocks | Operation::ExportPeople | Operation::ErasePeople => None,
    }
}

/// Sends a request to the API as somebody of this role.
async fn asks(world: &World, role: Role, (method, path, body): (Method, String, Value)) -> (u16, String) {
    let mut headers = HeaderMap::new();
    headers.insert("if-match", "\"0\"".parse().unwrap());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let incoming = Incoming { method, uri: path.parse().unwrap(), headers, body: body.into() };
    let Passed::On(request) = pass(&incoming) else { panic!("the edge lets it through") };
    let operator = Operator { author: Author::parse("sue").unwrap(), role };
    let answer = review::handle_for(*request, operator, &world.stack.functions.review, world.now()).await;
    let (parts, body) = answer.into_parts();
    let text = match body {
        Body::Text(text) => text,
        _ => String::new(),
    };
    (parts.status.as_u16(), text)
}

/// A world with a request that has ended; one that is held against its account, if that is to be lifted.
async fn world_for(operation: Operation) -> (World, String) {
    let world = world().await;
    let id = account("ada").is_called(&world, NUMBER).await;
    if operation == Operation::LiftBlocks {
        let path = format!("/review/requests/{id}/mark");
        world.operator(Method::PUT, &path, json!({ "mark": "spam" })).await;
    }
    (world, id)
}

/// How many changes are on record, and how many entries are listed.
async fn traces(world: &World) -> (usize, usize) {
    let of = |what: Value, name: &str| what[name].as_array().unwrap().len();
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    let entries = world.operator(Method::GET, "/review/entries", Value::Null).await.json();
    (of(changes, "changes"), of(entries, "entries"))
}

#[tokio::test]
async fn the_api_lets_each_role_do_what_the_table_of_operations_says() {
    for role in Role::ALL {
        for operation in Operation::ALL {
            let (world, id) = world_for(operation).await;
            let before = traces(&world).await;
            let (status, text) = asks(&world, role, of_the_api(operation, &id)).await;
            if may(role, operation) {
                assert!((200..300).contains(&status), "{role:?} {operation:?}: {status} {text}");
            } else {
                assert_eq!(status, 403, "{role:?} {operation:?}: {text}");
                assert_eq!(traces(&world).await, before, "{role:?} {operation:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_pages_let_each_role_do_what_the_table_of_operations_says() {
    for role in Role::ALL {
        for operation in Operation::ALL {
            let world = world().await;
            let id = account("ada").is_called(&world, NUMBER).await;
            let Some((page, fields)) = of_the_pages(operation, &id) else { continue };
            let mut browser = Browser::of(&world, "sue", &[&format!("tollgate-{}", role.as_str())]).await;
            let is_allowed = if fields.is_empty() {
                let answer = browser.asks(&page).await;
                answer.status == 200
                    && (operation == Operation::Look || answer.text.contains("+1 206 555 0100"))
            } else {
                let answer = browser.posts(&page, &fields).await;
                assert!([303, 403].contains(&answer.status), "{role:?} {operation:?}: {}", answer.text);
                answer.status == 303
            };
            assert_eq!(is_allowed, may(role, operation), "{role:?} {operation:?}");
            if !is_allowed {
                assert_eq!(traces(&world).await, (0, 0), "{role:?} {operation:?}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_may_not_see_in_full_gets_no_number_and_no_address_by_any_face() {
    let world = world().await;
    let id = account("ada").at("203.0.113.9").is_called(&world, NUMBER).await;
    world.list("deny", "number#+12065550199").await;
    let hidden = ["5550100", "555 0100", "5550199", "203.0.113.9"];
    for path in [
        "requests?state=closed",
        "requests?state=closed&mask=false",
        &format!("requests/{id}"),
        &format!("requests?number={}", percent_encoded(NUMBER)),
        "blocks/number%23%2B12065550100",
        "entries",
        "entries/number%23%2B12065550199",
        "entries/export",
        "changes",
        "policy",
        "policy/versions",
    ] {
        let asked = (Method::GET, format!("/review/{path}"), Value::Null);
        let (status, text) = asks(&world, Role::Viewer, asked).await;
        assert!([200, 403].contains(&status), "{path}: {status} {text}");
        assert!(hidden.iter().all(|hidden| !text.contains(hidden)), "{path}: {text}");
    }
    let mut browser = Browser::of(&world, "vic", &["tollgate-viewer"]).await;
    for page in [
        "",
        "requests?mask=false",
        &format!("requests/{id}"),
        "lists",
        "lists.csv",
        "requests.csv",
        "changes",
        "proposals",
    ] {
        let answer = browser.asks(page).await;
        assert!(hidden.iter().all(|hidden| !answer.text.contains(hidden)), "{page}: {}", answer.text);
    }
}

#[tokio::test]
async fn whom_iam_lets_in_at_the_api_is_an_admin() {
    for operation in Operation::ALL {
        let (world, id) = world_for(operation).await;
        let (method, path, body) = of_the_api(operation, &id);
        let headers = [("if-match", "\"0\"".to_owned())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = world.send(method, &path, &headers, body).await;
        assert!((200..300).contains(&answer.status), "{operation:?}: {}", answer.text);
    }
}
