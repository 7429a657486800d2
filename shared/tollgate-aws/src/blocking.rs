//! The end of a request that is not called, together with the blocks that it brings about, in one transaction: however
//! often the request is screened, it counts as one strike.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tollgate::counter::Subject;
use tollgate::history::Block;

use crate::error::StoreError;
use crate::histories;
use crate::requests::{Transition, Written};
use crate::tables::Tables;
use crate::transaction::{self, Transacted};

/// Writes a step and blocks these subjects.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn end(
    tables: &Tables,
    step: Transition,
    blocks: &[(Subject, Block)],
    now: Timestamp,
) -> Result<Written, StoreError> {
    if blocks.is_empty() {
        return step.write(tables).await;
    }
    let mut items = vec![TransactWriteItem::builder().update(step.update(tables)?).build()];
    for (subject, block) in blocks {
        let update = histories::block(tables, subject, *block, now)?;
        items.push(TransactWriteItem::builder().update(update).build());
    }
    Ok(match transaction::write(tables, items).await? {
        Transacted::Done => Written::Yes,
        Transacted::Refused(_) => Written::Overtaken,
    })
}
