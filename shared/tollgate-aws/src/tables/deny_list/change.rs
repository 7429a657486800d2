//! Changes of the list: each entry with its node in one transaction, and the version moved on, so that what is shown holds,
//! and a request that was looked up before is looked up again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tollgate::entry::{Entry, Listing};

use super::bucket::{HEAD, Place};
use super::entries::{CARRIERS, carrier, item};
use super::head::{Head, UNDER_WAY, VERSION};
use super::node::Node;
use crate::error::StoreError;
use crate::item::{Item, at, n, s};
use crate::tables::Tables;
use crate::transitions::transaction;

/// The most items of one transaction.
const ITEMS_MAX: usize = 100;
/// How many transactions of a large change are under way at once.
const AT_ONCE: usize = 8;
/// After so long a change that is under way has died: an invocation of the operators' API lasts 29 seconds at most.
const DIED_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Whether a transaction moves the version on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    Version,
    Nothing,
}

/// What is written into one item.
#[derive(Debug, Clone)]
enum Part {
    /// The entry's own, as a part of a transaction.
    Own(Box<TransactWriteItem>),
    /// Attributes are set, or go.
    Attributes(Attributes),
}

type Attributes = BTreeMap<String, Option<AttributeValue>>;

/// A change: what becomes of items, by key.
#[derive(Debug, Clone)]
pub(super) struct Change {
    parts: BTreeMap<String, Part>,
}

/// That an attribute of an item is as it was seen.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) attribute: String,
    pub(super) value: Option<AttributeValue>,
}

impl Change {
    /// Lists an entry.
    pub(super) fn list(tables: &Tables, listing: &Listing) -> Result<Self, StoreError> {
        let entry = &listing.entry;
        let node = Some(Node::of(listing).value());
        if let Entry::Carrier(_) = entry {
            let listed = Attributes::from([(entry.key(), Some(carrier(listing)?))]);
            return Ok(Self::of(CARRIERS.to_owned(), Part::Attributes(listed)).with(Place::of(entry), node));
        }
        let put = Put::builder().table_name(&tables.names.deny_list).set_item(Some(item(listing)?)).build();
        let put = TransactWriteItem::builder().put(put.map_err(StoreError::build("Put"))?).build();
        Ok(Self::of(entry.key(), Part::Own(Box::new(put))).with(Place::of(entry), node))
    }

    /// Takes an entry off the list.
    pub(super) fn unlist(tables: &Tables, entry: &Entry) -> Result<Self, StoreError> {
        if let Entry::Carrier(_) = entry {
            let gone = Attributes::from([(entry.key(), None)]);
            return Ok(Self::of(CARRIERS.to_owned(), Part::Attributes(gone)).with(Place::of(entry), None));
        }
        let delete =
            Delete::builder().table_name(&tables.names.deny_list).key("entry", s(entry.key())).build();
        let delete = delete.map_err(StoreError::build("Delete"))?;
        let delete = TransactWriteItem::builder().delete(delete).build();
        Ok(Self::of(entry.key(), Part::Own(Box::new(delete))).with(Place::of(entry), None))
    }

    /// Puts the nodes of an item's entries right, if the item still is as it was seen.
    pub(super) fn mend(
        tables: &Tables,
        key: &str,
        seen: Vec<Seen>,
        nodes: Vec<(Place, Option<AttributeValue>)>,
    ) -> Result<Self, StoreError> {
        let (mut terms, mut names, mut values) = (vec![], HashMap::new(), Item::new());
        for (nth, Seen { attribute, value }) in seen.into_iter().enumerate() {
            names.insert(format!("#a{nth}"), attribute);
            match value {
                Some(value) => {
                    values.insert(format!(":a{nth}"), value);
                    terms.push(format!("#a{nth} = :a{nth}"));
                }
                None => terms.push(format!("attribute_not_exists(#a{nth})")),
            }
        }
        let check = ConditionCheck::builder()
            .table_name(&tables.names.deny_list)
            .key("entry", s(key))
            .condition_expression(terms.join(" AND "))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values));
        let check = check.build().map_err(StoreError::build("ConditionCheck"))?;
        let check = TransactWriteItem::builder().condition_check(check).build();
        let change = Self::of(key.to_owned(), Part::Own(Box::new(check)));
        Ok(nodes.into_iter().fold(change, |change, (place, node)| change.with(Some(place), node)))
    }

    fn of(key: String, part: Part) -> Self {
        Self { parts: BTreeMap::from([(key, part)]) }
    }

    fn with(mut self, place: Option<Place>, node: Option<AttributeValue>) -> Self {
        if let Some(Place { bucket, node: name }) = place {
            merge(&mut self.parts, bucket, Part::Attributes(Attributes::from([(name, node)])));
        }
        self
    }
}

/// Adds a part to those that there are: attributes of one item are one update.
fn merge(parts: &mut BTreeMap<String, Part>, key: String, part: Part) {
    match (parts.get_mut(&key), part) {
        (Some(Part::Attributes(all)), Part::Attributes(more)) => all.extend(more),
        (_, part) => {
            parts.insert(key, part);
        }
    }
}

/// Makes changes, and moves the version on. A few are one transaction. Many are several, of which each entry is in one with its
/// node; that they are under way stands in the head meanwhile, and the version is moved on before the first and after the last:
/// who looked before any of them is written looks again.
pub(super) async fn make(tables: &Tables, changes: Vec<Change>, now: Timestamp) -> Result<(), StoreError> {
    let mut batches = batches(changes);
    if batches.len() < 2 {
        let Some(batch) = batches.pop() else { return Ok(()) };
        return write(tables, batch, Moves::Version).await;
    }
    let name = format!("{UNDER_WAY}{:016x}", getrandom::u64().unwrap_or_default());
    let begin = update_head(tables, "ADD version :one SET #name = :now", &name);
    let begin = begin.expression_attribute_values(":now", at(now));
    begin.send().await.map_err(StoreError::service("UpdateItem"))?;
    stream::iter(batches)
        .map(|batch| write(tables, batch, Moves::Nothing))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    end(tables, &name).await
}

/// Says of changes that have died that they are over. What of them was written holds, entry and node alike; whoever looked
/// meanwhile looks again. What was not written is its operator's to repeat.
pub(super) async fn bury(tables: &Tables, head: &Head, now: Timestamp) -> Result<(), StoreError> {
    for (name, began_at) in &head.under_way {
        if now.duration_since(*began_at) > DIED_AFTER {
            tracing::warn!(%began_at, "a change of the list has died half-way");
            end(tables, name).await?;
        }
    }
    Ok(())
}

async fn end(tables: &Tables, name: &str) -> Result<(), StoreError> {
    let ended = update_head(tables, "ADD version :one REMOVE #name", name).send().await;
    ended.map(drop).map_err(StoreError::service("UpdateItem"))
}

fn update_head(
    tables: &Tables,
    expression: &str,
    name: &str,
) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
    let update = tables.client.update_item().table_name(&tables.names.deny_list).key("entry", s(HEAD));
    let update = update.update_expression(expression).expression_attribute_names("#name", name);
    update.expression_attribute_values(":one", n(1))
}

/// As many changes as fit a transaction, with the head, which every one of them may write.
fn batches(mut changes: Vec<Change>) -> Vec<Vec<Change>> {
    // Those of one bucket together: it is written once for all of a transaction.
    changes
        .sort_by_cached_key(|change| change.parts.keys().find(|key| super::bucket::is_bucket(key)).cloned());
    let mut batches: Vec<Vec<Change>> = vec![];
    let mut keys = BTreeSet::new();
    for change in changes {
        let more = change.parts.keys().filter(|key| !keys.contains(*key)).count();
        if batches.is_empty() || keys.len() + more > ITEMS_MAX - 1 {
            batches.push(vec![]);
            keys.clear();
        }
        keys.extend(change.parts.keys().cloned());
        if let Some(batch) = batches.last_mut() {
            batch.push(change);
        }
    }
    batches
}

/// Writes changes in one transaction. If something is not as it was seen, none of them is written: they were overtaken.
async fn write(tables: &Tables, changes: Vec<Change>, moves: Moves) -> Result<(), StoreError> {
    let mut parts = BTreeMap::new();
    if moves == Moves::Version {
        parts.insert(HEAD.to_owned(), Part::Attributes(Attributes::new()));
    }
    for (key, part) in changes.into_iter().flat_map(|change| change.parts) {
        merge(&mut parts, key, part);
    }
    let items = parts.into_iter().map(|(key, part)| match part {
        Part::Own(own) => Ok(*own),
        Part::Attributes(attributes) => {
            let moves = if key == HEAD { moves } else { Moves::Nothing };
            let (expression, names, values) = expression(attributes, moves);
            let update = Update::builder()
                .table_name(&tables.names.deny_list)
                .key("entry", s(key))
                .update_expression(expression)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values);
            let update = update.build().map_err(StoreError::build("Update"))?;
            Ok(TransactWriteItem::builder().update(update).build())
        }
    });
    if !transaction::write_all(tables, items.collect::<Result<_, StoreError>>()?).await? {
        tracing::info!("the list has changed meanwhile; it is looked at again");
    }
    Ok(())
}

/// An update's expression, its names and its values.
type Expression = (String, Option<HashMap<String, String>>, Option<Item>);

fn expression(attributes: Attributes, moves: Moves) -> Expression {
    let (mut sets, mut removes) = (vec![], vec![]);
    let (mut names, mut values) = (HashMap::new(), Item::new());
    for (nth, (attribute, value)) in attributes.into_iter().enumerate() {
        names.insert(format!("#a{nth}"), attribute);
        match value {
            Some(value) => {
                values.insert(format!(":a{nth}"), value);
                sets.push(format!("#a{nth} = :a{nth}"));
            }
            None => removes.push(format!("#a{nth}")),
        }
    }
    let mut clauses = vec![];
    if !sets.is_empty() {
        clauses.push(format!("SET {}", sets.join(", ")));
    }
    if !removes.is_empty() {
        clauses.push(format!("REMOVE {}", removes.join(", ")));
    }
    if moves == Moves::Version {
        values.insert(":one".to_owned(), n(1));
        clauses.push(format!("ADD {VERSION} :one"));
    }
    let some_names = (!names.is_empty()).then_some(names);
    (clauses.join(" "), some_names, (!values.is_empty()).then_some(values))
}
