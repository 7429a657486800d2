//! Files of list entries. Whatever stands in the other lines, no good line is lost or changed, each refused line is told
//! by its number, and what is exported then reads back.

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::Body;
use serde_json::{Value, json};

use crate::api::{ask_review, json_of, review_request};
use crate::tables::{Answer, Call};

/// Good lines stand after this many foreign ones each.
const FOREIGN_LINES_BETWEEN: usize = 2;
/// What the good lines list, and no foreign line may.
const OURS: &str = "198.18.";

/// Asserts what must hold of any file: CSV if the first byte is odd, else plain text.
pub fn check(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let is_csv = first % 2 == 1;
    if String::from_utf8_lossy(rest).contains(OURS) {
        return;
    }
    let (body, good) = mixed(rest, is_csv);
    let (told, items) = import(&body, is_csv);
    for (line, key) in &good {
        assert_eq!(items.get(key), Some(&"deny".to_owned()), "the good line {line} is lost");
    }
    assert_eq!(told["imported"], items.len());
    let refused: Vec<_> = told["refused"].as_array().unwrap().iter().map(|r| &r["line"]).collect();
    for line in &refused {
        let line = usize::try_from(line.as_u64().unwrap()).unwrap();
        assert!(!good.contains_key(&line), "the good line {line} is refused: {told}");
        assert!((1..=body.split(|byte| *byte == b'\n').count()).contains(&line));
    }
    let distinct: BTreeSet<_> = refused.iter().map(|line| line.as_u64()).collect();
    assert_eq!(distinct.len(), refused.len());
    assert!(told["refusedCount"].as_u64().unwrap() >= refused.len() as u64);
}

/// The foreign lines with good ones between them; and which line lists what.
fn mixed(foreign: &[u8], is_csv: bool) -> (Vec<u8>, BTreeMap<usize, String>) {
    let mut lines: Vec<Vec<u8>> = vec![];
    let mut good = BTreeMap::new();
    if is_csv {
        lines.push(b"entry,effect,reason,expires_at".to_vec());
    }
    let mut push_good = |lines: &mut Vec<Vec<u8>>| {
        let network = format!("{OURS}{}.0/24", good.len());
        good.insert(lines.len() + 1, format!("net#{network}"));
        lines.push(
            if is_csv { format!("net#{network},deny,\"a \"\"good\"\" line, ours\",") } else { network }
                .into(),
        );
    };
    push_good(&mut lines);
    for (at, line) in foreign.split(|byte| *byte == b'\n').take(60).enumerate() {
        lines.push(line.to_vec());
        if at % FOREIGN_LINES_BETWEEN == 1 {
            push_good(&mut lines);
        }
    }
    push_good(&mut lines);
    (lines.join(&b'\n'), good)
}

/// Imports a file. Gives what is told, and the entries that are written with their effects.
fn import(body: &[u8], is_csv: bool) -> (Value, BTreeMap<String, String>) {
    let media_type = if is_csv { "text/csv" } else { "text/plain" };
    let parameters = [("effect", "deny"), ("reason", "a foreign file")];
    let body = Body::Binary(body.to_vec());
    let request = review_request("POST", "/review/entries/import", &parameters, media_type, body);
    let (response, calls) = ask_review(request, |_call| Answer::Done(json!({})));
    assert_eq!(response.status(), 200, "{}", json_of(&response));
    (json_of(&response), calls.iter().flat_map(written).collect())
}

/// The entries of a call that writes some.
fn written(call: &Call) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match call.operation.as_str() {
        "TransactWriteItems" => {
            let parts = call.sent["TransactItems"].as_array().unwrap();
            let put = |part: &Value| {
                let item = part["Put"]["Item"].as_object()?;
                Some((text(&item["entry"]["S"]), text(&item["effect"]["S"])))
            };
            let mut written: Vec<_> = parts.iter().filter_map(put).collect();
            // All carriers' entries are attributes of one item.
            for update in parts.iter().map(|part| &part["Update"]) {
                if update["Key"]["entry"]["S"] != "carriers" {
                    continue;
                }
                for (place, name) in update["ExpressionAttributeNames"].as_object().unwrap() {
                    let value = format!(":{}", place.trim_start_matches('#'));
                    let listing = &update["ExpressionAttributeValues"][&value]["M"];
                    written.push((text(name), text(&listing["effect"]["S"])));
                }
            }
            written
        }
        _ => vec![],
    }
}
