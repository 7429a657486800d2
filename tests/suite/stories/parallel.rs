//! Many requests at the same moment: a limit of ten lets ten through, and one number gets one call.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use local::stack::Function;
use serde_json::json;
use tollgate_aws::services::carrier::Service;

use crate::limits::{an_hour, only};
use crate::world::{NUMBER, Visitor, World, account, world_with};

/// Invocations under way at any moment: several times what the limits allow, and few enough for a slow machine to answer
/// each of their reads and writes before the SDK gives it up.
const AT_ONCE: usize = 40;

/// Screens a hundred requests side by side, each delivered twice; how many ended how.
async fn hundred(
    policy: serde_json::Value,
    asked: impl Fn(usize) -> (Visitor, String),
) -> (World, BTreeMap<String, usize>) {
    let world = world_with(|options| {
        options.carrier = Service::Off;
        options.settings_kept_seconds = 3_600;
    })
    .await;
    world.policy(policy).await;
    let mut ids = vec![];
    for n in 0..100 {
        let (visitor, number) = asked(n);
        ids.push(visitor.asks(&world, &number).await);
    }
    let events = world.events_for_screening();
    assert_eq!(events.len(), 100);
    let twice = events.iter().chain(&events).cloned();
    let answers = stream::iter(twice.map(|event| world.stack.invoke(Function::Screening, event)));
    for answer in answers.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
        assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    }
    let mut counted = BTreeMap::new();
    for id in &ids {
        let codes = world.findings(id).await.join(" ");
        *counted.entry(format!("{} {codes}", world.state(id).await.as_str())).or_default() += 1;
    }
    (world, counted)
}

fn counted(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter().map(|(what, times)| ((*what).to_owned(), *times)).collect()
}

/// Somebody who has nothing in common with the others.
fn stranger(n: usize) -> Visitor {
    account(&format!("visitor-{n}")).at(&format!("10.{n}.0.1"))
}

#[tokio::test]
async fn an_address_that_may_ask_ten_times_is_let_through_exactly_ten_times() {
    let asked = |n| (account(&format!("visitor-{n}")), format!("+1206{}0100", crate::by_hand::exchange(n)));
    let (_, found) = hundred(only(json!({ "per_address": an_hour(10) }), json!({})), asked).await;
    assert_eq!(found, counted(&[("approved ", 10), ("refused too-many-from-address", 90)]));
}

#[tokio::test]
async fn a_range_that_gets_ten_calls_gets_exactly_ten() {
    let asked = |n| (stranger(n), format!("+120655501{n:02}"));
    let mut policy = only(json!({}), json!({}));
    policy["held"]["per_range_while_untold_max"] = json!(10);
    let (world, found) = hundred(policy, asked).await;
    assert_eq!(found, counted(&[("approved ", 10), ("refused too-many-to-range", 90)]));
    world.settle().await;
    assert_eq!(world.calls().len(), 10);
}

#[tokio::test]
async fn one_number_gets_one_call_at_a_time_however_many_ask() {
    let (world, found) = hundred(only(json!({}), json!({})), |n| (stranger(n), NUMBER.to_owned())).await;
    assert_eq!(found, counted(&[("approved ", 1), ("duplicate number-pending", 99)]));
    world.settle().await;
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.stack.connect.max_live_at_once(NUMBER), 1);
}
