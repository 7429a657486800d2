//! What is usual for this deployment: the carriers of its customers. A pump works the exchanges of carriers that nobody else
//! asks for, so what is unusual has to prove itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::text::CarrierName;

/// The share of the good calls that makes a carrier usual on the first day, in percent,
const FIRST_DAY_SHARE_PERCENT: u32 = 50;
/// unless the deployment's very first good calls show that customers have it. A pump would have to come with them.
const FIRST_CALLS: u64 = 30;
/// So many of them do.
const FIRST_CALLS_OF_A_CARRIER_MIN: u64 = 2;

/// How many UTC days of good calls are kept.
const DAYS_KEPT: i64 = 8;

/// How usual a carrier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is one of those that the customers have, or the policy names it.
    Usual,
    /// Nothing is known of the customers yet.
    Untold,
    /// The deployment is in its first day, and its first good calls went to other carriers.
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
    /// The first good calls that were ever counted, by carrier.
    pub first: BTreeMap<String, u64>,
}

impl Usual {
    /// Adds a good call that is ripe.
    pub fn learn(&mut self, carrier: Option<&CarrierName>, ended_at: Timestamp) {
        let key = carrier.map(CarrierName::key).unwrap_or_default();
        if self.first.values().fold(0_u64, |all, count| all.saturating_add(*count)) < FIRST_CALLS {
            *self.first.entry(key.clone()).or_default() += 1;
        }
        let count = self.days.entry(day(ended_at)).or_default().entry(key).or_default();
        *count = count.saturating_add(1);
    }

    /// Forgets what is older than a week.
    pub fn forget(&mut self, now: Timestamp) {
        let oldest = day(now) - DAYS_KEPT;
        self.days.retain(|day, _| *day >= oldest);
    }

    /// How usual a carrier is; none stands for one that the lookup does not know.
    ///
    /// A carrier is large by its share of the good calls of earlier days. On the first day, one is usual that has most of them, or
    /// was among the first of all: what is pumped looks well until somebody marks it, but neither is the majority nor comes
    /// with the first customers.
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
        } else if key.is_some_and(|key| self.is_of_the_first(&key)) {
            Standing::Usual
        } else {
            Standing::New
        }
    }

    /// The UTC day from whose beginning on carriers are held by the day: the first before which enough was known. None while
    /// too little is.
    #[must_use]
    pub fn held_since(&self, policy: &Policy) -> Option<Timestamp> {
        let known = u64::from(policy.held.known_good_min);
        let mut good = 0_u64;
        let enough = self.days.iter().find(|(_, counts)| {
            good = counts.values().fold(good, |all, count| all.saturating_add(*count));
            good >= known
        });
        let (day, _) = enough?;
        Timestamp::from_second((day + 1).saturating_mul(86_400)).ok()
    }

    fn is_of_the_first(&self, key: &str) -> bool {
        self.first.get(key).is_some_and(|count| *count >= FIRST_CALLS_OF_A_CARRIER_MIN)
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
