//! The `Settings` table: the policy with all its versions, the kill switches, what is usual, what is spent, and the secret under which ids are derived
//! from `Idempotency-Key`s. Version 0 of a name is the current one; a policy's versions are kept under their own numbers.

mod secret;

use std::sync::Arc;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use tollgate::budget::Budget;
use tollgate::policy::Policy;
use tollgate::spent::Spent;
use tollgate::switches::KillSwitches;
use tollgate::text::Author;
use tollgate::usual::Usual;

use crate::error::StoreError;
use crate::item::{Item, Millis, at, inconsistent, n, nested, s};
use crate::tables::Tables;
use crate::transitions::transaction;

pub use secret::idempotency_secret;

const TABLE: &str = "Settings";
const POLICY: &str = "policy";
const KILL_SWITCHES: &str = "kill-switches";
const USUAL: &str = "usual";
const SPENT: &str = "spent";

/// A version of the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyVersion {
    /// Its number; 0 if none was ever saved and the default holds.
    pub version: u64,
    /// The policy.
    pub policy: Policy,
    /// Who saved it, and when; none for the default.
    pub saved: Option<(Author, Timestamp)>,
}

/// The policy and the kill switches as they hold.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The policy.
    pub policy: Arc<Policy>,
    /// The kill switches.
    pub switches: KillSwitches,
    /// The carriers of the deployment's customers, as upkeep has learned them.
    pub usual: Arc<Usual>,
    /// What is spent for everybody, as upkeep saw it last.
    pub spent: Option<Spent>,
}

impl Settings {
    /// The budget that visitors are told is spent, if one is.
    #[must_use]
    pub fn spent_for_everybody(&self, now: Timestamp) -> Option<Budget> {
        self.spent.and_then(|spent| spent.told(now))
    }
}

/// Reads all of them, consistently, in one parallel round trip.
///
/// # Errors
/// When DynamoDB does not answer, or what is stored cannot be read.
pub async fn read(tables: &Tables) -> Result<Settings, StoreError> {
    let (policy, switches, usual, spent) =
        futures::try_join!(policy(tables), kill_switches(tables), usual(tables), spent(tables))?;
    Ok(Settings { policy: Arc::new(policy.policy), switches, usual: Arc::new(usual), spent })
}

/// The settings, read at most every few seconds. One for each execution environment.
#[derive(Debug)]
pub struct Cached {
    kept: Mutex<Option<(Timestamp, Settings)>>,
    kept_for: SignedDuration,
}

impl Cached {
    /// Keeps what was read for so long.
    #[must_use]
    pub fn for_seconds(seconds: u32) -> Self {
        Self { kept: Mutex::new(None), kept_for: SignedDuration::from_secs(i64::from(seconds)) }
    }

    /// The settings as they were read last, if that was not too long ago. If they cannot be read, those read last hold
    /// on: a policy that somebody broke in the table must not stop the suite.
    ///
    /// # Errors
    /// When they cannot be read and never were.
    pub async fn get(&self, tables: &Tables, now: Timestamp) -> Result<Settings, StoreError> {
        let mut kept = self.kept.lock().await;
        if let Some((at, settings)) = kept.as_ref()
            && now.duration_since(*at).abs() < self.kept_for
        {
            return Ok(settings.clone());
        }
        match read(tables).await {
            Ok(settings) => {
                *kept = Some((now, settings.clone()));
                Ok(settings)
            }
            Err(error) => match kept.as_ref() {
                Some((_, settings)) => {
                    tracing::error!(%error, "settings cannot be read; those read last hold on");
                    Ok(settings.clone())
                }
                None => Err(error),
            },
        }
    }
}

async fn get(tables: &Tables, name: &str, version: u64) -> Result<Option<Item>, StoreError> {
    let got = tables
        .client
        .get_item()
        .table_name(&tables.names.settings)
        .set_key(Some(key(name, version)))
        .consistent_read(true)
        .send()
        .await;
    got.map(|got| got.item).map_err(StoreError::service("GetItem"))
}

fn key(name: &str, version: u64) -> Item {
    [("name".to_owned(), s(name)), ("version".to_owned(), n(version))].into()
}

/// The policy as it holds.
///
/// # Errors
/// When DynamoDB does not answer, or the policy cannot be read.
pub async fn policy(tables: &Tables) -> Result<PolicyVersion, StoreError> {
    match get(tables, POLICY, 0).await? {
        Some(item) => read_policy(item),
        None => Ok(PolicyVersion { version: 0, policy: Policy::default(), saved: None }),
    }
}

/// One version of the policy, if there is one with this number.
///
/// # Errors
/// When DynamoDB does not answer, or the policy cannot be read.
pub async fn policy_version(tables: &Tables, version: u64) -> Result<Option<PolicyVersion>, StoreError> {
    if version == 0 {
        return Ok(None);
    }
    get(tables, POLICY, version).await?.map(read_policy).transpose()
}

fn read_policy(item: Item) -> Result<PolicyVersion, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        number: u64,
        document: String,
        author: Author,
        saved_at: Millis,
    }
    let a: Attributes = crate::item::read(TABLE, POLICY, item)?;
    let policy = Policy::parse_stored(&a.document).map_err(|errors| {
        let reasons: Vec<_> = errors.iter().map(ToString::to_string).collect();
        inconsistent(TABLE, POLICY, reasons.join("; "))
    })?;
    Ok(PolicyVersion { version: a.number, policy, saved: Some((a.author, a.saved_at.0)) })
}

/// The saved versions, the newest first, at most `versions_max`. One that cannot be read is left out, with a log line.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn policy_versions(tables: &Tables, versions_max: i32) -> Result<Vec<PolicyVersion>, StoreError> {
    let found = tables
        .client
        .query()
        .table_name(&tables.names.settings)
        .key_condition_expression("#name = :policy AND version > :current")
        .expression_attribute_names("#name", "name")
        .expression_attribute_values(":policy", s(POLICY))
        .expression_attribute_values(":current", n(0))
        .scan_index_forward(false)
        .limit(versions_max)
        .send()
        .await
        .map_err(StoreError::service("Query"))?;
    Ok(found
        .items
        .unwrap_or_default()
        .into_iter()
        .filter_map(|item| crate::item::readable(read_policy(item)))
        .collect())
}

/// Saves a policy as the version after `seen`, if that is still the current one. None if it is not.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn put_policy(
    tables: &Tables,
    policy: &Policy,
    seen: u64,
    author: &Author,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let version = seen + 1;
    let document = serde_json::to_string(policy).map_err(|error| inconsistent(TABLE, POLICY, error))?;
    let put = |place: u64, condition: &str| {
        let put = Put::builder()
            .table_name(&tables.names.settings)
            .set_item(Some(key(POLICY, place)))
            .item("number", n(version))
            .item("document", s(&document))
            .item("author", s(author.as_str()))
            .item("saved_at", at(now))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None);
        let put = if condition.contains("#number") {
            put.expression_attribute_names("#number", "number").expression_attribute_values(":seen", n(seen))
        } else {
            put
        };
        let put = put.build().map_err(StoreError::build("Put"))?;
        Ok(TransactWriteItem::builder().put(put).build())
    };
    let current = if seen == 0 { "attribute_not_exists(version)" } else { "#number = :seen" };
    let items = vec![put(version, "attribute_not_exists(version)")?, put(0, current)?];
    Ok(transaction::write_all(tables, items).await?.then_some(version))
}

/// The kill switches as they stand.
///
/// # Errors
/// When DynamoDB does not answer, or they cannot be read.
pub async fn kill_switches(tables: &Tables) -> Result<KillSwitches, StoreError> {
    #[derive(Deserialize)]
    struct Attributes {
        switches: KillSwitches,
    }
    match get(tables, KILL_SWITCHES, 0).await? {
        Some(item) => crate::item::read(TABLE, KILL_SWITCHES, item).map(|a: Attributes| a.switches),
        None => Ok(KillSwitches::default()),
    }
}

/// Sets the kill switches.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn put_kill_switches(
    tables: &Tables,
    switches: &KillSwitches,
    author: &Author,
    now: Timestamp,
) -> Result<(), StoreError> {
    let put = tables
        .client
        .put_item()
        .table_name(&tables.names.settings)
        .set_item(Some(key(KILL_SWITCHES, 0)))
        .item("switches", nested(TABLE, switches)?)
        .item("author", s(author.as_str()))
        .item("saved_at", at(now));
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}

/// What upkeep has learned of the customers' carriers. What cannot be read is learned anew.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn usual(tables: &Tables) -> Result<Usual, StoreError> {
    let Some(item) = get(tables, USUAL, 0).await? else { return Ok(Usual::default()) };
    let document = item.get("document").and_then(|document| document.as_s().ok());
    let read = document.and_then(|document| serde_json::from_str(document).ok());
    if read.is_none() {
        tables.damage.found(TABLE, USUAL, "it is learned anew");
    }
    Ok(read.unwrap_or_default())
}

/// Keeps what upkeep has learned.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn put_usual(tables: &Tables, usual: &Usual, now: Timestamp) -> Result<(), StoreError> {
    let document = serde_json::to_string(usual).map_err(|error| inconsistent(TABLE, USUAL, error))?;
    let put = tables
        .client
        .put_item()
        .table_name(&tables.names.settings)
        .set_item(Some(key(USUAL, 0)))
        .item("document", s(document))
        .item("saved_at", at(now));
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}

/// What is spent for everybody, as upkeep saw it last. What cannot be read counts as nothing, until upkeep writes it anew.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn spent(tables: &Tables) -> Result<Option<Spent>, StoreError> {
    let Some(item) = get(tables, SPENT, 0).await? else { return Ok(None) };
    let document = item.get("document").and_then(|document| document.as_s().ok());
    let read = document.and_then(|document| serde_json::from_str(document).ok());
    if read.is_none() {
        tables.damage.found(TABLE, SPENT, "visitors are offered the callback");
    }
    Ok(read)
}

/// Keeps what is spent for everybody.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn put_spent(tables: &Tables, spent: &Spent) -> Result<(), StoreError> {
    let document = serde_json::to_string(spent).map_err(|error| inconsistent(TABLE, SPENT, error))?;
    let put = tables
        .client
        .put_item()
        .table_name(&tables.names.settings)
        .set_item(Some(key(SPENT, 0)))
        .item("document", s(document));
    put.send().await.map(drop).map_err(StoreError::service("PutItem"))
}
