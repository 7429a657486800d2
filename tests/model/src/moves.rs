//! What can happen next in a world, and what each step is called in a trace.

use std::fmt;

use crate::world::{Who, World};

/// What happened, for the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Did {
    who: Who,
    what: &'static str,
    how: How,
}

/// How it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As it should.
    Step,
    /// As it should, and what started it comes once more: a fault.
    Again,
    /// A fault.
    Fault,
}

impl Did {
    /// A step as it should be.
    pub(crate) fn step(who: Who, what: &'static str) -> Self {
        Self { who, what, how: How::Step }
    }

    /// A step whose cause will be delivered once more.
    pub(crate) fn again(who: Who, what: &'static str) -> Self {
        Self { who, what, how: How::Again }
    }

    /// A fault.
    pub(crate) fn fault(who: Who, what: &'static str) -> Self {
        Self { who, what, how: How::Fault }
    }

    /// Whether it takes one of the faults that may happen.
    #[must_use]
    pub fn is_fault(self) -> bool {
        self.how != How::Step
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { who, what, how } = self;
        match how {
            How::Step => write!(f, "{who:?}: {what}"),
            How::Again => write!(f, "{who:?}: {what} (FAULT: and this will be delivered once more)"),
            How::Fault => write!(f, "{who:?}: FAULT: {what}"),
        }
    }
}

/// The worlds that may follow.
#[derive(Debug, Default)]
pub struct Moves(Vec<(Did, World)>);

impl Moves {
    /// Adds one, if it is no fault or a fault may still happen.
    pub(crate) fn add(&mut self, did: Did, mut world: World) {
        if did.is_fault() {
            let Some(left) = world.faults.checked_sub(1) else { return };
            world.faults = left;
        }
        self.0.push((did, world));
    }

    /// Takes them all out.
    pub fn drain(&mut self) -> impl Iterator<Item = (Did, World)> {
        self.0.drain(..)
    }
}
