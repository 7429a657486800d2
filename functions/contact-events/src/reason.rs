//! Why nobody answered. Connect's events say so only for campaigns, so it is asked, once for each call that nobody
//! answered, and no more often than its quota bears. What is not known counts as unanswered, which errs on the guard's
//! side; how often that happens has a metric.

use jiff::Timestamp;
use tollgate::outcome::{CallEnd, DisconnectReason, Outcome};
use tollgate::text::ContactId;
use tollgate_aws::services::metrics::Metric;

use crate::ContactEvents;

/// All contact-events together ask this often at most. Connect answers some 10 DescribeContacts a second, and upkeep asks,
/// too.
const ASKED_PER_SECOND: f64 = 2.0;

/// The end of a call, with Connect's reason if nobody answered it and the event gives none.
pub(crate) async fn explained(
    contact_id: &ContactId,
    end: CallEnd,
    reason: Option<DisconnectReason>,
    listener: &ContactEvents,
    now: Timestamp,
) -> CallEnd {
    if end.outcome() != Outcome::Unanswered {
        return end;
    }
    let reason = match reason {
        Some(reason) => Some(reason),
        None => ask(contact_id, listener, now).await,
    };
    if reason.is_none() {
        listener.metrics.count(Metric::ReasonsUntold);
    }
    end.because(reason)
}

/// Asks Connect, if it is its turn. An answer that does not come is not waited for: the number is to be let go.
async fn ask(contact_id: &ContactId, listener: &ContactEvents, now: Timestamp) -> Option<DisconnectReason> {
    match listener.asks.take_turn(&listener.tables, ASKED_PER_SECOND, now, now).await {
        Ok(Some(_)) => {}
        Ok(None) => return None,
        Err(error) => {
            tracing::warn!(%error, "Connect is not asked why nobody answered");
            return None;
        }
    }
    let asked = listener.connect.reason(contact_id).await;
    asked
        .inspect_err(|error| tracing::warn!(%error, "Connect cannot be asked why nobody answered"))
        .ok()
        .flatten()
}
