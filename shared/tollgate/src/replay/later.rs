//! What follows a decision, each in its time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::counter::Place;
use crate::evidence::{End, Marked};
use crate::number::PhoneNumber;
use crate::record::{Record, Terms};
use crate::request::RequestId;

/// What happens later.
#[derive(Debug)]
pub(super) enum Event {
    /// The number is free again.
    LetGo { number: PhoneNumber },
    /// No call was made after all: the places go back.
    NoCall { request: RequestId, places: Vec<Place> },
    /// The call is over.
    Ended { record: Box<Record>, terms: Terms, end: End },
    /// A call that was not made then would be over.
    Unknown { request: RequestId },
    /// An operator marks a request.
    Marked { request: RequestId, mark: Marked },
}

/// All that is to happen, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Later {
    /// Of one moment, in the order in which they were added.
    events: BTreeMap<(Timestamp, u64), Event>,
    added: u64,
}

impl Later {
    pub(super) fn add(&mut self, moment: Timestamp, event: Event) {
        self.added += 1;
        self.events.insert((moment, self.added), event);
    }

    /// What happens next, and when, if that is no later than `now`.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<(Timestamp, Event)> {
        let first = self.events.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((moment, _), event) = first.remove_entry();
        Some((moment, event))
    }
}
