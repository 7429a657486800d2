//! Marks on requests: what operators learned on the phone flows back into the rules. A mark that comes only after its call has
//! counted as ripe is told: until then the call vouched for others that were no better.

use jiff::Timestamp;
use tollgate::evidence::Call;
use tollgate::record::{MarkKind, Record};
use tollgate::request::RequestId;
use tollgate::state::State;
use tollgate::text::Reason;
use tollgate_aws::services::metrics::{Metric, Metrics};
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::{requests, settings};
use tollgate_aws::transitions::marks::{self, Marked};

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
    metrics: &Metrics,
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
        Marked::Done => {
            tell_if_late(tables, metrics, &record, kind, now).await;
            Ok(())
        }
        Marked::Overtaken => Err(Refused::MarkedMeanwhile),
    }
}

/// Counts a mark against a call that was ripe. The mark is written by then, so that a policy that cannot be read fails nothing.
async fn tell_if_late(tables: &Tables, metrics: &Metrics, record: &Record, kind: MarkKind, now: Timestamp) {
    if kind == MarkKind::Legitimate {
        return;
    }
    match settings::policy(tables).await {
        Ok(known) => {
            let ripe =
                Call::heard(record, &known.policy).is_some_and(|call| call.is_ripe(&known.policy, now));
            if ripe {
                metrics.count(Metric::MarksLate);
                tracing::warn!(request_id = %record.request.id, "marked after its call was ripe");
            }
        }
        Err(error) => tracing::warn!(%error, "whether a mark came late is not known"),
    }
}
