//! All that is stored of a person, for the operator who is asked for it.

use jiff::Timestamp;
use operations::people::{Part, Wanted};
use serde::Serialize;
use tollgate::person::Person;
use tollgate::request::RequestId;
use tollgate::state::{Ending, State};
use tollgate::text::ContactId;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::Stored;
use tollgate_aws::tables::{changes, contacts, counters, decisions, deny_list, numbers, pending};

use super::form::{
    ShownCall, ShownChange, ShownClaim, ShownContact, ShownCounts, ShownDecision, ShownRequest,
};
use crate::entries;
use crate::reply::Unreadable;

/// A part of what is stored of a person.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exported {
    /// The person's requests, with what he wrote.
    requests: Vec<ShownRequest>,
    /// The calls that he had part in.
    calls: Vec<ShownCall>,
    /// What Amazon Connect told of them.
    contacts: Vec<ShownContact>,
    /// The claims on his number.
    claims: Vec<ShownClaim>,
    /// What the carrier lookup told of his number.
    lines: Vec<tollgate::line::Line>,
    /// What is counted of him.
    counts: Vec<ShownCounts>,
    /// The list entries that name him and nobody else.
    entries: Vec<entries::Shown>,
    /// What was decided on proposals to list him.
    decisions: Vec<ShownDecision>,
    /// The changes that name him, or that marked one of his requests.
    changes: Vec<ShownChange>,
    unreadable: Vec<Unreadable>,
    /// The `after` of the next part; none on the last.
    next: Option<String>,
}

/// A part with what belongs to it. The first one holds all that is found by the person himself.
pub(super) async fn exported(
    tables: &Tables,
    wanted: &Wanted,
    part: Part,
    now: Timestamp,
) -> Result<Exported, StoreError> {
    let mut told = Exported::default();
    if wanted.after.is_none() {
        own(tables, &wanted.person, &mut told, now).await?;
    }
    for found in part.changes {
        told.change(found);
    }
    for found in part.calls {
        match found.call {
            Ok(call) => told.calls.push(ShownCall::of(call)),
            Err(error) => told.unreadable(&error),
        }
    }
    for found in part.requests {
        match found.stored {
            Ok(stored) => told.request(tables, found.id, stored).await?,
            Err(error) => told.unreadable(&error),
        }
    }
    told.next = part.next.map(|place| place.to_text());
    Ok(told)
}

/// What is found under the person's own keys.
async fn own(
    tables: &Tables,
    person: &Person,
    told: &mut Exported,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(number) = person.number() {
        match pending::get(tables, number).await {
            Ok(claim) => told.claims.extend(claim.map(ShownClaim::of)),
            Err(error) => told.unless_unreadable(error)?,
        }
        match numbers::get(tables, number, now).await {
            Ok(line) => told.lines.extend(line),
            Err(error) => told.unless_unreadable(error)?,
        }
    }
    for entry in person.entries() {
        match deny_list::get(tables, &entry, now).await {
            Ok(listing) => told.entries.extend(listing.as_ref().map(entries::Shown::of)),
            Err(error) => told.unless_unreadable(error)?,
        }
    }
    let keys = person.keys();
    let decided = decisions::all(tables).await?.into_iter().filter(|(key, _)| keys.contains(key));
    told.decisions.extend(decided.map(|(key, decision)| ShownDecision::of(key, decision)));
    let counted = counters::of_person(tables, person, now).await?;
    told.counts.extend(counted.into_iter().map(ShownCounts::of));
    Ok(())
}

impl Exported {
    async fn request(&mut self, tables: &Tables, id: RequestId, stored: Stored) -> Result<(), StoreError> {
        if let Some(contact_id) = contact_id(&stored.record.state) {
            match contacts::get(tables, contact_id).await {
                Ok(contact) => self.contacts.extend(contact.map(|c| ShownContact::of(contact_id.clone(), c))),
                Err(error) => self.unless_unreadable(error)?,
            }
        }
        if let Some(mark) = &stored.record.mark {
            for found in changes::of_request(tables, id, mark.marked_at).await? {
                self.change(found);
            }
        }
        self.requests.push(ShownRequest::of(&stored));
        Ok(())
    }

    fn change(&mut self, found: changes::Found) {
        match found.change {
            Ok(change) => self.changes.push(ShownChange::of(change)),
            Err(error) => self.unreadable(&error),
        }
    }

    fn unreadable(&mut self, error: &StoreError) {
        self.unreadable.push(Unreadable { reason: error.to_string() });
    }

    /// Tells what cannot be read beside the rest; what did not answer is an error.
    fn unless_unreadable(&mut self, error: StoreError) -> Result<(), StoreError> {
        if error.is_transient() {
            return Err(error);
        }
        self.unreadable(&error);
        Ok(())
    }
}

/// Connect's id of a request's call.
fn contact_id(state: &State) -> Option<&ContactId> {
    match state {
        State::InCall { contact_id, .. } => Some(contact_id),
        State::Ended(Ending::Closed { contact_id, .. }) => contact_id.as_ref(),
        _ => None,
    }
}
