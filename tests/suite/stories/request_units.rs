//! What a request costs in DynamoDB's request units, step by step. The table below is measured here and stands in
//! PERFORMANCE.md; a change of either shows as a difference of counts.
//!
//! `cargo test -p suite request_units -- --nocapture` prints it.

mod moving;

use std::fmt::Write as _;

use http::Method;
use local::stack::Function;
use serde_json::json;
use tollgate::evidence::CALLS_SEEN_MAX;
use tollgate::state::StateName;
use tollgate_aws::item::{n, s};

use crate::round_trips::{run, warm, watched};
use crate::watch::{Seen, Watch};
use crate::world::{NUMBER, Visitor, World, account};

const PERFORMANCE: &str = include_str!("../../../PERFORMANCE.md");

/// US dollars for a million units on demand, in us-east-1.
const WRITE_USD: f64 = 0.625;
const READ_USD: f64 = 0.125;

const IPV4: &str = "198.51.100.7";
const IPV6: &str = "2001:db8:1:2::7";

/// The table, as it is measured.
#[derive(Default)]
struct Table(String);

impl Table {
    fn heading() -> Self {
        let heading = "| step | round trips | read units | write units | $ a million |\n| --- | ---: | ---: | ---: | ---: |\n";
        Self(heading.to_owned())
    }

    fn row(&mut self, step: &str, seen: &Seen) {
        let Seen { reads, writes, .. } = seen;
        let (trips, usd) = (seen.round_trips(), usd(seen));
        writeln!(self.0, "| {step} | {trips} | {reads} | {writes} | {usd:.3} |").unwrap();
    }

    /// That PERFORMANCE.md has it.
    fn stands(&self) {
        println!("{}", self.0);
        assert!(PERFORMANCE.contains(&self.0), "PERFORMANCE.md lacks what is measured:\n{}", self.0);
    }
}

fn usd(seen: &Seen) -> f64 {
    seen.reads * READ_USD + seen.writes * WRITE_USD
}

fn sum<'a>(all: impl IntoIterator<Item = &'a Seen>) -> Seen {
    all.into_iter().fold(Seen::default(), |mut sum, seen| {
        sum.rounds.extend(seen.rounds.clone());
        sum.reads += seen.reads;
        sum.writes += seen.writes;
        sum
    })
}

/// Takes a request through intake and screening, each as it was seen.
async fn screened(visitor: &Visitor, number: &str, world: &World, watch: &Watch) -> (String, Seen, Seen) {
    watch.look();
    let id = visitor.asks(world, number).await;
    let taken = watch.look();
    let screened = run(world, watch, Function::Screening).await;
    (id, taken, screened)
}

/// Lets a call run its course, each event that says something as it was heard.
async fn heard(world: &World, watch: &Watch) -> Vec<(String, Seen)> {
    let mut heard = vec![];
    while let Some(due) = world.stack.connect.next_due() {
        world.pass_unseen(due.duration_since(world.now()).as_secs().max(0));
        warm(world).await;
        for event in world.stack.connect.due(world.now()) {
            watch.look();
            world.stack.hear(&event).await.unwrap();
            let name = event["detail"]["eventType"].as_str().unwrap().to_owned();
            heard.push((name, watch.look()));
        }
    }
    heard
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table, row by row")]
async fn a_request_costs_what_performance_md_says() {
    let (world, watch) = watched().await;
    // A fresh deployment reads a week of calls, half a day in each run, before it has learned what is usual.
    for _ in 0..15 {
        world.stack.upkeep().await.unwrap();
    }
    let mut table = Table::heading();
    let alice = account("alice").at(IPV4);

    let (id, taken, approved) = screened(&alice, NUMBER, &world, &watch).await;
    assert_eq!(world.state(&id).await, StateName::Approved);
    table.row("intake: take a request", &taken);
    watch.look();
    alice.looks(&world, &id).await;
    let shown = watch.look();
    table.row("intake: show it", &shown);
    table.row("screening: approve, carrier cached", &approved);

    let dialed = run(&world, &watch, Function::Dialing).await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    table.row("dialing: call", &dialed);

    let bob = account("bob").at(IPV4);
    let (duplicate, _, refused_as_duplicate) = screened(&bob, NUMBER, &world, &watch).await;
    assert_eq!(world.state(&duplicate).await, StateName::Duplicate);
    table.row("screening: duplicate", &refused_as_duplicate);

    world.list("deny", "account#mallory").await;
    let mallory = account("mallory").at(IPV4);
    let (refused, _, refusal) = screened(&mallory, NUMBER, &world, &watch).await;
    assert_eq!(world.state(&refused).await, StateName::Refused);
    table.row("screening: refuse", &refusal);

    let carol = account("carol").at(IPV4);
    let (withdrawn, ..) = screened(&carol, "+12065550101", &world, &watch).await;
    watch.look();
    carol.withdraws(&world, &withdrawn).await;
    table.row("intake: withdraw it", &watch.look());
    table.row("dialing: a request withdrawn just before", &run(&world, &watch, Function::Dialing).await);

    let events = heard(&world, &watch).await;
    assert_eq!(world.state(&id).await, StateName::Closed);
    for (name, seen) in &events {
        if seen.round_trips() > 0 {
            table.row(&format!("contact-events: {name}"), seen);
        }
    }

    let (_, _, looked_up) = screened(&alice, "+12065550103", &world, &watch).await;
    table.row("screening: approve, carrier looked up", &looked_up);
    run(&world, &watch, Function::Dialing).await;
    heard(&world, &watch).await;

    long_pasts(&world).await;
    let (remembered, _, of_long_pasts) =
        screened(&account("somebody-before").at("198.51.100.200"), NUMBER, &world, &watch).await;
    assert_eq!(
        world.state(&remembered).await,
        StateName::Approved,
        "{:?}",
        world.findings(&remembered).await
    );
    table.row("screening: approve, each subject with 256 calls", &of_long_pasts);
    run(&world, &watch, Function::Dialing).await;
    heard(&world, &watch).await;

    // The duplicate is looked at once more after its holder's call; after that nothing is left to do.
    let (mut settled, mut idle) = (None, Seen::default());
    for _ in 0..5 {
        world.pass(60).await;
        warm(&world).await;
        watch.look();
        let report = world.stack.upkeep().await.unwrap();
        match report.moved {
            0 => idle = watch.look(),
            _ => assert_eq!(settled.replace(watch.look()), None),
        }
    }
    let mut settled = settled.unwrap();
    table.row("upkeep: a run with nothing to do", &idle);
    table.row("upkeep: a run that settles a duplicate", &settled);
    // The duplicate's share of it; nobody waits for its round trips.
    settled.rounds.clear();
    settled.reads -= idle.reads;
    settled.writes -= idle.writes;

    let course = events.iter().map(|(_, seen)| seen);
    table.row("**a call, from click to end**", &sum([&taken, &approved, &dialed].into_iter().chain(course)));
    table.row("**a refused request**", &sum([&taken, &refusal]));
    table.row("**a duplicate**", &sum([&taken, &refused_as_duplicate, &settled]));
    table.stands();
}

/// Gives everybody who had part in the first call as many more, ten days ago, as are ever looked at.
async fn long_pasts(world: &World) {
    let table = &world.stack.tables.names.calls;
    let mut calls = world.items("Calls").await;
    calls.sort_by_key(|call| call["dialed_at"].as_n().unwrap().clone());
    for nth in 0..CALLS_SEEN_MAX {
        let mut call = calls[0].clone();
        call.insert("request_id".to_owned(), s(format!("{nth:032x}")));
        for at in ["dialed_at", "ended_at"] {
            let moment: i64 = call[at].as_n().unwrap().parse().unwrap();
            call.insert(at.to_owned(), n(moment - 864_000_000));
        }
        let put = world.stack.tables.client.put_item().table_name(table).set_item(Some(call));
        put.send().await.unwrap();
    }
}

#[tokio::test]
async fn what_screening_reads_depends_on_the_family_of_the_address_and_the_length_of_the_number() {
    let mut table = Table(
        "| number | address | reads to screen | reads to dial |\n| --- | --- | ---: | ---: |\n".to_owned(),
    );
    for (number, digits, country) in
        [(NUMBER, 11, "US"), ("+4915223456789", 13, "DE"), ("+498954321098765", 15, "DE")]
    {
        for (family, address) in [("IPv4", IPV4), ("IPv6", IPV6)] {
            let (world, watch) = watched().await;
            world.policy(json!({ "served_countries": ["US", "DE"] })).await;
            world.pass_unseen(60);
            warm(&world).await;
            let visitor = account("alice").at(address).in_country(country);
            let (id, _, screening) = screened(&visitor, number, &world, &watch).await;
            assert_eq!(world.state(&id).await, StateName::Approved, "{:?}", world.findings(&id).await);
            let dialing = run(&world, &watch, Function::Dialing).await;
            let (screening, dialing) = (screening.reads, dialing.reads);
            writeln!(table.0, "| {digits} digits | {family} | {screening} | {dialing} |").unwrap();
        }
    }
    table.stands();
}

#[tokio::test]
async fn the_length_of_the_deny_list_costs_nothing() {
    let (world, watch) = watched().await;
    let (_, _, before) = screened(&account("alice").at(IPV4), "+12065550101", &world, &watch).await;

    // As long as a published list of hosting networks; the address's own /16 is full but for itself.
    let far = (0..10_700).map(|n| format!("10.{}.{}.0/24\n", n / 256, n % 256));
    let near = (0..163).filter(|n| *n != 100).map(|n| format!("198.51.{n}.0/24\n"));
    let networks: String = far.chain(near).collect();
    let operator = ("x-local-operator", "arn:aws:iam::111122223333:user/carol".to_owned());
    let headers = [operator, ("content-type", "text/plain".to_owned())];
    let path = "/review/entries/import?effect=deny&reason=hosting";
    let imported = world.send(Method::POST, path, &headers, networks).await;
    assert_eq!((imported.status, &imported.json()["imported"]), (200, &10_862.into()), "{}", imported.text);

    let (_, _, after) = screened(&account("bob").at(IPV4), "+12065550102", &world, &watch).await;
    assert_eq!((before.reads, before.writes), (after.reads, after.writes));
}
