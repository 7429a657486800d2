//! A look at the list for one request: which items are read, and what they say.

use std::collections::HashMap;

use jiff::Timestamp;
use tollgate::entry::{Entry, Listing};
use tollgate::request::CallbackRequest;

use super::bucket::{self, HEAD, Place};
use super::entries::{CARRIERS, denied, read};
use super::head::{Head, Version};
use super::node::Node;
use crate::error::StoreError;
use crate::item::{Item, s};
use crate::tables::Tables;

/// What a look found.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The listings of the request, and those of all carriers, expired or not.
    pub(crate) listings: Vec<Listing>,
    /// The list was at least in this version when the look began; none if that is not known, or the buckets were not vouched for.
    pub(crate) version: Option<Version>,
}

/// Where the entries of a request are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// In the buckets.
    Buckets,
    /// Under the key of each, as they are in a list of an earlier version.
    Keys,
}

/// A look at the list.
#[derive(Debug)]
pub(crate) struct Look {
    entries: Vec<Entry>,
    by: By,
    before: Option<Head>,
    items: HashMap<String, Item>,
}

/// What comes of a look once its items are there.
#[derive(Debug)]
pub(crate) enum Looked {
    /// All that there is to know.
    Done(Listed),
    /// The buckets are not vouched for any more: this look has to be had, too.
    Again(Look),
}

impl Look {
    /// A look for a request. In the buckets, unless the last look found that nobody vouches for them.
    pub(crate) fn at(tables: &Tables, request: &CallbackRequest, now: Timestamp) -> Self {
        let before = tables.last_seen.head();
        let by = match &before {
            Some(head) if !head.vouches(now) => By::Keys,
            _ => By::Buckets,
        };
        Self { entries: Entry::all_matching(request), by, before, items: HashMap::new() }
    }

    /// The keys of the items that are read.
    pub(crate) fn keys(&self) -> Vec<Item> {
        let keys: Vec<_> = match self.by {
            By::Buckets => bucket::keys(&self.entries).into_iter().collect(),
            By::Keys => {
                let entries = self.entries.iter().map(Entry::key);
                entries.chain([CARRIERS, HEAD].map(str::to_owned)).collect()
            }
        };
        keys.into_iter().map(|key| Item::from([("entry".to_owned(), s(key))])).collect()
    }

    /// Takes an item that was read.
    pub(crate) fn take(&mut self, item: Item) {
        let key = item.get("entry").and_then(|key| key.as_s().ok()).cloned();
        self.items.insert(key.unwrap_or_default(), item);
    }

    /// What the items say.
    ///
    /// # Errors
    /// When one of them cannot be read: that is not a pass.
    pub(crate) fn finish(mut self, tables: &Tables, now: Timestamp) -> Result<Looked, StoreError> {
        let head_item = self.items.remove(HEAD).unwrap_or_default();
        let head = Head::read(Some(&head_item))?;
        let vouched = head.vouches(now);
        tables.last_seen.keep(head);
        if self.by == By::Keys {
            let listings: Result<Vec<_>, _> = self.items.into_values().map(read).collect();
            return Ok(Looked::Done(Listed { listings: listings?.concat(), version: None }));
        }
        if !vouched {
            return Ok(Looked::Again(Self { by: By::Keys, items: HashMap::new(), ..self }));
        }
        let version = self.before.take().filter(|before| before.vouches(now)).map(|before| before.version);
        Ok(Looked::Done(Listed { listings: self.of_buckets(head_item)?, version }))
    }

    fn of_buckets(mut self, head: Item) -> Result<Vec<Listing>, StoreError> {
        let mut listings = carriers(&head)?;
        self.items.insert(HEAD.to_owned(), head);
        for entry in self.entries {
            match Place::of(&entry) {
                Some(Place { bucket, node }) => {
                    let Some(value) = self.items.get(&bucket).and_then(|item| item.get(&node)) else {
                        continue;
                    };
                    listings.push(Node::read(value, &entry)?.listing(entry)?);
                }
                None => {
                    let item = self.items.remove(&entry.key());
                    listings.extend(item.map(read).transpose()?.into_iter().flatten());
                }
            }
        }
        Ok(listings)
    }
}

/// All carriers' listings. One that cannot be read denies its carrier, and no other.
fn carriers(head: &Item) -> Result<Vec<Listing>, StoreError> {
    let mut listings = vec![];
    for (node, value) in head {
        let key = Place { bucket: HEAD.to_owned(), node: node.clone() }.entry_key();
        let Some(Ok(entry @ Entry::Carrier(_))) = key.map(|key| Entry::parse(&key)) else { continue };
        listings.push(match Node::read(value, &entry) {
            Ok(node) => node.listing(entry)?,
            Err(error) => {
                tracing::error!(%error, "the carrier counts as denied");
                denied(entry)?
            }
        });
    }
    Ok(listings)
}

/// Whether the list is still what it was in this version: nothing was added to it or taken from it since.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn stands(tables: &Tables, version: Version, now: Timestamp) -> Result<bool, StoreError> {
    let head = Head::load(tables).await?;
    Ok(head.version == version && head.vouches(now))
}
