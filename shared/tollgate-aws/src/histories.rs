//! Subjects' pasts, in the `Counters` table: what calls came to on each day, and the latest block. An item holds a week, so
//! that what is old goes with it; this week's and the last are read.
//!
//! An item has attributes `good#<day>`, `wasted#<day>` and `marked#<day>`, where the day is counted from the epoch, and
//! `blocked_until` with `strikes`. Carriers share items, so there each name ends in `#<carrier>`. Only transactions of
//! state transitions and of marks add to the tallies, and those happen once.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use tollgate::counter::{Subject, Window};
use tollgate::history::{Block, Day, History, Tally, WEEK_SECONDS};
use tollgate::record::Record;

use crate::counters::{self, Rows};
use crate::error::StoreError;
use crate::item::{Item, at, expires, n};
use crate::tables::Tables;

/// What is counted of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Good,
    Wasted,
    Marked,
}

impl Counted {
    const ALL: [Self; 3] = [Self::Good, Self::Wasted, Self::Marked];

    fn attribute(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Wasted => "wasted",
            Self::Marked => "marked",
        }
    }

    fn of(self, tally: &mut Tally) -> &mut u64 {
        match self {
            Self::Good => &mut tally.good,
            Self::Wasted => &mut tally.wasted,
            Self::Marked => &mut tally.marked,
        }
    }
}

/// The subjects that a request's call teaches something about.
pub(crate) fn subjects(record: &Record) -> Vec<Subject> {
    let carrier = record.line.as_ref().and_then(|line| line.carrier.as_ref());
    Subject::all_of(&record.request, carrier)
}

/// Whether what is counted of two moments is in the same item.
pub(crate) fn same_item(one: Timestamp, other: Timestamp) -> bool {
    Window::at(one, WEEK_SECONDS) == Window::at(other, WEEK_SECONDS)
}

/// Adds to what is counted of a subject: how much of what, on the day of which moment. The moments are of one item.
pub(crate) fn add(
    tables: &Tables,
    subject: &Subject,
    counts: &[(Counted, i64, Timestamp)],
) -> Result<TransactWriteItem, StoreError> {
    let moment = counts.first().map_or(Timestamp::MIN, |(_, _, moment)| *moment);
    let week = Window::at(moment, WEEK_SECONDS);
    let (owner, suffix) = counters::owner(subject);
    let mut update = Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(counters::key(&owner, week)))
        .expression_attribute_values(":expires_at", expires(week.forgotten_at()));
    let mut adds = vec![];
    for (place, (counted, by, moment)) in counts.iter().enumerate() {
        let Day(day) = Day::of(*moment);
        adds.push(format!("#c{place} :c{place}"));
        update = update
            .expression_attribute_names(
                format!("#c{place}"),
                format!("{}#{day}{suffix}", counted.attribute()),
            )
            .expression_attribute_values(format!(":c{place}"), n(*by));
    }
    let update = update.update_expression(format!("ADD {} SET expires_at = :expires_at", adds.join(", ")));
    Ok(TransactWriteItem::builder().update(update.build().map_err(StoreError::build("Update"))?).build())
}

/// Blocks a subject.
pub(crate) fn block(
    tables: &Tables,
    subject: &Subject,
    block: Block,
    now: Timestamp,
) -> Result<Update, StoreError> {
    let week = Window::at(now, WEEK_SECONDS);
    let (owner, suffix) = counters::owner(subject);
    Update::builder()
        .table_name(&tables.names.counters)
        .set_key(Some(counters::key(&owner, week)))
        .update_expression("SET #until = :until, #strikes = :strikes, expires_at = :expires_at")
        .expression_attribute_names("#until", format!("blocked_until{suffix}"))
        .expression_attribute_names("#strikes", format!("strikes{suffix}"))
        .expression_attribute_values(":until", at(block.until))
        .expression_attribute_values(":strikes", n(block.strikes))
        .expression_attribute_values(":expires_at", expires(week.forgotten_at()))
        .build()
        .map_err(StoreError::build("Update"))
}

/// Blocks a subject by itself, or lifts its block with one that is over.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn set_block(
    tables: &Tables,
    subject: &Subject,
    new: Block,
    now: Timestamp,
) -> Result<(), StoreError> {
    let update = block(tables, subject, new, now)?;
    tables
        .client
        .update_item()
        .table_name(update.table_name())
        .set_key(Some(update.key().clone()))
        .update_expression(update.update_expression())
        .set_expression_attribute_names(update.expression_attribute_names().cloned())
        .set_expression_attribute_values(update.expression_attribute_values().cloned())
        .send()
        .await
        .map(drop)
        .map_err(StoreError::service("UpdateItem"))
}

/// A subject's past.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn get(tables: &Tables, subject: &Subject, now: Timestamp) -> Result<History, StoreError> {
    let (owner, suffix) = counters::owner(subject);
    let read = windows(now).map(|week| {
        let get = tables.client.get_item().table_name(&tables.names.counters);
        get.set_key(Some(counters::key(&owner, week))).send()
    });
    let got = futures::future::try_join_all(read).await.map_err(StoreError::service("GetItem"))?;
    Ok(put_together(got.iter().filter_map(|got| got.item.as_ref()), &suffix))
}

/// The windows whose items hold a past.
pub(crate) fn windows(now: Timestamp) -> [Window; 2] {
    let this = Window::at(now, WEEK_SECONDS);
    [this.last(), this]
}

/// A subject's past, of the items that were read.
pub(crate) fn of(rows: &Rows, subject: &Subject, now: Timestamp) -> History {
    let (owner, suffix) = counters::owner(subject);
    put_together(windows(now).into_iter().filter_map(|week| rows.get(&owner, week)), &suffix)
}

/// One past, of its items in the order of time; `suffix` is what its attributes' names end in.
fn put_together<'a>(items: impl Iterator<Item = &'a Item>, suffix: &str) -> History {
    let mut history = History::default();
    let own = items.flat_map(parts).filter(|(carrier, _)| *carrier == suffix.strip_prefix('#'));
    own.for_each(|(_, part)| part.into(&mut history));
    history
}

/// The pasts of all carriers, by their keys.
pub(crate) fn of_carriers(rows: &Rows, now: Timestamp) -> BTreeMap<String, History> {
    let mut histories = BTreeMap::<String, History>::new();
    for shard in counters::carrier_shards() {
        for item in windows(now).into_iter().filter_map(|week| rows.get(&shard, week)) {
            for (carrier, part) in parts(item) {
                part.into(histories.entry(carrier.unwrap_or_default().to_owned()).or_default());
            }
        }
    }
    histories
}

/// One attribute of a past.
enum Part {
    Count(Counted, Day, u64),
    BlockedUntil(Timestamp),
    Strikes(u32),
}

impl Part {
    /// Written into the past. What a later item says of a block outweighs an earlier one.
    fn into(self, history: &mut History) {
        let block = || history.block.unwrap_or(Block { strikes: 0, until: Timestamp::MIN });
        match self {
            Self::Count(counted, day, count) => *counted.of(history.days.entry(day).or_default()) = count,
            Self::BlockedUntil(until) => history.block = Some(Block { until, ..block() }),
            Self::Strikes(strikes) => history.block = Some(Block { strikes, ..block() }),
        }
    }
}

/// The attributes of an item that tell of a past, each with its carrier if the item holds those of carriers.
fn parts(item: &Item) -> impl Iterator<Item = (Option<&str>, Part)> {
    item.iter().filter_map(|(name, value)| {
        let AttributeValue::N(value) = value else { return None };
        let (attribute, rest) =
            name.split_once('#').map_or((name.as_str(), None), |(a, rest)| (a, Some(rest)));
        match attribute {
            "blocked_until" => {
                let until = Timestamp::from_millisecond(value.parse().ok()?).ok()?;
                Some((rest, Part::BlockedUntil(until)))
            }
            "strikes" => Some((rest, Part::Strikes(value.parse().ok()?))),
            _ => {
                let counted = Counted::ALL.into_iter().find(|counted| counted.attribute() == attribute)?;
                let rest = rest?;
                let (day, carrier) = rest.split_once('#').map_or((rest, None), |(day, c)| (day, Some(c)));
                // A mark takes a good call back, perhaps on a day of which the rest is forgotten.
                let count = u64::try_from(value.parse::<i64>().ok()?).unwrap_or(0);
                Some((carrier, Part::Count(counted, Day(day.parse().ok()?), count)))
            }
        }
    })
}
