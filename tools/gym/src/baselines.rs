//! The simpler guards that Tollgate is measured beside, on the same requests with the same calls.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::SignedDuration;

use crate::fate::{CameTo, Dial, Fate};
use crate::traffic::{Asked, RINGS_OUT_SECONDS};

/// The rate limiter's limit, for the whole life of its tables.
const REQUESTS_MAX: u32 = 10;

/// A guard simpler than Tollgate. Each decides at once, and what it lets through is dialed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Dials all.
    None,
    /// Dials unless a call to the number is pending.
    OnePending,
    /// The Rate Limiter of the Amazon Connect Snippets: every request counts for its address and for its number as spelled,
    /// and is dialed while neither has more than ten. Nothing is ever forgotten; updates are not lost, as they are there.
    SampleRateLimiter,
}

impl Baseline {
    /// Plays the requests, which are in order of time.
    #[must_use]
    pub fn play(self, requests: &[Asked]) -> Vec<Fate> {
        match self {
            Self::None => requests.iter().map(dialed).collect(),
            Self::OnePending => one_pending(requests),
            Self::SampleRateLimiter => sample_rate_limiter(requests),
        }
    }
}

fn one_pending(requests: &[Asked]) -> Vec<Fate> {
    let mut pending_until: HashMap<&str, SignedDuration> = HashMap::new();
    let decide = |asked: &Asked, until: Option<&SignedDuration>| match until {
        Some(until) if asked.at < *until => not_dialed(CameTo::Duplicate, "duplicate"),
        _ => dialed(asked),
    };
    let mut fates = vec![];
    for asked in requests {
        let fate = decide(asked, pending_until.get(asked.number.e164()));
        if let Some(dial) = fate.dial {
            pending_until.insert(asked.number.e164(), dial.ended);
        }
        fates.push(fate);
    }
    fates
}

fn sample_rate_limiter<'a>(requests: &'a [Asked]) -> Vec<Fate> {
    let mut by_address: HashMap<IpAddr, u32> = HashMap::new();
    let mut by_spelling: HashMap<&'a str, u32> = HashMap::new();
    let decide = |asked: &'a Asked| {
        // Both count, whatever the other says.
        let address = count(by_address.entry(asked.address).or_default());
        let spelling = count(by_spelling.entry(&asked.spelled).or_default());
        let within = address.max(spelling) <= REQUESTS_MAX;
        if within { dialed(asked) } else { not_dialed(CameTo::Refused, "refused") }
    };
    requests.iter().map(decide).collect()
}

fn count(counter: &mut u32) -> u32 {
    *counter = counter.saturating_add(1);
    *counter
}

fn dialed(asked: &Asked) -> Fate {
    let call = &asked.call;
    let lasts = if call.answered { call.ring_seconds + call.talk_seconds } else { RINGS_OUT_SECONDS };
    let ended = asked.at + SignedDuration::from_secs(i64::from(lasts));
    Fate::dialed(Dial { at: asked.at, ended })
}

fn not_dialed(came_to: CameTo, state: &'static str) -> Fate {
    Fate { came_to, state, dial: None, findings: vec![] }
}
