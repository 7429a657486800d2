//! What Lambda, DynamoDB and EventBridge do by themselves, done by hand: records delivered once more or side by side,
//! events kept back, tables looked into.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use local::stack::{Function, consumer};
use local::stream::{BatchOutcome, Consumer, Pump, Start};
use serde_json::{Map, Value, json};
use tollgate::policy::Policy;
use tollgate::verdict::Code;
use tollgate_aws::tables::{pending, settings};

use crate::world::{World, percent_encoded};

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

impl World {
    /// All records that the stream has ever held for a function, the oldest first, each as an event of its own.
    pub(crate) fn records_for(&self, function: Function) -> Vec<Value> {
        let mut pump = Pump::open(self.stack.engine.database(), "Requests").unwrap();
        pump.subscribe(Consumer { batch_size: 1_000, ..consumer(function).unwrap() }, Start::TrimHorizon);
        let Some(batch) = pump.next_batch(function.name()).unwrap() else { return vec![] };
        let records = batch.event["Records"].as_array().unwrap().clone();
        records.into_iter().map(|record| json!({ "Records": [record] })).collect()
    }

    /// Delivers events to a function side by side. Gives the number of those that are to come again.
    pub(crate) async fn deliver(&self, function: Function, events: &[Value]) -> usize {
        let answers = join_all(events.iter().map(|event| self.stack.invoke(function, event.clone()))).await;
        let failed = |answer: Value| answer["batchItemFailures"].as_array().unwrap().len();
        answers.into_iter().map(|answer| failed(answer.unwrap())).sum()
    }

    /// Reads the stream to its end for one function.
    pub(crate) async fn read_on(&self, function: Function) {
        while self.stack.pump(function).await.unwrap() {}
    }

    /// Lets everything that the stream holds for a function fail until it is parked.
    pub(crate) fn park_all(&self, function: Function) {
        self.stack.with_pump(|pump| {
            while let Some(batch) = pump.next_batch(function.name()).unwrap() {
                pump.report(&batch, BatchOutcome::FailedWhole).unwrap();
            }
        });
    }

    /// The contact events that are due, taken from the bus and not delivered.
    pub(crate) fn intercept(&self) -> Vec<Value> {
        self.stack.connect.due(self.now())
    }

    /// Delivers contact events, one after the other.
    pub(crate) async fn hear_all(&self, events: &[Value]) {
        for event in events {
            self.stack.hear(event).await.unwrap();
        }
    }

    /// The request that holds a number.
    pub(crate) async fn holder(&self, number: &str) -> Option<String> {
        let claims = pending::all(&self.stack.tables).await.unwrap();
        let mut claims = claims.into_iter().map(Result::unwrap);
        claims.find(|claim| claim.number.e164() == number).map(|claim| claim.holder.to_string())
    }

    /// All items of a table.
    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let pages = self.stack.tables.client.scan().table_name(table).consistent_read(true);
        let items = pages.into_paginator().items().send().try_collect().await;
        items.unwrap()
    }

    /// One number among the counters: the sum over all windows of a subject. Places may be fewer than none.
    pub(crate) async fn counted(&self, subject: &str, attribute: &str) -> i64 {
        let items = self.items("Counters").await;
        let counts = items.iter().flat_map(local::counts::of);
        counts
            .filter(|count| count.subject == subject && count.name == attribute)
            .map(|count| count.number)
            .sum()
    }

    /// How many calls that a subject had part in came to this: `good`, `short`, `wasted`, `marked`, `live` or `forgiven`.
    pub(crate) async fn tallied(&self, subject: &str, came_to: &str) -> u64 {
        let path = format!("/review/blocks/{}", percent_encoded(subject));
        let shown = self.operator(http::Method::GET, &path, Value::Null).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        shown.json()["days"].as_array().unwrap().iter().map(|day| day[came_to].as_u64().unwrap()).sum()
    }

    /// Everything that is stored and every call, but for the turns of the dialers and what may be deleted when.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let mut all = vec![serde_json::to_string(&self.calls()).unwrap()];
        for table in ["Requests", "Pending", "Counters", "Calls", "Contacts", "Numbers", "DenyList"] {
            for item in self.items(table).await {
                if item.get("subject").and_then(|subject| subject.as_s().ok()).is_none_or(|s| s != "pace") {
                    let mut item: Value = tollgate_aws::item::read("", "", item).unwrap();
                    // What is heard once more may be kept longer.
                    item.as_object_mut().unwrap().remove("expires_at");
                    all.push(format!("{table} {item}"));
                }
            }
        }
        all.sort();
        all
    }

    /// The policy in force.
    pub(crate) async fn policy_in_force(&self) -> Policy {
        settings::policy(&self.stack.tables).await.unwrap().policy
    }
}

/// Every rule that can be turned off, off.
pub(crate) fn no_rules() -> Value {
    let off = Code::ALL
        .iter()
        .filter(|code| code.can_be_off())
        .map(|code| (code.as_str().to_owned(), json!("off")));
    Value::Object(off.collect::<Map<_, _>>())
}

/// The nth exchange of an area code, of those that telephones have: 311 and its like are for short codes.
pub(crate) fn exchange(n: usize) -> usize {
    (222..).filter(|exchange| exchange % 100 != 11).nth(n).unwrap()
}

/// The nth of a hundred numbers of one range.
pub(crate) fn number(n: usize) -> String {
    format!("+1206555{:04}", 100 + n)
}
