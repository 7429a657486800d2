//! The DynamoDB client, the names of the tables, and one module for each table.
//!
//! [`schema`] has the tables as plain data. [`decisions`], what was decided on proposals, is an item of the settings' table.

pub mod calls;
pub mod changes;
pub mod contacts;
pub mod counters;
pub mod decisions;
pub mod deny_list;
pub mod erasures;
pub mod numbers;
pub mod pending;
pub mod requests;
pub mod schema;
pub mod sessions;
pub mod settings;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;

use crate::tables::deny_list::LastSeen;

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The client.
    pub client: Client,
    /// Their names.
    pub names: TableNames,
    /// What was found damaged in them.
    pub damage: Damage,
    /// What was seen of the list last.
    pub last_seen: LastSeen,
}

/// Rows that were found damaged and not told by metrics yet. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Damage(Arc<AtomicU32>);

impl Damage {
    /// A row was found whose content is not what its key promises. `key` must not name a person.
    pub(crate) fn found(&self, table: &'static str, key: &str, reason: impl Display) {
        tracing::error!(table, key, %reason, "damaged row");
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were found since this was asked last.
    #[must_use]
    pub fn since_last(&self) -> u32 {
        self.0.swap(0, Ordering::Relaxed)
    }
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
    pub erasures: String,
    pub sessions: String,
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
            erasures: name(schema::ERASURES),
            sessions: name(schema::SESSIONS),
        }
    }
}
