//! The tokens by which pages follow each other. What the table says is where the next page begins is what the table is told
//! then; and no other text makes the API fail.

use lambda_http::Body;
use serde_json::{Value, json};

use crate::api::{ask_review, assert_is_problem, json_of, review_request};
use crate::tables::{Answer, Call};

/// Asserts what must hold of any text as a token, and of any key that a table may hold.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    foreign(&text);
    let key = format!("account#{text}");
    if key.len() <= 2_048 {
        leads_on(&key, "/review/entries");
        leads_on(&key, "/review/entries/export");
    }
}

fn foreign(text: &str) {
    let (response, calls) = page("/review/entries", Some(text), Value::Null);
    match calls.as_slice() {
        [] => {
            assert_eq!(response.status, 400);
        }
        [Call { sent, .. }] => {
            let key = sent["ExclusiveStartKey"]["entry"]["S"].as_str().unwrap();
            assert!((1..=2_048).contains(&key.len()));
            assert_eq!(response.status, 200);
        }
        more => panic!("{more:?}"),
    }
}

/// A page that ends at `key`, and the one after it.
fn leads_on(key: &str, path: &str) {
    let (first, _) = page(path, None, json!({ "entry": { "S": key } }));
    // A part of an export is full by its bytes, not after one page.
    let Some(next) = first.next else { return };
    let (_, calls) = page(path, Some(&next), Value::Null);
    assert_eq!(calls[0].sent["ExclusiveStartKey"]["entry"]["S"], key, "by {next}");
}

struct Page {
    status: u16,
    next: Option<String>,
}

fn page(path: &str, after: Option<&str>, last: Value) -> (Page, Vec<Call>) {
    let parameters: Vec<_> = after.map(|after| ("after", after)).into_iter().collect();
    let request = review_request("GET", path, &parameters, "text/plain", Body::Empty);
    let mut last = Some(last);
    let (response, calls) = ask_review(request, move |_scan| {
        Answer::Done(match last.take() {
            Some(last) if !last.is_null() => json!({ "Items": [], "LastEvaluatedKey": last }),
            _ => json!({ "Items": [] }),
        })
    });
    let status = response.status().as_u16();
    if status != 200 {
        assert_is_problem(&response);
        return (Page { status, next: None }, calls);
    }
    let next = if path.ends_with("export") {
        response.headers().get("x-next").map(|next| next.to_str().unwrap().to_owned())
    } else {
        json_of(&response)["next"].as_str().map(str::to_owned)
    };
    (Page { status, next }, calls)
}
