//! What schedules were made of, in numbers.

use std::collections::BTreeMap;
use std::fmt;

/// Counts, of one schedule or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Schedules.
    pub schedules: u64,
    /// Calls of the functions to DynamoDB, Connect and the carrier lookup.
    pub crossings: u64,
    /// Invocations that were cut off.
    pub cut_off: u64,
    /// Requests that were accepted.
    pub accepted: u64,
    /// Orders to Connect.
    pub orders: u64,
    /// Calls that Connect placed.
    pub calls: u64,
    /// What went wrong otherwise, and what happened, by name.
    pub events: BTreeMap<&'static str, u64>,
}

impl Figures {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.events.entry(what).or_default() += 1;
    }

    /// Adds those of other schedules.
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.crossings += other.crossings;
        self.cut_off += other.cut_off;
        self.accepted += other.accepted;
        self.orders += other.orders;
        self.calls += other.calls;
        for (what, count) in &other.events {
            *self.events.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedules, crossings, cut_off, accepted, orders, calls, events } = self;
        write!(
            f,
            "schedules {schedules}, calls across {crossings}, requests accepted {accepted}, orders to Connect {orders}, \
             calls placed {calls}, invocations cut off {cut_off}"
        )?;
        events.iter().try_for_each(|(what, count)| write!(f, ", {what} {count}"))
    }
}
