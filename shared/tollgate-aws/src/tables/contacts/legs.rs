//! The legs of a call: the contacts that it was transferred to. Each is an attribute of its own in the item of the contact
//! that began the call, so that events in any order write it without reading: `leg#` and the leg's contact id, with the
//! moment of its end, or the word `open`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tollgate::text::ContactId;

use crate::item::{Item, s};

const PREFIX: &str = "leg#";
const OPEN: &str = "open";

/// The legs of a call, as far as they were heard of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Legs(BTreeMap<ContactId, Option<Timestamp>>);

impl Legs {
    pub(super) fn of(item: &Item) -> Self {
        let leg = |(name, value): (&String, &AttributeValue)| {
            let id = ContactId::parse(name.strip_prefix(PREFIX)?).ok()?;
            let ended_at = value.as_n().ok().and_then(|ended_at| ended_at.parse().ok());
            Some((id, ended_at.and_then(|ended_at| Timestamp::from_millisecond(ended_at).ok())))
        };
        Self(item.iter().filter_map(leg).collect())
    }

    /// One whose end was not heard.
    #[must_use]
    pub fn open(&self) -> Option<&ContactId> {
        self.0.iter().find(|(_, ended_at)| ended_at.is_none()).map(|(id, _)| id)
    }

    /// When the last of those ended whose end was heard.
    #[must_use]
    pub fn last_end(&self) -> Option<Timestamp> {
        self.0.values().copied().flatten().max()
    }
}

impl IntoIterator for Legs {
    type Item = (ContactId, Option<Timestamp>);
    type IntoIter = std::collections::btree_map::IntoIter<ContactId, Option<Timestamp>>;

    /// Each leg, with the moment of its end if that was heard.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

pub(super) fn attribute(leg: &ContactId) -> String {
    format!("{PREFIX}{}", leg.as_str())
}

pub(super) fn open() -> AttributeValue {
    s(OPEN)
}
