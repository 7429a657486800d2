//! Claiming a request for the dial, and calling Connect: whoever holds the claim does, once, and nobody else.

use jiff::Timestamp;
use tollgate::budget::Row;
use tollgate::decision::{Decision, spent};
use tollgate::policy::Policy;
use tollgate::record::{Record, Terms};
use tollgate::state::{Ending, State};
use tollgate_aws::error::StoreError;
use tollgate_aws::services::connect::Started;
use tollgate_aws::services::metrics::Metric;
use tollgate_aws::transitions::claim::{Claim, claim};

use crate::{Dialer, act};

/// Claims the request with its places of the moment `now`, and places its call.
pub(crate) async fn place(
    record: &Record,
    rows: &[Row],
    terms: Terms,
    dialer: &Dialer,
    policy: &Policy,
    invocation_ends: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = record.request.id;
    let claimed = claim(&dialer.tables, record, rows, terms, invocation_ends, policy, now).await?;
    let (dialing, terms) = match claimed {
        Claim::Granted { dialing, terms } => (dialing, terms),
        Claim::Overtaken => return Ok(()),
        Claim::Spent(take, row) => {
            let budget = take.budget.as_str();
            let Decision::End { ending, findings } = spent(take, &row) else {
                // Nothing is written: a write would come back as a record at once. Upkeep drives it on within a minute.
                tracing::warn!(request_id = %id, budget, "waits for the next minute");
                return Ok(());
            };
            dialer.metrics.count(Metric::BudgetSpent(take.budget));
            tracing::warn!(request_id = %id, budget, limit = take.max, "budget spent");
            return act::end(dialer, record, ending, findings, policy).await;
        }
    };
    let state = State::Dialing(dialing.clone());
    let claimed = Record { state, terms: Some(terms), ..record.clone() };
    let started = dialer.connect.start(&record.request, policy.dial.ring_timeout_seconds).await;
    let now = dialer.clock.now();
    match started {
        Started::Placed(contact_id) => act::placed(dialer, claimed, contact_id, dialing, policy, now).await,
        Started::Refused(failure) => {
            dialer.metrics.count(Metric::CallsFailed(failure));
            tracing::error!(request_id = %id, ?failure, "Connect refused the call");
            act::end(dialer, &claimed, Ending::Failed { failure }, vec![], policy).await
        }
        Started::Busy => act::busy(dialer, &claimed, &dialing, rows, now).await,
        Started::Unknown { code } => {
            // Nothing to write: upkeep asks Connect about every request that stays `dialing`.
            dialer.metrics.count(Metric::CallsUnknown);
            tracing::error!(request_id = %id, code, "nobody knows whether the call was placed");
            Ok(())
        }
    }
}
