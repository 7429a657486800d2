//! The default policy: meant for a contact center of some thousand calls a day in the United States.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Blocks, Budgets, Dial, FanOut, Guests, Held, Limit, Limits, LinePolicy, Marks, Newcomers, Numbers,
    Policy, ProofPolicy, Tolerance, Waste, WithoutLookup,
};
use crate::counter::DAY_SECONDS;
use crate::country::CountryCode;
use crate::reply::Channel;

const HOUR_SECONDS: u32 = 3_600;

impl Default for Policy {
    fn default() -> Self {
        let us = CountryCode::parse("US").ok();
        Self {
            served_countries: us.into_iter().collect(),
            default_country: us,
            numbers: Numbers::default(),
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
            proof: ProofPolicy::default(),
            held: Held::default(),
            newcomers: Newcomers::default(),
            budgets: Budgets::default(),
            dial: Dial::default(),
            retention_days: 30,
        }
    }
}

impl Default for LinePolicy {
    fn default() -> Self {
        Self {
            lookups_per_day_max: 5_000,
            lookups_per_address_percent: 4,
            cache_days: 30,
            unavailable: WithoutLookup::Refuse,
            usual_carriers: BTreeSet::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |requests_max, window_seconds| Limit { requests_max, window_seconds };
        Self {
            per_address: limit(30, HOUR_SECONDS),
            per_account: limit(20, HOUR_SECONDS),
            per_number: limit(3, DAY_SECONDS),
        }
    }
}

impl Default for FanOut {
    fn default() -> Self {
        Self {
            numbers_per_address_max: 30,
            numbers_per_address_per_day_max: 100,
            numbers_per_ipv6_line_max: 3,
            numbers_per_account_max: 2,
            numbers_of_a_range_per_address_max: 2,
            countries_per_address_max: 3,
            addresses_per_number_max: 5,
        }
    }
}

impl Default for Waste {
    fn default() -> Self {
        Self {
            address: Tolerance::of(4, 200),
            ipv6_line: Tolerance::of(2, 200),
            account: Tolerance::of(0, 200),
            block: Tolerance::of(9, 200),
            ipv6_block: Tolerance::of(3, 200),
            range: Tolerance::of(4, 200),
        }
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            address: Tolerance::of(0, 5),
            block: Tolerance::of(2, 25),
            account: Tolerance::of(0, 5),
            number: Tolerance::of(1, 0),
            range: Tolerance::of(1, 10),
            carrier: Tolerance::of(2, 25),
        }
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            first_seconds: 20 * 60,
            account_first_seconds: DAY_SECONDS,
            scarce_first_seconds: 6 * HOUR_SECONDS,
            longest_seconds: 7 * DAY_SECONDS,
        }
    }
}

impl Default for ProofPolicy {
    fn default() -> Self {
        Self {
            good_call_seconds: 30,
            ripe_seconds: 2 * HOUR_SECONDS,
            calls_per_good: 3,
            calls_per_day_max: 6,
            room_times: 3,
            calls_to_own_number_max: 6,
            calls_to_own_number_most: 20,
        }
    }
}

impl Default for Held {
    fn default() -> Self {
        Self {
            per_range_max: 6,
            per_range_of_usual_carrier_max: 60,
            per_range_while_untold_max: 15,
            per_range_per_day_max: 24,
            per_carrier_max: 24,
            per_carrier_per_day_max: 80,
            less_per_mark: 4,
            usual_carrier_good_min: 10,
            usual_carrier_share_percent: 10,
            known_good_min: 30,
        }
    }
}

impl Default for Newcomers {
    fn default() -> Self {
        Self { window_seconds: HOUR_SECONDS / 2, newcomers_max: 190, strangers_max: 130, scarce_percent: 15 }
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
            range_best_day_percent: 300,
            reserve_percent: 15,
            reserve_from_strangers_percent: 30,
            further_numbers_percent: 4,
            cost_per_day_max_usd: 1_250.0,
            estimated_call_minutes: 5,
            usd_per_minute: BTreeMap::new(),
            usd_per_minute_otherwise: 0.05,
        }
    }
}

impl Default for Dial {
    fn default() -> Self {
        Self {
            deadline_seconds: 300,
            calls_per_second_max: 1.8,
            ring_timeout_seconds: None,
            call_seconds_max: 7_200,
        }
    }
}

impl Tolerance {
    const fn of(floor: u32, share_percent: u32) -> Self {
        Self { floor, share_percent }
    }
}
