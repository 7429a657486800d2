//! Many at the same moment: however they meet, a number gets one call at a time, and nothing is counted twice.

use futures::future::{join, join_all};
use local::connect::StartFault;
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate::verdict::Measure;

use crate::by_hand::number;
use crate::world::{NUMBER, Visitor, World, account, world};

/// One of many visitors, each with an account and an address of his own.
fn visitor(n: usize) -> Visitor {
    account(&format!("visitor-{n}")).at(&format!("203.{n}.113.7"))
}

async fn states(world: &World, ids: &[String]) -> Vec<StateName> {
    join_all(ids.iter().map(|id| world.state(id))).await
}

fn count(states: &[StateName], wanted: StateName) -> usize {
    states.iter().filter(|state| **state == wanted).count()
}

/// Records of the stream as batches of ten.
fn batches(records: &[Value]) -> Vec<Value> {
    let batch = |records: &[Value]| json!({ "Records": records.iter().map(|r| &r["Records"][0]).collect::<Vec<_>>() });
    records.chunks(10).map(batch).collect()
}

#[tokio::test]
async fn a_hundred_visitors_who_ask_for_one_number_at_once_make_one_call() {
    let world = world().await;
    let visitors: Vec<_> = (0..100).map(visitor).collect();
    let ids = join_all(visitors.iter().map(|visitor| visitor.asks(&world, NUMBER))).await;

    let records = world.records_for(Function::Screening);
    assert_eq!(records.len(), 100);
    assert_eq!(world.deliver(Function::Screening, &batches(&records)).await, 0);
    let screened = states(&world, &ids).await;
    assert_eq!((count(&screened, StateName::Approved), count(&screened, StateName::Duplicate)), (1, 99));

    let records = world.records_for(Function::Dialing);
    world.deliver(Function::Dialing, &vec![records[0].clone(); 20]).await;
    assert_eq!(world.calls().len(), 1);

    // The duplicates are settled for good once the call was made.
    world.pass_minutes(3).await;
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.stack.connect.max_live_at_once(NUMBER), 1);
    assert_eq!(world.items("Calls").await.len(), 1);
}

#[tokio::test]
async fn a_record_delivered_many_times_at_once_is_screened_once_and_dialed_once() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    let record = world.records_for(Function::Screening)[0].clone();
    assert_eq!(world.deliver(Function::Screening, &vec![record; 20]).await, 0);
    assert_eq!(world.state(&id).await, StateName::Approved);
    assert_eq!(world.counted("range#+1206555", "approved").await, 1);

    let record = world.records_for(Function::Dialing)[0].clone();
    assert_eq!(world.deliver(Function::Dialing, &vec![record; 20]).await, 0);
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));
    assert_eq!(world.counted("budget#range#+1206555", "calls").await, 1);
    assert_eq!(world.items("Calls").await.len(), 1);
}

#[tokio::test]
async fn a_withdrawal_that_meets_the_dial_prevents_the_call_or_comes_too_late_but_never_both() {
    let world = world().await;
    let visitors: Vec<_> = (0..24).map(visitor).collect();
    let mut ids = vec![];
    for (n, visitor) in visitors.iter().enumerate() {
        // Each has its own range, so that no limit is met.
        ids.push(visitor.asks(&world, &format!("+1206{}0100", crate::by_hand::exchange(n))).await);
    }
    world.policy(json!({ "dial": { "calls_per_second_max": 1000.0 } })).await;
    world.screen().await;
    let records = world.records_for(Function::Dialing);
    let withdrawals = join_all(ids.iter().zip(&visitors).map(|(id, visitor)| visitor.withdraws(&world, id)));
    join(world.deliver(Function::Dialing, &records), withdrawals).await;
    world.pass_minutes(3).await;

    let ends = states(&world, &ids).await;
    let called: Vec<_> = world.calls().into_iter().filter_map(|call| call.request_id).collect();
    for (id, state) in ids.iter().zip(&ends) {
        match state {
            StateName::Closed => assert_eq!(called.iter().filter(|called| *called == id).count(), 1),
            StateName::Cancelled => assert!(!called.contains(id)),
            other => panic!("{other:?}"),
        }
    }
    assert!(world.items("Pending").await.is_empty());
}

#[tokio::test]
async fn runs_of_upkeep_that_overlap_call_a_waiting_request_up_once() {
    let world = world().await;
    world.stack.connect.fail_next(StartFault::Throttle);
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(60);
    for report in join_all((0..5).map(|_| world.stack.upkeep())).await {
        assert_eq!(report.unwrap().failed, 0);
    }
    let records = world.records_for(Function::Dialing);
    assert_eq!(world.deliver(Function::Dialing, &[records.clone(), records].concat()).await, 0);
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::InCall, 1));
}

#[tokio::test]
async fn an_end_that_is_heard_many_times_at_once_while_upkeep_asks_is_booked_once() {
    let world = world().await;
    let id = account("alice").asks(&world, NUMBER).await;
    world.settle().await;
    world.pass_unseen(180);
    let events = world.intercept();
    let heard = events.iter().chain(&events).chain(&events).map(|event| world.stack.hear(event));
    let (heard, upkeep) = join(join_all(heard), join_all((0..3).map(|_| world.stack.upkeep()))).await;
    assert!(heard.iter().all(Result::is_ok) && upkeep.iter().all(Result::is_ok));
    assert_eq!(world.state(&id).await, StateName::Closed);
    assert_eq!(world.tallied("range#+1206555", "good").await, 1);
    let places = world.counted("budget#newcomers", "newcomers").await;
    assert_eq!(places, 1 - 3, "the place that it took, and the three that a good call gives back");
}

#[tokio::test]
async fn a_range_that_is_held_gets_exactly_its_calls_when_everyone_asks_at_once() {
    let world = world().await;
    world.policy(json!({ "held": { "per_range_while_untold_max": 9 } })).await;
    let visitors: Vec<_> = (0..50).map(visitor).collect();
    let asked = visitors.iter().enumerate().map(async |(n, visitor)| visitor.asks(&world, &number(n)).await);
    let ids = join_all(asked).await;
    world.deliver(Function::Screening, &world.records_for(Function::Screening)).await;
    let screened = states(&world, &ids).await;
    assert_eq!((count(&screened, StateName::Approved), count(&screened, StateName::Refused)), (9, 41));
    for (id, state) in ids.iter().zip(screened) {
        let findings = world.record(id).await.findings;
        // Found when it was screened, or when its approval found no place left.
        let tenth = |measure: Measure| (measure.value, measure.limit) == (10, 9);
        let held = findings.iter().any(|finding| finding.measure.is_some_and(tenth));
        assert_eq!(held, state == StateName::Refused, "{findings:?}");
    }
}
