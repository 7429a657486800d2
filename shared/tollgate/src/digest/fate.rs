//! What became of a request, in one word.

use crate::outcome::Outcome;
use crate::state::{Ending, State};

/// What became of a request. A request that ended with a call is told by what the call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It waits: for screening, for the number, or for its dial.
    Waiting,
    /// Its call is being placed, or lives.
    Live,
    /// An agent talked.
    Talked,
    /// Answered, and no agent joined.
    NoAgent,
    /// Nobody answered.
    Unanswered,
    /// Its visitor withdrew it before an agent joined.
    Withdrawn,
    /// Its call failed on its way to the phone.
    TelecomProblem,
    /// Its call was given up as lost: nobody heard how it ended.
    Unheard,
    /// Offered the other channels at once.
    Redirected,
    /// Turned away by screening or at the dial.
    Refused,
    /// Withdrawn before its dial.
    Cancelled,
    /// Not dialed by its deadline.
    Expired,
    /// Connect refused the call for good.
    Failed,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Waiting,
        Self::Live,
        Self::Talked,
        Self::NoAgent,
        Self::Unanswered,
        Self::Withdrawn,
        Self::TelecomProblem,
        Self::Unheard,
        Self::Redirected,
        Self::Refused,
        Self::Cancelled,
        Self::Expired,
        Self::Failed,
    ];

    /// What became of a request in this state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        match state {
            State::Received | State::Duplicate { .. } | State::Approved => Self::Waiting,
            State::Dialing(_) | State::InCall { .. } => Self::Live,
            State::Ended(ending) => match ending {
                Ending::Closed { end: Some(end), .. } => match end.outcome() {
                    Outcome::Talked => Self::Talked,
                    Outcome::NoAgent => Self::NoAgent,
                    Outcome::Unanswered => Self::Unanswered,
                    Outcome::Withdrawn => Self::Withdrawn,
                    Outcome::TelecomProblem => Self::TelecomProblem,
                },
                Ending::Closed { end: None, .. } => Self::Unheard,
                Ending::Redirected => Self::Redirected,
                Ending::Refused => Self::Refused,
                Ending::Cancelled => Self::Cancelled,
                Ending::Expired => Self::Expired,
                Ending::Failed { .. } => Self::Failed,
            },
        }
    }

    /// Whether a call was placed, or is being placed.
    #[must_use]
    pub fn was_called(self) -> bool {
        match self {
            Self::Live
            | Self::Talked
            | Self::NoAgent
            | Self::Unanswered
            | Self::Withdrawn
            | Self::TelecomProblem
            | Self::Unheard => true,
            Self::Waiting
            | Self::Redirected
            | Self::Refused
            | Self::Cancelled
            | Self::Expired
            | Self::Failed => false,
        }
    }

    /// Whether a call was paid for that found nobody, or no agent.
    #[must_use]
    pub fn is_waste(self) -> bool {
        matches!(self, Self::NoAgent | Self::Unanswered)
    }

    /// The fate's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Talked => "talked",
            Self::NoAgent => "no-agent",
            Self::Unanswered => "unanswered",
            Self::Withdrawn => "withdrawn",
            Self::TelecomProblem => "telecom-problem",
            Self::Unheard => "unheard",
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Reads a fate's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.as_str() == text)
    }
}
