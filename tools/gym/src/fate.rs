//! What a request came to.

use jiff::SignedDuration;
use local::connect::CallPlan;
use tollgate::verdict::Finding;

/// What a request came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Fate {
    /// In short.
    pub came_to: CameTo,
    /// The state it ended in; of a baseline, which has none, the same in a word.
    pub state: &'static str,
    /// Its call.
    pub dial: Option<Dial>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What a request came to, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CameTo {
    /// A call was placed.
    Dialed,
    /// Another channel was offered, at once or later.
    Redirected,
    /// No call, and nothing was said: refused, or not dialed in time.
    Refused,
    /// Another request held the number.
    Duplicate,
}

/// A call that was placed, by the time of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dial {
    /// When it was placed.
    pub at: SignedDuration,
    /// When it ended.
    pub ended: SignedDuration,
}

impl Fate {
    /// The fate of a request whose call was placed.
    #[must_use]
    pub fn dialed(dial: Dial) -> Self {
        Self { came_to: CameTo::Dialed, state: "dialed", dial: Some(dial), findings: vec![] }
    }
}

/// The whole minutes that are billed for a call, at least one.
#[must_use]
pub fn billed_minutes(call: &CallPlan) -> u64 {
    if call.answered { u64::from(call.talk_seconds).div_ceil(60).max(1) } else { 1 }
}
