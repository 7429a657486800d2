//! The `DenyList` table: deny and trust entries, one item each, as operators look at them; and beside them the buckets, in which
//! a request is looked for with a read for each level and not for each key, whatever the length of the list.
//!
//! - `entries`: the form of an entry; `bucket`: where it stands among the buckets; `node`: what stands there
//! - `head`: the version of the list, and whether the buckets are vouched for
//! - `change`: entries written with their nodes; `look`: a request looked for; `mend`: upkeep of the buckets

mod bucket;
mod change;
mod entries;
mod head;
mod look;
mod mend;
mod node;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use tollgate::entry::{Entry, Listing};

use crate::error::StoreError;
use crate::item::{Item, s};
use crate::tables::Tables;

use change::Change;
use entries::{CARRIERS, read};

pub use head::{LastSeen, Version};
pub use look::stands;
pub(crate) use look::{Listed, Look, Looked};
pub use mend::{Found, begin, keep};

const TABLE: &str = "DenyList";
/// The most keys that one BatchGetItem takes.
const BATCH_KEYS_MAX: usize = 100;
/// How many of these are under way at once.
const BATCHES_AT_ONCE: usize = 8;

/// Adds listings, replacing those of the same entries. Holds for the next request.
///
/// # Errors
/// When DynamoDB does not answer; some listings may have been added then, and adding all again is safe.
pub async fn add(tables: &Tables, listings: &[Listing], now: Timestamp) -> Result<(), StoreError> {
    // One change an entry: a transaction must not name a key twice, and the last of two listings counts.
    let listings: BTreeMap<_, _> = listings.iter().map(|listing| (listing.entry.key(), listing)).collect();
    let changes =
        listings.into_values().map(|listing| Change::list(tables, listing)).collect::<Result<_, _>>()?;
    change::make(tables, changes, now).await
}

/// Removes entries; those that are not listed are none the worse. Holds for the next request.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn remove(tables: &Tables, entries: &[Entry], now: Timestamp) -> Result<(), StoreError> {
    let entries: BTreeMap<_, _> = entries.iter().map(|entry| (entry.key(), entry)).collect();
    let changes =
        entries.into_values().map(|entry| Change::unlist(tables, entry)).collect::<Result<_, _>>()?;
    change::make(tables, changes, now).await
}

/// One entry's listing, if it is listed and holds.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn get(tables: &Tables, entry: &Entry, now: Timestamp) -> Result<Option<Listing>, StoreError> {
    let key = match entry {
        Entry::Carrier(_) => CARRIERS.to_owned(),
        other => other.key(),
    };
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.deny_list)
        .key("entry", s(key))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    let listings = got.item.map(read).transpose()?.unwrap_or_default();
    Ok(listings.into_iter().find(|listing| listing.entry.key() == entry.key() && listing.is_live(now)))
}

/// Those of the entries that are listed and hold. An item that cannot be read counts as not listed, with a log line.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn of(tables: &Tables, entries: &[Entry], now: Timestamp) -> Result<Vec<Listing>, StoreError> {
    let key = |entry: &Entry| match entry {
        Entry::Carrier(_) => CARRIERS.to_owned(),
        other => other.key(),
    };
    let keys: BTreeSet<String> = entries.iter().map(key).collect();
    let keys: Vec<Item> = keys.into_iter().map(|key| Item::from([("entry".to_owned(), s(key))])).collect();
    let batches: Vec<Vec<Item>> = keys.chunks(BATCH_KEYS_MAX).map(<[Item]>::to_vec).collect();
    let answers = stream::iter(batches).map(|keys| async {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let wanted = wanted.map_err(StoreError::build("BatchGetItem"))?;
        crate::gather::batch_get(tables, [(tables.names.deny_list.clone(), wanted)].into()).await
    });
    let answers: Vec<_> = answers.buffered(BATCHES_AT_ONCE).try_collect().await?;
    let items = answers.into_iter().flat_map(std::collections::HashMap::into_values).flatten();
    let listings = items.filter_map(|item| crate::item::readable(read(item))).flatten();
    Ok(listings.filter(|listing| listing.is_live(now)).collect())
}

/// A page of the list.
#[derive(Debug)]
pub struct Page {
    /// The listings that hold, in no order; items that cannot be read are told apart.
    pub listings: Vec<Result<Listing, StoreError>>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// Whether an item holds no entry, but nodes.
fn is_bucket(item: &Item) -> bool {
    item.get("entry").and_then(|key| key.as_s().ok()).is_some_and(|key| bucket::is_bucket(key))
}

/// Reads the list page by page, at most `items_max` items a page, beginning after the key `after`.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn page(
    tables: &Tables,
    after: Option<&str>,
    items_max: i32,
    now: Timestamp,
) -> Result<Page, StoreError> {
    let mut scan = tables.client.scan().table_name(&tables.names.deny_list).limit(items_max);
    if let Some(after) = after {
        scan = scan.exclusive_start_key("entry", s(after));
    }
    let got = scan.send().await.map_err(StoreError::service("Scan"))?;
    let next =
        got.last_evaluated_key().and_then(|key| key.get("entry")).and_then(|key| key.as_s().ok()).cloned();
    let mut listings = vec![];
    let entries = got.items.unwrap_or_default().into_iter().filter(|item| !is_bucket(item));
    for item in entries {
        match read(item) {
            Ok(found) => listings.extend(found.into_iter().filter(|listing| listing.is_live(now)).map(Ok)),
            Err(error) => listings.push(Err(error)),
        }
    }
    Ok(Page { listings, next })
}
