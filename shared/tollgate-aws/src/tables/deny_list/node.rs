//! A node: what a bucket holds of an entry. Short, since hundreds of them may stand in one item: `deny` or `trust`, and the
//! millisecond at which it stops to hold, if there is one.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::text::{Author, Reason};

use super::TABLE;
use crate::error::StoreError;
use crate::item::{inconsistent, s};

/// What a bucket holds of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) effect: Effect,
    pub(super) expires_at: Option<Timestamp>,
}

impl Node {
    pub(super) fn of(listing: &Listing) -> Self {
        Self { effect: listing.effect, expires_at: listing.expires_at }
    }

    pub(super) fn value(self) -> AttributeValue {
        let effect = match self.effect {
            Effect::Deny => "d",
            Effect::Trust => "t",
        };
        let until = self.expires_at.map(|at| at.as_millisecond().to_string());
        s(format!("{effect}{}", until.unwrap_or_default()))
    }

    /// Reads a node. One that cannot be read is an error, not a pass.
    pub(super) fn read(value: &AttributeValue, entry: &Entry) -> Result<Self, StoreError> {
        let unreadable = || inconsistent(TABLE, &entry.key(), "its node in the bucket cannot be read");
        let text = value.as_s().map_err(|_not_a_text| unreadable())?;
        let (effect, until) = match (text.strip_prefix('d'), text.strip_prefix('t')) {
            (Some(until), _) => (Effect::Deny, until),
            (_, Some(until)) => (Effect::Trust, until),
            _ => return Err(unreadable()),
        };
        let moment = |text: &str| Timestamp::from_millisecond(text.parse().ok()?).ok();
        let expires_at = match until {
            "" => None,
            until => Some(moment(until).ok_or_else(unreadable)?),
        };
        Ok(Self { effect, expires_at })
    }

    /// The listing as far as a decision needs it; who listed it, when and why stands in the entry's own item.
    pub(super) fn listing(self, entry: Entry) -> Result<Listing, StoreError> {
        let unnamed = |error: &dyn ToString| inconsistent(TABLE, "(bucket)", error.to_string());
        Ok(Listing {
            entry,
            effect: self.effect,
            reason: Reason::parse("see the entry").map_err(|error| unnamed(&error))?,
            author: Author::parse("tollgate").map_err(|error| unnamed(&error))?,
            added_at: Timestamp::UNIX_EPOCH,
            expires_at: self.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_reads_back_and_anything_else_is_an_error() {
        let entry = Entry::parse("country#JM").unwrap();
        let at = Timestamp::from_millisecond(1_772_532_000_123).unwrap();
        for effect in [Effect::Deny, Effect::Trust] {
            for expires_at in [None, Some(at)] {
                let node = Node { effect, expires_at };
                assert_eq!(Node::read(&node.value(), &entry).unwrap(), node);
            }
        }
        for value in [s(""), s("x"), s("d1.5"), s("dd"), crate::item::n(1)] {
            assert!(Node::read(&value, &entry).is_err(), "{value:?}");
        }
    }
}
