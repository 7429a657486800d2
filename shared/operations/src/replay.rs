//! The rehearsal of a policy: what would have become of the requests of late under it, beside what the policy that holds
//! would make of them.

mod compare;

use jiff::Timestamp;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::StateName;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::{self, Question};
use tollgate_aws::tables::settings;

use crate::refused::Refused;

pub use compare::{Changed, Compared, Counts, Example};

/// The most requests that are replayed; they are read within the time of one answer.
const REQUESTS_MAX: usize = 5_000;
/// How many are read at a time.
const PAGE: i32 = 500;
/// The states in which a request has a place among what is replayed: those that have an index, and settled duplicates.
const ENDED: [StateName; 7] = [
    StateName::Closed,
    StateName::Refused,
    StateName::Redirected,
    StateName::Cancelled,
    StateName::Expired,
    StateName::Failed,
    StateName::Duplicate,
];

/// What a replay showed.
#[derive(Debug)]
pub struct Replayed {
    /// How many requests were replayed.
    pub requests: usize,
    /// How many could not be read.
    pub unreadable: usize,
    /// What they came to under both policies.
    pub compared: Compared,
}

/// Replays the requests of a time under a draft and under the policy that holds. Nothing is saved.
///
/// # Errors
/// When there are too many, or DynamoDB does not answer.
pub async fn replay(
    tables: &Tables,
    draft: Policy,
    from: Timestamp,
    before: Timestamp,
) -> Result<Replayed, Refused> {
    let current = settings::policy(tables).await?.policy;
    let (records, unreadable) = recorded(tables, from, before).await?;
    let requests = records.len();
    Ok(Replayed { requests, unreadable, compared: compare::compare(&records, current, draft) })
}

/// All requests that were received in this time, the oldest first, and how many cannot be read.
async fn recorded(
    tables: &Tables,
    from: Timestamp,
    before: Timestamp,
) -> Result<(Vec<Record>, usize), Refused> {
    let (mut records, mut unreadable) = (vec![], 0);
    for question in ENDED.map(Question::Outcome).into_iter().chain([Question::Open]) {
        let mut next = Some(before);
        while let Some(before) = next {
            let page = requests::search(tables, &question, from, before, PAGE).await?;
            for stored in page.requests {
                match stored {
                    Ok(stored) => records.push(stored.record),
                    Err(_) => unreadable += 1,
                }
            }
            if records.len() > REQUESTS_MAX {
                return Err(Refused::TooManyRequests { requests_max: REQUESTS_MAX });
            }
            next = page.next_before.filter(|next| from < *next && *next < before);
        }
    }
    // One that ended while it was read may stand in two places.
    records.sort_by_key(|record| (record.request.received_at, record.request.id));
    records.dedup_by_key(|record| record.request.id);
    Ok((records, unreadable))
}
