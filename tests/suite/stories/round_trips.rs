//! How many round trips to DynamoDB each step takes, one after another: what bounds how long it lasts. The settings are
//! cached, as they are in a function that is in use; see [`crate::watch`] for how the trips are counted.

use local::stack::Function;
use serde_json::json;
use tollgate::state::StateName;
use tollgate_aws::environment::SETTINGS_KEPT_SECONDS;

use crate::watch::{Seen, Watch};
use crate::world::{NUMBER, World, account, guest, world_with};

/// A world under watch in which settings and the line of [`NUMBER`] are cached, and nothing is pending.
pub(crate) async fn watched() -> (World, Watch) {
    let watch = Watch::default();
    let interceptor = watch.interceptor();
    let world = world_with(|options| {
        options.interceptor = Some(interceptor);
        options.settings_kept_seconds = SETTINGS_KEPT_SECONDS;
    })
    .await;
    account("somebody-before").at("198.51.100.200").asks(&world, NUMBER).await;
    world.pass(60).await;
    warm(&world).await;
    watch.look();
    (world, watch)
}

/// Has every function read the settings, so that they are cached until the clock moves on.
pub(crate) async fn warm(world: &World) {
    let functions = &world.stack.functions;
    for settings in [
        &functions.intake.settings,
        &functions.screening.settings,
        &functions.dialing.settings,
        &functions.contact_events.settings,
        &functions.upkeep.settings,
    ] {
        settings.get(&world.stack.tables, world.now()).await.unwrap();
    }
}

/// Lets a function on the stream do all that is there for it.
pub(crate) async fn run(world: &World, watch: &Watch, function: Function) -> Seen {
    watch.look();
    while world.stack.pump(function).await.unwrap() {}
    watch.look()
}

#[tokio::test]
async fn a_request_is_taken_in_one_round_trip_and_so_it_is_shown_and_withdrawn() {
    let (world, watch) = watched().await;
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;
    assert_eq!(watch.look().rounds, [["PutItem"]]);
    alice.looks(&world, &id).await;
    assert_eq!(watch.look().rounds, [["GetItem"]]);
    alice.withdraws(&world, &id).await;
    assert_eq!(watch.look().rounds, [["UpdateItem"]]);
    guest().asks_for(&world, NUMBER).await;
    assert_eq!(watch.look().rounds, [["PutItem"]], "a request that is redirected at once");
    alice.channels(&world).await;
    assert_eq!(watch.look().round_trips(), 0, "the channels, from the settings");
}

#[tokio::test]
async fn screening_takes_two_round_trips_whatever_it_decides() {
    let (world, watch) = watched().await;
    let decided = async |id: String, state: StateName| {
        let seen = run(&world, &watch, Function::Screening).await;
        assert_eq!(world.state(&id).await, state);
        assert_eq!(seen.round_trips(), 2, "{state:?}: {seen:#?}");
        watch.look();
    };
    decided(account("alice").asks(&world, NUMBER).await, StateName::Approved).await;
    decided(account("bob").asks(&world, NUMBER).await, StateName::Duplicate).await;
    // A VoIP number, as the lookup for an earlier request said.
    let internet = "+12065550199";
    account("carol").asks(&world, internet).await;
    run(&world, &watch, Function::Screening).await;
    decided(account("carol").asks(&world, internet).await, StateName::Refused).await;
    world.list("deny", "account#mallory").await;
    decided(account("mallory").asks(&world, NUMBER).await, StateName::Refused).await;
    decided(account("dave").at("2001:db8::7").asks(&world, NUMBER).await, StateName::Duplicate).await;
}

#[tokio::test]
async fn a_line_that_is_not_cached_costs_two_round_trips_more() {
    let (world, watch) = watched().await;
    account("alice").asks(&world, "+12065550101").await;
    let seen = run(&world, &watch, Function::Screening).await;
    // The facts; a place among the day's lookups and the address's; its answer kept; the verdict.
    assert_eq!(seen.round_trips(), 4, "{seen:#?}");
    assert_eq!(seen.rounds[1..], [["TransactWriteItems"], ["PutItem"], ["TransactWriteItems"]]);
}

#[tokio::test]
async fn a_race_that_is_lost_costs_one_round_trip_more() {
    let (world, watch) = watched().await;
    let alice = account("alice");
    let id = alice.asks(&world, NUMBER).await;

    let rival = account("rival").asks(&world, "+12065550102").await;
    let claim = json!({
        "TableName": world.stack.tables.names.pending,
        "Item": {
            "number": { "S": NUMBER },
            "held_by": { "S": rival },
            "claimed_at": { "N": world.now().as_millisecond().to_string() },
        },
    });
    let database = world.stack.engine.database().clone();
    watch.before_next("TransactWriteItems", move || {
        database.put_item(serde_json::from_value(claim).unwrap()).unwrap();
    });

    let batch = one_record(&world, &id);
    watch.look();
    world.stack.invoke(Function::Screening, batch).await.unwrap();
    let seen = watch.look();
    assert_eq!(seen.round_trips(), 3, "{seen:#?}");
    assert_eq!(seen.rounds[1..], [["TransactWriteItems"], ["UpdateItem"]]);
    assert_eq!(world.state(&id).await, StateName::Duplicate);
}

/// The stream's record of one request alone.
fn one_record(world: &World, id: &str) -> serde_json::Value {
    let batch = world.stack.with_pump(|pump| pump.next_batch(Function::Screening.name())).unwrap().unwrap();
    let records = batch.event["Records"].as_array().unwrap();
    let of_it = |record: &&serde_json::Value| record["dynamodb"]["Keys"]["request_id"]["S"] == id;
    json!({ "Records": [records.iter().find(of_it).unwrap()] })
}

#[tokio::test]
async fn dialing_takes_three_round_trips_beside_the_call() {
    let (world, watch) = watched().await;
    let id = account("alice").asks(&world, NUMBER).await;
    run(&world, &watch, Function::Screening).await;
    let seen = run(&world, &watch, Function::Dialing).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    // What holds now, with a turn; the claim with its budgets; then the call, and its contact noted on both sides.
    assert_eq!(seen.round_trips(), 3, "{seen:#?}");
    assert_eq!(seen.rounds[1], ["TransactWriteItems"]);
    assert_eq!(seen.rounds[2], ["UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_dialer_that_has_to_wait_for_its_turn_looks_before_whether_it_is_still_wanted() {
    let (world, watch) = watched().await;
    account("alice").asks(&world, NUMBER).await;
    account("bob").asks(&world, "+12065550101").await;
    run(&world, &watch, Function::Screening).await;
    let seen = run(&world, &watch, Function::Dialing).await;
    assert_eq!(world.calls().len(), 3, "one was before");
    // Three for each, and the look.
    assert_eq!(seen.round_trips(), 7, "{seen:#?}");
}

#[tokio::test]
async fn the_end_of_a_call_takes_four_round_trips_and_hearing_it_again_two() {
    let (world, watch) = watched().await;
    let id = account("alice").asks(&world, NUMBER).await;
    run(&world, &watch, Function::Screening).await;
    run(&world, &watch, Function::Dialing).await;
    let mut heard = vec![];
    while let Some(due) = world.stack.connect.next_due() {
        world.pass_unseen(due.duration_since(world.now()).as_secs().max(0));
        warm(&world).await;
        for event in world.stack.connect.due(world.now()) {
            watch.look();
            world.stack.hear(&event).await.unwrap();
            let name = event["detail"]["eventType"].as_str().unwrap().to_owned();
            heard.push((name, watch.look().rounds));
        }
    }
    assert_eq!(world.state(&id).await, StateName::Closed);
    let expected = [
        ("INITIATED", vec![]),
        ("CONNECTED_TO_SYSTEM", vec![]),
        ("QUEUED", vec![]),
        ("CONNECTED_TO_AGENT", vec![]),
        (
            "DISCONNECTED",
            vec![vec!["GetItem"], vec!["UpdateItem"], vec!["GetItem"], vec!["TransactWriteItems"]],
        ),
        // The end again: it tells nothing new, and the request is closed.
        ("COMPLETED", vec![vec!["GetItem"], vec!["GetItem"]]),
    ];
    let expected = expected.map(|(name, rounds)| (name.to_owned(), rounds));
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn upkeep_looks_at_many_duplicates_side_by_side() {
    let (world, watch) = watched().await;
    world.policy(crate::limits::only(json!({}), json!({}))).await;
    let waiting = async |many: usize| {
        for n in 0..many {
            let visitor = account(&format!("visitor-{n}")).at(&format!("198.{}.{}.7", n % 20, n / 20));
            visitor.asks(&world, &format!("+1206{}0100", 300 + n % 10 + n / 10 % 2 * 20)).await;
        }
        run(&world, &watch, Function::Screening).await;
        world.pass_unseen(60);
        warm(&world).await;
        watch.look();
        let report = world.stack.upkeep().await.unwrap();
        (report.looked_at, watch.look().round_trips())
    };
    // The holders of twenty numbers are approved and not dialed, and all others wait for them.
    let (looked_at, idle) = waiting(20).await;
    assert_eq!(looked_at, 20);
    let (looked_at, trips) = waiting(300).await;
    assert_eq!(looked_at, 20 + 300);
    assert!(
        trips < idle + 60,
        "{trips} round trips, {idle} without duplicates: one after another they are 600"
    );
}
