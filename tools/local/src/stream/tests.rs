//! Tests of the pump against a real engine.

use aws_lambda_events::event::dynamodb::Event;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tollgate_aws::clock::Clock;
use tollgate_aws::tables::schema::TABLES;

use super::{Batch, BatchOutcome, Consumer, Error, Pump, Start};
use crate::engine::Engine;
use crate::engine::tests::{File, client, engine, put};
use crate::filter::Pattern;

const RECEIVED: &str =
    r#"{"dynamodb":{"NewImage":{"state":{"S":["received"]}},"OldImage":{"state":{"S":[{"exists":false}]}}}}"#;
const APPROVED: &str = r#"{"dynamodb":{"NewImage":{"state":{"S":["approved"]}}}}"#;

fn consumer(name: &str, patterns: &[&str], batch_size: usize) -> Consumer {
    let patterns = patterns.iter().map(|pattern| Pattern::parse(pattern).unwrap()).collect();
    Consumer { name: name.to_owned(), patterns, batch_size, retry_attempts_max: 2 }
}

/// An engine that holds these requests, each in state `received`, and a pump with the consumer `all`.
async fn pump(ids: &[&str], batch_size: usize) -> (Engine, Pump) {
    let (engine, clock) = engine();
    let served = engine.serve().await.unwrap();
    let client = client(&served);
    for id in ids {
        put(&client, id, "received", clock.now()).await;
    }
    let mut pump = Pump::open(engine.database(), "test-Requests").unwrap();
    pump.subscribe(consumer("all", &[], batch_size), Start::TrimHorizon);
    (engine, pump)
}

fn records(batch: &Batch) -> &Vec<Value> {
    batch.event["Records"].as_array().unwrap()
}

fn ids(batch: &Batch) -> String {
    records(batch)
        .iter()
        .map(|record| record["dynamodb"]["Keys"]["request_id"]["S"].as_str().unwrap())
        .collect()
}

fn failed_from(batch: &Batch, index: usize) -> BatchOutcome {
    BatchOutcome::FailedFrom(records(batch)[index]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned())
}

fn next(pump: &mut Pump, consumer: &str) -> Batch {
    pump.next_batch(consumer).unwrap().unwrap()
}

/// Lets a consumer fail on the request `x`, in the way `fail` says, and lists the batches it was given.
fn run(pump: &mut Pump, fail: impl Fn(&Batch, usize) -> BatchOutcome) -> Vec<String> {
    let mut given = Vec::new();
    while let Some(batch) = pump.next_batch("all").unwrap() {
        given.push(ids(&batch));
        let outcome = ids(&batch).find('x').map_or(BatchOutcome::Done, |index| fail(&batch, index));
        pump.report(&batch, outcome).unwrap();
        assert!(given.len() < 100, "{given:?}");
    }
    given
}

#[tokio::test]
async fn records_arrive_in_order_and_in_the_form_of_lambda() {
    let (engine, mut pump) = pump(&["a", "b", "c"], 2).await;
    let batch = next(&mut pump, "all");
    assert_eq!(ids(&batch), "ab");
    let record = &records(&batch)[0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(record["dynamodb"]["NewImage"]["state"], json!({"S": "received"}));
    assert!(record["eventSourceARN"].as_str().unwrap().contains("table/test-Requests/stream/"));
    let event: Event = serde_json::from_value(batch.event.clone()).unwrap();
    let created_at = event.records[0].change.approximate_creation_date_time;
    assert_eq!(created_at.timestamp(), "2026-01-15T12:00:00Z".parse::<Timestamp>().unwrap().as_second());
    pump.report(&batch, BatchOutcome::Done).unwrap();
    assert_eq!(run(&mut pump, failed_from), ["c"]);

    put(&client(&engine.serve().await.unwrap()), "a", "approved", Timestamp::MAX).await;
    let batch = next(&mut pump, "all");
    assert_eq!(records(&batch)[0]["eventName"], "MODIFY");
    assert_eq!(records(&batch)[0]["dynamodb"]["OldImage"]["state"], json!({"S": "received"}));
}

#[tokio::test]
async fn each_consumer_has_its_filter_and_its_place() {
    let (engine, mut pump) = pump(&["a", "b"], 10).await;
    put(&client(&engine.serve().await.unwrap()), "a", "approved", Timestamp::MAX).await;
    pump.subscribe(consumer("screening", &[RECEIVED], 10), Start::TrimHorizon);
    pump.subscribe(consumer("dialing", &[APPROVED], 10), Start::TrimHorizon);
    pump.subscribe(consumer("both", &[APPROVED, RECEIVED], 10), Start::TrimHorizon);
    let batch = next(&mut pump, "screening");
    assert_eq!(ids(&batch), "ab");
    pump.report(&batch, BatchOutcome::Done).unwrap();
    assert_eq!(pump.next_batch("screening").unwrap(), None);
    assert_eq!(ids(&next(&mut pump, "dialing")), "a");
    assert_eq!(ids(&next(&mut pump, "both")), "aba");
    assert!(matches!(pump.next_batch("nobody"), Err(Error::UnknownConsumer(_))));
}

#[tokio::test]
async fn a_batch_that_was_not_reported_on_comes_again_unchanged() {
    let (engine, mut pump) = pump(&["a", "b"], 10).await;
    let batch = next(&mut pump, "all");
    put(&client(&engine.serve().await.unwrap()), "c", "received", Timestamp::MAX).await;
    assert_eq!(next(&mut pump, "all"), batch);
    pump.report(&batch, BatchOutcome::Done).unwrap();
    pump.report(&batch, BatchOutcome::FailedWhole).unwrap();
    assert_eq!(run(&mut pump, failed_from), ["c"]);
}

#[tokio::test]
async fn a_partial_failure_comes_again_from_the_failed_record_until_it_is_parked() {
    let (_engine, mut pump) = pump(&["a", "b", "x", "c", "d"], 4).await;
    assert_eq!(run(&mut pump, failed_from), ["abxc", "xc", "xc", "c", "d"]);
    let [parked] = pump.parked() else { panic!("{:?}", pump.parked()) };
    assert_eq!((parked.consumer.as_str(), parked.attempts), ("all", 3));
    pump.redeliver_all();
    assert_eq!(records(&next(&mut pump, "all"))[2]["dynamodb"]["SequenceNumber"], parked_number(&pump));
}

fn parked_number(pump: &Pump) -> String {
    pump.parked()[0].sequence_number.clone()
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_is_halved_until_the_culprit_is_alone() {
    let (_engine, mut pump) = pump(&["a", "b", "x", "c", "d"], 4).await;
    let given = run(&mut pump, |_, _| BatchOutcome::FailedWhole);
    assert_eq!(given, ["abxc", "ab", "xc", "x", "x", "x", "c", "d"]);
    assert_eq!(pump.parked().len(), 1);
}

#[tokio::test]
async fn a_record_that_succeeds_in_the_end_is_not_parked() {
    let (_engine, mut pump) = pump(&["x", "a"], 1).await;
    for _ in 0..2 {
        let batch = next(&mut pump, "all");
        pump.report(&batch, BatchOutcome::FailedWhole).unwrap();
    }
    let batch = next(&mut pump, "all");
    assert_eq!(ids(&batch), "x");
    pump.report(&batch, BatchOutcome::Done).unwrap();
    assert!(pump.parked().is_empty());
    assert_eq!(run(&mut pump, failed_from), ["a"]);
}

#[tokio::test]
async fn a_number_that_is_not_in_the_batch_fails_all_of_it() {
    let (_engine, mut pump) = pump(&["a", "b"], 10).await;
    let batch = next(&mut pump, "all");
    pump.report(&batch, BatchOutcome::FailedFrom("7".to_owned())).unwrap();
    assert_eq!(ids(&next(&mut pump, "all")), "a");
}

#[tokio::test]
async fn everything_can_be_delivered_once_more() {
    let (_engine, mut pump) = pump(&["a", "b"], 10).await;
    assert_eq!(run(&mut pump, failed_from), ["ab"]);
    pump.redeliver_all();
    assert_eq!(run(&mut pump, failed_from), ["ab"]);
}

#[tokio::test]
async fn an_expired_item_is_removed_by_the_service() {
    let (engine, clock) = engine();
    put(&client(&engine.serve().await.unwrap()), "a", "closed", clock.now()).await;
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(engine.sweep_expired().unwrap(), 1);
    let mut pump = Pump::open(engine.database(), "test-Requests").unwrap();
    let expired = r#"{"userIdentity":{"type":["Service"],"principalId":["dynamodb.amazonaws.com"]}}"#;
    pump.subscribe(consumer("expired", &[expired], 10), Start::TrimHorizon);
    let batch = next(&mut pump, "expired");
    assert_eq!(records(&batch)[0]["eventName"], "REMOVE");
    assert_eq!(records(&batch).len(), 1);
}

#[tokio::test]
async fn a_new_pump_goes_on_after_the_checkpoint_also_in_a_file() {
    let file = File::named("stream");
    let first = Engine::open(file.storage(), Clock::System).unwrap();
    first.create_tables("test-", TABLES).unwrap();
    let served = first.serve().await.unwrap();
    for (id, state) in [("a", "received"), ("b", "approved"), ("c", "received"), ("d", "approved")] {
        put(&client(&served), id, state, Timestamp::MAX).await;
    }
    let dialing = consumer("dialing", &[APPROVED], 1);
    let mut pump = Pump::open(first.database(), "test-Requests").unwrap();
    pump.subscribe(dialing.clone(), Start::TrimHorizon);
    assert_eq!(pump.checkpoint("dialing").unwrap(), None);
    let batch = next(&mut pump, "dialing");
    assert_eq!(ids(&batch), "b");
    pump.report(&batch, BatchOutcome::Done).unwrap();
    let checkpoint = pump.checkpoint("dialing").unwrap().unwrap().to_owned();
    drop((pump, served, first));

    let second = Engine::open(file.storage(), Clock::System).unwrap();
    second.create_tables("test-", TABLES).unwrap();
    let mut pump = Pump::open(second.database(), "test-Requests").unwrap();
    pump.subscribe(dialing, Start::After(checkpoint));
    assert_eq!(ids(&next(&mut pump, "dialing")), "d");
}

#[test]
fn a_table_without_a_stream_has_no_pump() {
    let (engine, _) = engine();
    assert!(matches!(Pump::open(engine.database(), "test-Pending"), Err(Error::NoStream(_))));
}

#[test]
fn a_response_is_read_as_lambda_reads_it() {
    let failed = |number: &str| BatchOutcome::FailedFrom(number.to_owned());
    let failures = |identifiers: Value| {
        let list = identifiers.as_array().unwrap().iter().map(|number| json!({"itemIdentifier": number}));
        json!({"batchItemFailures": list.collect::<Vec<_>>()})
    };
    for (response, expected) in [
        (Value::Null, BatchOutcome::Done),
        (json!({}), BatchOutcome::Done),
        (json!({"batchItemFailures": null}), BatchOutcome::Done),
        (json!({"batchItemFailures": []}), BatchOutcome::Done),
        (failures(json!(["7"])), failed("7")),
        (failures(json!(["10", "9"])), failed("9")),
        (failures(json!([null])), BatchOutcome::FailedWhole),
        (failures(json!([""])), BatchOutcome::FailedWhole),
        (failures(json!(["7", ""])), BatchOutcome::FailedWhole),
        (failures(json!(["seven"])), BatchOutcome::FailedWhole),
        (json!({"batchItemFailures": [{"identifier": "7"}]}), BatchOutcome::FailedWhole),
        (json!({"batchItemFailures": "7"}), BatchOutcome::FailedWhole),
        (json!("7"), BatchOutcome::FailedWhole),
    ] {
        assert_eq!(BatchOutcome::from_response(&response), expected, "{response}");
    }
}
