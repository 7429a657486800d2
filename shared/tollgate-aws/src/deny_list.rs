//! The `DenyList` table: deny and trust entries, one item each. Carriers are the exception: a number's carrier becomes
//! known only while its request is screened, so all carriers' entries share one item, which is read along.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, ReturnValue, WriteRequest,
};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::request::CallbackRequest;
use tollgate::text::{Author, Reason, TextError};

use crate::error::StoreError;
use crate::item::{Item, Millis, at, expires, inconsistent, nested, s};
use crate::tables::Tables;

const TABLE: &str = "DenyList";
/// The key of the item that all carriers' entries share.
const CARRIERS: &str = "carriers";
/// The most items that one BatchWriteItem takes.
const BATCH_ITEMS_MAX: usize = 25;
/// The most keys that one BatchGetItem takes.
const BATCH_KEYS_MAX: usize = 100;
/// How many batches of an import are under way at once.
const BATCHES_AT_ONCE: usize = 8;

/// What a carrier's entry holds, within the shared item.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CarrierListing {
    effect: Effect,
    reason: Reason,
    author: Author,
    added_at: i64,
    expires_at: Option<i64>,
}

/// The keys of every item that could list a request.
pub(crate) fn keys(request: &CallbackRequest) -> impl Iterator<Item = Item> {
    let entries = Entry::all_matching(request).into_iter().map(|entry| entry.key());
    entries.chain([CARRIERS.to_owned()]).map(|key| Item::from([("entry".to_owned(), s(key))]))
}

/// Reads an item: one listing, or all carriers'.
pub(crate) fn read(item: Item) -> Result<Vec<Listing>, StoreError> {
    let key = match item.get("entry") {
        Some(AttributeValue::S(key)) => key.clone(),
        _ => return Err(inconsistent(TABLE, "(no entry)", "missing attribute `entry`")),
    };
    if key == CARRIERS { read_carriers(item) } else { read_one(&key, item).map(|listing| vec![listing]) }
}

fn read_one(key: &str, item: Item) -> Result<Listing, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        effect: Effect,
        reason: Reason,
        author: Author,
        added_at: Millis,
        /// Kept beside the `expires_at` of the table in full precision.
        holds_until: Option<Millis>,
    }
    let a: Attributes = crate::item::read(TABLE, key, item)?;
    Ok(Listing {
        entry: Entry::parse(key).map_err(|error| inconsistent(TABLE, key, error))?,
        effect: a.effect,
        reason: a.reason,
        author: a.author,
        added_at: a.added_at.0,
        expires_at: a.holds_until.map(|at| at.0),
    })
}

/// Reads all carriers' listings. One that cannot be read denies its carrier, and no other, until somebody mends it.
fn read_carriers(item: Item) -> Result<Vec<Listing>, StoreError> {
    let mut listings = vec![];
    for (name, value) in item {
        let Some(Ok(entry)) = name.starts_with("carrier#").then(|| Entry::parse(&name)) else { continue };
        let listing = match read_carrier(entry.clone(), &name, value) {
            Ok(listing) => listing,
            Err(error) => {
                tracing::error!(%error, "the carrier counts as denied");
                denied(entry).map_err(|error| inconsistent(TABLE, &name, error))?
            }
        };
        listings.push(listing);
    }
    Ok(listings)
}

fn read_carrier(entry: Entry, name: &str, value: AttributeValue) -> Result<Listing, StoreError> {
    let a: CarrierListing =
        serde_dynamo::from_attribute_value(value).map_err(|error| inconsistent(TABLE, name, error))?;
    let moment = |at| Timestamp::from_millisecond(at).map_err(|error| inconsistent(TABLE, name, error));
    Ok(Listing {
        entry,
        effect: a.effect,
        reason: a.reason,
        author: a.author,
        added_at: moment(a.added_at)?,
        expires_at: a.expires_at.map(moment).transpose()?,
    })
}

fn denied(entry: Entry) -> Result<Listing, TextError> {
    Ok(Listing {
        entry,
        effect: Effect::Deny,
        reason: Reason::parse("the listing cannot be read")?,
        author: Author::parse("tollgate")?,
        added_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
    })
}

fn item(listing: &Listing) -> Result<Item, StoreError> {
    let mut item = Item::from([
        ("entry".to_owned(), s(listing.entry.key())),
        ("effect".to_owned(), nested(TABLE, &listing.effect)?),
        ("reason".to_owned(), s(listing.reason.as_str())),
        ("author".to_owned(), s(listing.author.as_str())),
        ("added_at".to_owned(), at(listing.added_at)),
    ]);
    if let Some(expires_at) = listing.expires_at {
        item.insert("holds_until".to_owned(), at(expires_at));
        item.insert("expires_at".to_owned(), expires(expires_at));
    }
    Ok(item)
}

/// Adds listings, replacing those of the same entries. Holds for the next request.
///
/// # Errors
/// When DynamoDB does not answer; some listings may have been added then, and adding all again is safe.
pub async fn add(tables: &Tables, listings: &[Listing]) -> Result<(), StoreError> {
    // One write an entry: a batch must not name a key twice, and the last of two listings counts.
    let mut puts = BTreeMap::new();
    for listing in listings {
        match listing.entry {
            Entry::Carrier(_) => add_carrier(tables, listing).await?,
            _ => {
                let put = PutRequest::builder().set_item(Some(item(listing)?)).build();
                let put = put.map_err(StoreError::build("BatchWriteItem"))?;
                puts.insert(listing.entry.key(), WriteRequest::builder().put_request(put).build());
            }
        }
    }
    write(tables, puts.into_values().collect()).await
}

async fn add_carrier(tables: &Tables, listing: &Listing) -> Result<(), StoreError> {
    let carrier = CarrierListing {
        effect: listing.effect,
        reason: listing.reason.clone(),
        author: listing.author.clone(),
        added_at: listing.added_at.as_millisecond(),
        expires_at: listing.expires_at.map(Timestamp::as_millisecond),
    };
    let update = tables
        .client
        .update_item()
        .table_name(&tables.names.deny_list)
        .key("entry", s(CARRIERS))
        .update_expression("SET #carrier = :listing")
        .expression_attribute_names("#carrier", listing.entry.key())
        .expression_attribute_values(":listing", nested(TABLE, &carrier)?);
    update.send().await.map(drop).map_err(StoreError::service("UpdateItem"))
}

/// Removes entries; those that are not listed are none the worse. Holds for the next request.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn remove(tables: &Tables, entries: &[Entry]) -> Result<(), StoreError> {
    let mut deletes = BTreeMap::new();
    for entry in entries {
        let key = entry.key();
        if let Entry::Carrier(_) = entry {
            let update = tables
                .client
                .update_item()
                .table_name(&tables.names.deny_list)
                .key("entry", s(CARRIERS))
                .update_expression("REMOVE #carrier")
                .expression_attribute_names("#carrier", key)
                .return_values(ReturnValue::None);
            update.send().await.map_err(StoreError::service("UpdateItem"))?;
        } else {
            let delete = DeleteRequest::builder().key("entry", s(&key)).build();
            let delete = delete.map_err(StoreError::build("BatchWriteItem"))?;
            deletes.insert(key, WriteRequest::builder().delete_request(delete).build());
        }
    }
    write(tables, deletes.into_values().collect()).await
}

/// Writes in batches, several at once; what DynamoDB leaves unprocessed is sent again.
async fn write(tables: &Tables, writes: Vec<WriteRequest>) -> Result<(), StoreError> {
    let batches: Vec<_> = writes.chunks(BATCH_ITEMS_MAX).map(<[_]>::to_vec).collect();
    stream::iter(batches)
        .map(|batch| write_batch(tables, batch))
        .buffer_unordered(BATCHES_AT_ONCE)
        .try_collect::<Vec<()>>()
        .await
        .map(drop)
}

async fn write_batch(tables: &Tables, mut batch: Vec<WriteRequest>) -> Result<(), StoreError> {
    let mut pause_ms = 25;
    while !batch.is_empty() {
        let sent = tables
            .client
            .batch_write_item()
            .request_items(&tables.names.deny_list, batch)
            .send()
            .await
            .map_err(StoreError::service("BatchWriteItem"))?;
        batch =
            sent.unprocessed_items.unwrap_or_default().remove(&tables.names.deny_list).unwrap_or_default();
        if !batch.is_empty() {
            if pause_ms > 3_000 {
                let detail = "items stay unprocessed".to_owned();
                return Err(StoreError::Service {
                    operation: "BatchWriteItem",
                    code: "throttled".to_owned(),
                    detail,
                });
            }
            tables.pause(std::time::Duration::from_millis(pause_ms)).await;
            pause_ms *= 2;
        }
    }
    Ok(())
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
    let batches = keys.chunks(BATCH_KEYS_MAX).map(|keys| async {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).build();
        let wanted = wanted.map_err(StoreError::build("BatchGetItem"))?;
        crate::gather::batch_get(tables, [(tables.names.deny_list.clone(), wanted)].into()).await
    });
    let items =
        try_join_all(batches).await?.into_iter().flat_map(std::collections::HashMap::into_values).flatten();
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
    for item in got.items.unwrap_or_default() {
        match read(item) {
            Ok(found) => listings.extend(found.into_iter().filter(|listing| listing.is_live(now)).map(Ok)),
            Err(error) => listings.push(Err(error)),
        }
    }
    Ok(Page { listings, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_whose_listing_cannot_be_read_is_denied_and_the_others_stand() {
        let good = CarrierListing {
            effect: Effect::Trust,
            reason: Reason::parse("ours").unwrap(),
            author: Author::parse("carol").unwrap(),
            added_at: 0,
            expires_at: None,
        };
        let item = Item::from([
            ("entry".to_owned(), s(CARRIERS)),
            ("carrier#good".to_owned(), nested(TABLE, &good).unwrap()),
            ("carrier#bad".to_owned(), s("?")),
        ]);
        let mut listings = read(item).unwrap();
        listings.sort_by_key(|listing| listing.entry.key());
        let effects: Vec<_> = listings.iter().map(|listing| (listing.entry.key(), listing.effect)).collect();
        let expected = [("carrier#bad", Effect::Deny), ("carrier#good", Effect::Trust)];
        assert_eq!(effects, expected.map(|(key, effect)| (key.to_owned(), effect)));
    }
}
