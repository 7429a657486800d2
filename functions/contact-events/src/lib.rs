//! Contact events: hears from Amazon Connect, through EventBridge, how calls go. The end of a call closes its request, lets
//! the number go, and books the outcome. Events are best effort, repeated and unordered; what is lost upkeep finds.

mod event;
mod reason;
mod run;

use jiff::Timestamp;
use serde_json::Value;
use tollgate::outcome::CallEnd;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::request::RequestId;
use tollgate::state::{Ending, State};
use tollgate::text::ContactId;
use tollgate_aws::error::StoreError;
use tollgate_aws::services::connect::Connect;
use tollgate_aws::services::metrics::{Metric, Metrics};
use tollgate_aws::services::pace::Pace;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::contacts::{self, Contact, Half};
use tollgate_aws::tables::requests::{self, Written};
use tollgate_aws::tables::settings::Cached;
use tollgate_aws::transitions::ending;

pub use crate::run::run;

pub use event::{ContactEvent, Heard, Ignored, read};

/// What contact-events needs.
#[derive(Debug)]
pub struct ContactEvents {
    /// The tables.
    pub tables: Tables,
    /// The policy.
    pub settings: Cached,
    /// Amazon Connect, to ask whose call an unknown contact is, and why nobody answered.
    pub connect: Connect,
    /// Its turns to ask why nobody answered.
    pub asks: Pace,
    /// What happened.
    pub metrics: Metrics,
}

/// Handles one event as EventBridge delivers it. An event that means nothing to us is no error.
///
/// # Errors
/// When DynamoDB or Connect does not answer; Lambda then tries again.
pub async fn handle(event: &Value, listener: &ContactEvents, now: Timestamp) -> Result<(), StoreError> {
    let heard = match event::read(event) {
        Ok(event) => hear(event, listener, now).await,
        Err(Ignored(reason)) => {
            tracing::info!(reason, "contact event ignored");
            Ok(())
        }
    };
    let damaged = listener.tables.damage.since_last();
    if damaged > 0 {
        listener.metrics.add(Metric::DamagedRows, f64::from(damaged));
    }
    listener.metrics.tell(now);
    heard
}

async fn hear(event: ContactEvent, listener: &ContactEvents, now: Timestamp) -> Result<(), StoreError> {
    let tables = &listener.tables;
    let ContactEvent { contact_id, heard } = event;
    let known = contacts::get(tables, &contact_id).await?;
    let known = known.and_then(|contact| contact.request_id.map(|request_id| (contact, request_id)));
    let Some((contact, request_id)) = known else {
        return hear_of_unknown(contact_id, heard, listener, now).await;
    };
    let half = match heard {
        // The first end that is heard is the one that counts; its reason is known.
        Heard::Ended { end, .. } if contact.ended_at.is_some() => Half::Ended(end),
        heard => half(&contact_id, heard, listener, now).await,
    };
    let contact =
        if contact.knows(&half) { contact } else { contacts::note(tables, &contact_id, &half, now).await? };
    close_if_over(request_id, &contact_id, &contact, listener, now).await
}

/// The dialer has not noted this contact: it is about to, it died, or the call is not ours. Connect tells which.
async fn hear_of_unknown(
    contact_id: ContactId,
    heard: Heard,
    listener: &ContactEvents,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Heard::Ended { .. } = heard else {
        // The end tells these moments once more. A leg of a call that is not known is most likely not of ours: any call of
        // the instance may be transferred.
        tracing::info!(
            contact_id = contact_id.as_str(),
            reason = "contact not known yet",
            "contact event ignored"
        );
        return Ok(());
    };
    let tables = &listener.tables;
    let request_id = match listener.connect.request_of(&contact_id).await {
        Ok(Some(request_id)) => request_id,
        Ok(None) => {
            tracing::info!(
                contact_id = contact_id.as_str(),
                reason = "not our call",
                "contact event ignored"
            );
            return Ok(());
        }
        Err(error) => {
            // Left for the dialer, should it still come; and the event comes again. If it came meanwhile, it saw no end.
            let half = half(&contact_id, heard, listener, now).await;
            let contact = contacts::note(tables, &contact_id, &half, now).await?;
            let Some(request_id) = contact.request_id else { return Err(error) };
            return close_if_over(request_id, &contact_id, &contact, listener, now).await;
        }
    };
    let half = half(&contact_id, heard, listener, now).await;
    contacts::note(tables, &contact_id, &half, now).await?;
    let contact = contacts::note(tables, &contact_id, &Half::Request(request_id), now).await?;
    close_if_over(request_id, &contact_id, &contact, listener, now).await
}

/// Closes the request of a call once nothing of the call is left: neither the contact that began it nor one that follows.
async fn close_if_over(
    request_id: RequestId,
    contact_id: &ContactId,
    contact: &Contact,
    listener: &ContactEvents,
    now: Timestamp,
) -> Result<(), StoreError> {
    match contact.end() {
        Some(end) => close(request_id, contact_id, &end, listener, now).await,
        None => Ok(()),
    }
}

/// What is noted of what was heard.
async fn half(contact_id: &ContactId, heard: Heard, listener: &ContactEvents, now: Timestamp) -> Half {
    match heard {
        Heard::Ended { end, reason } => {
            Half::Ended(reason::explained(contact_id, end, reason, listener, now).await)
        }
        Heard::LegBegan(leg) => Half::LegBegan(leg),
        Heard::LegEnded { leg, at, agent_at } => Half::LegEnded { leg, at, agent_at },
    }
}

/// How often a request is read anew that somebody else moves on meanwhile. It has no more than two steps left to take.
const CLOSE_ATTEMPTS_MAX: u32 = 4;

/// Closes the request of a call that has ended. The end of another contact than the request's own changes nothing.
async fn close(
    request_id: RequestId,
    contact_id: &ContactId,
    end: &CallEnd,
    listener: &ContactEvents,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tables = &listener.tables;
    let policy = listener.settings.get(tables, now).await?.policy;
    for _ in 0..CLOSE_ATTEMPTS_MAX {
        let Some(stored) = requests::get(tables, request_id, now).await? else { return Ok(()) };
        if close_once(&stored.record, contact_id, end, listener, &policy, now).await? == Written::Yes {
            return Ok(());
        }
    }
    Err(StoreError::Service {
        operation: "close",
        code: "overtaken".to_owned(),
        detail: "the request keeps moving".to_owned(),
    })
}

async fn close_once(
    record: &Record,
    contact_id: &ContactId,
    end: &CallEnd,
    listener: &ContactEvents,
    policy: &Policy,
    now: Timestamp,
) -> Result<Written, StoreError> {
    match &record.state {
        State::Dialing(_) => {}
        State::InCall { contact_id: own, .. } if own == contact_id => {}
        // Closed before, or not this request's call: nothing left to do.
        _ => return Ok(Written::Yes),
    }
    let end = end.clone().withdrawn_at(record.cancelled_at);
    let closed = Ending::Closed { contact_id: Some(contact_id.clone()), end: Some(end.clone()) };
    let written = ending::end(&listener.tables, record, closed, vec![], policy, now).await?;
    if written == Written::Yes {
        listener.metrics.ended(&end);
        tracing::info!(
            request_id = %record.request.id,
            contact_id = contact_id.as_str(),
            outcome = end.outcome().as_str(),
            answered_seconds = end.answered_seconds(),
            "call ended"
        );
    }
    Ok(written)
}
