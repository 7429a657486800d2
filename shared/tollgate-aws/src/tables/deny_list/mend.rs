//! Upkeep of the buckets. An entry and its node are written together, so there is nothing to mend, but for two things: a list of
//! an earlier version has no buckets, and an earlier version that runs again knows of none. Therefore buckets are used only while
//! they are vouched for, and upkeep, which alone vouches, does so for a quarter of an hour at a time. Where that has lapsed, it
//! looks at the whole list first, writes what the buckets lack, and vouches only once a look finds nothing to mend any more, at
//! least two minutes after the first: by then no invocation of an earlier version can still be writing.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use tollgate::entry::{Entry, Listing};

use super::TABLE;
use super::bucket::{HEAD, Place, is_bucket};
use super::change::{self, Change, Seen};
use super::entries::{CARRIERS, read};
use super::head::{Head, LOOKED_AT, MENDING_SINCE, VOUCHED_UNTIL};
use super::node::Node;
use crate::error::StoreError;
use crate::item::{Item, at, inconsistent, s};
use crate::tables::Tables;

/// How long upkeep vouches at a time.
const VOUCHES_FOR: SignedDuration = SignedDuration::from_mins(15);
/// With so much of it left, it vouches anew.
const VOUCHES_ANEW: SignedDuration = SignedDuration::from_mins(10);
/// How long after the first look of a mending an invocation of an earlier version may still write.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// After so long without a look, a mending begins from its beginning.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How often the whole list is looked at while it is vouched for: what a hand or a restored backup has put apart is put right.
const LOOKED_AT_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// The most entries whose nodes one run puts right; what is left is the next run's.
const MENDED_MAX: usize = 10_000;

/// What the list was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The buckets are vouched for, and nobody looked.
    Vouched,
    /// All is in its place.
    Whole,
    /// The nodes of so many were put right, or are left to the next run.
    Apart(usize),
    /// Entries cannot be read: each is asked for by its key until somebody mends them.
    Unreadable,
}

/// Keeps the buckets.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn keep(tables: &Tables, now: Timestamp) -> Result<Found, StoreError> {
    let head = Head::load(tables).await?;
    change::bury(tables, &head, now).await?;
    let looked_within = |duration| head.looked_at.is_some_and(|at| now.duration_since(at) < duration);
    if head.vouches(now) && looked_within(LOOKED_AT_EVERY) {
        if head.vouched_until.is_some_and(|until| until < now + VOUCHES_ANEW) {
            note(tables, &[(VOUCHED_UNTIL, Some(now + VOUCHES_FOR))]).await?;
        }
        return Ok(Found::Vouched);
    }
    let found = look(tables, now).await?;
    let since = head.mending_since.filter(|_| looked_within(FORGOTTEN_AFTER)).unwrap_or(now);
    let settled = head.vouches(now) || now.duration_since(since) >= SETTLED_AFTER;
    let noted = match found {
        Found::Whole if settled => {
            [(VOUCHED_UNTIL, Some(now + VOUCHES_FOR)), (LOOKED_AT, Some(now)), (MENDING_SINCE, None)]
        }
        // What is vouched for stays so meanwhile: new entries come with their nodes.
        _ => [(VOUCHED_UNTIL, head.vouched_until), (LOOKED_AT, Some(now)), (MENDING_SINCE, Some(since))],
    };
    note(tables, &noted).await?;
    Ok(found)
}

/// Vouches for a list that is new: nothing is in it, and no earlier version has ever written to it.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn begin(tables: &Tables, now: Timestamp) -> Result<(), StoreError> {
    note(tables, &[(VOUCHED_UNTIL, Some(now + VOUCHES_FOR)), (LOOKED_AT, Some(now))]).await
}

async fn note(tables: &Tables, moments: &[(&str, Option<Timestamp>)]) -> Result<(), StoreError> {
    let (mut sets, mut removes) = (vec![], vec![]);
    let mut update = tables.client.update_item().table_name(&tables.names.deny_list).key("entry", s(HEAD));
    for (name, moment) in moments {
        match moment {
            Some(moment) => {
                sets.push(format!("{name} = :{name}"));
                update = update.expression_attribute_values(format!(":{name}"), at(*moment));
            }
            None => removes.push((*name).to_owned()),
        }
    }
    let mut expression = format!("SET {}", sets.join(", "));
    if !removes.is_empty() {
        expression += &format!(" REMOVE {}", removes.join(", "));
    }
    update.update_expression(expression).send().await.map(drop).map_err(StoreError::service("UpdateItem"))
}

/// What is to be put right of one item's nodes.
#[derive(Default)]
struct Apart {
    seen: Vec<Seen>,
    nodes: Vec<(Place, Option<AttributeValue>)>,
}

/// What an entry says, and where it says so.
struct Said {
    node: AttributeValue,
    key: String,
    seen: Vec<Seen>,
}

/// Looks at the whole list, and puts nodes right that are not what their entries say.
async fn look(tables: &Tables, now: Timestamp) -> Result<Found, StoreError> {
    let mut said: BTreeMap<Place, Said> = BTreeMap::new();
    let mut nodes: BTreeMap<Place, AttributeValue> = BTreeMap::new();
    let mut unreadable = BTreeSet::new();
    for (key, item) in scan(tables).await? {
        if is_bucket(&key) {
            let named = item.into_iter().map(|(node, value)| (Place { bucket: key.clone(), node }, value));
            nodes.extend(named.filter(|(place, _)| place.entry_key().is_some()));
            continue;
        }
        match read(item.clone()) {
            Ok(listings) => said.extend(listings.iter().filter_map(|listing| say(&key, &item, listing))),
            Err(error) => {
                tracing::error!(%error, "an entry of the list cannot be read");
                unreadable.insert(key);
            }
        }
    }
    let mut apart = BTreeMap::<String, Apart>::new();
    for (place, Said { node, key, seen }) in &said {
        if nodes.get(place) != Some(node) {
            let apart = apart.entry(key.clone()).or_default();
            apart.nodes.push((place.clone(), Some(node.clone())));
            apart.seen.extend(seen.clone());
        }
    }
    for place in nodes.into_keys().filter(|place| !said.contains_key(place)) {
        let Some(entry) = place.entry_key().filter(|key| !unreadable.contains(key)) else { continue };
        let (key, attribute) = match entry.starts_with("carrier#") {
            true => (CARRIERS.to_owned(), entry),
            false => (entry, "entry".to_owned()),
        };
        let apart = apart.entry(key).or_default();
        apart.nodes.push((place, None));
        apart.seen.push(Seen { attribute, value: None });
    }
    let items = apart.len();
    if items > 0 {
        tracing::info!(items, "nodes of the list are put right");
        let some = apart.into_iter().take(MENDED_MAX);
        let changes = some.map(|(key, Apart { seen, nodes })| Change::mend(tables, &key, seen, nodes));
        change::make(tables, changes.collect::<Result<_, _>>()?, now).await?;
    }
    let apart = items;
    Ok(match (unreadable.is_empty(), apart) {
        (false, _) => Found::Unreadable,
        (true, 0) => Found::Whole,
        (true, apart) => Found::Apart(apart),
    })
}

/// What a listing says of its node, as long as its item still says the same; none if it has no node.
fn say(key: &str, item: &Item, listing: &Listing) -> Option<(Place, Said)> {
    let seen = match &listing.entry {
        Entry::Carrier(_) => vec![listing.entry.key()],
        _ => vec!["effect".to_owned(), "holds_until".to_owned()],
    };
    let seen = seen.into_iter().map(|attribute| {
        let value = item.get(&attribute).cloned();
        Seen { attribute, value }
    });
    let said = Said { node: Node::of(listing).value(), key: key.to_owned(), seen: seen.collect() };
    Some((Place::of(&listing.entry)?, said))
}

/// The whole table, consistently.
async fn scan(tables: &Tables) -> Result<Vec<(String, Item)>, StoreError> {
    let mut all = vec![];
    let mut after = None;
    loop {
        let scan = tables.client.scan().table_name(&tables.names.deny_list).consistent_read(true);
        let got = scan.set_exclusive_start_key(after).send().await.map_err(StoreError::service("Scan"))?;
        for item in got.items.unwrap_or_default() {
            let key = item.get("entry").and_then(|key| key.as_s().ok()).cloned();
            all.push((
                key.ok_or_else(|| inconsistent(TABLE, "(no entry)", "missing attribute `entry`"))?,
                item,
            ));
        }
        after = got.last_evaluated_key;
        if after.is_none() {
            return Ok(all);
        }
    }
}
