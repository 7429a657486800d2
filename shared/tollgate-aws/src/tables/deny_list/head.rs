//! The head of the list: its version, which every change moves on, and until when the buckets are vouched for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::TABLE;
use super::bucket::HEAD;
use crate::error::StoreError;
use crate::item::{Item, inconsistent, s};
use crate::tables::Tables;

/// The state of the list at a moment. It only grows: two equal versions are one state.
pub type Version = u64;

pub(super) const VERSION: &str = "version";
pub(super) const VOUCHED_UNTIL: &str = "vouched_until";
pub(super) const LOOKED_AT: &str = "looked_at";
pub(super) const MENDING_SINCE: &str = "mending_since";
/// What the names of attributes begin with that tell of changes under way, each with the moment at which it began.
pub(super) const UNDER_WAY: &str = "under_way#";

/// The head, as far as it is not nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) version: Version,
    pub(super) vouched_until: Option<Timestamp>,
    pub(super) looked_at: Option<Timestamp>,
    pub(super) mending_since: Option<Timestamp>,
    pub(super) under_way: BTreeMap<String, Timestamp>,
}

impl Head {
    /// Reads it; no item is a list of an earlier version, or one that nobody has looked at.
    pub(super) fn read(item: Option<&Item>) -> Result<Self, StoreError> {
        let mut head = Self::default();
        for (name, value) in item.into_iter().flatten() {
            match name.as_str() {
                VERSION => head.version = number(name, value)?,
                VOUCHED_UNTIL => head.vouched_until = Some(moment(name, value)?),
                LOOKED_AT => head.looked_at = Some(moment(name, value)?),
                MENDING_SINCE => head.mending_since = Some(moment(name, value)?),
                name if name.starts_with(UNDER_WAY) => {
                    head.under_way.insert(name.to_owned(), moment(name, value)?);
                }
                _ => {}
            }
        }
        Ok(head)
    }

    /// Reads it from its table, consistently.
    pub(super) async fn load(tables: &Tables) -> Result<Self, StoreError> {
        let got = tables.client.get_item().table_name(&tables.names.deny_list).key("entry", s(HEAD));
        let got = got.consistent_read(true).send().await.map_err(StoreError::service("GetItem"))?;
        Self::read(got.item.as_ref())
    }

    /// Whether the buckets hold all that the entries say.
    pub(super) fn vouches(&self, now: Timestamp) -> bool {
        self.vouched_until.is_some_and(|until| now < until)
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &AttributeValue) -> Result<T, StoreError> {
    let number = value.as_n().ok().and_then(|number| number.parse().ok());
    number.ok_or_else(|| inconsistent(TABLE, HEAD, format!("`{name}` is not a number")))
}

fn moment(name: &str, value: &AttributeValue) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(number(name, value)?).map_err(|error| inconsistent(TABLE, HEAD, error))
}

/// What an execution environment has seen of the head, the last time that it read it. Clones see together. It decides nothing:
/// it tells which keys to ask for, and what was the version *before* a look.
#[derive(Debug, Clone, Default)]
pub struct LastSeen(Arc<Mutex<Option<Head>>>);

impl LastSeen {
    pub(super) fn head(&self) -> Option<Head> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn keep(&self, head: Head) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(head);
    }
}
