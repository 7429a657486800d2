//! A live call whose visitor withdrew it: while no agent has joined, Connect is asked to stop it. Nothing is written: the
//! call's end closes its request like any other.

use tollgate::overdue::CallFact;
use tollgate::record::Record;
use tollgate::text::ContactId;
use tollgate_aws::services::metrics::Metric;

use crate::Dialer;

/// Has a call stopped that no agent has joined. An answer that does not come is not waited for, since the calls of others
/// stand behind this record: upkeep writes every live request when it looks at it, and that record comes here once more.
pub(crate) async fn stop(dialer: &Dialer, record: &Record, contact_id: &ContactId) {
    let id = record.request.id;
    match dialer.connect.describe(contact_id).await {
        CallFact::Live { agent_at: None, .. } => match dialer.connect.stop(contact_id).await {
            Ok(()) => {
                dialer.metrics.count(Metric::CallsStopped);
                tracing::info!(request_id = %id, contact_id = contact_id.as_str(), "call stopped: withdrawn");
            }
            Err(error) => tracing::warn!(request_id = %id, %error, "a withdrawn call is not stopped"),
        },
        CallFact::Live { agent_at: Some(_), .. } => {
            tracing::info!(request_id = %id, "withdrawn, and goes on: an agent has joined");
        }
        CallFact::Over(..) | CallFact::NotFound => {}
        CallFact::Unavailable => tracing::warn!(request_id = %id, "a withdrawn call is not stopped"),
    }
}
