//! One call: what was ordered, how its number behaves, and what therefore happens when.
//!
//! Nothing ticks. A call's whole course follows from its start, its plan and, if somebody stopped it, the moment
//! of that; so any clock may be used, and a call read back from the journal goes on as if nothing had happened.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::events::EventKind;

/// A busy line is heard, and the call over, within this time.
const BUSY_SECONDS: u32 = 1;
/// How long a caller waits in the queue when an agent is free.
const QUEUE_SECONDS: u32 = 1;
/// How long an agent who hands a call on stays in it.
const HAND_OVER_SECONDS: u32 = 1;
/// What an agent still does after the call; only then is the contact completed.
const AFTER_CALL_WORK_SECONDS: u32 = 2;

/// How a number behaves when it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallPlan {
    /// How long it rings until it is answered. A number that does not answer rings as long as the order allows,
    /// but at zero seconds it is busy, and the call is over within a second.
    pub ring_seconds: u32,
    /// From the answer to the end of the call, the time in the queue included.
    pub talk_seconds: u32,
    /// Whether somebody answers.
    pub answered: bool,
    /// Whether an agent takes the call; if not, the customer waits in the queue and hangs up.
    pub agent: bool,
}

impl Default for CallPlan {
    fn default() -> Self {
        Self { ring_seconds: 3, talk_seconds: 20, answered: true, agent: true }
    }
}

impl CallPlan {
    /// Nobody answers.
    #[must_use]
    pub fn unanswered() -> Self {
        Self { answered: false, ..Self::default() }
    }

    /// The line is busy.
    #[must_use]
    pub fn busy() -> Self {
        Self { ring_seconds: 0, answered: false, ..Self::default() }
    }
}

/// A call that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) instance_id: String,
    pub(super) phone_number: String,
    pub(super) source_phone_number: Option<String>,
    pub(super) client_token: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
    pub(super) ring_timeout_seconds: u32,
    pub(super) started_at: Timestamp,
    pub(super) plan: CallPlan,
    pub(super) stopped_at: Option<Timestamp>,
    /// When an agent handed it on to another contact.
    #[serde(default)]
    pub(super) transferred_at: Option<Timestamp>,
    /// The contacts that it follows, if it was transferred to.
    #[serde(default)]
    pub(super) follows: Option<Follows>,
    /// Whether no call reaches a phone.
    #[serde(default)]
    pub(super) lines_broken: bool,
    /// Which of its events have been handed out.
    #[serde(skip)]
    pub(super) taken: Vec<EventKind>,
    /// Whether its end is told before its beginning.
    #[serde(skip)]
    pub(super) reordered: bool,
}

/// The contacts that a contact follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Follows {
    /// The one that began the call.
    pub(super) initial: String,
    /// The one that handed on to it.
    pub(super) previous: String,
}

/// When things happen to a call; those that never do have no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeline {
    pub(super) connected: Option<Timestamp>,
    pub(super) agent: Option<Timestamp>,
    pub(super) ended: Timestamp,
    pub(super) completed: Timestamp,
    pub(super) reason: &'static str,
}

impl Contact {
    pub(super) fn timeline(&self) -> Timeline {
        let planned = self.planned();
        let planned = match self.transferred_at {
            Some(at) if later(at, HAND_OVER_SECONDS) < planned.ended => {
                let ended = later(at, HAND_OVER_SECONDS);
                Timeline { ended, completed: ended, reason: "AGENT_DISCONNECT", ..planned }
            }
            _ => planned,
        };
        match self.stopped_at {
            Some(stop) if stop < planned.ended => Timeline {
                connected: planned.connected.filter(|at| *at <= stop),
                agent: planned.agent.filter(|at| *at <= stop),
                ended: stop,
                completed: stop,
                reason: "OTHER",
            },
            _ => planned,
        }
    }

    /// How it was begun (`InitiationMethod`).
    pub(super) fn initiation_method(&self) -> &'static str {
        if self.follows.is_some() { "TRANSFER" } else { "API" }
    }

    fn planned(&self) -> Timeline {
        let Self { plan, started_at, ring_timeout_seconds, .. } = self;
        if self.lines_broken {
            let ended = later(*started_at, BUSY_SECONDS);
            let reason = "TELECOM_PROBLEM";
            return Timeline { connected: None, agent: None, ended, completed: ended, reason };
        }
        if plan.answered && plan.ring_seconds <= *ring_timeout_seconds {
            let connected = later(*started_at, plan.ring_seconds);
            let ended = later(connected, plan.talk_seconds);
            return Timeline {
                connected: Some(connected),
                agent: plan.agent.then(|| later(connected, QUEUE_SECONDS.min(plan.talk_seconds))),
                ended,
                completed: if plan.agent { later(ended, AFTER_CALL_WORK_SECONDS) } else { ended },
                reason: "CUSTOMER_DISCONNECT",
            };
        }
        let busy = !plan.answered && plan.ring_seconds == 0;
        let ended = later(*started_at, if busy { BUSY_SECONDS } else { *ring_timeout_seconds });
        let reason = if busy { "TELECOM_BUSY" } else { "TELECOM_UNANSWERED" };
        Timeline { connected: None, agent: None, ended, completed: ended, reason }
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        now < self.timeline().ended
    }

    /// What is yet to be told, each with the moment from which it may be told and its place among its own.
    pub(super) fn untold(&self) -> impl Iterator<Item = (Timestamp, u8, EventKind)> {
        let timeline = self.timeline();
        let happens = [
            (EventKind::Initiated, Some(self.started_at)),
            (EventKind::ConnectedToSystem, timeline.connected),
            (EventKind::Queued, timeline.connected),
            (EventKind::ConnectedToAgent, timeline.agent),
            (EventKind::Disconnected, Some(timeline.ended)),
            (EventKind::Completed, Some(timeline.completed)),
        ];
        happens.into_iter().filter(|(kind, _)| !self.taken.contains(kind)).filter_map(move |(kind, at)| {
            let at = at?;
            Some(match (self.reordered, kind) {
                (false, _) => (at, kind as u8, kind),
                (true, EventKind::Disconnected) => (at, 0, kind),
                // Told after the end, whenever it happened.
                (true, _) => (at.max(timeline.ended), 1 + kind as u8, kind),
            })
        })
    }
}

fn later(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}
