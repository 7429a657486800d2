//! All facts for screening, in one parallel round trip: the lists under every key that could match, the counters, the
//! cached line and the claim by BatchGetItem, and beside it the asking side's counts, which are updates.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::{try_join, try_join_all};
use jiff::Timestamp;
use tollgate::counter::{Ask, Asked, Subject, Window};
use tollgate::entry::Listing;
use tollgate::facts::{AskCount, Asking, Facts, Histories};
use tollgate::line::LineFact;
use tollgate::policy::{Limit, Policy};
use tollgate::request::CallbackRequest;
use tollgate::screen::asking;
use tollgate::switches::KillSwitches;

use crate::counters::{self, Rows};
use crate::error::StoreError;
use crate::item::{Item, s};
use crate::tables::Tables;
use crate::{deny_list, histories, numbers, pending};

/// The most keys that one BatchGetItem takes.
const BATCH_KEYS_MAX: usize = 100;

/// Gathers the facts on which a request is decided, and counts it for the asking side.
///
/// # Errors
/// When DynamoDB does not answer, or an item cannot be read. A list entry that cannot be read is an error, not a pass.
pub async fn facts(
    tables: &Tables,
    request: &CallbackRequest,
    switches: KillSwitches,
    policy: &Policy,
    now: Timestamp,
) -> Result<Facts, StoreError> {
    let (read, asked) =
        try_join(read(tables, request, policy, now), count_asks(tables, request, policy, now)).await?;
    let limits = &policy.limits;
    let window = |limit: Limit| Window::at(now, limit.window_seconds);
    let calls = |subject: &Subject, limit| read.rows.calls(subject, window(limit), request.caller.address);
    let ask = Ask::of(request);
    let mut asking = asked.into_iter().map(|(subject, limit, this)| AskCount {
        this,
        last: read.rows.asked(&subject, window(limit).last(), &ask),
    });
    let none = || AskCount { this: Asked::default(), last: Asked::default() };
    let country = request.number.country().map(Subject::Country);
    Ok(Facts {
        switches,
        asking: Asking {
            address: asking.next().unwrap_or_else(none),
            block: asking.next().unwrap_or_else(none),
            account: asking.next(),
        },
        number: calls(&Subject::Number(request.number.clone()), limits.per_number),
        range: calls(&Subject::Range(request.number.range()), limits.per_range),
        country: country.map(|country| calls(&country, limits.per_country)).unwrap_or_default(),
        carriers: read.rows.carriers(window(limits.per_carrier)),
        histories: pasts(&read.rows, request, now),
        listings: read.listings,
        line: read.line,
        pending: read.pending,
    })
}

fn pasts(rows: &Rows, request: &CallbackRequest, now: Timestamp) -> Histories {
    let of = |subject: &Subject| histories::of(rows, subject, now);
    let of_one = |subject: Option<Subject>| subject.as_ref().map(of).unwrap_or_default();
    let caller = &request.caller;
    Histories {
        address: of(&Subject::Address(caller.address.line())),
        block: of(&Subject::Block(caller.address.block())),
        account: of_one(caller.account.as_ref().map(|account| Subject::Account(account.id.clone()))),
        number: of(&Subject::Number(request.number.clone())),
        range: of(&Subject::Range(request.number.range())),
        country: of_one(request.number.country().map(Subject::Country)),
        carriers: histories::of_carriers(rows, now),
    }
}

/// The listings under every key that could match a request, and those of all carriers.
///
/// # Errors
/// When DynamoDB does not answer, or an entry cannot be read.
pub async fn listings(tables: &Tables, request: &CallbackRequest) -> Result<Vec<Listing>, StoreError> {
    let keys = deny_list::keys(request).map(|key| (Table::DenyList, key)).collect();
    let mut listings = vec![];
    for (_, item) in get_all(tables, keys).await? {
        listings.extend(deny_list::read(item)?);
    }
    Ok(listings)
}

async fn count_asks(
    tables: &Tables,
    request: &CallbackRequest,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<(Subject, Limit, Asked)>, StoreError> {
    let ask = Ask::of(request);
    let ask = &ask;
    try_join_all(asking(request, policy).into_iter().map(|(subject, limit)| async move {
        let asked = counters::ask(tables, &subject, limit, ask, now).await?;
        Ok((subject, limit, asked))
    }))
    .await
}

/// What is read.
struct Read {
    listings: Vec<Listing>,
    line: LineFact,
    rows: Rows,
    pending: Option<tollgate::request::RequestId>,
}

async fn read(
    tables: &Tables,
    request: &CallbackRequest,
    policy: &Policy,
    now: Timestamp,
) -> Result<Read, StoreError> {
    let mut read = Read { listings: vec![], line: LineFact::NotAsked, rows: Rows::default(), pending: None };
    for (table, item) in get_all(tables, keys(request, policy, now)).await? {
        match table {
            Table::DenyList => read.listings.extend(deny_list::read(item)?),
            Table::Counters => read.rows.insert(item),
            Table::Numbers => {
                read.line = numbers::read(item, now)?.map_or(LineFact::NotAsked, LineFact::Known);
            }
            Table::Pending => read.pending = Some(pending::read(item)?.holder),
        }
    }
    Ok(read)
}

/// The keys of everything that is read for a request: at most 72 of the lists, 37 of the counters, the line and the claim.
fn keys(request: &CallbackRequest, policy: &Policy, now: Timestamp) -> Vec<(Table, Item)> {
    let number = || Item::from([("number".to_owned(), s(request.number.e164()))]);
    let mut keys: Vec<_> = deny_list::keys(request).map(|key| (Table::DenyList, key)).collect();
    keys.push((Table::Numbers, number()));
    keys.push((Table::Pending, number()));

    let limits = &policy.limits;
    let mut rows = vec![];
    for (subject, limit) in asking(request, policy) {
        let last = Window::at(now, limit.window_seconds).last();
        rows.push((subject.key(), last));
        rows.extend(histories::windows(now).map(|week| (subject.key(), week)));
    }
    let country =
        request.number.country().map(|country| (Subject::Country(country).key(), limits.per_country));
    let number = (Subject::Number(request.number.clone()).key(), limits.per_number);
    let range = (Subject::Range(request.number.range()).key(), limits.per_range);
    let carriers = counters::carrier_shards().map(|shard| (shard, limits.per_carrier));
    for (subject, limit) in [number].into_iter().chain([range]).chain(country).chain(carriers) {
        let window = Window::at(now, limit.window_seconds);
        let weeks = histories::windows(now);
        rows.extend([window, window.last()].into_iter().chain(weeks).map(|window| (subject.clone(), window)));
    }
    // A limit over a week shares its items with the past.
    let distinct: HashSet<_> = rows.into_iter().collect();
    keys.extend(distinct.iter().map(|(subject, window)| (Table::Counters, counters::key(subject, *window))));
    keys
}

/// The tables that facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    DenyList,
    Counters,
    Numbers,
    Pending,
}

impl Table {
    const ALL: [Self; 4] = [Self::DenyList, Self::Counters, Self::Numbers, Self::Pending];

    fn name(self, tables: &Tables) -> &str {
        match self {
            Self::DenyList => &tables.names.deny_list,
            Self::Counters => &tables.names.counters,
            Self::Numbers => &tables.names.numbers,
            Self::Pending => &tables.names.pending,
        }
    }

    /// A new list entry holds for the very next request, and a claim is seen as it is. The counters are a little behind
    /// without harm: the limits of the asked side are conditions of the approving transaction.
    fn is_read_consistently(self) -> bool {
        matches!(self, Self::DenyList | Self::Pending)
    }
}

/// Gets all items that there are under these keys: one BatchGetItem, or several side by side if the keys are many.
async fn get_all(tables: &Tables, keys: Vec<(Table, Item)>) -> Result<Vec<(Table, Item)>, StoreError> {
    let batches = keys.chunks(BATCH_KEYS_MAX).map(|keys| async move {
        let mut wanted = HashMap::new();
        for table in Table::ALL {
            let keys: Vec<_> =
                keys.iter().filter(|(of, _)| *of == table).map(|(_, key)| key.clone()).collect();
            if !keys.is_empty() {
                let keys = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .consistent_read(table.is_read_consistently())
                    .build()
                    .map_err(StoreError::build("BatchGetItem"))?;
                wanted.insert(table.name(tables).to_owned(), keys);
            }
        }
        batch_get(tables, wanted).await
    });
    let mut items = vec![];
    for (name, found) in try_join_all(batches).await?.into_iter().flatten() {
        let table = Table::ALL.into_iter().find(|table| table.name(tables) == name);
        items.extend(
            table.into_iter().flat_map(|table| found.clone().into_iter().map(move |item| (table, item))),
        );
    }
    Ok(items)
}

/// Sends a BatchGetItem until all of it is answered.
pub(crate) async fn batch_get(
    tables: &Tables,
    mut wanted: HashMap<String, KeysAndAttributes>,
) -> Result<HashMap<String, Vec<Item>>, StoreError> {
    let mut found = HashMap::<String, Vec<HashMap<String, AttributeValue>>>::new();
    for attempt in 0_u32.. {
        let got = tables
            .client
            .batch_get_item()
            .set_request_items(Some(wanted))
            .send()
            .await
            .map_err(StoreError::service("BatchGetItem"))?;
        for (table, items) in got.responses.unwrap_or_default() {
            found.entry(table).or_default().extend(items);
        }
        wanted = got.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            break;
        }
        if attempt >= UNPROCESSED_ATTEMPTS_MAX {
            let detail = "keys stay unprocessed".to_owned();
            return Err(StoreError::Service {
                operation: "BatchGetItem",
                code: "throttled".to_owned(),
                detail,
            });
        }
        tables.pause(std::time::Duration::from_millis(20 << attempt)).await;
    }
    Ok(found)
}

/// How often unprocessed keys are asked for again.
const UNPROCESSED_ATTEMPTS_MAX: u32 = 5;
