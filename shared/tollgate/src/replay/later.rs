//! What follows a decision, each in its time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::marks::Marked;
use crate::counter::{Place, Subject};
use crate::number::PhoneNumber;
use crate::outcome::Outcome;

/// What happens later.
#[derive(Debug)]
pub(super) enum Event {
    /// The number is free again.
    LetGo { number: PhoneNumber },
    /// No call was made after all: the places go back.
    NoCall { places: Vec<Place> },
    /// The call is over.
    Outcome { subjects: Vec<Subject>, outcome: Outcome },
    /// An operator said that the request was spam.
    Marked(Box<Marked>),
}

/// All that is to happen, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Later(BTreeMap<(Timestamp, u64), Event>, u64);

impl Later {
    pub(super) fn add(&mut self, moment: Timestamp, event: Event) {
        self.1 += 1;
        self.0.insert((moment, self.1), event);
    }

    /// What happens next, if that is no later than `now`.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<(Timestamp, Event)> {
        let first = self.0.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((moment, _), event) = first.remove_entry();
        Some((moment, event))
    }
}
