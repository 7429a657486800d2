//! Marks: an operator says of a request that ended that it was spam, or legitimate. One transaction writes the mark and
//! books it to all subjects of the request, so that however often it is sent it counts once; a call that counted as good
//! counts so no more. What else a marked address asked for is blocked for a while.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tollgate::counter::Subject;
use tollgate::history::{Block, SPREADS_OVER};
use tollgate::outcome::Outcome;
use tollgate::policy::Policy;
use tollgate::record::{Mark, MarkKind, Record};
use tollgate::state::Ending;
use tollgate::text::Author;

use crate::error::StoreError;
use crate::histories::{self, Counted};
use crate::item::{at, s};
use crate::requests::{self, Question};
use crate::tables::Tables;
use crate::transaction::{self, Transacted};

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is written.
    Done,
    /// Somebody else marked it meanwhile.
    Overtaken,
}

/// How many requests of a marked address are looked at, the newest first.
const REQUESTS_LOOKED_AT_MAX: i32 = 100;
/// How many numbers are blocked side by side.
const AT_ONCE: usize = 8;

/// Marks a request that ended so.
///
/// # Errors
/// When DynamoDB does not answer. It can be sent again.
pub async fn mark(
    tables: &Tables,
    record: &Record,
    ending: &Ending,
    kind: MarkKind,
    author: &Author,
    policy: &Policy,
    now: Timestamp,
) -> Result<Marked, StoreError> {
    if record.mark.as_ref().is_some_and(|mark| mark.kind == kind) {
        return Ok(Marked::Done);
    }
    if kind == MarkKind::Spam {
        spread(tables, record, policy, now).await?;
    }
    let mark = Mark { kind, marked_at: now, marked_by: author.clone() };
    let mut items = vec![TransactWriteItem::builder().update(written(tables, record, &mark)?).build()];
    for subject in histories::subjects(record) {
        items.extend(booked(tables, record, ending, &mark, &subject)?);
    }
    Ok(match transaction::write(tables, items).await? {
        Transacted::Done => Marked::Done,
        Transacted::Refused(_) => Marked::Overtaken,
    })
}

/// The mark itself, if the request is marked as it was seen.
fn written(tables: &Tables, record: &Record, mark: &Mark) -> Result<Update, StoreError> {
    let update = Update::builder()
        .table_name(&tables.names.requests)
        .set_key(Some(requests::key(record.request.id)))
        .update_expression("SET mark = :mark, marked_at = :at, marked_by = :by")
        .expression_attribute_values(":mark", s(mark.kind.as_str()))
        .expression_attribute_values(":at", at(mark.marked_at))
        .expression_attribute_values(":by", s(mark.marked_by.as_str()));
    let update = match &record.mark {
        Some(seen) => update
            .condition_expression("mark = :seen AND marked_at = :seen_at")
            .expression_attribute_values(":seen", s(seen.kind.as_str()))
            .expression_attribute_values(":seen_at", at(seen.marked_at)),
        None => update.condition_expression("attribute_exists(request_id) AND attribute_not_exists(mark)"),
    };
    update.build().map_err(StoreError::build("Update"))
}

/// What the mark books to a subject. Taking back one of spam undoes what that one booked.
fn booked(
    tables: &Tables,
    record: &Record,
    ending: &Ending,
    mark: &Mark,
    subject: &Subject,
) -> Result<Vec<TransactWriteItem>, StoreError> {
    let (by, marked_at) = match (mark.kind, &record.mark) {
        (MarkKind::Spam, _) => (1, mark.marked_at),
        (MarkKind::Legitimate, Some(spam)) => (-1, spam.marked_at),
        (MarkKind::Legitimate, None) => return Ok(vec![]),
    };
    let mut items = vec![];
    let good_at = match ending {
        Ending::Closed { end: Some(end), .. } if end.outcome() == Outcome::Talked => Some(end.ended_at),
        _ => None,
    };
    let counts = !matches!(subject, Subject::Country(_));
    match good_at {
        // One item may not be written twice in a transaction, so what falls into the same one is written together.
        Some(ended_at) if counts && histories::same_item(ended_at, marked_at) => {
            let counts = [(Counted::Good, -by, ended_at), (Counted::Marked, by, marked_at)];
            items.push(histories::add(tables, subject, &counts)?);
        }
        _ => {
            if let Some(ended_at) = good_at {
                items.push(histories::add(tables, subject, &[(Counted::Good, -by, ended_at)])?);
            }
            if counts {
                items.push(histories::add(tables, subject, &[(Counted::Marked, by, marked_at)])?);
            }
        }
    }
    Ok(items)
}

/// Blocks the numbers that the address asked for of late, unless so many calls from there go well that it must be shared.
/// Only the first block, however many marks there are: the numbers may be strangers'.
async fn spread(tables: &Tables, record: &Record, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
    let address = record.request.caller.address;
    let past = histories::get(tables, &Subject::Address(address.line()), now).await?;
    if !past.spreads_a_mark(policy.marks.address, now) {
        return Ok(());
    }
    let question = Question::Address(address);
    let before = now + SignedDuration::from_millis(1);
    let page =
        requests::search(tables, &question, now - SPREADS_OVER, before, REQUESTS_LOOKED_AT_MAX).await?;
    let numbers: BTreeSet<_> =
        page.requests.into_iter().flatten().map(|stored| stored.record.request.number).collect();
    let block = Block::after(None, policy.blocks, record.request.id, now);
    let blocked =
        numbers.into_iter().map(|number| block_unless_blocked(tables, Subject::Number(number), block, now));
    stream::iter(blocked).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
}

async fn block_unless_blocked(
    tables: &Tables,
    subject: Subject,
    block: Block,
    now: Timestamp,
) -> Result<(), StoreError> {
    match histories::get(tables, &subject, now).await?.blocked(now) {
        Some(_) => Ok(()),
        None => histories::set_block(tables, &subject, block, now).await,
    }
}
