//! Faults on request: how the next orders are answered, and what becomes of the next events.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::events::EventKind;
use super::refusal::Refusal;

/// How an order to call is to be answered instead of well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartFault {
    /// 429 `TooManyRequestsException`, which the service model does not name; no call.
    Throttle,
    /// 429 `LimitExceededException`; no call.
    LimitExceeded,
    /// 403 `DestinationNotAllowedException`; no call.
    DestinationNotAllowed,
    /// 403 `OutboundContactNotPermittedException`; no call.
    OutboundContactNotPermitted,
    /// 400 `InvalidParameterException`; no call.
    InvalidParameter,
    /// 500 `InternalServiceException`; no call.
    InternalError,
    /// 500 `InternalServiceException`, though the call was placed.
    InternalErrorAfterPlacing,
    /// No answer, ever; no call.
    Hang,
    /// No answer, ever, though the call was placed.
    HangAfterPlacing,
}

/// What a fault makes of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mask {
    /// This error.
    Refuse(Refusal),
    /// None at all.
    Silence,
}

impl StartFault {
    pub(super) fn places_the_call(self) -> bool {
        matches!(self, Self::InternalErrorAfterPlacing | Self::HangAfterPlacing)
    }

    pub(super) fn mask(self) -> Mask {
        let refuse = |status, code, message: &str| Mask::Refuse(Refusal::new(status, code, message));
        match self {
            Self::Throttle => refuse(429, "TooManyRequestsException", "Too Many Requests"),
            Self::LimitExceeded => {
                refuse(429, "LimitExceededException", "The allowed limit for the resource has been exceeded.")
            }
            Self::DestinationNotAllowed => refuse(
                403,
                "DestinationNotAllowedException",
                "Outbound calls to the destination number are not allowed.",
            ),
            Self::OutboundContactNotPermitted => {
                refuse(403, "OutboundContactNotPermittedException", "The contact is not permitted.")
            }
            Self::InvalidParameter => Mask::Refuse(Refusal::invalid_parameter(
                "One or more of the specified parameters are not valid.",
            )),
            Self::InternalError | Self::InternalErrorAfterPlacing => Mask::Refuse(Refusal::internal()),
            Self::Hang | Self::HangAfterPlacing => Mask::Silence,
        }
    }
}

/// What becomes of coming events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFault {
    /// They are never delivered.
    Lose(Which),
    /// They are delivered twice.
    Repeat(Which),
    /// The events of the next call that has any are held until it is over; then its end comes first.
    Reorder,
}

/// Which coming events a fault meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The next so many, of any kind and any call.
    Next(usize),
    /// The next one of this kind.
    Kind(EventKind),
}

/// What becomes of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Deliver,
    Lose,
    Repeat,
}

/// The faults that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Faults {
    starts: VecDeque<StartFault>,
    every_start: Option<StartFault>,
    events: Vec<EventFault>,
}

impl Faults {
    pub(super) fn fail_next(&mut self, fault: StartFault) {
        self.starts.push_back(fault);
    }

    pub(super) fn fail_all(&mut self, fault: Option<StartFault>) {
        self.every_start = fault;
    }

    pub(super) fn disturb(&mut self, fault: EventFault) {
        self.events.push(fault);
    }

    pub(super) fn next_start(&mut self) -> Option<StartFault> {
        self.starts.pop_front().or(self.every_start)
    }

    pub(super) fn next_reorder(&mut self) -> bool {
        let waiting = self.events.iter().position(|fault| *fault == EventFault::Reorder);
        waiting.map(|index| self.events.remove(index)).is_some()
    }

    /// Decides about one event, and uses up the fault that decided.
    pub(super) fn fate(&mut self, kind: EventKind) -> Fate {
        self.events.retain(|fault| {
            !matches!(fault, EventFault::Lose(Which::Next(0)) | EventFault::Repeat(Which::Next(0)))
        });
        let met = self.events.iter_mut().enumerate().find_map(|(index, fault)| match fault {
            EventFault::Lose(which) if which.meets(kind) => Some((index, Fate::Lose, which)),
            EventFault::Repeat(which) if which.meets(kind) => Some((index, Fate::Repeat, which)),
            EventFault::Lose(_) | EventFault::Repeat(_) | EventFault::Reorder => None,
        });
        let Some((index, fate, which)) = met else { return Fate::Deliver };
        match which {
            Which::Next(left) => *left -= 1,
            Which::Kind(_) => drop(self.events.remove(index)),
        }
        fate
    }
}

impl Which {
    fn meets(self, kind: EventKind) -> bool {
        match self {
            Self::Next(_) => true,
            Self::Kind(wanted) => wanted == kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_for_the_next_start_is_used_up_and_one_for_all_is_not() {
        let mut faults = Faults::default();
        faults.fail_next(StartFault::Throttle);
        faults.fail_all(Some(StartFault::Hang));
        assert_eq!(faults.next_start(), Some(StartFault::Throttle));
        assert_eq!(faults.next_start(), Some(StartFault::Hang));
        assert_eq!(faults.next_start(), Some(StartFault::Hang));
        faults.fail_all(None);
        assert_eq!(faults.next_start(), None);
    }

    #[test]
    fn an_event_fault_meets_its_kind_or_the_next_few() {
        let mut faults = Faults::default();
        faults.disturb(EventFault::Repeat(Which::Kind(EventKind::Disconnected)));
        faults.disturb(EventFault::Lose(Which::Next(2)));
        let fates = [
            (EventKind::Initiated, Fate::Lose),
            (EventKind::Disconnected, Fate::Repeat),
            (EventKind::Disconnected, Fate::Lose),
            (EventKind::Completed, Fate::Deliver),
        ];
        for (kind, fate) in fates {
            assert_eq!(faults.fate(kind), fate, "{kind:?}");
        }
    }

    #[test]
    fn nothing_is_placed_when_the_fault_says_so() {
        assert!(StartFault::HangAfterPlacing.places_the_call());
        assert!(StartFault::InternalErrorAfterPlacing.places_the_call());
        assert!(!StartFault::Hang.places_the_call());
        assert!(!StartFault::InternalError.places_the_call());
    }
}
