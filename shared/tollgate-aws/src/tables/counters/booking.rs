//! Booking on budgets: what a dial takes, and what the end of its call gives back. All that is booked on one item is one
//! update, since a transaction writes no item twice.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, Update};
use tollgate::budget::{Budget, Earned, Home, Row, Settled, Take};

use super::key;
use super::rows::signed;
use crate::error::StoreError;
use crate::item::{Item, expires, n};
use crate::tables::{Damage, Tables};

/// What is booked on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Booking {
    home: Home,
    rows: Vec<Row>,
    adds: BTreeMap<String, i128>,
    /// What an attribute holds at most before.
    most: BTreeMap<String, i128>,
    /// What an attribute holds at least before.
    least: BTreeMap<String, i128>,
    forgotten: BTreeSet<String>,
}

impl Booking {
    fn on(home: Home) -> Self {
        let (rows, adds, most, least) = (vec![], BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { home, rows, adds, most, least, forgotten: BTreeSet::new() }
    }

    /// Whether a damaged cost can refuse it.
    pub(crate) fn settles(&self) -> bool {
        !self.least.is_empty()
    }

    /// The update.
    pub(crate) fn update(&self, tables: &Tables) -> Result<Update, StoreError> {
        let mut update = Update::builder()
            .table_name(&tables.names.counters)
            .set_key(Some(key(&self.home.subject, self.home.window)))
            .expression_attribute_values(":expires_at", expires(self.home.kept_until))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (mut adds, mut conditions) = (vec![], vec![]);
        for (attribute, amount) in &self.adds {
            adds.push(format!("{attribute} :{attribute}"));
            update = update.expression_attribute_values(format!(":{attribute}"), n(amount));
        }
        for (attribute, most) in &self.most {
            conditions
                .push(format!("(attribute_not_exists({attribute}) OR {attribute} <= :{attribute}_most)"));
            update = update.expression_attribute_values(format!(":{attribute}_most"), n(most));
        }
        for (attribute, least) in &self.least {
            conditions.push(format!("{attribute} >= :{attribute}_least"));
            update = update.expression_attribute_values(format!(":{attribute}_least"), n(least));
        }
        let mut expression = format!("ADD {} SET expires_at = :expires_at", adds.join(", "));
        if !self.forgotten.is_empty() {
            let forgotten: Vec<_> = self.forgotten.iter().map(String::as_str).collect();
            expression.push_str(" REMOVE ");
            expression.push_str(&forgotten.join(", "));
        }
        let conditions = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        update
            .update_expression(expression)
            .set_condition_expression(conditions)
            .build()
            .map_err(StoreError::build("Update"))
    }

    /// Which budgets had no room, given the item as it stands: of each row the first. What cannot be read is full.
    pub(crate) fn spent(&self, item: Option<&Item>, damage: &Damage) -> Vec<(Take, Row)> {
        let is_over = |row: &Row, take: &Take| {
            let taken = signed(item, &row.pot.attribute(row.window, take.budget), damage);
            i128::from(taken) + i128::from(take.amount) > i128::from(take.max)
        };
        let of_row = |row: &Row| {
            let take = row.takes.iter().find(|take| is_over(row, take))?;
            Some((*take, row.clone()))
        };
        self.rows.iter().filter_map(of_row).collect()
    }
}

/// Bookings by their items.
#[derive(Debug, Default)]
struct Bookings(BTreeMap<Home, Booking>);

impl Bookings {
    fn on(&mut self, home: Home) -> &mut Booking {
        self.0.entry(home.clone()).or_insert_with(|| Booking::on(home))
    }
}

/// What a dial takes of these rows, each under the condition that there is room.
pub(crate) fn takes(rows: &[Row]) -> Vec<Booking> {
    by_home(rows, |booking, row, take| {
        let attribute = row.pot.attribute(row.window, take.budget);
        *booking.adds.entry(attribute.clone()).or_default() += i128::from(take.amount);
        booking.most.insert(attribute, i128::from(take.max) - i128::from(take.amount));
        booking.forgotten.extend(row.pot.forgotten(row.window, take.budget));
    })
}

/// What a dial took of these rows, put back.
pub(crate) fn put_back(rows: &[Row]) -> Vec<Booking> {
    by_home(rows, |booking, row, take| {
        let attribute = row.pot.attribute(row.window, take.budget);
        *booking.adds.entry(attribute).or_default() -= i128::from(take.amount);
    })
}

fn by_home(rows: &[Row], book: impl Fn(&mut Booking, &Row, &Take)) -> Vec<Booking> {
    let mut bookings = Bookings::default();
    for row in rows {
        let booking = bookings.on(row.pot.home(row.window));
        row.takes.iter().for_each(|take| book(booking, row, take));
        booking.rows.push(row.clone());
    }
    bookings.0.into_values().collect()
}

/// What the end of a call changes: a newcomer's places that it gives back, and the day's cost, which never falls below what was
/// reserved: a damaged one is left to whoever mends it.
pub(crate) fn ends(earned: &[Earned], settled: Option<&Settled>) -> Vec<Booking> {
    let mut bookings = Bookings::default();
    for Earned { pot, window, budgets, places } in earned {
        let booking = bookings.on(pot.home(*window));
        for budget in budgets {
            *booking.adds.entry(pot.attribute(*window, *budget)).or_default() -= i128::from(*places);
        }
    }
    if let Some(settled) = settled {
        let booking = bookings.on(settled.pot().home(settled.window));
        let cost = settled.pot().attribute(settled.window, Budget::CostPerDay);
        booking.adds.insert(cost.clone(), settled.micro_usd.into());
        booking.least.insert(cost, settled.least().into());
    }
    bookings.0.into_values().collect()
}
