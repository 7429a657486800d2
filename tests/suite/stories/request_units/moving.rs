//! What requests cost on a day as it may come: the clock moves, upkeep runs every minute, calls last five minutes, the customers
//! have 200 carriers, and the lists are full. And what it costs at worst, whatever the holder of a number does.

use std::fmt::Write as _;

use http::Method;
use jiff::SignedDuration;
use local::stack::Function;
use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate::text::CarrierName;
use tollgate::usual::Usual;
use tollgate_aws::tables::settings;

use super::{IPV4, Table, sum, usd};
use crate::round_trips::{run, warm, watched};
use crate::watch::{Seen, Watch};
use crate::world::{NUMBER, USUAL_CARRIER, Visitor, World, account, talks};

/// A world on such a day.
async fn full() -> (World, Watch) {
    let (world, watch) = watched().await;
    for _ in 0..15 {
        world.upkeep().await;
    }
    let mut usual = Usual::default();
    for nth in 0..200 {
        usual.learn(Some(&CarrierName::parse(&format!("Carrier {nth}")).unwrap()), world.now());
    }
    usual.learned_until = Some(world.now());
    let theirs = CarrierName::parse(USUAL_CARRIER).unwrap();
    (0..200).for_each(|_| usual.learn(Some(&theirs), world.now()));
    settings::put_usual(&world.stack.tables, &usual, world.now()).await.unwrap();
    fill_lists(&world).await;
    world.pass(60).await;
    world.upkeep().await;
    (world, watch)
}

/// Every level has something on it: a published list of 10,862 networks, the neighbors of our own visitors among them, prefixes
/// and numbers beside those that are asked for, and nearly all countries.
async fn fill_lists(world: &World) {
    let far = (0..10_700).map(|n| format!("net#10.{}.{}.0/24", n / 256, n % 256));
    let near = (0..163).filter(|n| *n != 100).map(|n| format!("net#198.51.{n}.0/24"));
    let wide = (52..100).map(|n| format!("net#198.{n}.0.0/15")).filter(|net| !net.contains("5.0.0"));
    let beside = (0..100).filter(|n| *n != 7).map(|n| format!("net#198.51.100.{n}/32"));
    let numbers = (0..400).map(|n| format!("number#+12065551{n:03}"));
    let prefixes = (0..9).map(|n| format!("prefix#+120655{n}")).filter(|prefix| prefix != "prefix#+1206555");
    let countries =
        ["JM", "KP", "CU", "RU", "CN", "GB", "FR", "DE", "IT", "ES", "BR", "IN", "NG", "EG", "ZA"];
    let countries = countries.map(|country| format!("country#{country}"));
    let all = far.chain(near).chain(wide).chain(beside).chain(numbers).chain(prefixes).chain(countries);
    let lines: String = all.map(|entry| format!("{entry},deny,full,\n")).collect();
    let headers = [("content-type", "text/csv".to_owned())];
    let body = format!("entry,effect,reason,expires_at\n{lines}");
    let answer = world.send(Method::POST, "/review/entries/import", &headers, body).await;
    let told = answer.json();
    assert!(answer.status == 200 && told["imported"].as_u64().unwrap() > 11_300, "{told}");
}

/// Lets time pass, with the settings cached after it as in functions that are in use.
async fn later(world: &World, watch: &Watch, seconds: i64) {
    world.pass_unseen(seconds);
    warm(world).await;
    watch.look();
}

/// Asks, and is screened two seconds later.
async fn asks(world: &World, watch: &Watch, visitor: &Visitor, body: Value) -> (String, Seen) {
    later(world, watch, 0).await;
    let answer = visitor.posts(world, body.to_string()).await;
    let taken = watch.look();
    later(world, watch, 2).await;
    let screened = run(world, watch, Function::Screening).await;
    (answer.json()["id"].as_str().unwrap().to_owned(), sum([&taken, &screened]))
}

/// What happens to a number: nothing, or somebody asks for it, or another one, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happens {
    Nothing,
    Asked,
    AskedTwice,
}

/// Whether what is approved is dialed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dials {
    /// At once; the call lasts so many minutes.
    Calls(u32),
    /// Never: the stream's records are lost.
    Never,
}

/// What all that takes, upkeep included, until nothing is left to do.
async fn course(happens: Happens, dials: Dials) -> Seen {
    let (world, watch) = full().await;
    let mut cost = Seen::default();
    let many = match dials {
        Dials::Calls(minutes) => {
            world.stack.connect.plan_for(NUMBER, talks(minutes * 60));
            minutes + 2
        }
        Dials::Never => 8,
    };
    let mut ids = vec![];
    let visitors = [account("alice").at(IPV4), account("bob").at("203.0.113.9")];
    let asking = visitors.iter().take(match happens {
        Happens::Nothing => 0,
        Happens::Asked => 1,
        Happens::AskedTwice => 2,
    });
    for visitor in asking {
        let (id, asked) = asks(&world, &watch, visitor, json!({ "phoneNumber": NUMBER })).await;
        ids.push(id);
        cost = sum([&cost, &asked]);
        match dials {
            Dials::Calls(_) => cost = sum([&cost, &run(&world, &watch, Function::Dialing).await]),
            Dials::Never => world.park_all(Function::Dialing),
        }
    }
    let expected = [StateName::Closed, StateName::Duplicate];
    for _ in 0..many {
        let until = world.now() + SignedDuration::from_secs(60);
        while let Some(due) = world.stack.connect.next_due().filter(|due| *due <= until) {
            later(&world, &watch, due.duration_since(world.now()).as_secs().max(0)).await;
            for event in world.stack.connect.due(world.now()) {
                watch.look();
                world.stack.hear(&event).await.unwrap();
                cost = sum([&cost, &watch.look()]);
            }
        }
        later(&world, &watch, until.duration_since(world.now()).as_secs()).await;
        world.stack.upkeep().await.unwrap();
        cost = sum([&cost, &watch.look()]);
        if dials == Dials::Never {
            world.park_all(Function::Dialing);
            world.park_all(Function::Screening);
        }
    }
    if let Dials::Calls(_) = dials {
        for (id, expected) in ids.iter().zip(expected) {
            assert_eq!(world.state(id).await, expected, "{:?}", world.findings(id).await);
        }
    }
    cost
}

fn more(of: &Seen, than: &Seen) -> Seen {
    let mut more = Seen::default();
    more.reads = of.reads - than.reads;
    more.writes = of.writes - than.writes;
    more
}

/// Who is refused, at first and at worst: with the longest texts, from an address and an account that have asked as often as is
/// counted.
async fn refused() -> (Seen, Seen) {
    let (world, watch) = full().await;
    let mallory = account("mallory").at("198.51.99.7");
    let (id, first) = asks(&world, &watch, &mallory, json!({ "phoneNumber": NUMBER })).await;
    assert_eq!(world.state(&id).await, StateName::Refused);
    for _ in 0..60 {
        mallory.asks(&world, NUMBER).await;
    }
    world.screen().await;
    let text = "\u{20bb7}".repeat(200);
    let body = json!({ "phoneNumber": NUMBER, "name": text, "topic": text });
    let (_, worst) = asks(&world, &watch, &mallory, body).await;
    (first, worst)
}

#[tokio::test]
async fn on_a_full_day_it_costs_what_performance_md_says_and_no_more_at_worst() {
    use Dials::{Calls, Never};
    use Happens::{Asked, AskedTwice, Nothing};
    let heading =
        "| on a full day | read units | write units | $ a million |\n| --- | ---: | ---: | ---: |\n";
    let mut table = Table(heading.to_owned());
    let mut row = |what: &str, cost: &Seen| {
        writeln!(table.0, "| {what} | {} | {} | {:.3} |", cost.reads, cost.writes, usd(cost)).unwrap();
    };
    let (five, thirty) = (Calls(5), Calls(30));
    let (called, called_longer) = (course(Asked, five).await, course(Asked, thirty).await);
    row("a call of 5 minutes", &more(&called, &course(Nothing, five).await));
    row("a call of 30 minutes", &more(&called_longer, &course(Nothing, thirty).await));
    let (first, worst) = refused().await;
    row("a refused request", &first);
    row("a refused request with the longest texts, of one who asks on and on", &worst);
    row(
        "a duplicate, while its number is in a call of 5 minutes",
        &more(&course(AskedTwice, five).await, &called),
    );
    let longest = more(&course(AskedTwice, thirty).await, &called_longer);
    row("a duplicate, while its number is in a call of 30 minutes", &longest);
    let waits = more(&course(AskedTwice, Never).await, &course(Asked, Never).await);
    row("a duplicate, while its number waits for a dial that never comes", &waits);
    table.stands();
    assert!(usd(&first) < 8.0, "refused: under $8 a million");
}
