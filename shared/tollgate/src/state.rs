//! How far a request has come. A state owns its data; a transition takes the state and gives the next one, and a
//! transition that does not exist is an error with a name.
//!
//! ```text
//! received -> approved -> dialing -> in-call -> closed
//!    |  ^        |           |
//!    v  |        |           +-> failed, closed
//! duplicate      +-> refused, cancelled, expired
//!    received also -> refused, cancelled, expired
//! redirected: told at once, and never received
//! ```
//!
//! `duplicate` goes back to `received` when the request that held the number ended before its dial: both are one phase,
//! *undecided*. Phases never move backwards: undecided, approved, dialing, in-call, ended.

mod name;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::outcome::CallEnd;
use crate::request::RequestId;
use crate::text::ContactId;

pub use name::StateName;

/// How far a request has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Taken by intake, not yet screened.
    Received,
    /// Would be dialed, but another request holds the number. Screened again if that one ends before its dial.
    Duplicate {
        /// The request that holds the number.
        owner: RequestId,
    },
    /// To be dialed; holds the number.
    Approved,
    /// Claimed by a dialer; from here on a call may exist.
    Dialing(Dialing),
    /// Connect took the call and gave this contact.
    InCall {
        /// Connect's id of the call.
        contact_id: ContactId,
        /// When it was claimed for the dial.
        dialed_at: Timestamp,
    },
    /// Over.
    Ended(Ending),
}

/// A dialer's hold on a request. Only its holder calls Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialing {
    /// When it was claimed.
    pub dialed_at: Timestamp,
    /// When the claiming invocation is certainly over, unless its time was cut short.
    pub claimed_until: Timestamp,
    /// What is known of the call.
    pub attempt: Attempt,
}

/// What is known of the call of a `dialing` request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Connect is being asked, or was asked and gave no usable answer: a call may exist.
    Placing,
    /// Connect proved that it placed no call (it was too busy); to be tried again.
    NotPlaced(Retry),
}

/// When a call that was not placed is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Upkeep has not yet called it up.
    Waiting,
    /// Upkeep has called it up; one dialer may take it.
    Due,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The call was made and is over. No `end` means that it was given up as lost after the longest possible call.
    Closed {
        /// Connect's id of the call, if it ever became known.
        contact_id: Option<ContactId>,
        /// How the call ended, if it was heard.
        end: Option<CallEnd>,
    },
    /// Turned away after it was accepted. The visitor is told nothing.
    Refused,
    /// Turned away at once, by what is known of the visitor or is the same for all; he was told of the other channels.
    Redirected,
    /// The requester withdrew it before the dial.
    Cancelled,
    /// Not dialed before its deadline.
    Expired,
    /// Connect would not place the call.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// Why Connect placed no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// `DestinationNotAllowedException`: the country is not on the instance's allow list.
    DestinationNotAllowed,
    /// `OutboundContactNotPermittedException`.
    NotPermitted,
    /// `InvalidParameterException` or `InvalidRequestException`: a fault of ours or of the configuration.
    InvalidRequest,
    /// `ResourceNotFoundException`: the instance, flow or queue does not exist.
    ResourceNotFound,
    /// `AccessDeniedException` and its kin: the function's role or the region is wrong.
    AccessDenied,
    /// Connect was too busy until the deadline.
    Busy,
}

impl Failure {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [
        Self::DestinationNotAllowed,
        Self::NotPermitted,
        Self::InvalidRequest,
        Self::ResourceNotFound,
        Self::AccessDenied,
        Self::Busy,
    ];

    /// The reason's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DestinationNotAllowed => "destination-not-allowed",
            Self::NotPermitted => "not-permitted",
            Self::InvalidRequest => "invalid-request",
            Self::ResourceNotFound => "resource-not-found",
            Self::AccessDenied => "access-denied",
            Self::Busy => "busy",
        }
    }
}

/// A step that does not exist from the state a request is in. Events come twice and out of order, so for most callers
/// this is an answer ("somebody was there before me"), not a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a request that is {} cannot become {}", from.as_str(), to.as_str())]
pub struct InvalidTransition {
    /// The state it is in.
    pub from: StateName,
    /// The state it was to enter.
    pub to: StateName,
}

impl State {
    /// The state's name.
    #[must_use]
    pub fn name(&self) -> StateName {
        match self {
            Self::Received => StateName::Received,
            Self::Duplicate { .. } => StateName::Duplicate,
            Self::Approved => StateName::Approved,
            Self::Dialing(_) => StateName::Dialing,
            Self::InCall { .. } => StateName::InCall,
            Self::Ended(ending) => ending.name(),
        }
    }

    /// The next state, if that step exists.
    ///
    /// # Errors
    /// When it does not.
    pub fn step(self, next: Self) -> Result<Self, InvalidTransition> {
        let invalid = InvalidTransition { from: self.name(), to: next.name() };
        let exists = match (&self, &next) {
            (Self::Received, Self::Approved | Self::Duplicate { .. })
            | (Self::Duplicate { .. }, Self::Received)
            | (Self::Approved, Self::Dialing(_))
            | (Self::Dialing(_), Self::Dialing(_) | Self::InCall { .. }) => true,
            (_, Self::Ended(ending)) => ending.may_follow(&self),
            _ => false,
        };
        if exists { Ok(next) } else { Err(invalid) }
    }

    /// Whether a call was made, as far as anybody knows.
    #[must_use]
    pub fn was_called(&self) -> bool {
        matches!(self, Self::InCall { .. } | Self::Ended(Ending::Closed { .. }))
    }

    /// When the call that may be live was dialed; none if none was.
    #[must_use]
    pub fn dialed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Dialing(Dialing { dialed_at, attempt: Attempt::Placing, .. })
            | Self::InCall { dialed_at, .. } => Some(*dialed_at),
            _ => None,
        }
    }

    /// Whether the request holds its number's claim in this state.
    #[must_use]
    pub fn holds_claim(&self) -> bool {
        matches!(self, Self::Approved | Self::Dialing(_) | Self::InCall { .. })
    }
}

impl Ending {
    /// The ending's name.
    #[must_use]
    pub fn name(&self) -> StateName {
        match self {
            Self::Closed { .. } => StateName::Closed,
            Self::Refused => StateName::Refused,
            Self::Redirected => StateName::Redirected,
            Self::Cancelled => StateName::Cancelled,
            Self::Expired => StateName::Expired,
            Self::Failed { .. } => StateName::Failed,
        }
    }

    /// Whether a request may end like this from `state`. Once a call may exist, only its end or the proof that there
    /// was none ends the request.
    fn may_follow(&self, state: &State) -> bool {
        match (state, self) {
            (State::Received, Self::Refused | Self::Cancelled | Self::Expired)
            | (State::Approved, Self::Refused | Self::Cancelled | Self::Expired)
            | (State::Dialing(_), Self::Closed { .. } | Self::Failed { .. })
            | (State::InCall { .. }, Self::Closed { .. }) => true,
            (State::Dialing(dialing), Self::Cancelled | Self::Expired | Self::Refused) => {
                matches!(dialing.attempt, Attempt::NotPlaced(_))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<State> {
        let contact_id = ContactId::parse("c-1").unwrap();
        let dialing = |attempt| {
            State::Dialing(Dialing {
                dialed_at: Timestamp::UNIX_EPOCH,
                claimed_until: Timestamp::UNIX_EPOCH,
                attempt,
            })
        };
        vec![
            State::Received,
            State::Duplicate { owner: RequestId::from_random([1; 16]) },
            State::Approved,
            dialing(Attempt::Placing),
            dialing(Attempt::NotPlaced(Retry::Waiting)),
            State::InCall { contact_id: contact_id.clone(), dialed_at: Timestamp::UNIX_EPOCH },
            State::Ended(Ending::Closed { contact_id: Some(contact_id), end: None }),
            State::Ended(Ending::Refused),
            State::Ended(Ending::Redirected),
            State::Ended(Ending::Cancelled),
            State::Ended(Ending::Expired),
            State::Ended(Ending::Failed { failure: Failure::Busy }),
        ]
    }

    #[test]
    fn no_step_moves_a_phase_backwards_and_none_leaves_an_end() {
        for from in examples() {
            for to in examples() {
                let (before, after) = (from.name(), to.name());
                if from.clone().step(to).is_ok() {
                    assert!(before.phase() <= after.phase(), "{before:?} -> {after:?}");
                    assert!(before.phase() < 4, "{before:?} -> {after:?}");
                }
            }
        }
    }

    #[test]
    fn a_call_that_may_exist_cannot_be_cancelled_expired_or_refused() {
        let placing = State::Dialing(Dialing {
            dialed_at: Timestamp::UNIX_EPOCH,
            claimed_until: Timestamp::UNIX_EPOCH,
            attempt: Attempt::Placing,
        });
        for ending in [Ending::Cancelled, Ending::Expired, Ending::Refused, Ending::Redirected] {
            assert!(placing.clone().step(State::Ended(ending)).is_err());
        }
    }

    #[test]
    fn only_an_approved_request_is_dialed() {
        let dialing = || {
            State::Dialing(Dialing {
                dialed_at: Timestamp::UNIX_EPOCH,
                claimed_until: Timestamp::UNIX_EPOCH,
                attempt: Attempt::Placing,
            })
        };
        for from in examples() {
            let allowed = matches!(from, State::Approved | State::Dialing(_));
            assert_eq!(from.step(dialing()).is_ok(), allowed);
        }
    }

    #[test]
    fn a_number_is_held_from_the_approval_to_the_end() {
        for state in examples() {
            let name = state.name();
            let holds = matches!(name, StateName::Approved | StateName::Dialing | StateName::InCall);
            assert_eq!(state.holds_claim(), holds, "{}", name.as_str());
        }
    }

    #[test]
    fn a_failure_is_named_as_it_is_stored() {
        for failure in Failure::ALL {
            assert_eq!(serde_json::to_value(failure).unwrap(), failure.as_str());
        }
    }

    #[test]
    fn names_read_back() {
        for name in StateName::ALL {
            assert_eq!(StateName::parse(name.as_str()), Some(name));
            assert_eq!(serde_json::to_string(&name).unwrap(), format!("\"{}\"", name.as_str()));
        }
        assert_eq!(StateName::parse("lost"), None);
    }
}
