//! The carrier lookup: what it may find, and that it is asked only when the answer can matter.

use futures::future::join_all;
use local::carrier::{Line, LineType};
use serde_json::json;
use tollgate::state::StateName;
use tollgate_aws::services::carrier::Service;
use tollgate_aws::services::metrics::Metric;

use crate::world::{NUMBER, Visitor, World, account, guest, world, world_with};

const SERVICES: [Service; 2] = [Service::Pinpoint, Service::EndUserMessaging];

async fn world_asking(service: Service) -> World {
    world_with(|options| options.carrier = service).await
}

/// Asks for the number of the stories; state and findings once all is done.
async fn ask(world: &World) -> (StateName, Vec<&'static str>) {
    account("alice").asks_and_waits(world, NUMBER).await
}

#[tokio::test]
async fn a_line_is_judged_by_its_type_whichever_service_is_asked() {
    for service in SERVICES {
        for (line_type, state, findings) in [
            (LineType::Mobile, StateName::Closed, &[][..]),
            (LineType::Landline, StateName::Closed, &[]),
            (LineType::Prepaid, StateName::Closed, &[]),
            (LineType::Voip, StateName::Refused, &["voip-line"]),
            (LineType::Other, StateName::Refused, &["other-line"]),
            (LineType::Invalid, StateName::Refused, &["invalid-line"]),
        ] {
            let world = world_asking(service).await;
            world.stack.carriers.set(NUMBER, Line::new(line_type, "Carrier A"));
            assert_eq!(ask(&world).await, (state, findings.to_vec()), "{service:?} {line_type:?}");
            assert_eq!(world.stack.carriers.lookups(), [NUMBER], "{service:?} {line_type:?}");
        }
    }
}

#[tokio::test]
async fn with_usual_carriers_every_other_is_unusual_and_so_is_one_without_a_name() {
    for service in SERVICES {
        for (carrier, state) in [
            ("Carrier A", StateName::Closed),
            ("CARRIER A", StateName::Closed),
            ("Carrier B", StateName::Refused),
            ("", StateName::Refused),
        ] {
            let world = world_asking(service).await;
            world.policy(json!({ "line": { "usual_carriers": ["Carrier A", "Carrier C"] } })).await;
            world.stack.carriers.set(NUMBER, Line::new(LineType::Mobile, carrier));
            let (found, findings) = ask(&world).await;
            assert_eq!(found, state, "{service:?} {carrier}");
            assert_eq!(findings.contains(&"unusual-carrier"), state == StateName::Refused, "{carrier}");
        }
    }
}

#[tokio::test]
async fn a_deny_listed_carrier_is_refused_however_it_is_spelt_and_no_other_is() {
    for service in SERVICES {
        let world = world_asking(service).await;
        world.list("deny", "carrier#CARRIER a").await;
        world.list("deny", "carrier#Carrier Z").await;
        assert_eq!(ask(&world).await, (StateName::Refused, vec!["deny-listed"]));
        world.unlist("carrier#carrier A").await;
        assert_eq!(ask(&world).await, (StateName::Closed, vec![]));
    }
}

#[tokio::test]
async fn where_a_line_leads_that_could_not_be_looked_up_is_for_the_policy_to_say() {
    // `redirect` is what 0.1.0 said.
    let cases =
        [("dial", StateName::Closed), ("redirect", StateName::Refused), ("refuse", StateName::Refused)];
    let told = SERVICES.into_iter().flat_map(|service| cases.map(|(route, state)| (service, route, state)));
    join_all(told.map(|(service, route, state)| async move {
        let world = world_asking(service).await;
        world.policy(json!({ "line": { "unavailable": route } })).await;
        world.stack.carriers.fail_next(100);
        assert_eq!(ask(&world).await, (state, vec!["line-unavailable"]), "{service:?} {route}");
        // That nobody could tell is not kept.
        world.stack.carriers.fail_next(0);
        assert_eq!(ask(&world).await, (StateName::Closed, vec![]), "{service:?} {route}");
    }))
    .await;
}

#[tokio::test]
async fn nobody_pays_for_a_lookup_that_cannot_change_the_verdict() {
    let world = world().await;
    world.list("deny", "number#+12065550101").await;
    world.list("trust", "number#+12065550102").await;
    world.list("deny", "account#mallory").await;
    let alice = account("alice");
    guest().asks_for(&world, NUMBER).await;
    alice.clone().anonymous().asks_for(&world, NUMBER).await;
    alice.asks(&world, "+19002345678").await;
    alice.asks(&world, "+12065550101").await;
    alice.asks(&world, "+12065550102").await;
    account("mallory").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.stack.carriers.lookups(), [""; 0]);
    assert_eq!(world.calls().len(), 1);

    alice.asks(&world, NUMBER).await;
    world.kill_switches(true, &[]).await;
    world.settle().await;
    world.kill_switches(false, &[]).await;
    assert_eq!(world.stack.carriers.lookups(), [""; 0]);

    // A duplicate's line is that of the request before it.
    account("bob").at("203.0.113.5").asks(&world, NUMBER).await;
    account("bob").at("203.0.113.5").asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.stack.carriers.lookups(), [NUMBER]);
}

#[tokio::test]
async fn an_answer_is_kept_for_as_long_as_the_policy_says() {
    let world = world().await;
    world.policy(json!({ "line": { "cache_days": 2 } })).await;
    ask(&world).await;
    ask(&world).await;
    world.pass(86_400).await;
    ask(&world).await;
    assert_eq!(world.stack.carriers.lookups_of(NUMBER), 1);
    world.stack.carriers.set(NUMBER, Line::new(LineType::Voip, "Example VoIP"));
    world.pass(86_400).await;
    assert_eq!(ask(&world).await, (StateName::Refused, vec!["voip-line"]));
    assert_eq!(world.stack.carriers.lookups_of(NUMBER), 2);
    assert_eq!(ask(&world).await, (StateName::Refused, vec!["voip-line"]), "what was found is kept, too");
    assert_eq!(world.stack.carriers.lookups_of(NUMBER), 2);
}

#[tokio::test]
async fn a_day_has_no_more_lookups_than_the_policy_allows() {
    let world = world().await;
    world
        .policy(json!({
            "line": { "lookups_per_day_max": 4, "lookups_per_address_percent": 100 },
            "fan_out": { "numbers_of_a_range_per_address_max": 100, "numbers_per_account_max": 100 },
            "budgets": { "reserve_percent": 0 },
        }))
        .await;
    world.pass(12 * 3_600).await;
    let mut states = vec![];
    for number in ["+12065550100", "+12065550101", "+12065550102", "+12065550103"] {
        let id = newcomer(states.len()).asks(&world, number).await;
        world.pass(60).await;
        states.push(world.state(&id).await);
    }
    // At ten at night they are not all there yet.
    let (called, redirected) = (StateName::Closed, StateName::Refused);
    assert_eq!(states, [called, called, called, redirected]);
    assert_eq!(world.stack.carriers.lookups().len(), 3);
    // A number that is known needs none.
    assert_eq!(ask(&world).await, (StateName::Closed, vec![]));

    world.pass(86_400).await;
    let id = account("bob").asks(&world, "+12065550103").await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed, "another day");
}

/// Somebody with an account and a network of his own.
fn newcomer(n: usize) -> Visitor {
    account(&format!("newcomer-{n}")).at(&format!("198.{n}.100.7"))
}

#[tokio::test]
async fn one_address_cannot_spend_the_days_lookups() {
    let world = world().await;
    let mut policy = crate::limits::only(json!({}), json!({}));
    policy["line"] = json!({ "lookups_per_day_max": 100, "lookups_per_address_percent": 4 });
    world.policy(policy).await;
    for n in 0..20 {
        account(&format!("attacker-{n}")).at("203.0.113.9").asks(&world, &format!("+12065550{n:02}0")).await;
    }
    world.settle().await;
    assert_eq!(world.stack.carriers.lookups().len(), 4);
    for n in 0..20 {
        // An IPv6 /64 is one address.
        let attacker = account(&format!("other-{n}")).at(&format!("2001:db8:1:1::{n}"));
        attacker.asks(&world, &format!("+12065560{n:02}0")).await;
    }
    world.settle().await;
    assert_eq!(world.stack.carriers.lookups().len(), 8);
    let id = newcomer(1).asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!((world.state(&id).await, world.findings(&id).await), (StateName::Closed, vec![]));
}

#[tokio::test]
async fn whose_number_cannot_be_looked_up_is_offered_another_channel_unless_he_has_proved_himself() {
    let world = world().await;
    let alice = account("alice").at("192.0.2.10");
    alice.asks(&world, NUMBER).await;
    world.pass(60).await;
    world.stack.carriers.fail_next(100);
    for (visitor, state) in [(newcomer(1), StateName::Refused), (alice, StateName::Closed)] {
        let id = visitor.asks(&world, "+12065560100").await;
        world.pass(60).await;
        assert_eq!((world.state(&id).await, world.findings(&id).await), (state, vec!["line-unavailable"]));
    }
}

#[tokio::test]
async fn of_the_days_lookups_a_part_is_kept_for_later_hours_and_for_the_proven() {
    let world = world().await;
    let mut policy = crate::limits::only(json!({}), json!({}));
    policy["line"] = json!({ "lookups_per_day_max": 20, "lookups_per_address_percent": 100 });
    world.policy(policy).await;
    let alice = account("alice").at("192.0.2.10");
    alice.asks(&world, NUMBER).await;
    world.pass(60).await;
    let flood = async |from: usize| {
        for n in from..from + 30 {
            newcomer(n).asks(&world, &format!("+12065560{n:03}")).await;
        }
        world.settle().await;
        world.stack.carriers.lookups().len()
    };
    // At ten o'clock UTC newcomers may have taken half of the day's, and ten hours' share of the rest, less the reserve.
    assert_eq!(flood(0).await, 11);
    world.pass(12 * 3_600).await;
    assert_eq!(flood(30).await, 16, "the later hours bring more");
    world.pass(3_600).await;
    assert_eq!(flood(60).await, 16, "up to the part that is kept for the proven");
    let id = alice.asks(&world, "+12065570100").await;
    world.pass(60).await;
    assert_eq!((world.state(&id).await, world.findings(&id).await), (StateName::Closed, vec![]));
    assert_eq!(world.stack.carriers.lookups().len(), 17);
}

#[tokio::test]
async fn a_suite_without_a_lookup_or_without_any_allowed_asks_nobody_and_finds_nothing() {
    let off = world_asking(Service::Off).await;
    let none_allowed = world().await;
    none_allowed.policy(json!({ "line": { "lookups_per_day_max": 0, "unavailable": "refuse" } })).await;
    for world in [off, none_allowed] {
        world.stack.carriers.set(NUMBER, Line::new(LineType::Invalid, ""));
        assert_eq!(ask(&world).await, (StateName::Closed, vec![]));
        assert_eq!(world.stack.carriers.lookups(), [""; 0]);
    }
}

/// How often a metric was counted in screening.
fn counted(world: &World, metric: Metric) -> u32 {
    let counts = world.stack.functions.screening.metrics.kept_counts();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    counts.get(&metric).map_or(0, |count| *count as u32)
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_left_alone_for_a_while_and_said_to_have_failed() {
    let world = world().await;
    world.policy(json!({ "line": { "unavailable": "dial" } })).await;
    // The client tries each three times.
    world.stack.carriers.fail_next(9);
    let ask = async |n: usize| {
        let id = newcomer(n).asks(&world, &format!("+12065550{n:03}")).await;
        world.settle().await;
        world.findings(&id).await
    };
    for n in 0..4 {
        assert_eq!(ask(n).await, ["line-unavailable"]);
    }
    assert_eq!(world.stack.carriers.lookups(), [""; 0], "it is well again, and not asked yet");
    assert_eq!(counted(&world, Metric::LookupsFailed), 4);
    world.pass(30).await;
    assert_eq!(ask(4).await, [""; 0]);
    assert_eq!((world.stack.carriers.lookups().len(), counted(&world, Metric::LookupsSpent)), (1, 0));
}

#[tokio::test]
async fn lookups_that_are_spent_are_said_to_be() {
    let world = world().await;
    world.policy(json!({ "line": { "lookups_per_day_max": 1 }, "budgets": { "reserve_percent": 0 } })).await;
    world.pass(13 * 3_600).await;
    for n in 0..3 {
        newcomer(n).asks(&world, &format!("+12065550{n:03}")).await;
    }
    world.settle().await;
    assert_eq!(counted(&world, Metric::LookupsSpent), 2);
    assert_eq!(counted(&world, Metric::LookupsFailed), 0);
}

#[tokio::test]
async fn records_of_one_number_are_screened_one_after_the_other_and_its_lookup_is_paid_once() {
    let world = world().await;
    for n in 0..5 {
        newcomer(n).asks(&world, NUMBER).await;
        newcomer(n + 5).asks(&world, &format!("+12065550{n:03}")).await;
    }
    world.screen().await;
    assert_eq!(world.stack.carriers.lookups_of(NUMBER), 1);
    assert_eq!(world.stack.carriers.lookups().len(), 6);
}
