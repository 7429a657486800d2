//! Budgets beside those that a dial takes from: how full they are, and the day's carrier lookups.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use futures::future::try_join_all;
use jiff::Timestamp;
use tollgate::budget::{self, Budget, Take};
use tollgate::counter::Window;
use tollgate::policy::Policy;

use super::key;
use super::rows::number;
use crate::error::StoreError;
use crate::item::{expires, n};
use crate::tables::Tables;

/// How much of each budget that all calls share is taken at `now`, in percent.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn budgets_used(
    tables: &Tables,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<(Budget, f64)>, StoreError> {
    let read = budget::shared_rows(policy, 0, now).into_iter().map(|row| async move {
        let got = tables
            .client
            .get_item()
            .table_name(&tables.names.counters)
            .set_key(Some(key(&row.subject, row.window)))
            .send()
            .await
            .map_err(StoreError::service("GetItem"))?;
        let percent = |take: &Take| {
            let taken = number(got.item.as_ref(), take.budget.attribute());
            (take.budget, percent(taken, take.max))
        };
        Ok(row.takes.iter().map(percent).collect::<Vec<_>>())
    });
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
}

#[expect(clippy::cast_precision_loss, reason = "a percentage need not be exact")]
fn percent(taken: u64, max: u64) -> f64 {
    if max == 0 { 100.0 } else { taken as f64 * 100.0 / max as f64 }
}

/// Takes one of the day's carrier lookups. False if they are spent.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn take_lookup(tables: &Tables, lookups_max: u32, now: Timestamp) -> Result<bool, StoreError> {
    let window = Window::at(now, 86_400);
    let sent = tables
        .client
        .update_item()
        .table_name(&tables.names.counters)
        .set_key(Some(key("budget#lookups", window)))
        .update_expression("ADD lookups :one SET expires_at = :expires_at")
        .condition_expression("attribute_not_exists(lookups) OR lookups < :max")
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":max", n(lookups_max))
        .expression_attribute_values(":expires_at", expires(window.forgotten_at()))
        .send()
        .await;
    match sent {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}
