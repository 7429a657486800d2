//! Transactions: all or nothing, tried again when they only met another one, and with the condition that failed told by
//! the name of its part. And single writes, tried again when their item is part of one.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};

use crate::error::StoreError;
use crate::item::Item;
use crate::tables::Tables;

/// How a transaction went, whose parts have names.
#[derive(Debug)]
pub enum Transacted<P> {
    /// All of it was written.
    Done,
    /// None of it was: these parts' conditions did not hold.
    Refused(Vec<Refusal<P>>),
}

/// A condition that did not hold.
#[derive(Debug)]
pub struct Refusal<P> {
    /// Its part of the transaction.
    pub part: P,
    /// The item as it stands, if there is one and it was asked for.
    pub item: Option<Item>,
}

impl<P: PartialEq> Transacted<P> {
    /// Whether it was refused for this part alone.
    pub(crate) fn refused_only(&self, part: &P) -> bool {
        match self {
            Self::Done => false,
            Self::Refused(refusals) => refusals.iter().all(|refusal| refusal.part == *part),
        }
    }

    /// Whether it was refused for this part, perhaps beside others.
    pub(crate) fn refused(&self, part: &P) -> bool {
        match self {
            Self::Done => false,
            Self::Refused(refusals) => refusals.iter().any(|refusal| refusal.part == *part),
        }
    }
}

/// How often a transaction is tried that met another one or was throttled.
const ATTEMPTS_MAX: u32 = 10;

/// Writes all parts or none.
///
/// # Errors
/// When DynamoDB does not answer, or when the transaction met others each time it was tried.
pub async fn write<P: Clone>(
    tables: &Tables,
    parts: Vec<(P, TransactWriteItem)>,
) -> Result<Transacted<P>, StoreError> {
    let (names, items): (Vec<P>, Vec<_>) = parts.into_iter().unzip();
    let mut attempt = 0;
    loop {
        let sent = tables.client.transact_write_items().set_transact_items(Some(items.clone())).send().await;
        let Err(error) = sent else { return Ok(Transacted::Done) };
        attempt += 1;
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = cancelled.cancellation_reasons();
                let refused = refusals(&names, reasons);
                if !refused.is_empty() {
                    return Ok(Transacted::Refused(refused));
                }
                if attempt >= ATTEMPTS_MAX || !reasons.iter().any(is_passing) {
                    return Err(StoreError::service("TransactWriteItems")(error));
                }
            }
            Some(other)
                if attempt < ATTEMPTS_MAX && other.code() == Some("TransactionInProgressException") => {}
            _ => return Err(StoreError::service("TransactWriteItems")(error)),
        }
        tables.pause(pause(attempt)).await;
    }
}

/// Writes all items or none, for whoever need not know which condition did not hold. False if one did not.
///
/// # Errors
/// When DynamoDB does not answer, or when the transaction met others each time it was tried.
pub(crate) async fn write_all(tables: &Tables, items: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
    let parts = items.into_iter().map(|item| ((), item)).collect();
    Ok(matches!(write(tables, parts).await?, Transacted::Done))
}

/// Sends a single write, again while its item is part of a transaction: DynamoDB refuses it for that time, and the SDK takes
/// that for final. A visitor could read from such an error that his request is being approved.
///
/// # Errors
/// When DynamoDB does not answer, or when the write met transactions each time it was tried.
pub(crate) async fn outlast<T, E: ProvideErrorMetadata, R>(
    tables: &Tables,
    send: impl Fn() -> R,
) -> Result<T, SdkError<E>>
where
    R: Future<Output = Result<T, SdkError<E>>>,
{
    let mut attempt = 0;
    loop {
        let sent = send().await;
        attempt += 1;
        match &sent {
            Err(error) if attempt < ATTEMPTS_MAX && error.code() == Some("TransactionConflictException") => {
                tables.pause(pause(attempt)).await;
            }
            _ => return sent,
        }
    }
}

fn refusals<P: Clone>(parts: &[P], reasons: &[CancellationReason]) -> Vec<Refusal<P>> {
    let failed = parts.iter().zip(reasons).filter(|(_, r)| r.code() == Some("ConditionalCheckFailed"));
    failed.map(|(part, reason)| Refusal { part: part.clone(), item: reason.item.clone() }).collect()
}

/// Whether the reason goes away by itself.
fn is_passing(reason: &CancellationReason) -> bool {
    matches!(reason.code(), Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"))
}

/// Full jitter: somewhere between nothing and an exponentially growing bound, at most half a second.
fn pause(attempt: u32) -> Duration {
    let bound_ms = 10_u64.saturating_mul(1 << attempt.min(6)).min(500);
    let random = u64::from(getrandom::u32().unwrap_or(u32::MAX));
    Duration::from_millis(random * bound_ms / u64::from(u32::MAX))
}
