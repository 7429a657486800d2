//! Making the tables.

use std::collections::BTreeMap;

use dynoxide::DynoxideError;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use serde_json::{Value, json};
use tollgate_aws::tables::schema::{EXPIRES_AT, IndexDefinition, KeyAttribute, STREAM_VIEW, TableDefinition};

use super::{Engine, Error};

impl Engine {
    /// Makes the tables that are missing, each under `prefix` and its logical name. Tables that are there keep
    /// their data.
    pub fn create_tables(&self, prefix: &str, tables: &[TableDefinition]) -> Result<(), Error> {
        tables.iter().try_for_each(|table| self.create_table(format!("{prefix}{}", table.name), table))
    }

    fn create_table(&self, name: String, table: &TableDefinition) -> Result<(), Error> {
        let wanted = request(&name, table);
        let create: CreateTableRequest = serde_json::from_value(wanted.clone())
            .map_err(|source| Error::Request { table: name.clone(), source })?;
        match self.database.create_table(create) {
            Ok(_) => {}
            Err(DynoxideError::ResourceInUseException(_)) => self.compare(&name, &wanted)?,
            Err(error) => return Err(error.into()),
        }
        if table.expires_at {
            let time_to_live_specification =
                TimeToLiveSpecification { attribute_name: EXPIRES_AT.to_owned(), enabled: true };
            self.database.update_time_to_live(UpdateTimeToLiveRequest {
                table_name: name,
                time_to_live_specification,
            })?;
        }
        Ok(())
    }

    /// A table that was made from another definition would fail later, and less clearly.
    fn compare(&self, name: &str, wanted: &Value) -> Result<(), Error> {
        let request = DescribeTableRequest { table_name: name.to_owned() };
        let found = serde_json::to_value(self.database.describe_table(request)?.table)
            .map_err(|source| Error::Request { table: name.to_owned(), source })?;
        if shape(&found) == shape(wanted) {
            Ok(())
        } else {
            Err(Error::OtherDefinition { table: name.to_owned() })
        }
    }
}

/// What requests and descriptions of a table have in common: its keys, its indexes and its stream.
fn shape(table: &Value) -> Value {
    let indexes: BTreeMap<&str, Value> = table
        .get("GlobalSecondaryIndexes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|index| {
            let parts = [index.get("KeySchema"), index.pointer("/Projection/ProjectionType")];
            Some((index.get("IndexName")?.as_str()?, json!(parts)))
        })
        .collect();
    json!([table.get("KeySchema"), indexes, table.get("StreamSpecification")])
}

fn request(name: &str, table: &TableDefinition) -> Value {
    let indexes = (!table.indexes.is_empty()).then(|| table.indexes.iter().map(index).collect::<Value>());
    let stream = table.stream.then(|| json!({ "StreamEnabled": true, "StreamViewType": STREAM_VIEW }));
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(table.key, table.sort),
        "AttributeDefinitions": attributes(table),
        "GlobalSecondaryIndexes": indexes,
        "StreamSpecification": stream,
    })
}

fn index(index: &IndexDefinition) -> Value {
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(index.key, index.sort),
        "Projection": { "ProjectionType": index.projection.as_str() },
    })
}

fn key_schema(key: KeyAttribute, sort: Option<KeyAttribute>) -> Value {
    let element =
        |attribute: KeyAttribute, kind: &str| json!({ "AttributeName": attribute.name, "KeyType": kind });
    std::iter::once(element(key, "HASH")).chain(sort.map(|sort| element(sort, "RANGE"))).collect()
}

/// The type of every attribute that is a key somewhere, each once.
fn attributes(table: &TableDefinition) -> Value {
    let of_indexes = table.indexes.iter().flat_map(|index| std::iter::once(index.key).chain(index.sort));
    let kinds: BTreeMap<_, _> = std::iter::once(table.key)
        .chain(table.sort)
        .chain(of_indexes)
        .map(|attribute| (attribute.name, attribute.kind.as_str()))
        .collect();
    kinds.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect()
}
