//! Metrics: what alarms watch and dashboards show is counted once, by whoever did it, however often its record comes.

use local::carrier::{Line, LineType};
use local::connect::StartFault;
use local::stack::Function;
use serde_json::json;
use tollgate_aws::services::metrics::Metrics;

use crate::by_hand::number;
use crate::world::{NUMBER, Visitor, World, account, world};

/// What was counted, as it would be sent.
fn counted(metrics: &Metrics) -> Vec<(String, f64)> {
    let counts =
        metrics.kept_counts().into_iter().filter(|(_, count)| *count > 0.0).map(|(metric, count)| {
            let dimension = metric.dimension().map(|(_, value)| format!(" {value}"));
            (format!("{}{}", metric.name(), dimension.unwrap_or_default()), count)
        });
    counts.collect()
}

/// Somebody with an address of his own.
fn visitor(name: &str, n: usize) -> Visitor {
    account(name).at(&format!("198.51.{n}.7"))
}

fn as_sent(counts: &[(&str, f64)]) -> Vec<(String, f64)> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// Holds that exactly this was counted, and is not counted again when everything is delivered once more.
async fn assert_counted(world: &World, function: Function, metrics: &Metrics, counts: &[(&str, f64)]) {
    assert_eq!(counted(metrics), as_sent(counts));
    let records = world.records_for(function);
    assert_eq!(world.deliver(function, &records).await, 0);
    assert_eq!(counted(metrics), as_sent(counts), "once more");
}

#[tokio::test]
async fn what_screening_decides_is_counted_once() {
    let world = world().await;
    world.list("deny", "account#eve").await;
    world.stack.carriers.set(&number(3), Line::new(LineType::Voip, "Example VoIP"));
    visitor("alice", 1).asks(&world, NUMBER).await;
    world.screen().await;
    visitor("bob", 2).asks(&world, NUMBER).await;
    visitor("eve", 3).asks(&world, &number(1)).await;
    visitor("carol", 4).asks(&world, &number(3)).await;
    let withdrawn = visitor("dave", 5).asks(&world, &number(4)).await;
    visitor("dave", 5).withdraws(&world, &withdrawn).await;
    world.screen().await;

    assert_counted(
        &world,
        Function::Screening,
        &world.stack.functions.screening.metrics,
        &[
            ("Decisions duplicate", 1.0),
            ("Decisions approved", 1.0),
            ("Decisions refused", 2.0),
            ("Decisions cancelled", 1.0),
            ("Findings deny-listed", 1.0),
            ("Findings voip-line", 1.0),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_dialing_does_is_counted_once() {
    let world = world().await;
    world.policy(json!({ "budgets": { "calls_per_day_max": 2 } })).await;
    let denied = visitor("eve", 3).asks(&world, &number(1)).await;
    let withdrawn = visitor("dave", 5).asks(&world, &number(2)).await;
    let refused = visitor("carol", 4).asks(&world, &number(3)).await;
    world.screen().await;
    world.list("deny", "account#eve").await;
    visitor("dave", 5).withdraws(&world, &withdrawn).await;
    world.stack.connect.fail_next(StartFault::DestinationNotAllowed);
    world.read_on(Function::Dialing).await;
    let called = visitor("alice", 1).asks(&world, &number(4)).await;
    world.screen().await;
    world.read_on(Function::Dialing).await;
    let too_many = visitor("bob", 2).asks(&world, &number(5)).await;
    world.screen().await;
    world.read_on(Function::Dialing).await;
    let mut states = vec![];
    for id in [denied, withdrawn, refused, called, too_many] {
        states.push(world.state(&id).await.as_str());
    }
    assert_eq!(states, ["refused", "cancelled", "failed", "in-call", "refused"]);

    assert_counted(
        &world,
        Function::Dialing,
        &world.stack.functions.dialing.metrics,
        &[
            ("Decisions refused", 2.0),
            ("Decisions cancelled", 1.0),
            ("Decisions failed", 1.0),
            ("Findings deny-listed", 1.0),
            ("Findings budget-spent", 1.0),
            ("CallsPlaced", 1.0),
            ("CallsFailed destination-not-allowed", 1.0),
            ("BudgetSpent calls-per-day", 1.0),
        ],
    )
    .await;
}
