//! The record of a change, written before the change is made, so that none goes unrecorded.

use jiff::Timestamp;
use tollgate::text::Reason;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::{self, Action, Change};

use crate::operator::Operator;

/// Records that the operator is about to change something.
pub(crate) async fn record(
    tables: &Tables,
    operator: &Operator,
    action: Action,
    subject: String,
    reason: Option<&Reason>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let author = operator.author.clone();
    let change = Change { changed_at: now, author, action, subject, reason: reason.cloned() };
    changes::record(tables, &change).await
}
