//! Of the policy: what each subject may do, and what it may waste.

use serde::{Deserialize, Serialize};

/// How often each subject may ask or be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests from an address (an IPv6 /64).
    pub per_address: Limit,
    /// Requests from an account.
    pub per_account: Limit,
    /// Calls to a number within a day; one more for each that went well, up to twice as many.
    pub per_number: Limit,
}

/// So many requests in a sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many.
    pub requests_max: u32,
    /// In how long.
    pub window_seconds: u32,
}

/// How many different numbers, countries and addresses may meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FanOut {
    /// Distinct numbers called for an IPv4 address, which many may share, while the calls to them prove nothing yet
    /// (`proof.ripe_seconds`); one more for each that went well before.
    pub numbers_per_address_max: u32,
    /// The same within a day; two more for each that went well.
    pub numbers_per_address_per_day_max: u32,
    /// Distinct numbers called for an IPv6 /64, which is one subscriber's, within a day; one more for each that went well
    /// before.
    pub numbers_per_ipv6_line_max: u32,
    /// The same for an account.
    pub numbers_per_account_max: u32,
    /// Distinct numbers of one range called for an asker within a day, while too little is known of the range.
    pub numbers_of_a_range_per_address_max: u32,
    /// Distinct countries of the numbers called for an address within a day.
    pub countries_per_address_max: u32,
    /// Distinct addresses that may have a number called within a day.
    pub addresses_per_number_max: u32,
}

/// How many calls may be wasted within a day: so many, and a share of those that went well on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Waste {
    /// Different numbers called in vain for an IPv4 address, other than the one that is asked for.
    pub address: Tolerance,
    /// The same for an IPv6 /64.
    pub ipv6_line: Tolerance,
    /// The same for an account.
    pub account: Tolerance,
    /// Calls wasted for the lines of an IPv4 /24, two of each at most.
    pub block: Tolerance,
    /// The same for an IPv6 /56; three times as many for each wider network, /48, /40 and /32.
    pub ipv6_block: Tolerance,
    /// Calls wasted to a range, two of each asking line at most, by more lines than the floor.
    pub range: Tolerance,
}

/// How many requests may be marked as spam in a week, for each subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Marks {
    /// Of an address.
    pub address: Tolerance,
    /// Distinct lines of a network.
    pub block: Tolerance,
    /// Of an account.
    pub account: Tolerance,
    /// Distinct askers for a number.
    pub number: Tolerance,
    /// Distinct askers for numbers of a range.
    pub range: Tolerance,
    /// Distinct askers for numbers of a carrier.
    pub carrier: Tolerance,
}

/// How much of something bad a subject may have: a floor, and a share of the calls that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// This many in any case.
    pub floor: u32,
    /// This share of the calls that went well, in percent.
    pub share_percent: u32,
}

/// How long an asker waits who wasted as many calls as he may; each call that he wastes then doubles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blocks {
    /// An address, the first time, in seconds.
    pub first_seconds: u32,
    /// An account.
    pub account_first_seconds: u32,
    /// Anybody, while newcomers' places are scarce.
    pub scarce_first_seconds: u32,
    /// The longest, in seconds.
    pub longest_seconds: u32,
}

impl Tolerance {
    /// How much is allowed where `good` calls went well: the floor, or the share if that is more.
    #[must_use]
    pub fn allowed(self, good: u64) -> u64 {
        self.share(good).max(u64::from(self.floor))
    }

    /// How much is allowed where what goes well adds to the floor.
    #[must_use]
    pub fn raised_by(self, good: u64) -> u64 {
        self.share(good).saturating_add(u64::from(self.floor))
    }

    fn share(self, good: u64) -> u64 {
        good.saturating_mul(u64::from(self.share_percent)) / 100
    }
}
