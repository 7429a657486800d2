//! A table's stream as the engine has it: one shard.

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;

use super::{Error, Start};

/// How many records are read at a time: as many as DynamoDB gives.
const READ_MAX: usize = 1000;

/// The shard, to read from.
pub(super) struct Shard {
    database: Database,
    stream_arn: String,
    shard_id: String,
}

/// What one reading gave.
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    /// Where to read on.
    pub(super) next: String,
    /// Whether there was nothing after it.
    pub(super) last: bool,
}

impl Shard {
    pub(super) fn of_table(database: &Database, table: &str) -> Result<Self, Error> {
        let no_stream = || Error::NoStream(table.to_owned());
        let described = database.describe_table(DescribeTableRequest { table_name: table.to_owned() })?;
        let stream_arn = described.table.latest_stream_arn.ok_or_else(no_stream)?;
        let request = DescribeStreamRequest { stream_arn: stream_arn.clone(), ..Default::default() };
        let shards = database.describe_stream(request)?.stream_description.shards;
        let shard_id = shards.into_iter().next().ok_or_else(no_stream)?.shard_id;
        Ok(Self { database: database.clone(), stream_arn, shard_id })
    }

    pub(super) fn stream_arn(&self) -> &str {
        &self.stream_arn
    }

    pub(super) fn iterator(&self, start: &Start) -> Result<String, Error> {
        let (kind, sequence_number) = match start {
            Start::TrimHorizon => ("TRIM_HORIZON", None),
            Start::After(sequence_number) => ("AFTER_SEQUENCE_NUMBER", Some(sequence_number.clone())),
        };
        let request = GetShardIteratorRequest {
            stream_arn: self.stream_arn.clone(),
            shard_id: self.shard_id.clone(),
            shard_iterator_type: kind.to_owned(),
            sequence_number,
        };
        let iterator = self.database.get_shard_iterator(request)?.shard_iterator;
        iterator.ok_or_else(|| Error::NoStream(self.stream_arn.clone()))
    }

    pub(super) fn read(&self, iterator: String) -> Result<Page, Error> {
        let request = GetRecordsRequest { shard_iterator: iterator.clone(), limit: Some(READ_MAX) };
        let response = self.database.get_records(request)?;
        Ok(Page {
            last: response.records.len() < READ_MAX,
            records: response.records,
            next: response.next_shard_iterator.unwrap_or(iterator),
        })
    }
}
