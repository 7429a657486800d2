//! The `Contacts` table: where a dial and the end of its call meet. The end may be heard before the dialer has noted the
//! contact's id, or the dialer may have died. Each side writes its half and reads the item back; whoever finds the other's
//! half closes the request.
//!
//! An agent may transfer a call: the customer then talks on in another contact, a leg of the call. Its legs stand in the
//! item of the contact that began the call, and the call is over when that contact and all legs known of are.

mod legs;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tollgate::outcome::{CallEnd, Excuse};
use tollgate::request::RequestId;
use tollgate::text::ContactId;

use crate::error::StoreError;
use crate::item::{Item, Millis, at, expires, s};
use crate::tables::Tables;

pub use legs::Legs;

const TABLE: &str = "Contacts";
/// Far beyond any call and any late event (EventBridge tries for 24 hours).
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What is known of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The request whose call it is, once either side knows.
    pub request_id: Option<RequestId>,
    /// When the callee answered, if that was heard.
    pub answered_at: Option<Timestamp>,
    /// When an agent joined, if that was heard.
    pub agent_at: Option<Timestamp>,
    /// When it ended, if that was heard.
    pub ended_at: Option<Timestamp>,
    /// Why it is no plain waste if no agent joined.
    pub excuse: Option<Excuse>,
    /// The contacts that it was transferred to.
    pub legs: Legs,
}

/// One half of what is known of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Half {
    /// The request whose call it is.
    Request(RequestId),
    /// It ended.
    Ended(CallEnd),
    /// It was transferred to this contact.
    LegBegan(ContactId),
    /// A contact that it was transferred to ended.
    LegEnded {
        /// That contact.
        leg: ContactId,
        /// When.
        at: Timestamp,
        /// When an agent joined it.
        agent_at: Option<Timestamp>,
    },
}

impl Contact {
    /// Whether a half tells nothing new: an end that comes again, with no moment and no excuse that is not known.
    #[must_use]
    pub fn knows(&self, half: &Half) -> bool {
        fn known<T>(known: Option<&T>, told: Option<&T>) -> bool {
            known.is_some() || told.is_none()
        }
        match half {
            Half::Ended(end) => {
                self.ended_at.is_some()
                    && known(self.answered_at.as_ref(), end.answered_at.as_ref())
                    && known(self.agent_at.as_ref(), end.agent_at.as_ref())
                    && known(self.excuse.as_ref(), end.excuse.as_ref())
            }
            Half::Request(_) | Half::LegBegan(_) | Half::LegEnded { .. } => false,
        }
    }

    /// The end of the call, if it was heard, with all that was heard of its course. A call that was transferred ends with
    /// the last of its legs.
    #[must_use]
    pub fn end(&self) -> Option<CallEnd> {
        let ended_at = self.ended_at?;
        if self.legs.open().is_some() {
            return None;
        }
        Some(CallEnd {
            ended_at: self.legs.last_end().map_or(ended_at, |end| end.max(ended_at)),
            answered_at: self.answered_at,
            agent_at: self.agent_at,
            excuse: self.excuse,
        })
    }
}

/// Reads what is known of a contact. None if nothing is.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn get(tables: &Tables, contact_id: &ContactId) -> Result<Option<Contact>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.contacts)
        .key("contact_id", s(contact_id.as_str()))
        .consistent_read(true)
        .send()
        .await
        .map_err(StoreError::service("GetItem"))?;
    got.item.map(|item| read(contact_id, item)).transpose()
}

/// Writes one half and gives back the whole. The first moment noted of each kind stays; a leg that has ended stays ended.
///
/// # Errors
/// When DynamoDB does not answer, or the item cannot be read.
pub async fn note(
    tables: &Tables,
    contact_id: &ContactId,
    half: &Half,
    now: Timestamp,
) -> Result<Contact, StoreError> {
    let values = values(half);
    let sets = values.iter().map(|(name, _)| match (*name, half) {
        ("leg", Half::LegEnded { .. }) => "#leg = :leg".to_owned(),
        ("leg", _) => "#leg = if_not_exists(#leg, :leg)".to_owned(),
        (name, _) => format!("{name} = if_not_exists({name}, :{name})"),
    });
    let sets: Vec<_> = sets.chain(["expires_at = :expires_at".to_owned()]).collect();
    let mut update = tables
        .client
        .update_item()
        .table_name(&tables.names.contacts)
        .key("contact_id", s(contact_id.as_str()))
        .update_expression(format!("SET {}", sets.join(", ")))
        .expression_attribute_values(":expires_at", expires(now + KEPT))
        .return_values(ReturnValue::AllNew);
    if let Half::LegBegan(leg) | Half::LegEnded { leg, .. } = half {
        update = update.expression_attribute_names("#leg", legs::attribute(leg));
    }
    for (name, value) in values {
        update = update.expression_attribute_values(format!(":{name}"), value);
    }
    let written = update.send().await.map_err(StoreError::service("UpdateItem"))?;
    read(contact_id, written.attributes.unwrap_or_default())
}

/// What is written of one half; `leg` stands for the leg's own attribute.
fn values(half: &Half) -> Vec<(&'static str, AttributeValue)> {
    let values = match half {
        Half::Request(request_id) => [Some(("request_id", s(request_id.to_string()))), None, None, None],
        Half::Ended(end) => [
            Some(("ended_at", at(end.ended_at))),
            end.answered_at.map(|moment| ("answered_at", at(moment))),
            end.agent_at.map(|moment| ("agent_at", at(moment))),
            end.excuse.map(|excuse| ("excuse", s(excuse.as_str()))),
        ],
        Half::LegBegan(_) => [Some(("leg", legs::open())), None, None, None],
        Half::LegEnded { at: ended_at, agent_at, .. } => {
            [Some(("leg", at(*ended_at))), agent_at.map(|moment| ("agent_at", at(moment))), None, None]
        }
    };
    values.into_iter().flatten().collect()
}

/// Erases what is known of a contact.
///
/// # Errors
/// When DynamoDB does not answer.
pub(crate) async fn erase(tables: &Tables, contact_id: &ContactId) -> Result<(), StoreError> {
    let delete = tables
        .client
        .delete_item()
        .table_name(&tables.names.contacts)
        .key("contact_id", s(contact_id.as_str()));
    delete.send().await.map(drop).map_err(StoreError::service("DeleteItem"))
}

fn read(contact_id: &ContactId, item: Item) -> Result<Contact, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        request_id: Option<RequestId>,
        answered_at: Option<Millis>,
        agent_at: Option<Millis>,
        ended_at: Option<Millis>,
        excuse: Option<Excuse>,
    }
    let legs = Legs::of(&item);
    let a: Attributes = crate::item::read(TABLE, contact_id.as_str(), item)?;
    Ok(Contact {
        request_id: a.request_id,
        answered_at: a.answered_at.map(|at| at.0),
        agent_at: a.agent_at.map(|at| at.0),
        ended_at: a.ended_at.map(|at| at.0),
        // An excuse of no end says nothing.
        excuse: a.excuse.filter(|_| a.ended_at.is_some()),
        legs,
    })
}
