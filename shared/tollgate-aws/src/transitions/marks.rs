//! Marks: an operator says of a request that ended that it was spam, legitimate, or that its call reached a person who had not
//! asked for it. One transaction writes the mark to the request and to its call, where the rules find it; so however often it
//! is sent, it counts once, and the last one counts.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use tollgate::evidence::Marked as CallMark;
use tollgate::record::{Mark, MarkKind, Record};
use tollgate::text::Author;

use crate::error::StoreError;
use crate::item::{at, s};
use crate::tables::Tables;
use crate::tables::calls;
use crate::tables::requests;
use crate::transitions::transaction;

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is written.
    Done,
    /// Somebody else marked it meanwhile.
    Overtaken,
}

/// Marks a request that ended.
///
/// # Errors
/// When DynamoDB does not answer. It can be sent again.
pub async fn mark(
    tables: &Tables,
    record: &Record,
    kind: MarkKind,
    author: &Author,
    now: Timestamp,
) -> Result<Marked, StoreError> {
    if record.mark.as_ref().is_some_and(|mark| mark.kind == kind) {
        return Ok(Marked::Done);
    }
    let mark = Mark { kind, marked_at: now, marked_by: author.clone() };
    let mut items = vec![TransactWriteItem::builder().update(written(tables, record, &mark)?).build()];
    if record.state.was_called() {
        items.push(calls::mark(tables, record.request.id, CallMark { kind, at: now })?);
    }
    let is_written = transaction::write_all(tables, items).await?;
    Ok(if is_written { Marked::Done } else { Marked::Overtaken })
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
