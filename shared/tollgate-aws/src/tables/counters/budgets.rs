//! Budgets beside those that a dial takes from: how full they are, and the day's carrier lookups.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures::future::try_join_all;
use jiff::Timestamp;
use tollgate::budget::{self, Row, Take, Used};
use tollgate::evidence::Admission;
use tollgate::network::Network;
use tollgate::policy::Policy;

use super::rows::number;
use super::{booking, key};
use crate::error::StoreError;
use crate::tables::Tables;
use crate::transitions::transaction;

/// How much of each budget that all calls share is taken at `now`.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn budgets_used(tables: &Tables, policy: &Policy, now: Timestamp) -> Result<Vec<Used>, StoreError> {
    let mut rows = budget::everybodys_rows(policy, now);
    rows.push(budget::newcomers(policy, now));
    let homes: BTreeSet<_> = rows.iter().map(|row| row.pot.home(row.window)).collect();
    let read = homes.into_iter().map(|home| async move {
        let got = tables
            .client
            .get_item()
            .table_name(&tables.names.counters)
            .set_key(Some(key(&home.subject, home.window)))
            .send()
            .await
            .map_err(StoreError::service("GetItem"))?;
        Ok::<_, StoreError>((home, got.item))
    });
    let items: BTreeMap<_, _> = try_join_all(read).await?.into_iter().collect();
    let used = |row: &Row, take: Take| {
        let item = items.get(&row.pot.home(row.window)).and_then(Option::as_ref);
        let taken = number(item, &row.pot.attribute(row.window, take.budget), &tables.damage);
        Used { take, window: row.window, taken }
    };
    Ok(rows.iter().flat_map(|row| row.takes.iter().map(|take| used(row, *take))).collect())
}

/// Takes one of the day's carrier lookups for an asker. False if they are spent, or if he has had his share.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn take_lookup(
    tables: &Tables,
    asker: Network,
    admission: Admission,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = budget::lookup_rows(asker, admission, policy, now);
    let items = booking::takes(&rows).into_iter().map(|booking| {
        let update = booking.update(tables)?;
        Ok(TransactWriteItem::builder().update(update).build())
    });
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    transaction::write_all(tables, items).await
}
