//! Stream records. A batch is taken apart before anything is read, so that one bad record fails alone.
//!
//! Lambda's contract for a stream with `ReportBatchItemFailures`: everything from the lowest reported sequence number on
//! is delivered again; a null or empty identifier fails the whole batch. So a record that may succeed later is reported
//! and the batch ends there; one that never can (something about it cannot be read) is parked: logged, counted, and left behind. What it
//! was about is not lost: upkeep finds every open request by itself.

use std::collections::{BTreeSet, VecDeque};

use futures::future::join_all;
use lambda_runtime::tracing;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::tables::requests::{Stored, from_image};

/// A batch of stream records as Lambda delivers it, each still as it came.
#[derive(Debug, Clone, Deserialize)]
pub struct Batch {
    /// The records, in the order of the stream.
    #[serde(rename = "Records", default)]
    records: Vec<Value>,
}

/// One record, as far as a consumer needs it.
#[derive(Debug)]
struct Record {
    sequence_number: Option<String>,
    stored: Result<Stored, String>,
}

/// Counts of a batch, for the log and the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records handled.
    pub handled: u32,
    /// Records that can never be read.
    pub parked: u32,
}

/// The answer to Lambda, with what happened.
#[derive(Debug)]
pub struct Answer {
    /// `{"batchItemFailures": [...]}`.
    pub response: Value,
    /// Counts.
    pub tally: Tally,
}

/// What became of one record.
enum Handled {
    Done,
    Parked,
    /// It must come again; no sequence number if it cannot be named.
    Again(StoreError, Option<String>),
}

impl Batch {
    /// Hands each record's new image to `handle`, up to `at_once` of them side by side, but never two of one number. After an
    /// error that may pass nothing more is begun: that record comes again, and all after it, whether they were handled or not;
    /// to handle a record twice changes nothing.
    ///
    /// # Errors
    /// When the record to try again has no sequence number, the whole batch must fail.
    pub async fn each(
        self,
        at_once: usize,
        handle: impl AsyncFn(Stored) -> Result<(), StoreError>,
    ) -> Result<Answer, StoreError> {
        let mut left: VecDeque<_> = self.records.into_iter().map(read).collect();
        let mut tally = Tally::default();
        while !left.is_empty() {
            let together = different_numbers(&mut left, at_once);
            for handled in join_all(together.into_iter().map(|record| one(record, &handle))).await {
                match handled {
                    Handled::Done => tally.handled += 1,
                    Handled::Parked => tally.parked += 1,
                    Handled::Again(error, None) => return Err(error),
                    Handled::Again(_, Some(sequence_number)) => {
                        let failures = json!([{ "itemIdentifier": sequence_number }]);
                        return Ok(Answer { response: json!({ "batchItemFailures": failures }), tally });
                    }
                }
            }
        }
        Ok(Answer { response: json!({ "batchItemFailures": [] }), tally })
    }
}

/// Takes the next records, as long as no two of them are of one number.
fn different_numbers(left: &mut VecDeque<Record>, records_max: usize) -> Vec<Record> {
    let mut numbers = BTreeSet::new();
    let mut taken = vec![];
    while taken.len() < records_max.max(1)
        && let Some(record) = left.pop_front_if(|record| {
            let number = record.stored.as_ref().map(|stored| stored.record.request.number.e164().to_owned());
            number.map_or(true, |number| numbers.insert(number))
        })
    {
        taken.push(record);
    }
    taken
}

async fn one(record: Record, handle: &impl AsyncFn(Stored) -> Result<(), StoreError>) -> Handled {
    let stored = match record.stored {
        Ok(stored) => stored,
        Err(reason) => {
            let sequence_number = record.sequence_number.as_deref().unwrap_or("none");
            tracing::error!(sequence_number, reason, "stream record parked: it cannot be read");
            return Handled::Parked;
        }
    };
    let id = stored.record.request.id;
    match handle(stored).await {
        Ok(()) => Handled::Done,
        Err(error) if !error.is_transient() => {
            tracing::error!(request_id = %id, %error, "request parked: something about it cannot be read");
            Handled::Parked
        }
        Err(error) => {
            tracing::warn!(request_id = %id, %error, "to be tried again");
            Handled::Again(error, record.sequence_number)
        }
    }
}

/// Reads one record. Whatever is wrong with it is wrong with it alone.
fn read(record: Value) -> Record {
    let sequence_number = record
        .pointer("/dynamodb/SequenceNumber")
        .and_then(Value::as_str)
        .filter(|number| !number.is_empty())
        .map(str::to_owned);
    let image = record.pointer("/dynamodb/NewImage").cloned();
    let stored = image.ok_or_else(|| "no new image".to_owned()).and_then(|image| {
        let item: serde_dynamo::Item = serde_json::from_value(image).map_err(|error| error.to_string())?;
        from_image(item).map_err(|error| error.to_string())
    });
    Record { sequence_number, stored }
}
