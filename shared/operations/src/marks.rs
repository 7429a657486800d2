//! Marks on requests: what operators learned on the phone flows back into the rules.

use jiff::Timestamp;
use tollgate::record::MarkKind;
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::marks::{self, Marked};
use tollgate_aws::requests;
use tollgate_aws::tables::Tables;

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

/// Marks a request that has ended. The same mark again changes nothing.
///
/// # Errors
/// When the operator may not, there is no such request, it has not ended, somebody else marked it meanwhile, or DynamoDB
/// does not answer.
pub async fn mark(
    tables: &Tables,
    operator: &Operator,
    id: RequestId,
    kind: MarkKind,
    reason: Option<&Reason>,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::Mark)?;
    let record = requests::get(tables, id, now).await?.ok_or(Refused::NoSuchRequest)?.record;
    let State::Ended(_) = &record.state else { return Err(Refused::NotEnded) };

    let action = match kind {
        MarkKind::Spam => Action::MarkSpam,
        MarkKind::Legitimate => Action::MarkLegitimate,
        MarkKind::WrongPerson => Action::MarkWrongPerson,
    };
    change::record(tables, operator, action, id.to_string(), reason, now).await?;
    match marks::mark(tables, &record, kind, &operator.author, now).await? {
        Marked::Done => Ok(()),
        Marked::Overtaken => Err(Refused::MarkedMeanwhile),
    }
}
