//! Neighbors: what one asker did, or had done to him, locks out neither those around him nor those around the number.

use http::Method;
use local::carrier::{Line, LineType};
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{NUMBER, Visitor, World, account, talks, world};

const CALLED: (StateName, Vec<&str>) = (StateName::Closed, vec![]);

/// The n-th number of a range that is asked for in these stories, none of which answers.
fn unanswered(world: &World, n: usize) -> String {
    let number = format!("+1425{}0100", 222 + n);
    world.stack.connect.plan_for(&number, CallPlan::unanswered());
    number
}

/// What `until` is told of the last finding with this code.
async fn told_until(
    world: &World,
    visitor: &Visitor,
    number: &str,
) -> (StateName, Vec<&'static str>, Option<i64>) {
    let id = visitor.asks(world, number).await;
    world.screen().await;
    let record = world.record(&id).await;
    let until = record.findings.iter().find_map(|finding| finding.until);
    let seconds = until.map(|until| until.duration_since(world.now()).as_secs());
    (record.state.name(), world.findings(&id).await, seconds)
}

#[tokio::test]
async fn a_prank_on_one_number_of_a_firm_closes_neither_the_number_nor_the_firm() {
    let world = world().await;
    let victim = "+16175551234";
    world.stack.connect.plan_for(victim, talks(2));
    let prankster = account("prankster").at("203.0.113.66");
    let id = prankster.asks(&world, victim).await;
    world.pass(60).await;
    let mark = json!({ "mark": "spam" });
    let marked = world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), mark).await;
    assert_eq!(marked.status, 204);

    let colleague = account("colleague").at("198.51.100.20");
    assert_eq!(colleague.asks_and_waits(&world, "+16175559876").await, CALLED);
    let owner = account("owner").at("198.51.100.21");
    assert_eq!(owner.asks_and_waits(&world, victim).await, CALLED);
    let (state, found) = prankster.asks_and_waits(&world, "+16175559877").await;
    assert_eq!((state, &found[..2]), (StateName::Refused, &["marked-address", "marked-account"][..]));
}

#[tokio::test]
async fn many_requests_for_a_range_close_it_to_no_customer() {
    let world = world().await;
    for n in 0..8 {
        let visitor = account(&format!("visitor-{}", n % 3)).at(&format!("198.{}.100.7", n % 3));
        visitor.asks(&world, &format!("+1425644010{n}")).await;
        world.pass(60).await;
    }
    assert_eq!(world.calls().len(), 6, "an account has two numbers a day");
    let customer = account("customer").at("203.0.113.9");
    assert_eq!(customer.asks_and_waits(&world, "+14256440150").await, CALLED);
}

#[tokio::test]
async fn the_homes_around_a_line_that_wastes_calls_are_suspect_only_when_several_lines_do() {
    let world = world().await;
    // One line of a home may waste as many calls as it likes: it counts for two.
    let line = "2001:db8:1:100::5";
    for n in 0..4 {
        account(&format!("visitor-{n}")).at(line).asks_and_waits(&world, &unanswered(&world, n)).await;
    }
    let same_home = account("sister").at("2001:db8:1:101::9");
    assert_eq!(same_home.asks_and_waits(&world, &unanswered(&world, 20)).await, CALLED);
    assert_eq!(
        account("brother").at("2001:db8:1:102::9").asks_and_waits(&world, &unanswered(&world, 21)).await,
        CALLED
    );

    let suspect = (StateName::Refused, vec!["too-much-waste-from-block"]);
    let (state, found, until) = told_until(&world, &account("aunt").at("2001:db8:1:103::9"), NUMBER).await;
    assert_eq!((state, found), suspect);
    assert!(until.is_some_and(|seconds| (3_000..=3_600).contains(&seconds)), "{until:?}");
    // The next home of the /48 is no part of it.
    let neighbor = account("neighbor").at("2001:db8:1:ff00::9");
    assert_eq!(neighbor.asks_and_waits(&world, "+12065560100").await, CALLED);

    world.pass(3_600).await;
    let next = account("uncle").at("2001:db8:1:104::9");
    assert_eq!(
        next.asks_and_waits(&world, &unanswered(&world, 22)).await,
        CALLED,
        "an hour later one call shows how it stands"
    );
    assert_eq!(account("aunt").at("2001:db8:1:103::9").asks_and_waits(&world, NUMBER).await, suspect);
}

#[tokio::test]
async fn a_network_of_many_lines_bears_what_goes_well_there_twice_over() {
    let world = world().await;
    let wasted = async |host: usize, n: usize| {
        let visitor = account(&format!("visitor-{n}")).at(&format!("192.0.2.{host}"));
        visitor.asks_and_waits(&world, &unanswered(&world, n)).await
    };
    for n in 0..10 {
        assert_eq!(wasted(10 + n / 2, n).await, CALLED, "the {n}th");
    }
    let suspect = (StateName::Refused, vec!["too-much-waste-from-block"]);
    assert_eq!(wasted(30, 10).await, suspect, "ten calls of five lines were wasted, and none went well");
    world.pass(600).await;
    let customer = account("customer").at("192.0.2.200");
    assert_eq!(customer.asks_and_waits(&world, NUMBER).await, CALLED, "one in ten minutes, and it goes well");
    assert_eq!(wasted(30, 11).await, CALLED, "so two more are borne");
}

#[tokio::test]
async fn who_has_proved_himself_is_called_from_a_network_that_is_suspect() {
    let world = world().await;
    let customer = account("customer").at("192.0.2.200");
    assert_eq!(customer.asks_and_waits(&world, NUMBER).await, CALLED);
    for n in 0..14 {
        let visitor = account(&format!("visitor-{n}")).at(&format!("192.0.2.{}", 10 + n / 2));
        visitor.asks_and_waits(&world, &unanswered(&world, n)).await;
    }
    let stranger = account("stranger").at("192.0.2.99");
    let suspect = (StateName::Refused, vec!["too-much-waste-from-block"]);
    assert_eq!(stranger.asks_and_waits(&world, "+12065560100").await, suspect);
    assert_eq!(customer.asks_and_waits(&world, "+12065570100").await, CALLED);
}

/// A policy that knows the customers' carrier, so that every other one is unusual.
fn with_a_usual_carrier() -> Value {
    json!({
        "line": { "usual_carriers": ["Carrier A"] },
        "held": { "known_good_min": 0 },
        "rules": { "unusual-carrier": "off" },
    })
}

#[tokio::test]
async fn an_owner_who_calls_himself_takes_no_room_from_his_neighbors() {
    takes_no_room(json!({}), "Carrier A").await;
}

#[tokio::test]
async fn an_owner_who_calls_himself_takes_no_room_from_his_neighbors_at_a_small_carrier() {
    takes_no_room(with_a_usual_carrier(), "Small Mobile").await;
}

/// An owner asks nine times for his own number, and then somebody for one of its range.
async fn takes_no_room(policy: Value, carrier: &str) {
    for plan in [CallPlan::unanswered(), talks(40)] {
        let world = world().await;
        world.policy(policy.clone()).await;
        world.stack.carriers.set_prefix("+1206555", Line::new(LineType::Mobile, carrier));
        world.stack.connect.plan_for(NUMBER, plan);
        let owner = account("owner").with_verified_number(NUMBER);
        for _ in 0..9 {
            owner.asks(&world, NUMBER).await;
            world.pass(60).await;
        }
        assert!(world.calls().len() >= 6);
        let neighbor = account("neighbor").at("203.0.113.9");
        assert_eq!(neighbor.asks_and_waits(&world, "+12065550177").await, CALLED);
    }
}

#[tokio::test]
async fn a_small_carrier_is_unusual_however_large_its_share_of_nothing_is() {
    let world = world().await;
    world.stack.carriers.set_prefix("+1425", Line::new(LineType::Mobile, "Small Mobile"));
    // The customers' carrier is known from their calls, and is not this one.
    world.policy(json!({ "held": { "known_good_min": 12, "per_carrier_max": 4 } })).await;
    for n in 0..12 {
        let customer = account(&format!("customer-{n}")).at(&format!("198.{n}.100.7"));
        assert_eq!(customer.asks_and_waits(&world, &format!("+1206{}0100", 222 + n)).await, CALLED);
    }
    world.pass(86_400).await;
    // A deployment that has learned nothing yet reads its week half a day at a time.
    for _ in 0..15 {
        world.upkeep().await;
    }
    let mut dialed = 0;
    for n in 0..6 {
        let visitor = account(&format!("visitor-{n}")).at(&format!("203.{n}.113.9"));
        let (state, found) = visitor.asks_and_waits(&world, &unanswered(&world, n)).await;
        match state {
            StateName::Closed => dialed += 1,
            _ => assert_eq!(found, ["too-many-to-carrier"], "the {n}th"),
        }
    }
    assert_eq!(dialed, 4);
    let customer = account("another").at("198.51.100.7");
    assert_eq!(customer.asks_and_waits(&world, NUMBER).await, CALLED, "the customers' carrier is not held");
}
