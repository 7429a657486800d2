//! Evidence: the calls that a request's subjects had part in, and what each of them came to.
//!
//! One call is one fact, kept once. Whoever had part in it (the asker's line and account, its networks, the number, its
//! range) is a way to find it. So a rule never asks for a count that somebody booked; it looks at the calls themselves,
//! and can say how many *different* askers or numbers stand behind them.

mod asker;
mod shared;
#[cfg(test)]
pub(crate) mod told;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::number::PhoneNumber;
use crate::outcome::{CallEnd, Outcome};
use crate::policy::Policy;
use crate::record::{MarkKind, Record, Terms};
use crate::request::RequestId;
use crate::state::{Ending, State};
use crate::text::{AccountId, CarrierName};

pub use asker::AskerPast;
pub use shared::{Members, SharedPast};

/// How many calls of one subject are looked at, the newest first. Whoever has more had them lately, and enough of them.
pub const CALLS_SEEN_MAX: usize = 256;

/// How long a call is remembered: a second wrong person within a month counts as a mark.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A week, in seconds.
pub(crate) const WEEK_SECONDS: u32 = 7 * crate::counter::DAY_SECONDS;

/// A day, over which waste is counted.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A week, over which marks and what goes well are counted.
pub(crate) const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The request that it was made for.
    pub request: RequestId,
    /// The line that asked.
    pub line: Network,
    /// The account that asked; none for a guest.
    pub account: Option<AccountId>,
    /// The number called.
    pub number: PhoneNumber,
    /// Its carrier, if it was known.
    pub carrier: Option<CarrierName>,
    /// When it was dialed.
    pub dialed_at: Timestamp,
    /// On what it was let through.
    pub admission: Admission,
    /// Whether the asking account called its own, verified number: such a call takes no room from others.
    pub own: bool,
    /// How it ended; none while it lives.
    pub end: Option<End>,
    /// What was said of it.
    pub mark: Option<Marked>,
    /// Whether an operator has forgiven it: it then counts neither for nor against anybody.
    pub forgiven: bool,
}

/// On what a call is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admission {
    /// The asker has proved himself: by good calls, by a verified own number, or by an operator's trust.
    Proven,
    /// A newcomer, from a network where customers live.
    Neighbor,
    /// A newcomer, from a network of which nothing good is known.
    Stranger,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Timestamp,
    /// Whether an agent talked.
    pub talk: Talk,
}

/// Whether an agent talked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// For so many seconds; one that lasted less than a second has none.
    Lasted {
        /// Whole seconds.
        seconds: u64,
    },
    /// No agent joined, or nobody answered.
    Never,
    /// Its visitor withdrew it before an agent joined: held against nobody once, as a short talk is, and against who does it
    /// again with another number. Else whoever withdraws each time would leave no trace.
    Withdrawn,
    /// The call says nothing of anybody: nobody heard how it ended, or it failed on its way to the phone.
    Untold,
}

impl End {
    /// The end of a call as it was heard.
    #[must_use]
    pub fn of(end: &CallEnd) -> Self {
        let talk = match end.outcome() {
            Outcome::Talked => Talk::Lasted { seconds: end.agent_seconds().unwrap_or(0) },
            Outcome::Withdrawn => Talk::Withdrawn,
            Outcome::TelecomProblem => Talk::Untold,
            Outcome::Unanswered | Outcome::NoAgent => Talk::Never,
        };
        Self { at: end.ended_at, talk }
    }

    /// Whether an agent talked for long enough to prove something, as long as nobody marks the call.
    #[must_use]
    pub fn proves_something(&self, policy: &Policy) -> bool {
        matches!(self.talk, Talk::Lasted { seconds } if seconds >= u64::from(policy.proof.good_call_seconds))
    }

    /// The end of a call of which nobody knows how it went: it proves nothing and wastes nothing.
    #[must_use]
    pub fn unheard(at: Timestamp) -> Self {
        Self { at, talk: Talk::Untold }
    }
}

/// What was said of a call, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// What.
    pub kind: MarkKind,
    /// When.
    pub at: Timestamp,
}

/// What a call came to, for one of those who had part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameTo {
    /// It lives.
    Live,
    /// An agent talked for long enough, and nobody marked it.
    Good,
    /// An agent talked, but for too short a time to prove anything; or it was withdrawn before.
    Short,
    /// No agent talked.
    Wasted,
    /// It was marked as spam.
    Marked,
    /// It counts neither for nor against anybody: an operator has forgiven it, or nobody knows how it went.
    Neither,
}

/// The calls that the subjects of one request had part in, each list the newest first and at most [`CALLS_SEEN_MAX`] long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Asked for by its line.
    pub line: Vec<Call>,
    /// Asked for by its account.
    pub account: Vec<Call>,
    /// Asked for from its network: the IPv4 /24, the IPv6 /56.
    pub network: Vec<Call>,
    /// Asked for from its site: the IPv6 /48; none over IPv4.
    pub site: Vec<Call>,
    /// Asked for from its neighborhood: the IPv4 /16, the IPv6 /32.
    pub neighborhood: Vec<Call>,
    /// To its number.
    pub number: Vec<Call>,
    /// To its range.
    pub range: Vec<Call>,
    /// To its range, dialed a day ago or earlier.
    pub range_settled: Vec<Call>,
}

impl Call {
    /// The call of a request, as it is dialed on these terms.
    #[must_use]
    pub fn of(record: &Record, terms: &Terms, dialed_at: Timestamp) -> Self {
        let (request, caller) = (&record.request, &record.request.caller);
        Self {
            request: request.id,
            line: caller.address.line(),
            account: caller.account.as_ref().map(|account| account.id.clone()),
            number: request.number.clone(),
            carrier: record.line.as_ref().and_then(|line| line.carrier.clone()),
            dialed_at,
            admission: terms.admission,
            own: request.is_for_verified_own_number(),
            end: None,
            mark: None,
            forgiven: false,
        }
    }

    /// The call of a request that was called and heard to its end, with that end and what was said of it.
    #[must_use]
    pub fn heard(record: &Record, policy: &Policy) -> Option<Self> {
        let State::Ended(Ending::Closed { end: Some(end), .. }) = &record.state else { return None };
        let terms = record.terms.clone().unwrap_or_else(|| Terms::unwritten(policy));
        let call = Self::of(record, &terms, record.request.received_at);
        let mark = record.mark.as_ref().map(|mark| Marked { kind: mark.kind, at: mark.marked_at });
        Some(Self { end: Some(End::of(end)), mark, ..call })
    }

    /// What it came to for who asked. A mark is his, however short the call was; a wrong person is one wasted call.
    #[must_use]
    pub fn for_asker(&self, policy: &Policy) -> CameTo {
        if self.forgiven {
            return CameTo::Neither;
        }
        match self.mark.map(|mark| mark.kind) {
            Some(MarkKind::Spam) => CameTo::Marked,
            Some(MarkKind::WrongPerson) => CameTo::Wasted,
            Some(MarkKind::Legitimate) | None => self.unmarked(policy),
        }
    }

    /// What it came to for all that others share: a spam mark on a call too short to earn anything is a prank, which
    /// says nothing of where it went.
    #[must_use]
    pub fn for_others(&self, policy: &Policy) -> CameTo {
        if self.forgiven {
            return CameTo::Neither;
        }
        match (self.mark.map(|mark| mark.kind), self.unmarked(policy)) {
            (Some(MarkKind::Spam), CameTo::Good) => CameTo::Marked,
            (Some(MarkKind::Spam | MarkKind::WrongPerson), _) => CameTo::Wasted,
            (Some(MarkKind::Legitimate) | None, came_to) => came_to,
        }
    }

    fn unmarked(&self, policy: &Policy) -> CameTo {
        let Some(end) = self.end else { return CameTo::Live };
        let legitimate = self.mark.is_some_and(|mark| mark.kind == MarkKind::Legitimate);
        match end.talk {
            Talk::Never => CameTo::Wasted,
            Talk::Untold => CameTo::Neither,
            Talk::Lasted { .. } if legitimate || end.proves_something(policy) => CameTo::Good,
            Talk::Lasted { .. } | Talk::Withdrawn => CameTo::Short,
        }
    }

    /// Whether it went well and nobody has marked it for longer than agents take to mark.
    #[must_use]
    pub fn is_ripe(&self, policy: &Policy, now: Timestamp) -> bool {
        self.for_others(policy) == CameTo::Good
            && self.end.is_some_and(|end| now.duration_since(end.at) >= policy.proof.ripe_after())
    }

    /// When it ended; now while it lives.
    fn ended_at(&self, now: Timestamp) -> Timestamp {
        self.end.map_or(now, |end| end.at)
    }

    fn was_marked_within(&self, span: SignedDuration, now: Timestamp) -> bool {
        self.mark.is_some_and(|mark| now.duration_since(mark.at) < span)
    }

    /// Whether it was dialed within the span before `now`.
    pub(crate) fn is_within(&self, span: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.dialed_at) < span
    }
}

#[cfg(test)]
mod tests;
