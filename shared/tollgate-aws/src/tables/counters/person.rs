//! What is counted of a person: shown, and never erased, since a count that is taken away lifts a limit. Each row is forgotten
//! after its window and the one after that.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use jiff::Timestamp;
use tollgate::budget::Pot;
use tollgate::counter::{Ask, DAY_SECONDS, Window};
use tollgate::person::Person;

use crate::error::StoreError;
use crate::item::{Item, s};
use crate::scan::text;
use crate::tables::Tables;

/// A row of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Whose.
    pub subject: String,
    /// In which window: its length in seconds and its first second.
    pub window: String,
    /// The requests that are counted one by one.
    pub asks: Vec<Ask>,
    /// The counts.
    pub counts: BTreeMap<String, i64>,
    /// Until when it is kept.
    pub expires_at: Option<Timestamp>,
}

/// What is counted of a person's account, line and number.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of_person(tables: &Tables, person: &Person, now: Timestamp) -> Result<Vec<Counted>, StoreError> {
    let subjects = person.subjects().into_iter().map(|subject| subject.key());
    let today = Window::at(now, DAY_SECONDS);
    let lookups = person.line().map(|line| Pot::LookupsOf(line).home(today).subject);
    let rows = try_join_all(subjects.chain(lookups).map(|subject| of_subject(tables, subject))).await?;
    let is_live = |row: &Counted| row.expires_at.is_none_or(|expires_at| now < expires_at);
    Ok(rows.into_iter().flatten().filter(is_live).collect())
}

async fn of_subject(tables: &Tables, subject: String) -> Result<Vec<Counted>, StoreError> {
    let mut pages = tables
        .client
        .query()
        .table_name(&tables.names.counters)
        .key_condition_expression("subject = :subject")
        .expression_attribute_values(":subject", s(subject))
        .into_paginator()
        .send();
    let mut rows = vec![];
    while let Some(page) = pages.next().await {
        let page = page.map_err(StoreError::service("Query"))?;
        rows.extend(page.items().iter().map(counted));
    }
    Ok(rows)
}

fn counted(item: &Item) -> Counted {
    let number = |value: &AttributeValue| value.as_n().ok().and_then(|number| number.parse().ok());
    let asks = item.get("asks").and_then(|asks| asks.as_l().ok()).map(Vec::as_slice).unwrap_or_default();
    let counts = item.iter().filter(|(name, _)| name.as_str() != "expires_at");
    Counted {
        subject: text(item, "subject").unwrap_or_default().to_owned(),
        window: text(item, "window").unwrap_or_default().to_owned(),
        asks: asks.iter().filter_map(|ask| Ask::from_text(ask.as_s().ok()?)).collect(),
        counts: counts.filter_map(|(name, value)| Some((name.clone(), number(value)?))).collect(),
        expires_at: item.get("expires_at").and_then(number).and_then(|at| Timestamp::from_second(at).ok()),
    }
}
