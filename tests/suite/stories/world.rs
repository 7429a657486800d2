//! The world of a story: the whole suite on an engine in memory, a clock that stands still until it is moved, and an operator.
//! Who asks stands in `visitor`.

mod visitor;

use std::sync::Arc;

use http::{HeaderMap, Method, Uri};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use local::connect::{Call, CallPlan};
use local::edge::Incoming;
use local::stack::{Function, Options, Stack};
use local::stream::BatchOutcome;
use serde_json::{Value, json};
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::state::StateName;
use tollgate_aws::clock::{Clock, ManualClock};
use tollgate_aws::tables::requests;
use upkeep::Report;

pub(crate) use visitor::{Visitor, account, guest};

/// When every story begins: a full hour, and not a full day, in UTC.
pub(crate) const BEGINNING: &str = "2026-03-02T10:00:00Z";

/// A number that is served, and whose line is a mobile phone.
pub(crate) const NUMBER: &str = "+12065550100";

/// The carrier of every number, unless the story says otherwise.
pub(crate) const USUAL_CARRIER: &str = "Carrier A";

/// How long people talk with an agent, unless the story says otherwise: long enough to prove something.
pub(crate) const TALK_SECONDS: u32 = 40;

/// Somebody answers, and talks so long.
pub(crate) fn talks(talk_seconds: u32) -> CallPlan {
    CallPlan { talk_seconds, ..CallPlan::default() }
}

/// The world of a story.
pub(crate) struct World {
    pub(crate) stack: Arc<Stack>,
    clock: ManualClock,
}

/// An answer over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A world with the default policy.
pub(crate) async fn world() -> World {
    world_with(|_| {}).await
}

/// A world started with other options.
pub(crate) async fn world_with(change: impl FnOnce(&mut Options)) -> World {
    let clock = ManualClock::at(BEGINNING.parse().unwrap());
    let mut options = Options::for_tests(Clock::Manual(clock.clone()));
    options.plan = talks(TALK_SECONDS);
    change(&mut options);
    World { stack: Arc::new(Stack::start(options).await.unwrap()), clock }
}

impl World {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    // Time and what it brings.

    /// Lets everything happen that can happen now: the stream is read to its end, due events are heard.
    pub(crate) async fn settle(&self) {
        loop {
            let mut moved = false;
            for function in Function::ON_STREAM {
                while self.stack.pump(function).await.unwrap() {
                    moved = true;
                }
            }
            for event in self.stack.connect.due(self.now()) {
                self.stack.hear(&event).await.unwrap();
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    /// Lets time pass, with all that happens meanwhile, but without upkeep.
    pub(crate) async fn pass(&self, seconds: i64) {
        let until = self.now() + SignedDuration::from_secs(seconds);
        self.settle().await;
        while let Some(due) = self.stack.connect.next_due().filter(|due| *due <= until) {
            self.clock.advance(due.duration_since(self.now()).max(SignedDuration::ZERO));
            self.settle().await;
        }
        self.clock.advance(until.duration_since(self.now()));
        self.settle().await;
    }

    /// Lets screening read the stream to its end, and nothing else happen.
    pub(crate) async fn screen(&self) {
        while self.stack.pump(Function::Screening).await.unwrap() {}
    }

    /// Takes what waits for screening off the stream, each record as an event of its own.
    pub(crate) fn events_for_screening(&self) -> Vec<Value> {
        let mut events = vec![];
        self.stack.with_pump(|pump| {
            while let Some(batch) = pump.next_batch(Function::Screening.name()).unwrap() {
                let records = batch.event["Records"].as_array().unwrap();
                events.extend(records.iter().map(|record| json!({ "Records": [record] })));
                pump.report(&batch, BatchOutcome::Done).unwrap();
            }
        });
        events
    }

    /// Moves the clock and nothing else.
    pub(crate) fn pass_unseen(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Runs upkeep once, and what follows from it.
    pub(crate) async fn upkeep(&self) -> Report {
        let report = self.stack.upkeep().await.unwrap();
        self.settle().await;
        report
    }

    /// Lets minutes pass, with upkeep at the end of each.
    pub(crate) async fn pass_minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.pass(60).await;
            self.upkeep().await;
        }
    }

    // What came of it.

    /// A request as it is stored.
    pub(crate) async fn record(&self, id: &str) -> Record {
        let id = RequestId::parse(id).unwrap();
        requests::get(&self.stack.tables, id, self.now())
            .await
            .unwrap()
            .expect("the request is on record")
            .record
    }

    /// The state of a request.
    pub(crate) async fn state(&self, id: &str) -> StateName {
        self.record(id).await.state.name()
    }

    /// The codes of a request's findings.
    pub(crate) async fn findings(&self, id: &str) -> Vec<&'static str> {
        self.record(id).await.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    /// All calls placed, the oldest first.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.stack.connect.calls()
    }

    // Who acts.

    /// Sends a request.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let uri: Uri = path.parse().unwrap();
        let body = body.into().into();
        let incoming = Incoming { method, uri, headers: headers.collect(), body };
        let (parts, body) = self.stack.send(&incoming).await.into_parts();
        let text = match body {
            Body::Text(text) => text,
            Body::Binary(bytes) => String::from_utf8(bytes).unwrap(),
            _ => String::new(),
        };
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// What an operator does through the review API.
    pub(crate) async fn operator(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(
            method,
            path,
            &[("x-local-operator", "arn:aws:iam::111122223333:user/carol".to_owned())],
            body,
        )
        .await
    }

    /// Saves a policy in which these keys differ from the default.
    pub(crate) async fn policy(&self, policy: Value) {
        let current = self.operator(Method::GET, "/review/policy", Value::Null).await.json();
        let version = ("if-match", format!("\"{}\"", current["version"]));
        let saved = self.send(Method::PUT, "/review/policy", &[version], policy.to_string()).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
    }

    /// Puts an entry on the deny list (or another).
    pub(crate) async fn list(&self, effect: &str, entry: &str) {
        let path = format!("/review/entries/{}", percent_encoded(entry));
        let put =
            self.operator(Method::PUT, &path, json!({ "effect": effect, "reason": "told in a story" })).await;
        assert!((200..300).contains(&put.status), "{}", put.text);
    }

    /// Imports entries as an operator does, with `query` for what the lines do not say; tells what came of it.
    pub(crate) async fn imports(&self, media_type: &str, query: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = [("content-type", media_type.to_owned())];
        self.send(Method::POST, &format!("/review/entries/import{query}"), &headers, body).await
    }

    /// Takes an entry off the lists.
    pub(crate) async fn unlist(&self, entry: &str) {
        let path = format!("/review/entries/{}?reason=told", percent_encoded(entry));
        let removed = self.operator(Method::DELETE, &path, Value::Null).await;
        assert_eq!(removed.status, 204, "{}", removed.text);
    }

    /// Sets the kill switches.
    pub(crate) async fn kill_switches(&self, all: bool, countries: &[&str]) {
        let body = json!({ "all": all, "countries": countries, "reason": "told in a story" });
        let put = self.operator(Method::PUT, "/review/kill-switches", body).await;
        assert!((200..300).contains(&put.status), "{}", put.text);
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

pub(crate) fn percent_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    encoded.collect()
}
