//! Calls that fail, budgets and lookups that are spent, numbers that stay held, and what cannot be read.

use aws_sdk_dynamodb::types::AttributeValue;
use local::connect::StartFault;
use local::stack::Function;
use serde_json::json;
use tollgate::counter::Window;
use tollgate_aws::item::{n, s};

use super::Watched;
use crate::by_hand::{Item, exchange};
use crate::world::{NUMBER, Visitor, World, account, world};

/// Somebody with an account and a network of his own.
fn somebody(n: usize) -> Visitor {
    account(&format!("somebody-{n}")).at(&format!("198.{n}.100.7"))
}

fn number(n: usize) -> String {
    format!("+1425{}0100", exchange(n))
}

/// Puts an item into a table past all checks.
async fn put<const N: usize>(world: &World, table: &str, item: [(&str, AttributeValue); N]) {
    let item: Item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    world.stack.tables.client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn a_call_that_connect_refuses_for_good_rings_and_says_so_of_a_country() {
    for (fault, alarms) in [
        (StartFault::InvalidParameter, vec!["DialsFail"]),
        (StartFault::DestinationNotAllowed, vec!["DestinationNotAllowed", "DialsFail"]),
    ] {
        let mut watched = Watched::new(world().await);
        watched.world.stack.connect.fail_next(fault);
        somebody(1).asks(&watched.world, NUMBER).await;
        watched.minutes(1).await;
        watched.assert_rang(&alarms);
    }
}

#[tokio::test]
async fn a_connect_that_stays_too_busy_rings() {
    let mut watched = Watched::new(world().await);
    watched.world.stack.connect.fail_all(Some(StartFault::Throttle));
    for n in 0..4 {
        somebody(n).asks(&watched.world, &number(n)).await;
        watched.minutes(4).await;
    }
    watched.assert_rang(&["ConnectBusy"]);
}

#[tokio::test]
async fn a_call_of_which_nobody_knows_whether_it_was_placed_rings() {
    let mut watched = Watched::new(world().await);
    watched.world.stack.connect.fail_next(StartFault::InternalError);
    somebody(1).asks(&watched.world, NUMBER).await;
    watched.minutes(1).await;
    watched.assert_rang(&["CallsLost"]);
}

#[tokio::test]
async fn calls_that_fail_on_their_way_to_the_phones_ring_once_they_are_more_than_a_few() {
    for (calls, alarms) in [(3, vec![]), (4, vec!["TelecomProblems"])] {
        let mut watched = Watched::new(world().await);
        watched.world.stack.connect.break_lines(true);
        for n in 0..calls {
            somebody(n).asks(&watched.world, &number(n)).await;
            watched.minutes(1).await;
        }
        watched.assert_rang(&alarms);
    }
}

#[tokio::test]
async fn a_budget_rings_when_it_is_nearly_used_and_when_it_is_spent() {
    let mut watched = Watched::new(world().await);
    let all = json!({ "calls_per_day_max": 5, "reserve_percent": 0, "reserve_from_strangers_percent": 0 });
    watched.world.policy(json!({ "budgets": all })).await;
    for (calls, alarms) in [(3, vec![]), (4, vec!["BudgetNear"]), (6, vec!["BudgetNear", "BudgetSpent"])] {
        while watched.world.calls().len() < calls.min(5) {
            let n = watched.world.calls().len();
            somebody(n).asks(&watched.world, &number(n)).await;
            watched.minutes(1).await;
        }
        if calls > 5 {
            somebody(calls).asks(&watched.world, &number(calls)).await;
            watched.minutes(1).await;
        }
        watched.assert_rang(&alarms);
    }
}

#[tokio::test]
async fn carrier_lookups_that_are_spent_or_fail_ring() {
    let mut watched = Watched::new(world().await);
    watched.world.policy(json!({ "line": { "lookups_per_day_max": 1, "unavailable": "dial" } })).await;
    for n in 0..3 {
        somebody(n).asks(&watched.world, &number(n)).await;
    }
    watched.minutes(1).await;
    watched.assert_rang(&["LookupsSpent"]);

    let mut watched = Watched::new(world().await);
    watched.world.policy(json!({ "line": { "unavailable": "dial" } })).await;
    // The client tries each three times.
    watched.world.stack.carriers.fail_next(9);
    for n in 0..3 {
        somebody(n).asks(&watched.world, &number(n)).await;
    }
    watched.minutes(1).await;
    watched.assert_rang(&["LookupsFailed"]);
}

#[tokio::test]
async fn a_count_that_cannot_be_read_rings() {
    let mut watched = Watched::new(world().await);
    let window = Window::at(watched.world.now(), 3_600);
    let broken = [("subject", s("account#somebody-1")), ("window", s(window.key())), ("asks", n(3))];
    put(&watched.world, "Counters", broken).await;
    somebody(1).asks(&watched.world, NUMBER).await;
    watched.minutes(1).await;
    watched.assert_rang(&["DamagedRows"]);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_rings() {
    let mut watched = Watched::new(world().await);
    somebody(1).asks(&watched.world, NUMBER).await;
    let mut event = watched.world.events_for_screening().remove(0);
    event["Records"][0]["dynamodb"]["NewImage"]["number"] = json!({ "N": "7" });
    watched.world.deliver(Function::Screening, &[event]).await;
    watched.look();
    watched.assert_rang(&["DataDamaged"]);
}

#[tokio::test]
async fn a_number_that_is_held_for_longer_than_any_call_lasts_rings() {
    let mut watched = Watched::new(world().await);
    somebody(1).asks(&watched.world, NUMBER).await;
    watched.world.screen().await;
    let holder = watched.world.holder(NUMBER).await.unwrap();
    // Nothing is let go on a guess: the request of the claim cannot be read.
    put(&watched.world, "Requests", [("request_id", s(holder)), ("state", s("in-limbo"))]).await;
    watched.minutes(1).await;
    watched.assert_rang(&[]);
    watched.world.pass_unseen(9_000);
    watched.minutes(6).await;
    watched.assert_rang(&["ClaimOld"]);
}
