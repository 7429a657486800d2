//! Turns under Amazon Connect's request rate: all dialers take theirs from one item, so that together they stay below it,
//! however many there are.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::item::{at, n, s};
use crate::tables::Tables;

/// Takes the next turn: the moment at which the taker may call Connect, now or a little later.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn take_turn(tables: &Tables, per_second: f64, now: Timestamp) -> Result<Timestamp, StoreError> {
    let gap_ms = gap_ms(per_second);
    // Behind whoever has the last turn, if that is still to come or only just past.
    let queued = turn(tables)
        .update_expression("SET next_at = next_at + :gap")
        .condition_expression("next_at > :now")
        .expression_attribute_values(":gap", n(gap_ms))
        .expression_attribute_values(":now", at(now))
        .return_values(ReturnValue::UpdatedOld)
        .send()
        .await;
    match queued {
        Ok(written) => Ok(read_next_at(written.attributes()).unwrap_or(now)),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => free_turn(tables, gap_ms, now).await,
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// Nobody waits: the turn is now, unless somebody takes it first.
async fn free_turn(tables: &Tables, gap_ms: i64, now: Timestamp) -> Result<Timestamp, StoreError> {
    let taken = turn(tables)
        .update_expression("SET next_at = :next")
        .condition_expression("attribute_not_exists(next_at) OR next_at <= :now")
        .expression_attribute_values(":next", at(now + SignedDuration::from_millis(gap_ms)))
        .expression_attribute_values(":now", at(now))
        .send()
        .await;
    match taken {
        Ok(_) => Ok(now),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => {
                Box::pin(take_turn_behind(tables, gap_ms)).await
            }
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

/// Somebody took the free turn first, so there is one to queue behind.
async fn take_turn_behind(tables: &Tables, gap_ms: i64) -> Result<Timestamp, StoreError> {
    let queued = turn(tables)
        .update_expression("SET next_at = next_at + :gap")
        .expression_attribute_values(":gap", n(gap_ms))
        .return_values(ReturnValue::UpdatedOld)
        .send()
        .await
        .map_err(StoreError::service("UpdateItem"))?;
    Ok(read_next_at(queued.attributes()).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn turn(tables: &Tables) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
    let update = tables.client.update_item().table_name(&tables.names.counters);
    update.key("subject", s("pace")).key("window", s("now"))
}

fn read_next_at(attributes: Option<&crate::item::Item>) -> Option<Timestamp> {
    match attributes?.get("next_at") {
        Some(AttributeValue::N(next_at)) => Timestamp::from_millisecond(next_at.parse().ok()?).ok(),
        _ => None,
    }
}

/// The milliseconds between two turns; a policy's rate is checked to be within 0.01 and 1000 a second.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what i64 holds just before")]
fn gap_ms(per_second: f64) -> i64 {
    (1_000.0 / per_second).ceil().clamp(1.0, 100_000.0) as i64
}
