//! Reading counters: the items that one batch brought, and the counts in them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use tollgate::counter::{Ask, Asked, Count, Subject, Window};
use tollgate::facts::Calls;
use tollgate::network::Address;

use super::carrier_shards;
use crate::item::Item;

/// Items read from the table, by subject and window.
#[derive(Debug, Default)]
pub(crate) struct Rows(HashMap<(String, String), Item>);

impl Rows {
    pub(crate) fn insert(&mut self, item: Item) {
        if let (Some(AttributeValue::S(subject)), Some(AttributeValue::S(window))) =
            (item.get("subject"), item.get("window"))
        {
            self.0.insert((subject.clone(), window.clone()), item);
        }
    }

    pub(crate) fn get(&self, subject: &str, window: Window) -> Option<&Item> {
        self.0.get(&(subject.to_owned(), window.key()))
    }

    /// Calls to a subject over a window.
    pub(crate) fn calls(&self, subject: &Subject, window: Window, own: Address) -> Calls {
        let key = subject.key();
        let (this, last) = (self.get(&key, window), self.get(&key, window.last()));
        Calls {
            approved: Count { this: number(this, "approved"), last: number(last, "approved") },
            addresses: Count { this: others(this, own), last: others(last, own) },
        }
    }

    /// Calls to every carrier that is counted.
    pub(crate) fn carriers(&self, window: Window) -> BTreeMap<String, Calls> {
        let mut carriers = BTreeMap::<String, Calls>::new();
        for shard in carrier_shards() {
            let mut add = |window: Window, count: fn(&mut Calls) -> &mut u64| {
                for (name, value) in self.get(&shard, window).into_iter().flatten() {
                    if let (Some(("approved", carrier)), AttributeValue::N(value)) =
                        (name.split_once('#'), value)
                    {
                        *count(carriers.entry(carrier.to_owned()).or_default()) = value.parse().unwrap_or(0);
                    }
                }
            };
            add(window, |calls| &mut calls.approved.this);
            add(window.last(), |calls| &mut calls.approved.last);
        }
        carriers
    }

    /// What an asking subject asked for in a whole window, as `of` is told of it.
    pub(crate) fn asked(&self, subject: &Subject, window: Window, of: &Ask) -> Asked {
        self.get(&subject.key(), window).map(asks).map(|asks| Asked::all(&asks, of)).unwrap_or_default()
    }
}

pub(super) fn number(item: Option<&Item>, attribute: &str) -> u64 {
    match item.and_then(|item| item.get(attribute)) {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or(0),
        _ => 0,
    }
}

fn others(item: Option<&Item>, own: Address) -> u64 {
    let own = own.line().to_string();
    match item.and_then(|item| item.get("addresses")) {
        Some(AttributeValue::Ss(addresses)) => {
            addresses.iter().filter(|address| **address != own).count() as u64
        }
        _ => 0,
    }
}

pub(super) fn asks(item: &Item) -> Vec<Ask> {
    let Some(AttributeValue::L(asks)) = item.get("asks") else { return vec![] };
    asks.iter().filter_map(|ask| ask.as_s().ok()).filter_map(|ask| Ask::from_text(ask)).collect()
}
