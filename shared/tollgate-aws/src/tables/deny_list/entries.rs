//! The form of entries: one item each. Carriers share one, as they did when their number's carrier became known too late to ask
//! for its entry alone.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tollgate::entry::{Effect, Entry, Listing};
use tollgate::text::{Author, Reason};

use super::TABLE;
use crate::error::StoreError;
use crate::item::{Item, Millis, at, expires, inconsistent, nested, s};

/// The key of the item that all carriers' entries share.
pub(super) const CARRIERS: &str = "carriers";

/// What a carrier's entry holds, within the shared item.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CarrierListing {
    effect: Effect,
    reason: Reason,
    author: Author,
    added_at: i64,
    expires_at: Option<i64>,
}

/// Reads an item: one listing, or all carriers'.
pub(super) fn read(item: Item) -> Result<Vec<Listing>, StoreError> {
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
                denied(entry)?
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

/// The listing that stands for one that cannot be read.
pub(super) fn denied(entry: Entry) -> Result<Listing, StoreError> {
    let unnamed = |error: &dyn ToString| inconsistent(TABLE, CARRIERS, error.to_string());
    Ok(Listing {
        entry,
        effect: Effect::Deny,
        reason: Reason::parse("the listing cannot be read").map_err(|error| unnamed(&error))?,
        author: Author::parse("tollgate").map_err(|error| unnamed(&error))?,
        added_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
    })
}

pub(super) fn item(listing: &Listing) -> Result<Item, StoreError> {
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

/// What the carriers' shared item holds of a listing.
pub(super) fn carrier(listing: &Listing) -> Result<AttributeValue, StoreError> {
    nested(
        TABLE,
        &CarrierListing {
            effect: listing.effect,
            reason: listing.reason.clone(),
            author: listing.author.clone(),
            added_at: listing.added_at.as_millisecond(),
            expires_at: listing.expires_at.map(Timestamp::as_millisecond),
        },
    )
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
