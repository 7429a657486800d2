//! The operations that Tollgate uses, and one by which a test does harm, called in process: a request's JSON in, an answer's JSON out, as the engine's own
//! HTTP server has them.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Engine;

/// An answer: its HTTP status and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 400 or 500.
    pub status: u16,
    /// The output, or the error with its `__type`.
    pub body: String,
}

impl Engine {
    /// Does an operation, by its name in DynamoDB's API.
    #[must_use]
    pub fn operate(&self, operation: &str, input: &[u8]) -> Answer {
        let database = &self.database;
        let done = match operation {
            "BatchGetItem" => call(database, input, Database::batch_get_item),
            "BatchWriteItem" => call(database, input, Database::batch_write_item),
            "DeleteItem" => call(database, input, Database::delete_item),
            "DeleteTable" => call(database, input, Database::delete_table),
            "GetItem" => call(database, input, Database::get_item),
            "PutItem" => call(database, input, Database::put_item),
            "Query" => call(database, input, Database::query),
            "Scan" => call(database, input, Database::scan),
            "TransactWriteItems" => call(database, input, Database::transact_write_items),
            "UpdateItem" => call(database, input, Database::update_item),
            other => Err(DynoxideError::ValidationException(format!("{other} is not offered in process"))),
        };
        match done {
            Ok(body) => Answer { status: 200, body },
            Err(error) => Answer { status: error.status_code(), body: error.to_json() },
        }
    }
}

fn call<I: DeserializeOwned, O: Serialize>(
    database: &Database,
    input: &[u8],
    operation: impl FnOnce(&Database, I) -> Result<O, DynoxideError>,
) -> Result<String, DynoxideError> {
    let malformed = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let input = serde_json::from_slice(input).map_err(malformed)?;
    serde_json::to_string(&operation(database, input)?).map_err(malformed)
}
