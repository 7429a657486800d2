//! What may become of a request, all side by side in one world, so that nothing but the fate differs.

use std::collections::BTreeSet;

use http::Method;
use local::carrier::{Line, LineType};
use local::connect::CallPlan;
use local::stack::Function;
use local::wire::{Crossing, Fate, ServiceName, Wire};
use serde_json::json;
use tollgate::state::StateName;

use super::stopwatch::Stopwatch;
use crate::limits::{an_hour, only};
use crate::round_trips::warm;
use crate::watch::Watch;
use crate::world::{Answer, Visitor, World, account, world_with};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Dialed; what all others are compared with.
    Dialed,
    /// Its visitor's network is denied.
    DenyListed,
    /// A kill switch stands for its number's country.
    KillSwitched,
    /// Its number's country is not served.
    Unserved,
    /// Its account has asked too often.
    TooMany,
    /// Its range has no room left in the day's budget.
    OverBudget,
    /// Its number is not in service.
    NotInService,
    /// Another request holds its number.
    Duplicate,
    /// Connect does not place calls to its number.
    Failed,
    /// The stream never brings it to screening.
    Expired,
    /// Its line is VoIP.
    Voip,
}

/// How long the call of a duplicate's holder lasts.
const LONG_CALL: CallPlan = CallPlan { ring_seconds: 3, talk_seconds: 3_000, answered: true, agent: true };

impl Class {
    pub(super) const ALL: [Self; 11] = [
        Self::Dialed,
        Self::DenyListed,
        Self::KillSwitched,
        Self::Unserved,
        Self::TooMany,
        Self::OverBudget,
        Self::NotInService,
        Self::Duplicate,
        Self::Failed,
        Self::Expired,
        Self::Voip,
    ];

    /// The number that the `n`-th of this class asks for: each in a range of its own, but where the class says otherwise.
    /// The area codes go round the classes, since to read a number takes some microseconds more or less by its area code.
    pub(super) fn number(self, n: usize) -> String {
        // Area codes of the United States, three for each class and turn.
        const AREAS: [u16; 33] = [
            206, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 301, 302, 303, 304, 305, 307, 312,
            313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334,
        ];
        match self {
            Self::Unserved => format!("+1876523{n:04}"),
            Self::KillSwitched => format!("+1604222{n:04}"),
            Self::OverBudget => format!("+1401222{n:04}"),
            Self::Failed => format!("+1402{}0100", 222 + n),
            _ => {
                let turn = (self as usize + n) % Self::ALL.len();
                format!("+1{}{}0100", AREAS[turn * 3 + n / 700], 222 + n % 700)
            }
        }
    }

    /// Who asks for it: everybody with an account and an address of his own, as long to write in every class, at home where
    /// the number is.
    pub(super) fn visitor(self, n: usize) -> Visitor {
        let (high, low) = (n / 250, n % 250);
        let visitor = match self {
            Self::TooMany => account("greedy"),
            _ => account(&format!("visitor-{:02}-{n}", self as usize)),
        };
        let network = if self == Self::DenyListed { 172 } else { 120 + self as usize };
        let country = match self {
            Self::Unserved => "JM",
            Self::KillSwitched => "CA",
            _ => "US",
        };
        visitor.at(&format!("{network}.{high}.{low}.7")).in_country(country)
    }

    /// What becomes of it as soon as everything is done that can be done.
    pub(super) fn state(self) -> StateName {
        match self {
            Self::Dialed => StateName::InCall,
            Self::Duplicate => StateName::Duplicate,
            Self::Failed => StateName::Failed,
            Self::Expired => StateName::Received,
            _ => StateName::Refused,
        }
    }
}

/// A world in which each of these fates can be met.
pub(super) struct Mixed {
    pub(super) world: World,
    pub(super) watch: Watch,
    pub(super) stopwatch: Stopwatch,
    /// The requests that the stream never brings to screening.
    pub(super) withheld: BTreeSet<String>,
}

impl Mixed {
    pub(super) async fn new() -> Self {
        let watch = Watch::default();
        let interceptor = watch.interceptor();
        let stopwatch = Stopwatch::default();
        let before_the_engine = stopwatch.clone();
        let world = world_with(|options| {
            options.interceptor = Some(interceptor);
            options.settings_kept_seconds = 3;
            options.wire = Wire::InProcess(Crossing::new(move |call| {
                let stopwatch = before_the_engine.clone();
                Box::pin(async move {
                    tokio::task::yield_now().await;
                    let refused = not_allowed(call.service, &call.input);
                    refused.or_else(|| stopwatch.cross(&call)).unwrap_or(Fate::Arrives)
                })
            }));
        })
        .await;
        stopwatch.stand_before(world.stack.engine.clone());
        let mut policy = only(json!({ "per_account": an_hour(5) }), json!({}));
        policy["served_countries"] = json!(["US", "CA"]);
        policy["budgets"] = json!({ "calls_per_range_per_day_max": 1, "calls_per_minute_max": 5_000,
            "calls_per_hour_max": 50_000, "calls_per_day_max": 50_000, "calls_per_country_per_day_max": 50_000,
            "cost_per_day_max_usd": 1_000_000.0 });
        policy["line"] = json!({ "lookups_per_day_max": 100_000, "lookups_per_address_percent": 100 });
        policy["held"]["per_range_while_untold_max"] = json!(10_000);
        world.policy(policy).await;
        world.list("deny", "net#172.0.0.0/8").await;
        world.kill_switches(false, &["CA"]).await;
        let mut mixed = Self { world, watch, stopwatch, withheld: BTreeSet::new() };
        for n in 0..5 {
            account("greedy").asks(&mixed.world, &format!("+1405{}0100", 222 + n)).await;
        }
        account("first-of-its-range").asks(&mixed.world, "+14012229999").await;
        mixed.work().await;
        mixed
    }

    /// Makes ready what the `n`-th of these classes is to meet, and nothing that it could be told by.
    pub(super) async fn prepare(&mut self, all: &[(Class, usize)]) {
        for (class, n) in all {
            let number = class.number(*n);
            match class {
                Class::NotInService => {
                    self.world.stack.carriers.set(&number, Line::new(LineType::Invalid, ""));
                }
                Class::Voip => {
                    self.world.stack.carriers.set(&number, Line::new(LineType::Voip, "Example VoIP"));
                }
                Class::Duplicate => {
                    self.world.stack.connect.plan_for(&number, LONG_CALL);
                    let holder = account(&format!("holder-{n}"));
                    let holder = holder.at(&format!("11.{}.{}.7", n / 250, n % 250));
                    holder.asks(&self.world, &number).await;
                }
                _ => {}
            }
        }
        self.work().await;
        warm(&self.world).await;
    }

    /// Lets the functions do all that they can do now; what is withheld is not brought to screening.
    pub(super) async fn work(&mut self) {
        loop {
            let brought: Vec<_> = self
                .world
                .events_for_screening()
                .into_iter()
                .filter(|event| {
                    let id = event["Records"][0]["dynamodb"]["Keys"]["request_id"]["S"].as_str().unwrap();
                    !self.withheld.contains(id)
                })
                .collect();
            for event in &brought {
                let answer = self.world.stack.invoke(Function::Screening, event.clone()).await.unwrap();
                assert_eq!(answer, json!({ "batchItemFailures": [] }));
            }
            self.world.read_on(Function::Dialing).await;
            let due = self.world.intercept();
            self.world.hear_all(&due).await;
            if brought.is_empty() && due.is_empty() {
                return;
            }
        }
    }

    /// Sends something about a request that is there.
    pub(super) async fn about(&self, method: Method, visitor: &Visitor, id: &str) -> Answer {
        visitor.sends(&self.world, method, id).await
    }
}

/// Connect's answer to an order for a number of the class `Failed`.
fn not_allowed(service: ServiceName, input: &[u8]) -> Option<Fate> {
    let is_such = service == ServiceName::Connect && String::from_utf8_lossy(input).contains("\"+1402");
    let body = r#"{"__type":"DestinationNotAllowedException","Message":"Not allowed."}"#.to_owned();
    is_such.then_some(Fate::Answered { status: 403, body })
}
