//! The DynamoDB client and the names of the tables.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;

use crate::schema;

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The client.
    pub client: Client,
    /// Their names.
    pub names: TableNames,
}

/// The tables' physical names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in `schema`")]
pub struct TableNames {
    pub requests: String,
    pub pending: String,
    pub deny_list: String,
    pub counters: String,
    pub calls: String,
    pub contacts: String,
    pub numbers: String,
    pub settings: String,
    pub changes: String,
}

impl Tables {
    /// Waits before another attempt, in the way in which the client's own retries wait.
    pub async fn pause(&self, duration: Duration) {
        match self.client.config().sleep_impl() {
            Some(sleep) => sleep.sleep(duration).await,
            None => tokio::time::sleep(duration).await,
        }
    }
}

impl TableNames {
    /// Names made of a prefix and each table's logical name.
    #[must_use]
    pub fn with_prefix(prefix: &str) -> Self {
        let name = |table: schema::TableDefinition| format!("{prefix}{}", table.name);
        Self {
            requests: name(schema::REQUESTS),
            pending: name(schema::PENDING),
            deny_list: name(schema::DENY_LIST),
            counters: name(schema::COUNTERS),
            calls: name(schema::CALLS),
            contacts: name(schema::CONTACTS),
            numbers: name(schema::NUMBERS),
            settings: name(schema::SETTINGS),
            changes: name(schema::CHANGES),
        }
    }
}
