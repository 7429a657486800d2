//! Whether one range or one network stands out among the calls of late. Each rule looks at one request; that half of all calls go
//! to one exchange, each of them well within its limits, is seen here alone. It stops nothing: an operator is told.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::request::CallbackRequest;

/// So many calls are looked at, the newest: a busy hour's, or a quiet day's.
pub const CALLS_LOOKED_AT: usize = 100;
/// Calls older than this are not of late.
pub const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(24);
/// Of fewer calls than this no share says anything.
const CALLS_MIN: usize = 20;

/// The largest shares of the calls of late, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Of the range that most of them went to.
    pub range_percent: u32,
    /// Of the network that asked for most of them: an IPv4 /24 or an IPv6 /56.
    pub network_percent: u32,
}

impl Shares {
    /// The largest shares among these requests, each of which was called; none if they are too few.
    #[must_use]
    pub fn of<'a>(called: impl IntoIterator<Item = &'a CallbackRequest>) -> Option<Self> {
        let called: Vec<_> = called.into_iter().collect();
        if called.len() < CALLS_MIN {
            return None;
        }
        Some(Self {
            range_percent: largest_percent(called.iter().map(|request| request.number.range())),
            network_percent: largest_percent(called.iter().map(|request| request.caller.address.block())),
        })
    }
}

/// The share of whatever comes most often.
fn largest_percent<T: Ord>(all: impl Iterator<Item = T>) -> u32 {
    let (mut counts, mut sum) = (BTreeMap::<T, u32>::new(), 0_u32);
    for each in all {
        *counts.entry(each).or_default() += 1;
        sum += 1;
    }
    let largest = counts.into_values().max().unwrap_or_default();
    (largest * 100).checked_div(sum).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_share_is_that_of_whatever_comes_most_often() {
        for (all, percent) in [("aab", 66), ("abcd", 25), ("aaaa", 100), ("", 0)] {
            assert_eq!(largest_percent(all.chars()), percent, "{all}");
        }
    }
}
