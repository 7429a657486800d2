//! The default policy: meant for a contact center of some thousand calls a day in the United States.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Blocks, Budgets, Dial, FanOut, Guests, Limit, Limits, LinePolicy, Marks, Policy, Tolerance, Waste,
};
use crate::counter::DAY_SECONDS;
use crate::country::CountryCode;
use crate::reply::Channel;
use crate::verdict::Route;

const HOUR_SECONDS: u32 = 3_600;

impl Default for Policy {
    fn default() -> Self {
        let us = CountryCode::parse("US").ok();
        Self {
            served_countries: us.into_iter().collect(),
            default_country: us,
            served_address_countries: BTreeSet::new(),
            guests: Guests::Redirect,
            channels: vec![Channel::Chat, Channel::CallIn],
            rules: BTreeMap::new(),
            line: LinePolicy::default(),
            limits: Limits::default(),
            fan_out: FanOut::default(),
            waste: Waste::default(),
            marks: Marks::default(),
            blocks: Blocks::default(),
            budgets: Budgets::default(),
            dial: Dial::default(),
            retention_days: 30,
        }
    }
}

impl Default for LinePolicy {
    fn default() -> Self {
        Self {
            lookups_per_day_max: 3_000,
            cache_days: 30,
            unavailable: Route::Dial,
            usual_carriers: BTreeSet::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |requests_max, window_seconds| Limit { requests_max, window_seconds };
        Self {
            per_address: limit(30, HOUR_SECONDS),
            per_block: limit(60, HOUR_SECONDS),
            per_account: limit(20, HOUR_SECONDS),
            per_number: limit(3, DAY_SECONDS),
            per_range: limit(8, DAY_SECONDS),
            per_carrier: limit(50, DAY_SECONDS),
            per_country: limit(5_000, DAY_SECONDS),
            growth_percent: 200,
            large_carrier_percent: 20,
        }
    }
}

impl Default for FanOut {
    fn default() -> Self {
        Self {
            numbers_per_address_max: 15,
            numbers_of_a_range_per_address_max: 3,
            countries_per_address_max: 3,
            numbers_per_account_max: 4,
            addresses_per_number_max: 5,
        }
    }
}

impl Default for Waste {
    fn default() -> Self {
        Self {
            address: Tolerance::of(3, 200),
            block: Tolerance::of(4, 200),
            account: Tolerance::of(3, 200),
            number: Tolerance::of(2, 100),
            range: Tolerance::of(5, 50),
            carrier: Tolerance::of(30, 75),
            country: Tolerance::of(30, 75),
        }
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            address: Tolerance::of(0, 5),
            block: Tolerance::of(1, 5),
            account: Tolerance::of(0, 5),
            number: Tolerance::of(0, 0),
            range: Tolerance::of(0, 5),
            carrier: Tolerance::of(2, 5),
        }
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Self { first_seconds: 4 * HOUR_SECONDS, longest_seconds: 7 * DAY_SECONDS }
    }
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            calls_per_minute_max: 60,
            calls_per_hour_max: 1_200,
            calls_per_day_max: 5_000,
            calls_per_country_per_day_max: 5_000,
            calls_per_range_per_day_max: 60,
            cost_per_day_max_usd: 1_000.0,
            estimated_call_minutes: 5,
            usd_per_minute: BTreeMap::new(),
            usd_per_minute_otherwise: 0.05,
        }
    }
}

impl Default for Dial {
    fn default() -> Self {
        Self {
            deadline_seconds: 900,
            calls_per_second_max: 1.8,
            ring_timeout_seconds: 30,
            call_seconds_max: 7_200,
        }
    }
}

impl Tolerance {
    const fn of(floor: u32, share_percent: u32) -> Self {
        Self { floor, share_percent }
    }
}
