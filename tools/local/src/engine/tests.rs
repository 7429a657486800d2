//! Tests of the engine, and what other tests take from here to have one.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use tollgate_aws::clock::{Clock, ManualClock};
use tollgate_aws::tables::schema::{PENDING, REQUESTS, TABLES, TableDefinition};

use super::{Engine, Error, Served, Storage};

/// The SDK, pointed at a served engine.
pub(crate) fn client(served: &Served) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(&served.url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("us-east-1"))
        .build();
    Client::from_conf(config)
}

/// An engine in memory, with all tables, at noon.
pub(crate) fn engine() -> (Engine, ManualClock) {
    let clock = ManualClock::at("2026-01-15T12:00:00Z".parse::<Timestamp>().unwrap());
    let engine = Engine::open(Storage::Memory, Clock::Manual(clock.clone())).unwrap();
    engine.create_tables("test-", TABLES).unwrap();
    (engine, clock)
}

/// Puts a request that expires at `expires_at`.
pub(crate) async fn put(client: &Client, id: &str, state: &str, expires_at: Timestamp) {
    client
        .put_item()
        .table_name("test-Requests")
        .item("request_id", AttributeValue::S(id.to_owned()))
        .item("state", AttributeValue::S(state.to_owned()))
        .item("number", AttributeValue::S("+12025550123".to_owned()))
        .item("received_at", AttributeValue::N("1".to_owned()))
        .item("expires_at", AttributeValue::N(expires_at.as_second().to_string()))
        .send()
        .await
        .unwrap();
}

async fn count(client: &Client) -> i32 {
    client.scan().table_name("test-Requests").send().await.unwrap().count()
}

/// A file that is gone, with what SQLite puts beside it, at the end of the test.
pub(crate) struct File(std::path::PathBuf);

impl File {
    pub(crate) fn named(name: &str) -> Self {
        let file = Self(std::env::temp_dir().join(format!("tollgate-{name}-{}.db", std::process::id())));
        file.remove();
        file
    }

    pub(crate) fn storage(&self) -> Storage {
        Storage::File(self.0.clone())
    }

    fn remove(&self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.0.display()));
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.remove();
    }
}

#[tokio::test]
async fn the_sdk_finds_every_table_with_its_keys_and_indexes() {
    let (engine, _) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    for table in TABLES {
        let name = format!("test-{}", table.name);
        let found = client.describe_table().table_name(&name).send().await.unwrap().table.unwrap();
        assert_eq!(found.key_schema()[0].attribute_name(), table.key.name);
        assert_eq!(found.key_schema().len(), 1 + usize::from(table.sort.is_some()));
        assert_eq!(found.global_secondary_indexes().len(), table.indexes.len(), "{name}");
        assert_eq!(found.latest_stream_arn().is_some(), table.stream, "{name}");
        let expiry = client.describe_time_to_live().table_name(&name).send().await.unwrap();
        let attribute = expiry.time_to_live_description.unwrap().attribute_name;
        assert_eq!(attribute.is_some(), table.expires_at, "{name}");
    }
}

#[tokio::test]
async fn an_index_finds_items_by_their_number() {
    let (engine, clock) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    put(&client, "a", "received", clock.now()).await;
    let found = client
        .query()
        .table_name("test-Requests")
        .index_name("by-number")
        .key_condition_expression("#number = :number")
        .expression_attribute_names("#number", "number")
        .expression_attribute_values(":number", AttributeValue::S("+12025550123".to_owned()))
        .send()
        .await
        .unwrap();
    assert_eq!(found.items()[0]["request_id"], AttributeValue::S("a".to_owned()));
    assert!(!found.items()[0].contains_key("state"));
}

#[tokio::test]
async fn tables_that_are_there_keep_their_data() {
    let (engine, clock) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    put(&client, "a", "received", clock.now()).await;
    engine.create_tables("test-", TABLES).unwrap();
    assert_eq!(count(&client).await, 1);
}

#[test]
fn a_table_made_from_another_definition_is_an_error() {
    let (engine, _) = engine();
    let others = [
        TableDefinition { indexes: &[], ..REQUESTS },
        TableDefinition { stream: false, ..REQUESTS },
        TableDefinition { key: REQUESTS.key, ..PENDING },
    ];
    for other in others {
        let error = engine.create_tables("test-", &[other]).unwrap_err();
        assert!(matches!(error, Error::OtherDefinition { .. }), "{error}");
    }
}

#[tokio::test]
async fn items_expire_by_the_clock_and_only_when_swept() {
    let (engine, clock) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    put(&client, "a", "received", clock.now() + SignedDuration::from_secs(60)).await;
    assert_eq!(engine.sweep_expired().unwrap(), 0);
    clock.advance(SignedDuration::from_secs(61));
    assert_eq!(count(&client).await, 1);
    assert_eq!(engine.sweep_expired().unwrap(), 1);
    assert_eq!(count(&client).await, 0);
}

#[tokio::test]
async fn a_file_keeps_tables_and_items() {
    let file = File::named("keeps");
    let first = Engine::open(file.storage(), Clock::System).unwrap();
    first.create_tables("test-", TABLES).unwrap();
    put(&client(&first.serve().await.unwrap()), "a", "received", Timestamp::MAX).await;
    // The first engine is still running, so nothing was written at its end.
    let second = Engine::open(file.storage(), Clock::System).unwrap();
    second.create_tables("test-", TABLES).unwrap();
    assert_eq!(count(&client(&second.serve().await.unwrap())).await, 1);
    drop(first);
    drop(second);
    let third = Engine::open(file.storage(), Clock::System).unwrap();
    assert_eq!(count(&client(&third.serve().await.unwrap())).await, 1);
}

#[test]
fn a_file_is_not_swept_by_a_clock_it_does_not_keep() {
    let file = File::named("sweeps");
    let clock = Clock::Manual(ManualClock::at(Timestamp::MAX));
    let engine = Engine::open(file.storage(), clock).unwrap();
    assert!(matches!(engine.sweep_expired(), Err(Error::SweepsBySystemTime)));
}

#[tokio::test]
async fn the_engine_stops_being_served_when_its_server_is_dropped() {
    let (engine, _) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    assert_eq!(count(&client).await, 0);
    drop(served);
    while client.scan().table_name("test-Requests").send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}
