//! Questions about many requests: upkeep's (which are overdue?) and the operator's (by number, by address, by outcome).

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::try_join_all;
use jiff::Timestamp;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::state::StateName;

use super::form::{self, Stored};
use crate::error::StoreError;
use crate::item::{Item, at, s};
use crate::tables::Tables;

/// Open requests are spread over so many keys of their index, so that no one key takes all writes.
const OPEN_SHARDS: u8 = 4;
/// As many open requests as are read at once.
const OPEN_READ_MAX: i32 = 4_000;
/// The most keys that one BatchGetItem takes.
const BATCH_KEYS_MAX: usize = 100;

/// The key under which an open request stands in its index.
pub(super) fn shard(id: RequestId) -> String {
    (id.first_byte() % OPEN_SHARDS).to_string()
}

/// The keys of the index of open requests.
pub fn open_shards() -> impl Iterator<Item = String> {
    (0..OPEN_SHARDS).map(|shard| shard.to_string())
}

/// Overdue requests of a shard, as far as they were read.
#[derive(Debug)]
pub struct Overdue {
    /// The requests, those that have waited longest first. An item that cannot be read is told apart, so that it does not hide
    /// the others.
    pub requests: Vec<Result<Stored, StoreError>>,
    /// Where the rest begins; none if that is all.
    pub next: Option<Item>,
}

/// Open requests of a shard whose moment has come, at most `requests_max`, from where an earlier read ended.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn overdue(
    tables: &Tables,
    shard: &str,
    now: Timestamp,
    from: Option<Item>,
    requests_max: i32,
) -> Result<Overdue, StoreError> {
    let found = tables
        .client
        .query()
        .table_name(&tables.names.requests)
        .index_name("open")
        .key_condition_expression("#open = :shard AND wake_at <= :now")
        .expression_attribute_names("#open", "open")
        .expression_attribute_values(":shard", s(shard))
        .expression_attribute_values(":now", at(now))
        .limit(requests_max)
        .set_exclusive_start_key(from)
        .send()
        .await
        .map_err(StoreError::service("Query"))?;
    Ok(Overdue { requests: read_all(tables, found.items()).await?, next: found.last_evaluated_key })
}

/// What an operator asks for.
#[derive(Debug, Clone)]
pub enum Question {
    /// Requests for a number.
    Number(PhoneNumber),
    /// Requests from an address.
    Address(Address),
    /// Requests that ended so.
    Outcome(StateName),
    /// Requests that are still open.
    Open,
}

/// A page of requests, the newest first.
#[derive(Debug)]
pub struct Page {
    /// The requests, each as read.
    pub requests: Vec<Result<Stored, StoreError>>,
    /// Ask for requests before this moment to get the next page; none on the last page.
    pub next_before: Option<Timestamp>,
}

/// Answers an operator's question: requests received in `from..before`, the newest first, at most `requests_max`.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn search(
    tables: &Tables,
    question: &Question,
    from: Timestamp,
    before: Timestamp,
    requests_max: i32,
) -> Result<Page, StoreError> {
    let (index, key, value) = match question {
        Question::Number(number) => ("by-number", "number", s(number.e164())),
        Question::Address(address) => ("by-address", "address", s(address.to_text())),
        Question::Outcome(outcome) => ("by-outcome", "outcome", s(outcome.as_str())),
        Question::Open => return search_open(tables, from, before, requests_max).await,
    };
    let found = query(tables, (index, key, value), from, before, requests_max).await?;
    let more = found.last_evaluated_key().is_some();
    let (entries, next_before) = cut(found.items.unwrap_or_default(), more);
    Ok(Page { requests: read_all(tables, &entries).await?, next_before })
}

/// The states by which ended requests are found, and that of settled duplicates of an earlier version.
const ENDED: [StateName; 7] = [
    StateName::Closed,
    StateName::Refused,
    StateName::Redirected,
    StateName::Cancelled,
    StateName::Expired,
    StateName::Failed,
    StateName::Duplicate,
];

/// All requests of a time, whatever became of them.
#[derive(Debug, Default)]
pub struct Newest {
    /// The requests, the newest first.
    pub records: Vec<Record>,
    /// How many could not be read.
    pub unreadable: usize,
    /// Whether there were more than were to be read: then the oldest are missing.
    pub more: bool,
}

/// Reads the requests that were received in `from..before`, the newest first and at most `requests_max` of those that ended,
/// in two round trips.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn newest(
    tables: &Tables,
    from: Timestamp,
    before: Timestamp,
    requests_max: usize,
) -> Result<Newest, StoreError> {
    let ended = newest_ended(tables, from, before, requests_max);
    let open = search_open(tables, from, before, OPEN_READ_MAX);
    let ((ended, more), open) = futures::try_join!(ended, open)?;
    let mut newest = Newest { more: more || open.next_before.is_some(), ..Newest::default() };
    for stored in ended.into_iter().chain(open.requests) {
        match stored {
            Ok(stored) => newest.records.push(stored.record),
            Err(_) => newest.unreadable += 1,
        }
    }
    // One that ended while it was read may stand in two places.
    newest.records.sort_by_key(|record| std::cmp::Reverse((record.request.received_at, record.request.id)));
    newest.records.dedup_by_key(|record| record.request.id);
    Ok(newest)
}

async fn newest_ended(
    tables: &Tables,
    from: Timestamp,
    before: Timestamp,
    requests_max: usize,
) -> Result<(Vec<Result<Stored, StoreError>>, bool), StoreError> {
    let limit = i32::try_from(requests_max).unwrap_or(i32::MAX);
    let all = ENDED.map(|outcome| entries_of(tables, outcome, from, before, limit));
    let (mut entries, mut more) = (vec![], false);
    for (found, is_more) in try_join_all(all).await? {
        entries.extend(found);
        more |= is_more;
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(moment(entry)));
    more |= entries.len() > requests_max;
    entries.truncate(requests_max);
    Ok((read_all(tables, &entries).await?, more))
}

/// The index entries of requests that ended so, the newest first; and whether there are more.
async fn entries_of(
    tables: &Tables,
    outcome: StateName,
    from: Timestamp,
    before: Timestamp,
    entries_max: i32,
) -> Result<(Vec<Item>, bool), StoreError> {
    let found =
        query(tables, ("by-outcome", "outcome", s(outcome.as_str())), from, before, entries_max).await?;
    let more = found.last_evaluated_key().is_some();
    Ok((found.items.unwrap_or_default(), more))
}

/// One page of an index that is sorted by when requests were received, the newest first.
async fn query(
    tables: &Tables,
    (index, key, value): (&str, &str, AttributeValue),
    from: Timestamp,
    before: Timestamp,
    entries_max: i32,
) -> Result<QueryOutput, StoreError> {
    tables
        .client
        .query()
        .table_name(&tables.names.requests)
        .index_name(index)
        .key_condition_expression("#key = :key AND received_at BETWEEN :from AND :last")
        .expression_attribute_names("#key", key)
        .expression_attribute_values(":key", value)
        .expression_attribute_values(":from", at(from))
        .expression_attribute_values(":last", at(before - jiff::SignedDuration::from_millis(1)))
        .scan_index_forward(false)
        .limit(entries_max)
        .send()
        .await
        .map_err(StoreError::service("Query"))
}

fn moment(entry: &Item) -> Option<Timestamp> {
    match entry.get("received_at") {
        Some(AttributeValue::N(moment)) => Timestamp::from_millisecond(moment.parse().ok()?).ok(),
        _ => None,
    }
}

/// Cuts a page between two moments, so that the next one, which begins at a moment, leaves none out. Only if all of a page
/// is of one millisecond is there nothing to cut.
fn cut(mut entries: Vec<Item>, more: bool) -> (Vec<Item>, Option<Timestamp>) {
    let Some(last) = entries.last().and_then(moment).filter(|_| more) else { return (entries, None) };
    if entries.first().and_then(moment) == Some(last) {
        return (entries, Some(last));
    }
    entries.retain(|entry| moment(entry) != Some(last));
    (entries, Some(last + jiff::SignedDuration::from_millis(1)))
}

/// Open requests of all shards. Their index is sorted by when upkeep looks at them, so they are sorted here.
async fn search_open(
    tables: &Tables,
    from: Timestamp,
    before: Timestamp,
    requests_max: i32,
) -> Result<Page, StoreError> {
    let shards: Vec<_> = open_shards().collect();
    let all = shards.iter().map(|shard| overdue(tables, shard, Timestamp::MAX, None, 1_000));
    let mut requests: Vec<_> =
        try_join_all(all).await?.into_iter().flat_map(|found| found.requests).collect();
    requests.retain(|stored| {
        received_at(stored).is_none_or(|received_at| from <= received_at && received_at < before)
    });
    requests.sort_by_key(|stored| std::cmp::Reverse(received_at(stored)));
    let max = usize::try_from(requests_max).unwrap_or(0);
    let more = requests.len() > max;
    requests.truncate(max);
    let next_before = if more { requests.iter().filter_map(received_at).min() } else { None };
    Ok(Page { requests, next_before })
}

fn received_at(stored: &Result<Stored, StoreError>) -> Option<Timestamp> {
    stored.as_ref().ok().map(|stored| stored.record.request.received_at)
}

/// Reads the whole items of index entries, in the entries' order.
async fn read_all(tables: &Tables, entries: &[Item]) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
    let ids: Vec<String> = entries
        .iter()
        .filter_map(|entry| match entry.get("request_id") {
            Some(AttributeValue::S(id)) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let batches = ids.chunks(BATCH_KEYS_MAX).map(|ids| read_batch(tables, ids));
    let mut items: std::collections::HashMap<String, Item> =
        try_join_all(batches).await?.into_iter().flatten().collect();
    Ok(ids.iter().filter_map(|id| items.remove(id)).map(form::read).collect())
}

async fn read_batch(tables: &Tables, ids: &[String]) -> Result<Vec<(String, Item)>, StoreError> {
    let keys = ids.iter().map(|id| Item::from([("request_id".to_owned(), s(id))])).collect();
    let wanted = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(StoreError::build("BatchGetItem"))?;
    let wanted = [(tables.names.requests.clone(), wanted)].into();
    let got = crate::gather::batch_get(tables, wanted).await?;
    let items = got.into_values().flatten();
    Ok(items
        .filter_map(|item| match item.get("request_id") {
            Some(AttributeValue::S(id)) => Some((id.clone(), item)),
            _ => None,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::n;

    #[test]
    fn a_page_is_cut_between_two_moments() {
        let entries = |moments: &[i64]| {
            moments.iter().map(|ms| Item::from([("received_at".to_owned(), n(ms))])).collect()
        };
        let at = |ms| Timestamp::from_millisecond(ms).ok();
        let check = |moments: &[i64], more, kept: usize, next_before| {
            let (entries, next) = cut(entries(moments), more);
            assert_eq!((entries.len(), next), (kept, next_before), "{moments:?}");
        };
        check(&[9, 8, 7], false, 3, None);
        check(&[9, 8, 7], true, 2, at(8));
        check(&[9, 8, 8], true, 1, at(9));
        check(&[8, 8, 8], true, 3, at(8));
        check(&[], true, 0, None);
    }
}
