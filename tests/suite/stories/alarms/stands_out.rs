//! One range or one network that stands out among the calls of late, each of which was within its limits.

use serde_json::json;

use super::Watched;
use crate::by_hand::exchange;
use crate::world::{World, account, world};

/// A world in which no rule holds anybody back.
async fn open_world() -> World {
    let world = world().await;
    world.policy(crate::limits::only(json!({}), json!({}))).await;
    world
}

/// Thirty calls for different accounts; every nth is of one network, every mth goes to one range.
async fn thirty_calls(watched: &mut Watched, one_network_every: usize, one_range_every: usize) {
    for n in 0..30 {
        let network = if n % one_network_every == 0 { 9 } else { 100 + n };
        let range = if n % one_range_every == 0 { 555 } else { exchange(n) };
        let visitor = account(&format!("visitor-{n}")).at(&format!("198.51.{network}.{}", 10 + n));
        visitor.asks(&watched.world, &format!("+1206{range}01{n:02}")).await;
        watched.minutes(1).await;
    }
    watched.minutes(5).await;
}

#[tokio::test]
async fn a_range_that_a_third_of_the_calls_goes_to_rings() {
    let mut watched = Watched::new(open_world().await);
    thirty_calls(&mut watched, 30, 3).await;
    watched.assert_rang(&["RangeStandsOut"]);
}

#[tokio::test]
async fn a_network_that_a_third_of_the_calls_comes_from_rings() {
    let mut watched = Watched::new(open_world().await);
    thirty_calls(&mut watched, 3, 30).await;
    watched.assert_rang(&["NetworkStandsOut"]);
}

#[tokio::test]
async fn a_few_calls_more_than_others_have_ring_nothing_and_neither_do_few_calls() {
    let mut watched = Watched::new(open_world().await);
    thirty_calls(&mut watched, 6, 6).await;
    watched.assert_rang(&[]);

    let mut watched = Watched::new(open_world().await);
    for n in 0..10 {
        account(&format!("visitor-{n}")).asks(&watched.world, &crate::by_hand::number(n)).await;
        watched.minutes(1).await;
    }
    watched.minutes(5).await;
    watched.assert_rang(&[]);
}
