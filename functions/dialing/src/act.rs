//! Writing what came of a dial.

use jiff::Timestamp;
use tollgate::budget::Row;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::state::{Dialing, Ending, State};
use tollgate::text::ContactId;
use tollgate::verdict::Finding;
use tollgate_aws::error::StoreError;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::tables::contacts::{self, Half};
use tollgate_aws::tables::requests::{self, Transition, Written};
use tollgate_aws::transitions::claim::give_back;
use tollgate_aws::transitions::ending;

use crate::Dialer;

/// Ends a request and lets its number go.
pub(crate) async fn end(
    dialer: &Dialer,
    record: &Record,
    ending: Ending,
    findings: Vec<Finding>,
    policy: &Policy,
) -> Result<(), StoreError> {
    let state = ending.name();
    let codes: Vec<_> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let codes = codes.join(" ");
    if ending::end(&dialer.tables, record, ending, findings.clone(), policy, dialer.clock.now()).await?
        == Written::Yes
    {
        dialer.metrics.decided(state, &findings);
        tracing::info!(request_id = %record.request.id, state = state.as_str(), findings = codes, "not dialed");
    }
    Ok(())
}

/// Connect took the call: notes its contact on the request and for the rendezvous, side by side. If its end was heard
/// already, this side came second and closes the request.
pub(crate) async fn placed(
    dialer: &Dialer,
    record: Record,
    contact_id: ContactId,
    dialing: Dialing,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = record.request.id;
    let state = State::InCall { contact_id: contact_id.clone(), dialed_at: dialing.dialed_at };
    let half = Half::Request(id);
    let note = contacts::note(&dialer.tables, &contact_id, &half, now);
    let (written, contact) = match Transition::new(id, &record.state, state.clone()) {
        Ok(transition) => futures::try_join!(transition.write(&dialer.tables), note)?,
        Err(_) => (Written::Overtaken, note.await?),
    };
    dialer.metrics.count(Metric::CallsPlaced);
    tracing::info!(request_id = %id, contact_id = contact_id.as_str(), "call placed");
    if let (Written::Yes, Some(end)) = (written, contact.end()) {
        // It may have been withdrawn since its record was written.
        let stored = requests::get(&dialer.tables, id, now).await?;
        let cancelled_at = stored.and_then(|stored| stored.record.cancelled_at);
        let record = Record { state, cancelled_at, ..record };
        let closed = record.closed(contact_id, end);
        ending::end(&dialer.tables, &record, closed, vec![], policy, now).await?;
    }
    Ok(())
}

/// Connect proved that it placed no call: the request keeps its number, gives its places in the budgets back, and waits to
/// be called up.
pub(crate) async fn busy(
    dialer: &Dialer,
    record: &Record,
    dialing: &Dialing,
    rows: &[Row],
    now: Timestamp,
) -> Result<(), StoreError> {
    dialer.metrics.count(Metric::ConnectBusy);
    tracing::warn!(request_id = %record.request.id, "Connect is too busy");
    give_back(&dialer.tables, record, dialing, rows, now).await.map(drop)
}
