//! Budgets beside those that a dial takes from: how full they are, and the day's carrier lookups.

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures::future::try_join_all;
use jiff::Timestamp;
use tollgate::budget::{self, Take, Used};
use tollgate::evidence::Admission;
use tollgate::network::Network;
use tollgate::policy::Policy;

use super::key;
use super::rows::number;
use crate::claim::take;
use crate::error::StoreError;
use crate::tables::Tables;
use crate::transaction;

/// How much of each budget that all calls share is taken at `now`.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn budgets_used(tables: &Tables, policy: &Policy, now: Timestamp) -> Result<Vec<Used>, StoreError> {
    let rows = budget::everybodys_rows(policy, now).into_iter().chain([budget::newcomers(policy, now)]);
    let read = rows.map(|row| async move {
        let got = tables
            .client
            .get_item()
            .table_name(&tables.names.counters)
            .set_key(Some(key(&row.subject, row.window)))
            .send()
            .await
            .map_err(StoreError::service("GetItem"))?;
        let taken = |take: Take| number(got.item.as_ref(), take.budget.attribute(), &tables.damage);
        let used = |take: &Take| Used { take: *take, window: row.window, taken: taken(*take) };
        Ok(row.takes.iter().map(used).collect::<Vec<_>>())
    });
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
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
    let items = rows.iter().map(|row| {
        let update = take(tables, row)?;
        Ok(TransactWriteItem::builder().update(update).build())
    });
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    transaction::write_all(tables, items).await
}
