//! All facts for screening, in one parallel round trip: the lists under every key that could match, the counters, the
//! cached line and the claim by BatchGetItem; beside it the calls that the request's subjects had part in, by a query each, and
//! the askers' counts, which are updates.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::{try_join, try_join_all};
use jiff::Timestamp;
use tollgate::budget::Pot;
use tollgate::counter::{Ask, Asked, DAY_SECONDS, Subject, Window};
use tollgate::entry::Listing;
use tollgate::facts::{AskCount, Asking, CarrierFact, Facts};
use tollgate::line::LineFact;
use tollgate::policy::{Limit, Policy};
use tollgate::request::CallbackRequest;
use tollgate::screen::asking;
use tollgate::text::CarrierName;

use crate::error::StoreError;
use crate::item::{Item, s};
use crate::tables::Tables;
use crate::tables::counters::Rows;
use crate::tables::deny_list::{Listed, Look, Looked, Version};
use crate::tables::settings::Settings;
use crate::tables::{calls, counters, numbers, pending};

/// The most keys that one BatchGetItem takes.
pub(crate) const BATCH_KEYS_MAX: usize = 100;

/// What was gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The facts.
    pub facts: Facts,
    /// What the list was at least when it was looked at: if it still is that at the dial, it says the same.
    pub lists: Option<Version>,
}

/// Gathers the facts on which a request is decided, and counts it for the asking side.
///
/// # Errors
/// When DynamoDB does not answer, or an item cannot be read. A list entry that cannot be read is an error, not a pass.
pub async fn facts(
    tables: &Tables,
    request: &CallbackRequest,
    settings: &Settings,
    now: Timestamp,
) -> Result<Gathered, StoreError> {
    let policy = settings.policy.as_ref();
    let gathered = futures::try_join!(
        read(tables, request, policy, now),
        calls::evidence(tables, request, now),
        count_asks(tables, request, policy, now),
    );
    let (read, evidence, asked) = gathered?;
    let ask = Ask::of(request);
    let mut asking = asked.into_iter().map(|(subject, limit, this)| AskCount {
        this,
        last: read.rows.asked(&subject, Window::at(now, limit.window_seconds).last(), &ask),
    });
    let asking = Asking { address: asking.next().unwrap_or_default(), account: asking.next() };
    let facts = Facts {
        switches: settings.switches.clone(),
        asking,
        over: None,
        evidence,
        usual: settings.usual.as_ref().clone(),
        range_approved: read.rows.approved(&Subject::Range(request.number.range()), now),
        carrier: CarrierFact::NotAsked,
        newcomers: read.rows.newcomers(Window::at(now, policy.newcomers.window_seconds)),
        listings: read.listed.listings,
        line: read.line,
        pending: read.pending,
        spent: None,
    };
    Ok(Gathered { facts, lists: read.listed.version })
}

/// The calls to a carrier, and its approvals of the day. It becomes known only with the other facts, so this is a round trip of
/// its own.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn carrier(
    tables: &Tables,
    carrier: &CarrierName,
    now: Timestamp,
) -> Result<CarrierFact, StoreError> {
    let subject = Subject::Carrier(carrier.clone());
    let read = try_join(
        calls::seen(tables, calls::Part::carrier(carrier), now),
        counters::approved(tables, &subject, now),
    );
    let (calls, approved) = read.await?;
    Ok(CarrierFact::Known { calls, approved })
}

/// The listings under every key that could match a request, and those of all carriers.
///
/// # Errors
/// When DynamoDB does not answer, or an entry cannot be read.
pub async fn listings(
    tables: &Tables,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    Ok(look(tables, Look::at(tables, request, now), now).await?.listings)
}

/// Has a look at the list; a second one if the buckets are not vouched for any more.
async fn look(tables: &Tables, mut look: Look, now: Timestamp) -> Result<Listed, StoreError> {
    loop {
        let keys = look.keys().into_iter().map(|key| (Table::DenyList, key)).collect();
        let items = get_all(tables, keys).await?.into_iter();
        items.filter(|(table, _)| *table == Table::DenyList).for_each(|(_, item)| look.take(item));
        match look.finish(tables, now)? {
            Looked::Done(listed) => return Ok(listed),
            Looked::Again(again) => look = again,
        }
    }
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
    listed: Listed,
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
    let mut rows = Rows::new(tables.damage.clone());
    let (mut line, mut holder) = (LineFact::NotAsked, None);
    let mut seen = Look::at(tables, request, now);
    let of_list = seen.keys().into_iter().map(|key| (Table::DenyList, key));
    let keys = of_list.chain(keys(request, policy, now)).collect();
    for (table, item) in get_all(tables, keys).await? {
        match table {
            Table::DenyList => seen.take(item),
            Table::Counters => rows.insert(item),
            Table::Numbers => line = numbers::read(item, now)?.map_or(LineFact::NotAsked, LineFact::Known),
            Table::Pending => holder = Some(pending::read(item)?.holder),
        }
    }
    let listed = match seen.finish(tables, now)? {
        Looked::Done(listed) => listed,
        Looked::Again(again) => look(tables, again, now).await?,
    };
    Ok(Read { listed, line, rows, pending: holder })
}

/// The keys of what is read for a request beside the list: at most 5 of the counters, the line and the claim.
fn keys(request: &CallbackRequest, policy: &Policy, now: Timestamp) -> Vec<(Table, Item)> {
    let number = || Item::from([("number".to_owned(), s(request.number.e164()))]);
    let mut keys = vec![(Table::Numbers, number()), (Table::Pending, number())];

    let asked = asking(request, policy).into_iter();
    let asked = asked.map(|(subject, limit)| (subject.key(), Window::at(now, limit.window_seconds).last()));
    let range = (Subject::Range(request.number.range()).key(), Window::at(now, DAY_SECONDS));
    let newcomers = Window::at(now, policy.newcomers.window_seconds);
    let [this, last] = [newcomers, newcomers.last()].map(|window| Pot::Newcomers.home(window));
    let last = Some(last).filter(|last| *last != this);
    let newcomers = [Some(this), last].into_iter().flatten().map(|home| (home.subject, home.window));
    let rows = asked.chain([range]).chain(newcomers);
    keys.extend(rows.map(|(subject, window)| (Table::Counters, counters::key(&subject, window))));
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
