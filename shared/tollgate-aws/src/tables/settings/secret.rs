//! The secret under which ids are derived from `Idempotency-Key`s.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;

use super::{TABLE, get, key};
use crate::error::StoreError;
use crate::item::{Item, inconsistent};
use crate::tables::Tables;

const SECRET: &str = "idempotency-secret";

/// The secret under which ids are derived from `Idempotency-Key`s; drawn when it is first needed. Whoever draws second
/// takes the first one's.
///
/// # Errors
/// When DynamoDB or the random source does not answer, or the secret cannot be read.
pub async fn idempotency_secret(tables: &Tables) -> Result<[u8; 32], StoreError> {
    if let Some(item) = get(tables, SECRET, 0).await? {
        return read_secret(&item);
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| inconsistent(TABLE, SECRET, error))?;
    let sent = tables
        .client
        .put_item()
        .table_name(&tables.names.settings)
        .set_item(Some(key(SECRET, 0)))
        .item("secret", aws_sdk_dynamodb::types::AttributeValue::B(secret.to_vec().into()))
        .condition_expression("attribute_not_exists(version)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    match sent {
        Ok(_) => Ok(secret),
        Err(error) => match error.as_service_error() {
            Some(failed) if failed.is_conditional_check_failed_exception() => {
                let item = get(tables, SECRET, 0).await?.unwrap_or_default();
                read_secret(&item)
            }
            _ => Err(StoreError::service("PutItem")(error)),
        },
    }
}

fn read_secret(item: &Item) -> Result<[u8; 32], StoreError> {
    let secret = item.get("secret").and_then(|secret| secret.as_b().ok());
    let secret = secret.and_then(|secret| <[u8; 32]>::try_from(secret.as_ref()).ok());
    secret.ok_or_else(|| inconsistent(TABLE, SECRET, "attribute `secret` is not 32 bytes"))
}
