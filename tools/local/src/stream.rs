//! The stream pump: what Lambda's event source mapping does between a table's stream and a function.
//!
//! Each consumer has its own place in the stream. It gets the records its patterns let through, in order and in
//! batches, as the event Lambda would send; it reports what became of a batch, and until then the same batch is
//! handed out again. A record that keeps failing is parked, so that the stream moves on: retries, halving of
//! batches and the on-failure destination of the template, in one place. The pump never waits: it reads what is
//! there now.

mod outcome;
mod reader;
mod shard;
#[cfg(test)]
mod tests;

use dynoxide::{Database, DynoxideError};
use serde_json::Value;

pub use outcome::BatchOutcome;

use crate::filter::Pattern;
use reader::Reader;
use shard::Shard;

/// A function that reads the stream, as the template maps it.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// The function's name.
    pub name: String,
    /// Which records it wants: those that match one of these, or all if there are none.
    pub patterns: Vec<Pattern>,
    /// How many records it takes at most at a time.
    pub batch_size: usize,
    /// How often a record that failed is tried again before it is parked. Splitting a batch costs no attempt.
    pub retry_attempts_max: u32,
}

/// Where a consumer begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the oldest record there is.
    TrimHorizon,
    /// After the record with this sequence number: where an earlier pump had come to.
    After(String),
}

/// Records for a consumer.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Whose batch this is.
    pub consumer: String,
    /// The event, as Lambda sends it.
    pub event: Value,
    sequence_numbers: Vec<String>,
}

/// A record that was given up on: what an on-failure destination is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The consumer that failed on it.
    pub consumer: String,
    /// The record.
    pub sequence_number: String,
    /// How often the consumer was given it and reported it as failed.
    pub attempts: u32,
}

/// Why the pump cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine refused.
    #[error(transparent)]
    Refused(#[from] DynoxideError),
    /// The table has no stream.
    #[error("table {0} has no stream")]
    NoStream(String),
    /// Nobody of this name reads the stream.
    #[error("{0} is no consumer of this stream")]
    UnknownConsumer(String),
    /// A record has no form in JSON.
    #[error("a stream record cannot be written as JSON")]
    Record(#[from] serde_json::Error),
}

/// One table's stream and its consumers.
pub struct Pump {
    shard: Shard,
    readers: Vec<Reader>,
    parked: Vec<Parked>,
}

impl Pump {
    /// A pump on the stream of the table with this physical name.
    pub fn open(database: &Database, table: &str) -> Result<Self, Error> {
        let shard = Shard::of_table(database, table)?;
        Ok(Self { shard, readers: Vec::new(), parked: Vec::new() })
    }

    /// Adds a consumer; one of the same name is replaced.
    pub fn subscribe(&mut self, consumer: Consumer, start: Start) {
        self.readers.retain(|reader| reader.consumer.name != consumer.name);
        self.readers.push(Reader::new(consumer, start));
    }

    /// The next batch for this consumer, if the stream holds anything for it. A batch that was not reported on is
    /// the next one again.
    pub fn next_batch(&mut self, consumer: &str) -> Result<Option<Batch>, Error> {
        reader(&mut self.readers, consumer)?.next_batch(&self.shard)
    }

    /// Takes note of what became of a batch. A report on a batch that is not the next one any more changes nothing.
    pub fn report(&mut self, batch: &Batch, outcome: BatchOutcome) -> Result<(), Error> {
        let parked = reader(&mut self.readers, &batch.consumer)?.report(&batch.sequence_numbers, outcome);
        self.parked.extend(parked);
        Ok(())
    }

    /// The last record this consumer is done with; [`Start::After`] it, nothing is lost.
    pub fn checkpoint(&mut self, consumer: &str) -> Result<Option<&str>, Error> {
        Ok(reader(&mut self.readers, consumer)?.checkpoint())
    }

    /// The records that were given up on.
    #[must_use]
    pub fn parked(&self) -> &[Parked] {
        &self.parked
    }

    /// Starts again from the oldest record for every consumer: everything is delivered once more.
    pub fn redeliver_all(&mut self) {
        for reader in &mut self.readers {
            *reader = Reader::new(reader.consumer.clone(), Start::TrimHorizon);
        }
    }
}

fn reader<'a>(readers: &'a mut [Reader], consumer: &str) -> Result<&'a mut Reader, Error> {
    readers
        .iter_mut()
        .find(|reader| reader.consumer.name == consumer)
        .ok_or_else(|| Error::UnknownConsumer(consumer.to_owned()))
}
