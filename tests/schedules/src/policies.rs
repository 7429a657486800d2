//! The policies under which schedules run, each with an engine that holds it from the beginning.

use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use local::engine::Image;
use local::stack::{Options, Stack};
use local::wire::{Crossing, Fate, Wire};
use serde_json::{Value, json};
use tollgate::text::CarrierName;
use tollgate::usual::Usual;
use tollgate_aws::clock::{Clock, ManualClock};
use tollgate_aws::tables::settings;

use crate::BEGINNING;
use crate::callers;
use crate::chance::one_of;

/// How long a request may wait, in seconds.
pub(crate) const DEADLINE_SECONDS: i64 = 240;
/// The longest call that the flow allows, in seconds.
pub(crate) const CALL_SECONDS_MAX: i64 = 480;
/// How many calls an hour has room for, where it has little.
pub(crate) const TIGHT_CALLS_PER_HOUR: u32 = 2;
/// How many calls a range has room for on a day, where it has little.
pub(crate) const TIGHT_CALLS_PER_RANGE: u32 = 2;
/// How much a day may cost, where it is little, in millionths of a dollar: what two calls are estimated to cost.
pub(crate) const TIGHT_MICRO_USD: i64 = 500_000;
/// The window in which newcomers' places are counted: short, so that some calls end in another one than they began in.
pub(crate) const NEWCOMERS_WINDOW_SECONDS: i64 = 300;
/// How many places newcomers have, and how many of them strangers, where they are few.
pub(crate) const FEW_NEWCOMERS: (u32, u32) = (2, 1);
/// An agent must talk so long for a call to count as good.
pub(crate) const GOOD_CALL_SECONDS: i64 = 30;
/// How many good calls the customers' carrier has: enough to make others unusual.
const KNOWN_GOOD_CALLS: u64 = 100;

/// The rules of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Room for everybody.
    Usual,
    /// Two calls an hour.
    TightHour,
    /// One call a minute; more wait.
    TightMinute,
    /// Two calls a day to the range.
    TightRange,
    /// Two calls a day by their estimate, more if they are shorter.
    TightCost,
    /// One place for strangers.
    FewNewcomers,
    /// Carriers are looked up, and the customers have another one.
    WithLookup,
}

impl Rules {
    const ALL: [Self; 7] = [
        Self::Usual,
        Self::TightHour,
        Self::TightMinute,
        Self::TightRange,
        Self::FewNewcomers,
        Self::WithLookup,
        Self::TightCost,
    ];

    pub(crate) fn drawn() -> Self {
        one_of(&Self::ALL)
    }

    /// The policy's document.
    pub(crate) fn policy(self) -> Value {
        let mut policy = json!({
            "dial": {
                "deadline_seconds": DEADLINE_SECONDS,
                "call_seconds_max": CALL_SECONDS_MAX,
                "calls_per_second_max": 100.0,
            },
            "line": { "lookups_per_day_max": 0 },
            "limits": { "per_number": { "requests_max": 8, "window_seconds": 86_400 } },
            "newcomers": { "window_seconds": NEWCOMERS_WINDOW_SECONDS },
            "proof": { "good_call_seconds": GOOD_CALL_SECONDS },
        });
        match self {
            Self::Usual => {}
            Self::TightHour => policy["budgets"]["calls_per_hour_max"] = json!(TIGHT_CALLS_PER_HOUR),
            Self::TightMinute => policy["budgets"]["calls_per_minute_max"] = json!(1),
            Self::TightRange => {
                policy["budgets"]["calls_per_range_per_day_max"] = json!(TIGHT_CALLS_PER_RANGE)
            }
            Self::TightCost => {
                policy["budgets"] = json!({
                    "cost_per_day_max_usd": f64::from(i32::try_from(TIGHT_MICRO_USD).unwrap()) / 1e6,
                    "reserve_percent": 0, "reserve_from_strangers_percent": 0,
                });
            }
            Self::FewNewcomers => {
                let (newcomers_max, strangers_max) = FEW_NEWCOMERS;
                policy["newcomers"]["newcomers_max"] = json!(newcomers_max);
                policy["newcomers"]["strangers_max"] = json!(strangers_max);
            }
            Self::WithLookup => policy["line"]["lookups_per_day_max"] = json!(1_000),
        }
        policy
    }

    /// What the deployment has learned of its customers' carriers. It has learned it lately: to read a week of requests that
    /// are not there would be most of all calls.
    fn usual(self, now: Timestamp) -> Usual {
        let mut usual = Usual { learned_until: Some(now), ..Usual::default() };
        if self == Self::WithLookup {
            let theirs = CarrierName::parse("Carrier of the customers").unwrap();
            (0..KNOWN_GOOD_CALLS)
                .for_each(|_| usual.learn(Some(&theirs), now - SignedDuration::from_hours(24)));
        }
        usual
    }

    /// An engine that holds the policy.
    pub(crate) fn image(self) -> Arc<Image> {
        static IMAGES: [OnceLock<Arc<Image>>; 7] = [const { OnceLock::new() }; 7];
        let image = || {
            let clock = Clock::Manual(ManualClock::at(BEGINNING.parse().unwrap()));
            // Everything arrives at once, so that nobody waits for anybody.
            let crossing = Crossing::new(|_| Box::pin(std::future::ready(Fate::Arrives)));
            let made = async {
                let wire = Wire::InProcess(crossing);
                let stack = Stack::start(Options { wire, ..Options::for_tests(clock) }).await.unwrap();
                let policy = self.policy().to_string();
                let put = callers::operator(&stack, Method::PUT, "/review/policy", Some("\"0\""), policy);
                let status = put.await.status;
                assert_eq!(status, 200, "the policy is saved");
                let beginning = BEGINNING.parse().unwrap();
                settings::put_usual(&stack.tables, &self.usual(beginning), beginning).await.unwrap();
                Arc::new(Image::of(&stack.engine).unwrap())
            };
            made.now_or_never().expect("nothing waits")
        };
        let place = Self::ALL.iter().position(|rules| *rules == self).unwrap();
        Arc::clone(IMAGES[place].get_or_init(image))
    }
}
