//! Reading counters: the items that one batch brought, and the counts in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tollgate::budget::{Budget, Pot};
use tollgate::counter::{Ask, Asked, DAY_SECONDS, Subject, Window};
use tollgate::facts::{Held, Places};

use crate::item::Item;
use crate::tables::Damage;

const TABLE: &str = "Counters";

/// Items read from the table, by subject and window. What is damaged counts as full until somebody mends it.
#[derive(Debug)]
pub(crate) struct Rows {
    items: HashMap<(String, String), Item>,
    damage: Damage,
}

impl Rows {
    pub(crate) fn new(damage: Damage) -> Self {
        Self { items: HashMap::new(), damage }
    }

    pub(crate) fn insert(&mut self, item: Item) {
        if let (Some(AttributeValue::S(subject)), Some(AttributeValue::S(window))) =
            (item.get("subject"), item.get("window"))
        {
            self.items.insert((subject.clone(), window.clone()), item);
        }
    }

    pub(crate) fn get(&self, subject: &str, window: Window) -> Option<&Item> {
        self.items.get(&(subject.to_owned(), window.key()))
    }

    /// The approvals of the day for a subject.
    pub(crate) fn approved(&self, subject: &Subject, now: Timestamp) -> u64 {
        let item = self.get(&subject.key(), Window::at(now, DAY_SECONDS));
        number(item, "approved", &self.damage)
    }

    /// The places that newcomers' calls hold.
    pub(crate) fn newcomers(&self, window: Window) -> Places {
        let in_window = |window: Window, budget: Budget| {
            let home = Pot::Newcomers.home(window);
            let item = self.get(&home.subject, home.window);
            signed(item, &Pot::Newcomers.attribute(window, budget), &self.damage)
        };
        let held =
            |budget: Budget| Held { this: in_window(window, budget), last: in_window(window.last(), budget) };
        Places { newcomers: held(Budget::Newcomers), strangers: held(Budget::Strangers) }
    }

    /// What an asking subject asked for in a whole window, as `of` is told of it.
    pub(crate) fn asked(&self, subject: &Subject, window: Window, of: &Ask) -> Asked {
        match self.get(&subject.key(), window).map(|item| asks(item, &self.damage)) {
            None => Asked::default(),
            Some(Some(asks)) => Asked::all(&asks, of),
            Some(None) => Asked::full(),
        }
    }
}

/// A count that cannot be below zero.
pub(super) fn number(item: Option<&Item>, attribute: &str, damage: &Damage) -> u64 {
    u64::try_from(signed(item, attribute, damage)).unwrap_or(0)
}

pub(super) fn signed(item: Option<&Item>, attribute: &str, damage: &Damage) -> i64 {
    match item.and_then(|item| item.get(attribute)) {
        None => 0,
        Some(AttributeValue::N(number)) if let Ok(number) = number.parse() => number,
        Some(_) => {
            damage.found(TABLE, &kind(item), attribute);
            i64::MAX
        }
    }
}

/// The list of an asking subject; none if it is damaged.
pub(super) fn asks(item: &Item, damage: &Damage) -> Option<Vec<Ask>> {
    let read = match item.get("asks") {
        None => return Some(vec![]),
        Some(AttributeValue::L(asks)) => {
            asks.iter().map(|ask| ask.as_s().ok().and_then(|ask| Ask::from_text(ask))).collect()
        }
        Some(_) => None,
    };
    if read.is_none() {
        damage.found(TABLE, &kind(Some(item)), "asks");
    }
    read
}

/// What kind of row it is, and of which window. The whole key may name a person.
fn kind(item: Option<&Item>) -> String {
    let text = |name| item.and_then(|item| item.get(name)?.as_s().ok()).map_or("", String::as_str);
    let kind = text("subject").split('#').next().unwrap_or_default();
    format!("{kind} {}", text("window"))
}
