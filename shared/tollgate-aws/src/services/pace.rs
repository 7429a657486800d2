//! Turns under Amazon Connect's request rates: all who ask for the same thing take theirs from one item, so that together
//! they stay below its rate, however many there are.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::item::{at, n, s};
use crate::tables::Tables;

/// What turns are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// Placing calls.
    Calls,
    /// Asking why nobody answered.
    Reasons,
}

impl Turns {
    /// The turns' row among the counters.
    fn window(self) -> &'static str {
        match self {
            Self::Calls => "now",
            Self::Reasons => "reasons",
        }
    }
}

/// One environment's view of the turns. It remembers when the last one it saw was, to ask the right question first.
#[derive(Debug)]
pub struct Pace {
    turns: Turns,
    next_at_ms: AtomicI64,
}

impl Pace {
    /// A view that has seen no turn yet.
    #[must_use]
    pub fn of(turns: Turns) -> Self {
        Self { turns, next_at_ms: AtomicI64::default() }
    }

    /// Whether others wait for their turns, as far as this environment has seen.
    #[must_use]
    pub fn is_crowded(&self, now: Timestamp) -> bool {
        self.next_at_ms.load(Ordering::Relaxed) > now.as_millisecond()
    }

    /// Takes the next turn: the moment at which the taker may ask Connect, now or a little later. None if it would come
    /// after `latest`; then none is taken, since turns that nobody uses would push those of all others back.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn take_turn(
        &self,
        tables: &Tables,
        per_second: f64,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let gap_ms = gap_ms(per_second);
        let free =
            if self.is_crowded(now) { None } else { free_turn(tables, self.turns, gap_ms, now).await? };
        let turn = match free {
            Some(turn) => Some(turn),
            None => match queue(tables, self.turns, gap_ms, now, latest).await? {
                Queued::At(turn) => Some(turn),
                Queued::TooLate => None,
                // Nobody waits any more. Whoever is quicker now, the queue is never far behind.
                Queued::Nobody => {
                    let free = free_turn(tables, self.turns, gap_ms, now).await?;
                    Some(free.unwrap_or(now + SignedDuration::from_millis(gap_ms)))
                }
            },
        };
        if let Some(turn) = turn {
            self.next_at_ms.store(turn.as_millisecond().saturating_add(gap_ms), Ordering::Relaxed);
        }
        Ok(turn)
    }
}

/// Takes the turn that is now, if nobody has it.
async fn free_turn(
    tables: &Tables,
    turns: Turns,
    gap_ms: i64,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let taken = turn(tables, turns)
        .update_expression("SET next_at = :next")
        .condition_expression("attribute_not_exists(next_at) OR next_at <= :now")
        .expression_attribute_values(":next", at(now + SignedDuration::from_millis(gap_ms)))
        .expression_attribute_values(":now", at(now))
        .send()
        .await;
    match taken {
        Ok(_) => Ok(Some(now)),
        Err(error) => unless_condition_failed(error),
    }
}

/// The turn behind the last one that is still to come.
enum Queued {
    /// Taken.
    At(Timestamp),
    /// Not taken: it would come too late.
    TooLate,
    /// There is none to come.
    Nobody,
}

/// Takes the turn behind the last one that is still to come, if there is one and its own is not after `latest`.
async fn queue(
    tables: &Tables,
    turns: Turns,
    gap_ms: i64,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Queued, StoreError> {
    let queued = turn(tables, turns)
        .update_expression("SET next_at = next_at + :gap")
        .condition_expression("next_at > :now AND next_at <= :latest")
        .expression_attribute_values(":gap", n(gap_ms))
        .expression_attribute_values(":now", at(now))
        .expression_attribute_values(":latest", at(latest))
        .return_values(ReturnValue::UpdatedOld)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    match queued {
        Ok(written) => Ok(read_next_at(written.attributes()).map_or(Queued::Nobody, Queued::At)),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let next_at = read_next_at(failed.item());
                Ok(if next_at.is_some_and(|next_at| next_at > latest) {
                    Queued::TooLate
                } else {
                    Queued::Nobody
                })
            }
            _ => Err(StoreError::service("UpdateItem")(error)),
        },
    }
}

fn unless_condition_failed(error: SdkError<UpdateItemError>) -> Result<Option<Timestamp>, StoreError> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
        _ => Err(StoreError::service("UpdateItem")(error)),
    }
}

fn turn(
    tables: &Tables,
    turns: Turns,
) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
    let update = tables.client.update_item().table_name(&tables.names.counters);
    update.key("subject", s("pace")).key("window", s(turns.window()))
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
