//! One consumer's place in a stream.

use std::collections::VecDeque;

use dynoxide::actions::get_records::Record;
use serde_json::{Value, json};

use super::shard::Shard;
use super::{Batch, BatchOutcome, Consumer, Error, Parked, Start};

/// A consumer, and how far it is.
pub(super) struct Reader {
    pub(super) consumer: Consumer,
    position: Position,
    /// The last record before `queue` that is done or not wanted.
    checkpoint: Option<String>,
    /// What was read and wanted, and is not done. The records not wanted are left out.
    queue: VecDeque<Delivery>,
    /// The number of the last record that was read, wanted or not.
    read_to: Option<String>,
    /// How the head of the queue is cut into batches, the next one last. Only failures cut it smaller.
    cuts: Vec<usize>,
    /// How often the head of the queue failed.
    failures: u32,
}

enum Position {
    Start(Start),
    Iterator(String),
}

struct Delivery {
    sequence_number: String,
    /// The record before this one, wanted or not: the checkpoint while this one is not done.
    before: Option<String>,
    record: Value,
}

impl Reader {
    pub(super) fn new(consumer: Consumer, start: Start) -> Self {
        let checkpoint = match &start {
            Start::TrimHorizon => None,
            Start::After(sequence_number) => Some(sequence_number.clone()),
        };
        Self {
            consumer,
            position: Position::Start(start),
            read_to: checkpoint.clone(),
            checkpoint,
            queue: VecDeque::new(),
            cuts: Vec::new(),
            failures: 0,
        }
    }

    pub(super) fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }

    pub(super) fn next_batch(&mut self, shard: &Shard) -> Result<Option<Batch>, Error> {
        let size = match self.cuts.last() {
            Some(size) => *size,
            None => {
                self.fill(shard)?;
                let size = self.queue.len().min(self.consumer.batch_size.max(1));
                if size == 0 {
                    return Ok(None);
                }
                self.cuts.push(size);
                size
            }
        };
        let deliveries = || self.queue.iter().take(size);
        let records: Vec<_> = deliveries().map(|delivery| delivery.record.clone()).collect();
        Ok(Some(Batch {
            consumer: self.consumer.name.clone(),
            event: json!({ "Records": records }),
            sequence_numbers: deliveries().map(|delivery| delivery.sequence_number.clone()).collect(),
        }))
    }

    /// Reads on until there are enough records for a batch, or no more.
    fn fill(&mut self, shard: &Shard) -> Result<(), Error> {
        while self.queue.len() < self.consumer.batch_size.max(1) {
            let iterator = match &self.position {
                Position::Start(start) => shard.iterator(start)?,
                Position::Iterator(iterator) => iterator.clone(),
            };
            let page = shard.read(iterator)?;
            for record in page.records {
                self.take(record, shard.stream_arn())?;
            }
            self.position = Position::Iterator(page.next);
            if page.last {
                break;
            }
        }
        self.settle();
        Ok(())
    }

    fn take(&mut self, record: Record, arn: &str) -> Result<(), Error> {
        let sequence_number = record.dynamodb.sequence_number.clone();
        let mut record = serde_json::to_value(record)?;
        if let Some(members) = record.as_object_mut() {
            members.insert("eventSourceARN".to_owned(), arn.into());
        }
        let before = self.read_to.replace(sequence_number.clone());
        let patterns = &self.consumer.patterns;
        if patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&record)) {
            self.queue.push_back(Delivery { sequence_number, before, record });
        }
        Ok(())
    }

    pub(super) fn report(&mut self, sequence_numbers: &[String], outcome: BatchOutcome) -> Option<Parked> {
        let size = sequence_numbers.len();
        let head = self.queue.iter().take(size).map(|delivery| &delivery.sequence_number);
        if self.cuts.last() != Some(&size) || !head.eq(sequence_numbers) {
            return None;
        }
        self.cuts.pop();
        let done = match &outcome {
            BatchOutcome::Done => size,
            BatchOutcome::FailedFrom(failed) => {
                sequence_numbers.iter().position(|number| number == failed).unwrap_or(0)
            }
            BatchOutcome::FailedWhole => 0,
        };
        let blamed =
            matches!(&outcome, BatchOutcome::FailedFrom(failed) if sequence_numbers.contains(failed));
        self.finish(done);
        match size - done {
            0 => None,
            // Nobody knows which record it was: smaller batches find it out.
            left @ 2.. if !blamed => {
                self.cuts.extend([left - left / 2, left / 2]);
                None
            }
            left => {
                self.cuts.push(left);
                self.fail()
            }
        }
    }

    /// The head of the queue failed: once more, or once too often.
    fn fail(&mut self) -> Option<Parked> {
        self.failures += 1;
        if self.failures <= self.consumer.retry_attempts_max {
            return None;
        }
        let parked = self.queue.front().map(|delivery| Parked {
            consumer: self.consumer.name.clone(),
            sequence_number: delivery.sequence_number.clone(),
            attempts: self.failures,
        });
        if let Some(left) = self.cuts.pop().filter(|left| *left > 1) {
            self.cuts.push(left - 1);
        }
        self.finish(1);
        parked
    }

    /// Moves past the first `done` records of the queue.
    fn finish(&mut self, done: usize) {
        if done > 0 {
            self.queue.drain(..done.min(self.queue.len()));
            self.failures = 0;
        }
        self.settle();
    }

    fn settle(&mut self) {
        self.checkpoint = match self.queue.front() {
            Some(delivery) => delivery.before.clone(),
            None => self.read_to.clone(),
        };
    }
}
