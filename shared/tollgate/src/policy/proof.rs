//! Of the policy: what proves something, and how much there is for those who have proved nothing yet.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What a call must come to in order to prove something, and what proof is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProofPolicy {
    /// An agent must talk this long for a call to count as good.
    pub good_call_seconds: u32,
    /// So long after its end a good call that nobody marked is ripe: longer than agents take to mark.
    pub ripe_seconds: u32,
    /// How many calls each good one lets through.
    pub calls_per_good: u32,
    /// How many calls an asker's proof lets through within a day at most.
    pub calls_per_day_max: u32,
    /// How many times the room of a newcomer an asker has in a new range or carrier who has proved himself elsewhere.
    pub room_times: u32,
    /// Calls of an account to its own verified number within a day; two more for each that went well, up to `calls_to_own_number_most`.
    pub calls_to_own_number_max: u32,
    /// The most of them, whatever went well.
    pub calls_to_own_number_most: u32,
}

/// How many calls what is new may have before its calls have proved themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Held {
    /// Calls to a range that live or are not ripe yet; one more for each line with a ripe good call there.
    pub per_range_max: u32,
    /// The same for a range of a usual carrier.
    pub per_range_of_usual_carrier_max: u32,
    /// The same while too little is known to tell which carriers are usual.
    pub per_range_while_untold_max: u32,
    /// Calls within a day to a range whose carrier is not usual; two more for each line that talked there a day ago or earlier.
    pub per_range_per_day_max: u32,
    /// Calls to an unusual carrier that live or are not ripe yet; one more for each line with a ripe good call.
    pub per_carrier_max: u32,
    /// Calls within a day to an unusual carrier; two more for each line that talked a day ago or earlier.
    pub per_carrier_per_day_max: u32,
    /// How many calls fewer for each marked asker.
    pub less_per_mark: u32,
    /// A carrier is usual with this many ripe good calls in a week,
    pub usual_carrier_good_min: u32,
    /// and this share of all.
    pub usual_carrier_share_percent: u32,
    /// Before the deployment has this many ripe good calls, no carrier is unusual.
    pub known_good_min: u32,
}

/// What newcomers share: places that a live or wasted call holds, and that a good one gives back and adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Newcomers {
    /// The window in which places are counted.
    pub window_seconds: u32,
    /// Places of all of them.
    pub newcomers_max: u32,
    /// Those that may be held from networks without customers; the rest is kept for the neighbors of customers.
    pub strangers_max: u32,
    /// The share of the places taken from which on they are scarce: each asker then may waste one call only.
    pub scarce_percent: u32,
}

impl ProofPolicy {
    /// How long after its end a good call is ripe.
    #[must_use]
    pub fn ripe_after(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.ripe_seconds))
    }
}
