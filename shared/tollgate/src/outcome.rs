//! How a call ended, and what that teaches: a call that nobody answered, or that never reached an agent, was wasted.

mod reason;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use reason::DisconnectReason;

/// The end of a call, from Connect's contact event or from DescribeContact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEnd {
    /// When it ended.
    pub ended_at: Timestamp,
    /// When the callee (a person or a machine) answered.
    pub answered_at: Option<Timestamp>,
    /// When an agent joined.
    pub agent_at: Option<Timestamp>,
    /// Why it is no plain waste that no agent joined.
    pub excuse: Option<Excuse>,
}

/// Why a call without an agent is no plain waste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excuse {
    /// Its visitor withdrew it before it ended.
    Withdrawn,
    /// Nobody answered, since the call failed on its way to the phone.
    TelecomProblem,
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nobody answered, the line was busy, or the number is out of service.
    Unanswered,
    /// Answered, but over before an agent joined.
    NoAgent,
    /// Withdrawn by its visitor before an agent joined.
    Withdrawn,
    /// Not answered, since the call failed on its way to the phone.
    TelecomProblem,
    /// Answered, and an agent talked.
    Talked,
}

impl CallEnd {
    /// What the call came to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match (self.answered_at, self.agent_at, self.excuse) {
            (Some(_), Some(_), _) => Outcome::Talked,
            (_, _, Some(Excuse::Withdrawn)) => Outcome::Withdrawn,
            (None, _, Some(Excuse::TelecomProblem)) => Outcome::TelecomProblem,
            (None, _, None) => Outcome::Unanswered,
            // A call that was answered has cost money, whatever broke it off.
            (Some(_), None, None | Some(Excuse::TelecomProblem)) => Outcome::NoAgent,
        }
    }

    /// The end of a call that was disconnected for this reason. A withdrawal that is known stays.
    #[must_use]
    pub fn because(self, reason: Option<DisconnectReason>) -> Self {
        match (self.excuse, reason) {
            (None, Some(DisconnectReason::TelecomProblem)) => {
                Self { excuse: Some(Excuse::TelecomProblem), ..self }
            }
            _ => self,
        }
    }

    /// The end of a call whose visitor withdrew it then, if he did. Connect tells whole seconds at times, so seconds are
    /// compared.
    #[must_use]
    pub fn withdrawn_at(self, cancelled_at: Option<Timestamp>) -> Self {
        match cancelled_at {
            Some(at) if at.as_second() <= self.ended_at.as_second() => {
                Self { excuse: Some(Excuse::Withdrawn), ..self }
            }
            _ => self,
        }
    }

    /// How long an agent talked, in seconds; none if nobody answered or no agent joined.
    #[must_use]
    pub fn agent_seconds(&self) -> Option<u64> {
        let agent_at = self.agent_at.filter(|_| self.answered_at.is_some())?;
        Some(u64::try_from(self.ended_at.duration_since(agent_at).as_secs()).unwrap_or(0))
    }

    /// Seconds from the answer to the end; 0 for a call that nobody answered.
    #[must_use]
    pub fn answered_seconds(&self) -> u64 {
        let seconds = self.answered_at.map_or(0, |at| self.ended_at.duration_since(at).as_secs());
        u64::try_from(seconds).unwrap_or(0)
    }
}

impl Excuse {
    /// The excuse's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::TelecomProblem => "telecom-problem",
        }
    }
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Unanswered, Self::NoAgent, Self::Withdrawn, Self::TelecomProblem, Self::Talked];

    /// Whether money was spent for nothing.
    #[must_use]
    pub fn is_waste(self) -> bool {
        match self {
            Self::Unanswered | Self::NoAgent => true,
            Self::Withdrawn | Self::TelecomProblem | Self::Talked => false,
        }
    }

    /// The outcome's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::NoAgent => "no-agent",
            Self::Withdrawn => "withdrawn",
            Self::TelecomProblem => "telecom-problem",
            Self::Talked => "talked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_stored_under_its_name() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
        for excuse in [Excuse::Withdrawn, Excuse::TelecomProblem] {
            assert_eq!(serde_json::to_value(excuse).unwrap(), excuse.as_str());
        }
    }

    #[test]
    fn a_call_is_wasted_unless_an_agent_talked() {
        let at = |second| Timestamp::from_second(second).ok();
        let end = |answered, agent| CallEnd {
            ended_at: at(100).unwrap(),
            answered_at: answered,
            agent_at: agent,
            excuse: None,
        };
        assert_eq!(end(None, None).outcome(), Outcome::Unanswered);
        assert_eq!(end(at(40), None).outcome(), Outcome::NoAgent);
        assert_eq!(end(at(40), at(50)).outcome(), Outcome::Talked);
        assert_eq!(end(at(40), at(50)).answered_seconds(), 60);
        assert_eq!(end(at(140), None).answered_seconds(), 0);
        assert!(Outcome::NoAgent.is_waste() && !Outcome::Talked.is_waste());
        for withdrawn in [at(50), at(100)] {
            assert_eq!(end(None, None).withdrawn_at(withdrawn).outcome(), Outcome::Withdrawn);
            assert_eq!(end(at(40), None).withdrawn_at(withdrawn).outcome(), Outcome::Withdrawn);
            assert_eq!(end(at(40), at(45)).withdrawn_at(withdrawn).outcome(), Outcome::Talked);
        }
        assert_eq!(end(None, None).withdrawn_at(at(101)).outcome(), Outcome::Unanswered);
    }

    #[test]
    fn a_call_that_failed_on_its_way_to_the_phone_is_held_against_nobody_unless_somebody_answered() {
        let at = |second| Timestamp::from_second(second).ok();
        let end = |answered, agent| {
            let end =
                CallEnd { ended_at: at(100).unwrap(), answered_at: answered, agent_at: agent, excuse: None };
            end.because(Some(DisconnectReason::TelecomProblem))
        };
        assert_eq!(end(None, None).outcome(), Outcome::TelecomProblem);
        assert_eq!(end(None, None).withdrawn_at(at(50)).outcome(), Outcome::Withdrawn);
        assert_eq!(end(at(40), None).outcome(), Outcome::NoAgent);
        assert_eq!(end(at(40), at(50)).outcome(), Outcome::Talked);
        assert!(!Outcome::TelecomProblem.is_waste());
        assert_eq!(end(None, None).because(Some(DisconnectReason::Other)), end(None, None));
    }
}
