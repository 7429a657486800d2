//! What is usual for this deployment: the carriers of its customers. A pump works the exchanges of carriers that nobody else
//! asks for, so what is unusual has to prove itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::text::CarrierName;

/// The share of the good calls that makes a carrier usual on the first day, in percent.
const FIRST_DAY_SHARE_PERCENT: u32 = 50;

/// How many UTC days of good calls are kept.
const DAYS_KEPT: i64 = 8;

/// How usual a carrier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is one of those that the customers have, or the policy names it.
    Usual,
    /// Nothing is known of the customers yet.
    Untold,
    /// The deployment is in its first day, and most good calls go to other carriers.
    New,
    /// The customers have others.
    Unusual,
}

/// The good calls of the last days, by carrier. Upkeep adds each call once, when it is ripe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usual {
    /// Calls of requests received before this moment are counted.
    pub learned_until: Option<Timestamp>,
    /// By UTC day, counted from the epoch, and by [`CarrierName::key`]; a carrier that is not known has the empty key.
    pub days: BTreeMap<i64, BTreeMap<String, u64>>,
}

impl Usual {
    /// Adds a good call that is ripe.
    pub fn learn(&mut self, carrier: Option<&CarrierName>, ended_at: Timestamp) {
        let day = self.days.entry(day(ended_at)).or_default();
        *day.entry(carrier.map(CarrierName::key).unwrap_or_default()).or_default() += 1;
    }

    /// Forgets what is older than a week.
    pub fn forget(&mut self, now: Timestamp) {
        let oldest = day(now) - DAYS_KEPT;
        self.days.retain(|day, _| *day >= oldest);
    }

    /// How usual a carrier is; none stands for one that the lookup does not know.
    ///
    /// A carrier is large by its share of the good calls of earlier days. On the first day, only one that has most of them is
    /// usual: what is pumped looks well until somebody marks it, and is not the majority.
    #[must_use]
    pub fn standing(&self, carrier: Option<&CarrierName>, policy: &Policy, now: Timestamp) -> Standing {
        let (listed, held) = (&policy.line.usual_carriers, &policy.held);
        let key = carrier.map(CarrierName::key);
        if key.as_ref().is_some_and(|key| listed.iter().any(|usual| usual.key() == *key)) {
            return Standing::Usual;
        }
        let today = day(now);
        let is_known = |all: u64| all >= u64::from(held.known_good_min);
        let earlier = self.good(|day, _| day < today);
        let (since, percent) = if is_known(earlier) {
            (today, held.usual_carrier_share_percent)
        } else {
            (i64::MAX, FIRST_DAY_SHARE_PERCENT)
        };
        let all = self.good(|day, _| day < since);
        if !is_known(all) {
            return Standing::Untold;
        }
        let good = self.good(|day, of| day < since && key.as_deref() == Some(of));
        let is_large = good.saturating_mul(100) >= all.saturating_mul(u64::from(percent));
        if is_large && good >= u64::from(held.usual_carrier_good_min) {
            Standing::Usual
        } else if is_known(earlier) {
            Standing::Unusual
        } else {
            Standing::New
        }
    }

    fn good(&self, of: impl Fn(i64, &str) -> bool) -> u64 {
        let counts = self.days.iter().flat_map(|(day, counts)| counts.iter().map(move |count| (*day, count)));
        counts
            .filter(|(day, (carrier, _))| of(*day, carrier))
            .fold(0, |all, (_, (_, count))| all.saturating_add(*count))
    }
}

fn day(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(86_400)
}

#[cfg(test)]
mod tests;
