//! Stream records, one by one. A batch is taken apart before anything is read, so that one bad record fails alone.
//!
//! Lambda's contract for a stream with `ReportBatchItemFailures`: everything from the lowest reported sequence number on
//! is delivered again; a null or empty identifier fails the whole batch. So a record that may succeed later is reported
//! and the batch stops there; one that never can (something about it cannot be read) is parked: logged, counted, and left behind. What it
//! was about is not lost: upkeep finds every open request by itself.

use lambda_runtime::tracing;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::requests::{Stored, from_image};

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

impl Batch {
    /// Hands each record's new image to `handle`, in order, up to the first whose error may pass.
    ///
    /// # Errors
    /// When the record to try again has no sequence number, the whole batch must fail.
    pub async fn each(
        self,
        mut handle: impl AsyncFnMut(Stored) -> Result<(), StoreError>,
    ) -> Result<Answer, StoreError> {
        let mut tally = Tally::default();
        for record in self.records.into_iter().map(read) {
            let stored = match record.stored {
                Ok(stored) => stored,
                Err(reason) => {
                    tally.parked += 1;
                    let sequence_number = record.sequence_number.as_deref().unwrap_or("none");
                    tracing::error!(sequence_number, reason, "stream record parked: it cannot be read");
                    continue;
                }
            };
            let id = stored.record.request.id;
            match handle(stored).await {
                Ok(()) => tally.handled += 1,
                Err(error) if !error.is_transient() => {
                    tally.parked += 1;
                    tracing::error!(request_id = %id, %error, "request parked: something about it cannot be read");
                }
                Err(error) => {
                    tracing::warn!(request_id = %id, %error, "to be tried again");
                    let Some(sequence_number) = record.sequence_number else { return Err(error) };
                    let failures = json!([{ "itemIdentifier": sequence_number }]);
                    return Ok(Answer { response: json!({ "batchItemFailures": failures }), tally });
                }
            }
        }
        Ok(Answer { response: json!({ "batchItemFailures": [] }), tally })
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
