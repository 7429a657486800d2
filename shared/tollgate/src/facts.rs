//! The facts on which a request is decided, as gathered at one moment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::counter::{Ask, Asked, Window};
use crate::entry::Listing;
use crate::evidence::{Admission, Call, Evidence};
use crate::line::LineFact;
use crate::policy::Newcomers;
use crate::request::RequestId;
use crate::switches::KillSwitches;
use crate::usual::Usual;

/// The facts on which a request is decided. At the door and at the dial fewer are known; the rules that run there ask for no
/// others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Listings found under the request's keys, and those of all carriers, expired or not.
    pub listings: Vec<Listing>,
    /// The kill switches.
    pub switches: KillSwitches,
    /// The number's line and carrier.
    pub line: LineFact,
    /// What the asking side has asked for.
    pub asking: Asking,
    /// Which of that, asked for a moment ago, will not be called any more; none while nobody has looked.
    pub over: Option<BTreeSet<RequestId>>,
    /// The calls that the request's subjects had part in.
    pub evidence: Evidence,
    /// The carriers of the deployment's customers.
    pub usual: Usual,
    /// Approvals of the day for numbers of the range.
    pub range_approved: u64,
    /// What is known of the number's carrier; looked up only where it is not a usual one.
    pub carrier: CarrierFact,
    /// The places that newcomers' calls hold.
    pub newcomers: Places,
    /// The request that holds the number's claim, if any.
    pub pending: Option<RequestId>,
    /// The budget that is spent for everybody, if one is, as it is told at the door.
    pub spent: Option<Budget>,
}

/// What is known of the number's carrier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CarrierFact {
    /// It is a usual one, or nobody knows which it is.
    #[default]
    NotAsked,
    /// The calls to it, the newest first, and its approvals of the day.
    Known {
        /// The calls.
        calls: Vec<Call>,
        /// The approvals.
        approved: u64,
    },
}

/// What each asker has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asking {
    /// The address.
    pub address: AskCount,
    /// The account; none for a guest.
    pub account: Option<AskCount>,
}

impl Asking {
    /// What was asked for so lately that it may be about to be dialed.
    pub fn pending(&self) -> impl Iterator<Item = &Ask> {
        let counts = [Some(&self.address), self.account.as_ref()].into_iter().flatten();
        counts.flat_map(|count| count.this.pending.iter().chain(&count.last.pending))
    }
}

/// What one asker has asked for in this window, up to and including the request, and in the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskCount {
    /// In this window.
    pub this: Asked,
    /// In the last window.
    pub last: Asked,
}

/// The places that newcomers' calls hold. Below 0 where more went well than was wasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// Of all of them.
    pub newcomers: Held,
    /// Of those whose networks have no customers in them.
    pub strangers: Held,
}

/// Places held, in this window and in the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// In this window.
    pub this: i64,
    /// In the last.
    pub last: i64,
}

impl Places {
    /// The most places that were held in this window and the last together, of each share that a newcomer takes one from, and how
    /// many there are: a flood that pauses is not over.
    #[must_use]
    pub fn of_late(&self, admission: Admission, policy: &Newcomers) -> Vec<(u64, u64)> {
        let held = |held: Held| u64::try_from(held.this.saturating_add(held.last.max(0))).unwrap_or(0);
        let all = (held(self.newcomers), u64::from(policy.newcomers_max));
        let strangers = (held(self.strangers), u64::from(policy.strangers_max));
        match admission {
            Admission::Proven => vec![],
            Admission::Neighbor => vec![all],
            Admission::Stranger => vec![all, strangers],
        }
    }

    /// What a newcomer finds: how many places are held, and how many there are, of each share that he takes one from.
    #[must_use]
    pub fn beside(
        &self,
        admission: Admission,
        policy: &Newcomers,
        now: Timestamp,
    ) -> Vec<(Budget, u64, u64)> {
        let window = Window::at(now, policy.window_seconds);
        let held = |held: Held| {
            let last = window.still_standing(u64::try_from(held.last).unwrap_or(0), now);
            u64::try_from(held.this.saturating_add_unsigned(last)).unwrap_or(0)
        };
        let all = (Budget::Newcomers, held(self.newcomers), u64::from(policy.newcomers_max));
        let strangers = (Budget::Strangers, held(self.strangers), u64::from(policy.strangers_max));
        match admission {
            Admission::Proven => vec![],
            Admission::Neighbor => vec![all],
            Admission::Stranger => vec![all, strangers],
        }
    }
}
