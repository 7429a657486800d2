//! The policies under which schedules run, each with an engine that holds it from the beginning.

use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use http::Method;
use local::engine::Image;
use local::stack::{Options, Stack};
use local::wire::{Crossing, Fate, Wire};
use serde_json::{Value, json};
use tollgate_aws::clock::{Clock, ManualClock};

use crate::BEGINNING;
use crate::callers;
use crate::chance::one_of;

/// How long a request may wait, in seconds.
pub(crate) const DEADLINE_SECONDS: i64 = 240;
/// The longest call that the flow allows, in seconds.
pub(crate) const CALL_SECONDS_MAX: i64 = 480;
/// How long it rings, in seconds.
pub(crate) const RING_SECONDS: i64 = 20;
/// How many calls an hour has room for, where it has little.
pub(crate) const TIGHT_CALLS_PER_HOUR: u32 = 2;

/// The rules of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Room for everybody.
    Usual,
    /// Two calls an hour.
    TightHour,
    /// One call a minute; more wait.
    TightMinute,
    /// One call to a number.
    OneCallPerNumber,
    /// Carriers are looked up.
    WithLookup,
}

impl Rules {
    const ALL: [Self; 5] =
        [Self::Usual, Self::TightHour, Self::TightMinute, Self::OneCallPerNumber, Self::WithLookup];

    pub(crate) fn drawn() -> Self {
        one_of(&Self::ALL)
    }

    /// The policy's document.
    pub(crate) fn policy(self) -> Value {
        let mut policy = json!({
            "dial": {
                "deadline_seconds": DEADLINE_SECONDS,
                "ring_timeout_seconds": RING_SECONDS,
                "call_seconds_max": CALL_SECONDS_MAX,
                "calls_per_second_max": 100.0,
            },
            "line": { "lookups_per_day_max": 0 },
            "limits": { "per_number": { "requests_max": 8, "window_seconds": 86_400 } },
        });
        match self {
            Self::Usual => {}
            Self::TightHour => policy["budgets"]["calls_per_hour_max"] = json!(TIGHT_CALLS_PER_HOUR),
            Self::TightMinute => policy["budgets"]["calls_per_minute_max"] = json!(1),
            Self::OneCallPerNumber => policy["limits"]["per_number"]["requests_max"] = json!(1),
            Self::WithLookup => policy["line"]["lookups_per_day_max"] = json!(1_000),
        }
        policy
    }

    /// An engine that holds the policy.
    pub(crate) fn image(self) -> Arc<Image> {
        static IMAGES: [OnceLock<Arc<Image>>; 5] = [const { OnceLock::new() }; 5];
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
                Arc::new(Image::of(&stack.engine).unwrap())
            };
            made.now_or_never().expect("nothing waits")
        };
        let place = Self::ALL.iter().position(|rules| *rules == self).unwrap();
        Arc::clone(IMAGES[place].get_or_init(image))
    }
}
