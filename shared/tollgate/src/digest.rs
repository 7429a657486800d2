//! A digest of requests: what they came to, hour by hour, what that cost, and what they have in common. Made for the eyes of
//! operators; no rule looks at it.

mod fate;
mod shared;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::budget;
use crate::policy::Policy;
use crate::record::{MarkKind, Record};
use crate::state::{Ending, State};
use crate::verdict::{Code, Standing};

pub use fate::Fate;
pub use shared::{Dimension, GUEST, Top, top};

/// How many requests came to what, and what their calls cost, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "named as `Fate` is, or as what they sum")]
pub struct Sums {
    pub requests: u64,
    pub waiting: u64,
    pub live: u64,
    pub talked: u64,
    pub no_agent: u64,
    pub unanswered: u64,
    pub withdrawn: u64,
    pub telecom_problem: u64,
    pub unheard: u64,
    pub redirected: u64,
    pub refused: u64,
    pub cancelled: u64,
    pub expired: u64,
    pub failed: u64,
    pub marked_spam: u64,
    pub micro_usd: u64,
    pub wasted_micro_usd: u64,
}

/// The requests that were received in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// When it began.
    pub at: Timestamp,
    /// What its requests came to.
    pub sums: Sums,
}

/// How often a rule spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "named as `Standing` is")]
pub struct Spoke {
    pub enforced: u64,
    pub shadow: u64,
    pub waived: u64,
}

impl Sums {
    /// The sums of requests.
    #[must_use]
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>, policy: &Policy) -> Self {
        let mut sums = Self::default();
        for record in records {
            sums.add(record, policy);
        }
        sums
    }

    fn add(&mut self, record: &Record, policy: &Policy) {
        let fate = Fate::of(&record.state);
        self.requests += 1;
        *match fate {
            Fate::Waiting => &mut self.waiting,
            Fate::Live => &mut self.live,
            Fate::Talked => &mut self.talked,
            Fate::NoAgent => &mut self.no_agent,
            Fate::Unanswered => &mut self.unanswered,
            Fate::Withdrawn => &mut self.withdrawn,
            Fate::TelecomProblem => &mut self.telecom_problem,
            Fate::Unheard => &mut self.unheard,
            Fate::Redirected => &mut self.redirected,
            Fate::Refused => &mut self.refused,
            Fate::Cancelled => &mut self.cancelled,
            Fate::Expired => &mut self.expired,
            Fate::Failed => &mut self.failed,
        } += 1;
        if is_spam(record) {
            self.marked_spam += 1;
        }
        if fate.was_called() {
            let cost = cost_of(record, policy);
            self.micro_usd += cost;
            if is_lost(record) {
                self.wasted_micro_usd += cost;
            }
        }
    }

    /// How many calls were dialed.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.live + self.talked + self.wasted() + self.withdrawn + self.telecom_problem + self.unheard
    }

    /// How many calls found nobody, or no agent.
    #[must_use]
    pub fn wasted(&self) -> u64 {
        self.no_agent + self.unanswered
    }

    /// How many requests ended without a call.
    #[must_use]
    pub fn not_called(&self) -> u64 {
        self.redirected + self.refused + self.cancelled + self.expired + self.failed
    }
}

/// Whether an operator said that the request was spam.
#[must_use]
pub fn is_spam(record: &Record) -> bool {
    record.mark.as_ref().is_some_and(|mark| mark.kind == MarkKind::Spam)
}

/// Whether a call was paid for in vain: nobody, no agent, or spam.
#[must_use]
pub fn is_lost(record: &Record) -> bool {
    let fate = Fate::of(&record.state);
    fate.is_waste() || (fate.was_called() && is_spam(record))
}

/// What the call of a request cost, in millionths of a dollar: by its seconds once it has ended; nothing if there was no call.
#[must_use]
pub fn cost_of(record: &Record, policy: &Policy) -> u64 {
    let end = match &record.state {
        State::Ended(Ending::Closed { end, .. }) => end.as_ref(),
        state if Fate::of(state).was_called() => None,
        _ => return 0,
    };
    budget::spent_on(&record.request.number, end, &policy.budgets)
}

/// The full hour of UTC in which a moment lies.
#[must_use]
pub fn hour_of(moment: Timestamp) -> Timestamp {
    let past = moment.as_second().rem_euclid(3_600);
    Timestamp::from_second(moment.as_second() - past).unwrap_or(moment)
}

/// The requests by the hour in which they were received: each hour from that of `from` to that of `to`, none left out.
#[must_use]
pub fn hours(records: &[Record], from: Timestamp, to: Timestamp, policy: &Policy) -> Vec<Hour> {
    let mut by_hour = BTreeMap::<Timestamp, Sums>::new();
    let mut at = hour_of(from);
    while at <= to {
        by_hour.insert(at, Sums::default());
        at += SignedDuration::from_hours(1);
    }
    for record in records {
        if let Some(sums) = by_hour.get_mut(&hour_of(record.request.received_at)) {
            sums.add(record, policy);
        }
    }
    by_hour.into_iter().map(|(at, sums)| Hour { at, sums }).collect()
}

/// How often each rule spoke of the requests, the most often first.
#[must_use]
pub fn findings(records: &[Record]) -> Vec<(Code, Spoke)> {
    let mut spoke = BTreeMap::<Code, Spoke>::new();
    for finding in records.iter().flat_map(|record| &record.findings) {
        let of = spoke.entry(finding.code).or_default();
        *match finding.standing {
            Standing::Enforced => &mut of.enforced,
            Standing::Shadow => &mut of.shadow,
            Standing::Waived => &mut of.waived,
        } += 1;
    }
    let mut spoke: Vec<_> = spoke.into_iter().collect();
    spoke.sort_by_key(|(_, of)| std::cmp::Reverse(of.enforced + of.shadow + of.waived));
    spoke
}

#[cfg(test)]
mod tests;
