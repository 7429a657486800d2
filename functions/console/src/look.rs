//! The requests that a page is made of.

use jiff::SignedDuration;
use tollgate::record::Record;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::requests::{self, Newest};

use crate::visit::Visit;

/// As many requests that ended as a page looks at: they are read within the time of one answer, and cost a few hundredths of
/// a cent.
pub(crate) const LOOKED_AT_MAX: usize = 5_000;

/// The requests of the last hours, the newest first.
pub(crate) async fn last(visit: &Visit<'_>, length: SignedDuration) -> Result<Newest, StoreError> {
    let from = visit.now.saturating_sub(length).unwrap_or(visit.now);
    requests::newest(visit.tables(), from, visit.before(), LOOKED_AT_MAX).await
}

/// Those of the requests that were received in the last `length`.
pub(crate) fn within<'r>(
    visit: &Visit<'_>,
    records: &'r [Record],
    length: SignedDuration,
) -> Vec<&'r Record> {
    let from = visit.now.saturating_sub(length).unwrap_or(visit.now);
    records.iter().filter(|record| record.request.received_at >= from).collect()
}
