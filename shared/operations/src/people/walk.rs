//! The walk through the tables: so far in one answer as its time and its size allow.

use tollgate::person::Person;
use tollgate_aws::error::StoreError;
use tollgate_aws::scan::Scanned;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::{calls, changes, requests};

use super::place::Place;

/// The most pages of a table, each of at most 1 MB, that one answer reads: a few seconds, and 4,096 read units.
const PAGES_MAX: usize = 32;
/// When so much is found, the rest is left to the next part. A page holds at most 1 MB, so an answer stays within 6 MB.
const FOUND_MAX: usize = 300;

/// What was found of a person in a part of the tables.
#[derive(Debug, Default)]
pub struct Part {
    /// The changes that name him.
    pub changes: Vec<changes::Found>,
    /// The calls that he had part in.
    pub calls: Vec<calls::Found>,
    /// His requests.
    pub requests: Vec<requests::Found>,
    /// Where the next part begins; none after the last.
    pub next: Option<Place>,
}

/// Reads on from a place.
pub(super) async fn from(tables: &Tables, person: &Person, place: Option<Place>) -> Result<Part, StoreError> {
    let mut part = Part { next: Some(place.unwrap_or(Place::FIRST)), ..Part::default() };
    for _ in 0..PAGES_MAX {
        let found = part.changes.len() + part.calls.len() + part.requests.len();
        let Some(place) = part.next.take_if(|_| found < FOUND_MAX) else { break };
        part.next = match place {
            Place::Changes(after) => {
                let page = changes::of_person(tables, person, after.as_ref()).await?;
                let next = taken(page, &mut part.changes).map(|key| Place::Changes(Some(key)));
                Some(next.unwrap_or(Place::Calls(None)))
            }
            Place::Calls(after) => {
                let page = calls::of_person(tables, person, after).await?;
                let next = taken(page, &mut part.calls).map(|id| Place::Calls(Some(id)));
                Some(next.unwrap_or(Place::Requests(None)))
            }
            Place::Requests(after) => {
                let page = requests::of_person(tables, person, after).await?;
                taken(page, &mut part.requests).map(|id| Place::Requests(Some(id)))
            }
        };
    }
    Ok(part)
}

/// Takes what a page holds, and tells where the next one begins.
fn taken<T, K>(page: Scanned<T, K>, into: &mut Vec<T>) -> Option<K> {
    into.extend(page.found);
    page.next
}
