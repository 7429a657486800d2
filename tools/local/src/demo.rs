//! A day to look at: customers who are called, and two attacks under way. Everything in it was done by the functions themselves,
//! under a moved clock; the stack that shows it begins with a copy of their tables.
//!
//! The policy is that of a deployment which watches its rules in shadow mode first, so that there is something to see.

mod traffic;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tollgate::policy::Policy;
use tollgate::text::Author;
use tollgate_aws::clock::{Clock, ManualClock};
use tollgate_aws::tables::settings;

use self::traffic::{Asked, BEGAN_HOURS_AGO, CARRIERS};
use crate::carrier::{Line, LineType};
use crate::edge::Incoming;
use crate::engine::Image;
use crate::stack::{Error, Function, Options, Stack};

/// How often upkeep looks during the day that is made: what it learns is learned in time, and the day is made quickly.
const UPKEEP_EVERY: SignedDuration = SignedDuration::from_mins(30);

/// The rules that only watch.
const SHADOW: [&str; 12] = [
    "too-many-to-range",
    "too-many-to-carrier",
    "too-many-to-number",
    "too-many-addresses-to-number",
    "too-much-waste-in-range",
    "too-much-waste-from-block",
    "too-much-waste-from-address",
    "too-many-from-address",
    "too-many-numbers-from-address",
    "too-many-numbers-of-a-range-from-address",
    "newcomers-rationed",
    "unusual-carrier",
];

/// The tables after a day that ends at `now`.
///
/// # Errors
/// When the stack does not start, or does something that the day does not provide for.
pub async fn day_until(now: Timestamp) -> Result<Arc<Image>, Error> {
    let began = now - SignedDuration::from_hours(BEGAN_HOURS_AGO);
    let clock = ManualClock::at(began);
    let stack = Stack::start(Options::for_tests(Clock::Manual(clock.clone()))).await?;
    for (prefix, carrier) in CARRIERS {
        stack.carriers.set_prefix(prefix, Line::new(LineType::Mobile, carrier));
    }
    let author = Author::parse("demo")?;
    settings::put_policy(&stack.tables, &policy()?, 0, &author, began).await?;
    let mut day = Day { stack, clock, upkeep_at: began };
    for asked in traffic::of_the_day(now) {
        day.pass_until(asked.at).await?;
        day.ask(&asked).await?;
    }
    day.pass_until(now).await?;
    Ok(Arc::new(Image::of(&day.stack.engine)?))
}

fn policy() -> Result<Policy, Error> {
    let shadow: serde_json::Map<_, _> =
        SHADOW.iter().map(|code| ((*code).to_owned(), json!("shadow"))).collect();
    let document = json!({
        "guests": "allow",
        "rules": shadow,
        "newcomers": { "newcomers_max": 600, "strangers_max": 500 },
        "budgets": { "calls_per_range_per_day_max": 400 },
    });
    Policy::parse(&document.to_string())
        .map_err(|errors| format!("the policy of the demo is wrong: {errors:?}").into())
}

struct Day {
    stack: Stack,
    clock: ManualClock,
    upkeep_at: Timestamp,
}

impl Day {
    /// Lets time pass, with all that happens meanwhile.
    async fn pass_until(&mut self, moment: Timestamp) -> Result<(), Error> {
        self.settle().await?;
        loop {
            let due = self.stack.connect.next_due().map_or(self.upkeep_at, |due| due.min(self.upkeep_at));
            if due > moment {
                break;
            }
            self.move_to(due);
            if due == self.upkeep_at {
                self.stack.upkeep().await?;
                self.upkeep_at += UPKEEP_EVERY;
            }
            self.settle().await?;
        }
        self.move_to(moment);
        Ok(())
    }

    fn move_to(&self, moment: Timestamp) {
        self.clock.advance(moment.duration_since(self.clock.now()).max(SignedDuration::ZERO));
    }

    /// Lets everything happen that can happen now.
    async fn settle(&self) -> Result<(), Error> {
        loop {
            let mut moved = false;
            for function in Function::ON_STREAM {
                while self.stack.pump(function).await? {
                    moved = true;
                }
            }
            for event in self.stack.connect.due(self.clock.now()) {
                self.stack.hear(&event).await?;
                moved = true;
            }
            if !moved {
                return Ok(());
            }
        }
    }

    async fn ask(&self, asked: &Asked) -> Result<(), Error> {
        self.stack.connect.plan_for(&asked.number, asked.plan);
        let mut headers = HeaderMap::new();
        let asn = asked.asn.to_string();
        let told = [
            ("x-local-source-ip", Some(asked.address.as_str())),
            ("x-local-country", Some("US")),
            ("x-local-asn", Some(asn.as_str())),
            ("x-local-account", asked.account.as_deref()),
            ("content-type", Some("application/json")),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
            }
        }
        let path = if asked.account.is_some() { "/account/callbacks" } else { "/callbacks" };
        let body = json!({ "phoneNumber": asked.number }).to_string().into();
        let incoming = Incoming { method: Method::POST, uri: Uri::from_static(path), headers, body };
        let status = self.stack.send(&incoming).await.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("a request of the demo was answered {status}").into())
        }
    }
}
