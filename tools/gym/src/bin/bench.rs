//! How fast: the pure decision, and the whole pipeline (intake, screening, dialing, contact events) on the embedded engine, in
//! process, one request after another.
//!
//! `cargo run --release -p gym --bin bench`. With `decisions N` it makes so many decisions and nothing else, for a tool that counts
//! instructions: what two runs differ by is what the decisions between them take.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http::{HeaderMap, Method, Uri};
use jiff::{SignedDuration, Timestamp};
use local::connect::CallPlan;
use local::edge::Incoming;
use local::stack::{Error, Function, Options, Stack};
use tollgate::counter::Asked;
use tollgate::country::CountryCode;
use tollgate::evidence::Evidence;
use tollgate::facts::{AskCount, Asking, CarrierFact, Facts, Places};
use tollgate::line::LineFact;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::policy::{Guests, Policy};
use tollgate::request::{CallbackRequest, Caller, RequestId, Whereabouts};
use tollgate::screen::screen;
use tollgate::switches::KillSwitches;
use tollgate::usual::Usual;
use tollgate_aws::clock::{Clock, ManualClock};

/// How often the pure decision is made, if nobody says otherwise.
const DECISIONS: u32 = 1_000_000;
/// How many requests go through the pipeline.
const REQUESTS: u32 = 1_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if let [_, word, decisions] = std::env::args().collect::<Vec<_>>().as_slice()
        && word == "decisions"
    {
        decision(decisions.parse()?)?;
        return Ok(());
    }
    println!("| what | time |");
    println!("| --- | ---: |");
    println!("| `screen`, a request against which nothing speaks | {} ns |", decision(DECISIONS)?.as_nanos());
    for (what, asks) in [("called", Asks::New), ("duplicates", Asks::Same), ("refused", Asks::Unserved)] {
        let took = pipeline(asks).await?;
        let a_second = f64::from(REQUESTS) / took.as_secs_f64();
        println!("| pipeline, requests that are {what} | {a_second:.0} a second |");
    }
    Ok(())
}

/// The mean time of so many decisions.
fn decision(decisions: u32) -> Result<Duration, Error> {
    let now: Timestamp = "2026-03-02T10:00:00Z".parse()?;
    let request = CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: now,
        deadline: now + SignedDuration::from_mins(15),
        number: PhoneNumber::parse("+12065550100", None)?,
        name: None,
        topic: None,
        caller: Caller {
            address: Address::parse("198.51.100.7")?,
            country: Whereabouts::In(CountryCode::parse("US")?),
            asn: None,
            marks: BTreeSet::new(),
            account: None,
        },
    };
    let first = AskCount { this: Asked { requests: 1, pending: vec![] }, last: Asked::default() };
    let facts = Facts {
        listings: vec![],
        switches: KillSwitches::default(),
        line: LineFact::NotAsked,
        asking: Asking { address: first, account: None },
        evidence: Evidence::default(),
        usual: Usual::default(),
        range_approved: 0,
        carrier: CarrierFact::NotAsked,
        newcomers: Places::default(),
        pending: None,
        over: None,
        spent: None,
    };
    let policy = Policy { guests: Guests::Allow, ..Policy::default() };
    let began = Instant::now();
    for _ in 0..decisions {
        black_box(screen(black_box(&request), black_box(&facts), black_box(&policy), now));
    }
    Ok(began.elapsed() / decisions.max(1))
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// A new number each time, in a range of its own.
    New,
    /// One number, again and again.
    Same,
    /// Numbers that are not served.
    Unserved,
}

/// The time that all requests take together.
async fn pipeline(asks: Asks) -> Result<Duration, Error> {
    let clock = ManualClock::at("2026-03-02T10:00:00Z".parse()?);
    let mut options = Options::for_tests(Clock::Manual(clock.clone()));
    options.settings_kept_seconds = 5;
    options.plan = CallPlan { ring_seconds: 1, talk_seconds: 1, ..CallPlan::default() };
    let stack = Stack::start(options).await?;
    let began = Instant::now();
    for n in 0..REQUESTS {
        let number = match asks {
            Asks::New => format!("+1206{:03}{:04}", 200 + n % 800, 100 + n / 800),
            Asks::Same => "+12065550100".to_owned(),
            Asks::Unserved => format!("+4930{:07}", 2_000_000 + n),
        };
        stack.send(&asking(n, &number)?).await;
        for function in Function::ON_STREAM {
            while stack.pump(function).await? {}
        }
        if asks == Asks::New {
            clock.advance(SignedDuration::from_secs(4));
            for event in stack.connect.due(clock.now()) {
                stack.hear(&event).await?;
            }
        }
    }
    Ok(began.elapsed())
}

/// A signed-in visitor's request, from an address of his own.
fn asking(n: u32, number: &str) -> Result<Incoming, Error> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse()?);
    headers.insert("x-local-account", format!("visitor-{n}").parse()?);
    headers.insert("x-local-source-ip", format!("73.{}.{}.7", n / 250, n % 250).parse()?);
    let body = Bytes::from(format!(r#"{{"phoneNumber": "{number}"}}"#));
    Ok(Incoming { method: Method::POST, uri: Uri::from_static("/account/callbacks"), headers, body })
}
