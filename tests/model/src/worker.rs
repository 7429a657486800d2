//! The invocations under way, each with the step that it takes next. A step is one transaction or one call, so a crash
//! between any two of them is a worker that is gone.

use crate::moves::{Did, Moves};
use crate::world::{Row, Who, World};
use crate::{contact_events, dialing, screening, upkeep};

/// An invocation that has a request in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Worker {
    /// Whose request.
    pub who: Who,
    /// What it does next.
    pub at: At,
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// In screening.
    Screening(screening::At),
    /// In dialing.
    Dialing(dialing::At),
    /// In contact-events.
    Hearing(contact_events::At),
    /// In upkeep.
    Upkeep(upkeep::At),
    /// Anywhere, in a design whose release is a write of its own: the release.
    Releasing,
}

impl At {
    /// Whether it is an invocation of screening.
    #[must_use]
    pub fn is_screening(self) -> bool {
        matches!(self, Self::Screening(_))
    }

    /// Whether it is about to claim what it has counted.
    #[must_use]
    pub fn is_counting(self) -> bool {
        matches!(self, Self::Dialing(dialing::At::Claim(_)))
    }

    /// Whether it takes records from the stream.
    #[must_use]
    pub fn is_on_stream(self) -> bool {
        matches!(self, Self::Screening(_) | Self::Dialing(_))
    }
}

/// How many workers there can be.
const WORKERS_MAX: usize = 8;

/// The workers under way, in one order, so that worlds are equal that differ in nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Workers([Option<Worker>; WORKERS_MAX]);

impl Workers {
    /// Adds one.
    ///
    /// # Panics
    /// When there are too many: the model would not be complete.
    pub fn add(&mut self, who: Who, at: At) {
        let worker = Worker { who, at };
        let place = self.0.iter().position(|other| other.is_none_or(|other| worker < other));
        let behind =
            place.and_then(|place| self.0.get_mut(place..)).filter(|behind| behind.last() == Some(&None));
        assert!(behind.is_some(), "more than {WORKERS_MAX} workers");
        if let Some(behind) = behind {
            behind.rotate_right(1);
            if let Some(first) = behind.first_mut() {
                *first = Some(worker);
            }
        }
    }

    /// Takes one away.
    pub fn remove(&mut self, worker: Worker) {
        let place = self.0.iter().position(|other| *other == Some(worker));
        if let Some(behind) = place.and_then(|place| self.0.get_mut(place..)) {
            behind.rotate_left(1);
            if let Some(last) = behind.last_mut() {
                *last = None;
            }
        }
    }

    /// Keeps some.
    pub(crate) fn retain(&mut self, keep: impl Fn(Worker) -> bool) {
        let all = *self;
        for worker in all.iter().filter(|worker| !keep(*worker)) {
            self.remove(worker);
        }
    }

    /// The same, had each request been asked by the other.
    pub(crate) fn swapped(self) -> Self {
        let mut swapped = Self::default();
        for Worker { who, at } in self.iter() {
            swapped.add(who.other(), at);
        }
        swapped
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Worker> {
        self.0.iter().copied().map_while(|worker| worker)
    }
}

/// What the workers can do: each its next step, or crash before it.
pub(crate) fn moves(model: &crate::model::Model, world: &World, moves: &mut Moves) {
    let mut last = None;
    for worker in world.workers.iter() {
        // Of two workers at the same step it does not matter which one takes it.
        if last.replace(worker) == Some(worker) {
            continue;
        }
        let Worker { who, at } = worker;
        let mut crashed = world.without(worker);
        comes_again(&mut crashed, worker);
        moves.add(Did::fault(who, "an invocation crashes, and what it had in hand comes again"), crashed);
        let rest = world.without(worker);
        match at {
            At::Screening(at) => screening::go_on(model, &rest, who, at, moves),
            At::Dialing(at) => dialing::go_on(model, &rest, who, at, moves),
            At::Hearing(at) => contact_events::go_on(model, &rest, who, at, moves),
            At::Upkeep(at) => upkeep::go_on(model, &rest, who, at, moves),
            At::Releasing => {
                let mut released = rest;
                released.holder = None;
                moves.add(Did::step(who, "lets the number go, whoever holds it"), released);
            }
        }
    }
}

/// What started a worker that crashed is delivered once more; upkeep has the next minute.
fn comes_again(world: &mut World, Worker { who, at }: Worker) {
    match at {
        At::Screening(_) => world[who].images.add(Row::Received, false),
        At::Dialing(at) => world[who].images.add(at.began_as(), false),
        At::Hearing(_) => world[who].ends += 1,
        At::Upkeep(_) | At::Releasing => {}
    }
}
