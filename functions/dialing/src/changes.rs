//! What may have changed since a request was approved, and a turn under Connect's rate, asked for side by side.

use jiff::{SignedDuration, Timestamp};
use tollgate::entry::Listing;
use tollgate::facts::Facts;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::requests::Stored;
use tollgate_aws::{
    gather,
    tables::{deny_list, requests, settings},
};

use crate::Dialer;

/// A request this young has one record; an older one is looked at before a turn is taken for it.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What may have changed.
#[derive(Debug)]
pub(crate) struct Changes {
    /// The lists and the kill switches.
    pub(crate) facts: Facts,
    /// When Connect may be called.
    pub(crate) turn: Turn,
}

/// A turn under Connect's rate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn {
    /// It comes at this moment.
    At(Timestamp),
    /// It has come.
    Come,
    /// It would come too late, and was not taken.
    TooLate,
}

/// The lists and kill switches as they stand, and a turn that comes by `latest`. Nothing if the request has moved on since its
/// record was written.
pub(crate) async fn since(
    stored: &Stored,
    dialer: &Dialer,
    policy: &Policy,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Option<Changes>, StoreError> {
    let (tables, record) = (&dialer.tables, &stored.record);
    // While others wait, a turn is not taken for what may have been withdrawn a moment ago.
    let may_be_stale = now.duration_since(record.request.received_at) >= FRESH_FOR;
    if (may_be_stale || dialer.pace.is_crowded(now)) && !still_stands(tables, record, now).await? {
        return Ok(None);
    }
    let (switches, listings, turn) = futures::try_join!(
        settings::kill_switches(tables),
        what_is_listed(tables, stored, now),
        dialer.pace.take_turn(tables, policy.dial.calls_per_second_max, now, latest),
    )?;
    let facts = Facts { switches, listings, ..Facts::default() };
    Ok(Some(Changes { facts, turn: turn.map_or(Turn::TooLate, Turn::At) }))
}

/// The listings of a request: none if the list still is what it was when it said nothing against it, which one read tells.
async fn what_is_listed(
    tables: &Tables,
    stored: &Stored,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    if let Some(version) = stored.unlisted_in
        && deny_list::stands(tables, version, now).await?
    {
        return Ok(vec![]);
    }
    gather::listings(tables, &stored.record.request, now).await
}

/// Whether a request still is where its record saw it, and nobody has withdrawn it. Of one that has waited there may be several records, and those that are
/// overtaken would take turns from others.
async fn still_stands(tables: &Tables, record: &Record, now: Timestamp) -> Result<bool, StoreError> {
    let stored = requests::get(tables, record.request.id, now).await?;
    let stands = |stored: &Record| stored.state == record.state && stored.cancelled_at.is_none();
    Ok(stored.is_some_and(|stored| stands(&stored.record)))
}
