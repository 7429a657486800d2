//! What is logged: JSON lines, in which no number, no address and nothing that a visitor wrote stands in the clear.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::Method;
use local::connect::{CallPlan, StartFault};
use serde_json::{Value, json};
use tollgate_aws::environment::log_lines;

use crate::world::{account, guest, world};

/// The lines of a log, as they were written.
#[derive(Clone, Default)]
pub(crate) struct Lines(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const NUMBERS: [&str; 4] = ["+12065550100", "+12125550101", "+13035550102", "+14045550103"];
const ADDRESSES: [&str; 3] = ["203.0.113.9", "198.51.100.77", "2001:db8:77:1::9"];
const WRITTEN: &str = r#"Eve","level":"ERROR","message":"forged"#;
/// Not taken at the door.
const WITH_LINE_BREAKS: &str = "Eve\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{1b}[31m";

#[tokio::test]
async fn a_log_line_is_json_and_shows_neither_numbers_nor_addresses_nor_what_visitors_wrote() {
    let lines = Lines::default();
    // Of a single subscriber, tracing asks the thread that first comes by a line whether it logs, and the other tests' do not.
    let _second = tracing::Dispatch::new(log_lines(io::sink));
    let writer = lines.clone();
    let logging = tracing::subscriber::set_default(log_lines(move || writer.clone()));
    let world = world().await;
    world.policy(json!({ "guests": "allow" })).await;
    world.list("deny", "net#198.51.100.77/32").await;
    world.stack.connect.plan_for(NUMBERS[1], CallPlan::unanswered());

    let written =
        |number: &str, text| json!({ "phoneNumber": number, "name": text, "topic": text }).to_string();
    let body = |number: &str| written(number, WRITTEN);
    let eve = |name: &str| account(name).at(ADDRESSES[0]);
    let called = eve("eve");
    for (number, name) in NUMBERS.into_iter().zip(["eve", "eve-2", "eve-3", "eve-4"]) {
        assert_eq!(eve(name).posts(&world, body(number)).await.status, 202);
        assert_eq!(called.posts(&world, written(number, WITH_LINE_BREAKS)).await.status, 422);
    }
    called.posts(&world, body(NUMBERS[0])).await;
    guest().at(ADDRESSES[1]).posts(&world, body(NUMBERS[2])).await;
    world.settle().await;
    world.pass_minutes(3).await;
    world.stack.connect.fail_next(StartFault::InternalErrorAfterPlacing);
    guest().at(ADDRESSES[2]).posts(&world, body("+15035550104")).await;
    world.settle().await;
    let id = world.calls()[0].request_id.clone().unwrap();
    world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), json!({ "mark": "spam" })).await;
    called.posts(&world, body(NUMBERS[0])).await;
    world.pass_minutes(3).await;
    for what in ["export", "erase"] {
        let person =
            json!({ "number": NUMBERS[0], "account": "eve", "address": ADDRESSES[0], "reason": "told" });
        let done = world.operator(Method::POST, &format!("/review/people/{what}"), person).await;
        assert_eq!(done.status, 200, "{}", done.text);
    }
    world.pass_minutes(1).await;
    drop(logging);

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let messages: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
        .collect();
    for told in ["screened", "upkeep done", "batch screened"] {
        assert!(messages.iter().any(|message| message == told), "{told}: {messages:?}");
    }
    assert!(text.contains("+1206*******") && text.contains("marked-account"), "{text}");
    let digits = NUMBERS.iter().chain(&["+15035550104"]).map(|number| number.trim_start_matches("+1"));
    for secret in digits.chain(ADDRESSES).chain(["forged", "Eve", "\u{1b}"]) {
        assert!(!text.contains(secret), "{secret} stands in the log:\n{text}");
    }
}
