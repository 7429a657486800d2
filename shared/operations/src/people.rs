//! People: all that is stored of one, to be shown, or erased as far as it protects nobody. Each part that is shown or erased is
//! recorded first, under a name that tells nobody who it was.

mod place;
mod walk;

use jiff::Timestamp;
use tollgate::entry::Listing;
use tollgate::person::Person;
use tollgate::text::Reason;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::counters::Counted;
use tollgate_aws::tables::erasures::{self, Erased};
use tollgate_aws::tables::{changes, counters, decisions, deny_list, numbers};

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

pub use place::Place;
pub use walk::Part;

/// What an operator asks of a person.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The person.
    pub person: Person,
    /// Why it is asked.
    pub reason: Reason,
    /// Where to go on; at the beginning if none.
    pub after: Option<Place>,
}

/// What became of a part of what is stored of a person.
#[derive(Debug, Default)]
pub struct Erasure {
    /// Requests that are erased.
    pub requests: u32,
    /// Calls that are erased.
    pub calls: u32,
    /// Changes that name the person no more.
    pub changes: u32,
    /// Requests that are live, or may still look so to their visitor: upkeep erases them once they are over.
    pub at_their_end: u32,
    /// List entries that stay until they expire or are removed; told in the first part alone.
    pub entries: Vec<Listing>,
    /// Counts that stay until their time is over; told in the first part alone.
    pub counts: Vec<Counted>,
    /// Where the next part begins; none after the last.
    pub next: Option<Place>,
}

/// Reads a part of what the tables hold of a person.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn read(
    tables: &Tables,
    operator: &Operator,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Part, Refused> {
    operator.must_be_allowed(Operation::ExportPeople)?;
    record(tables, operator, Action::ExportPerson, wanted, now).await?;
    Ok(walk::from(tables, &wanted.person, wanted.after.clone()).await?)
}

/// Erases a part of what the tables hold of a person. Whatever is erased is not found again, so one that died half-way is simply
/// repeated.
///
/// # Errors
/// When the operator may not, or DynamoDB does not answer.
pub async fn erase(
    tables: &Tables,
    operator: &Operator,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Erasure, Refused> {
    operator.must_be_allowed(Operation::ErasePeople)?;
    record(tables, operator, Action::ErasePerson, wanted, now).await?;
    let part = walk::from(tables, &wanted.person, wanted.after.clone()).await?;
    let mut erasure = Erasure { next: part.next, ..Erasure::default() };
    if wanted.after.is_none() {
        own(tables, &wanted.person, &mut erasure, now).await?;
    }
    for found in &part.changes {
        changes::mask(tables, found).await?;
        erasure.changes += 1;
    }
    let calls = part.calls.into_iter().map(|call| call.request).collect();
    for (id, erased) in erasures::erase_calls(tables, calls, now).await? {
        match erased {
            Erased::Yes => erasure.calls += 1,
            Erased::NotYet => erasures::remember(tables, id).await?,
        }
    }
    let requests = part.requests.into_iter().map(|request| request.id).collect();
    for (id, erased) in erasures::erase_all(tables, requests, now).await? {
        match erased {
            Erased::Yes => erasure.requests += 1,
            Erased::NotYet => {
                erasures::remember(tables, id).await?;
                erasure.at_their_end += 1;
            }
        }
    }
    Ok(erasure)
}

/// Erases what is found under the person's own keys, and tells what of that stays.
async fn own(
    tables: &Tables,
    person: &Person,
    erasure: &mut Erasure,
    now: Timestamp,
) -> Result<(), StoreError> {
    for entry in person.entries() {
        erasure.entries.extend(deny_list::get(tables, &entry, now).await?);
    }
    erasure.counts = counters::of_person(tables, person, now).await?;
    if let Some(number) = person.number() {
        numbers::erase(tables, number).await?;
    }
    decisions::erase(tables, &person.keys()).await
}

async fn record(
    tables: &Tables,
    operator: &Operator,
    action: Action,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(), StoreError> {
    change::record(tables, operator, action, wanted.person.masked(), Some(&wanted.reason), now).await
}
