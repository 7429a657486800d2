//! Reading counters: the items that one batch brought, and the counts in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tollgate::budget::{Budget, NEWCOMERS};
use tollgate::counter::{Ask, Asked, DAY_SECONDS, Subject, Window};
use tollgate::facts::{Held, Places};

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

    /// The approvals of the day for a subject.
    pub(crate) fn approved(&self, subject: &Subject, now: Timestamp) -> u64 {
        number(self.get(&subject.key(), Window::at(now, DAY_SECONDS)), "approved")
    }

    /// The places that newcomers' calls hold.
    pub(crate) fn newcomers(&self, window: Window) -> Places {
        let (this, last) = (self.get(NEWCOMERS, window), self.get(NEWCOMERS, window.last()));
        let held = |budget: Budget| Held {
            this: signed(this, budget.attribute()),
            last: signed(last, budget.attribute()),
        };
        Places { newcomers: held(Budget::Newcomers), strangers: held(Budget::Strangers) }
    }

    /// What an asking subject asked for in a whole window, as `of` is told of it.
    pub(crate) fn asked(&self, subject: &Subject, window: Window, of: &Ask) -> Asked {
        self.get(&subject.key(), window).map(asks).map(|asks| Asked::all(&asks, of)).unwrap_or_default()
    }
}

pub(super) fn number(item: Option<&Item>, attribute: &str) -> u64 {
    u64::try_from(signed(item, attribute)).unwrap_or(0)
}

fn signed(item: Option<&Item>, attribute: &str) -> i64 {
    match item.and_then(|item| item.get(attribute)) {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn asks(item: &Item) -> Vec<Ask> {
    let Some(AttributeValue::L(asks)) = item.get("asks") else { return vec![] };
    asks.iter().filter_map(|ask| ask.as_s().ok()).filter_map(|ask| Ask::from_text(ask)).collect()
}
