//! A design with its bounds: what may follow a world, and the writes that all workers share.

use crate::design::Design;
use crate::moves::{Did, Moves};
use crate::rules::Rules;
use crate::world::{Claim, Row, Who, World};
use crate::{contact_events, stream, upkeep, worker};

/// A design with its bounds.
#[derive(Debug)]
pub struct Model {
    /// What differs from Tollgate.
    pub design: Design,
    /// The places in the budget.
    pub places: u8,
    /// How many faults may happen, of whatever kind.
    pub faults: u8,
    /// The real rules.
    pub rules: Rules,
}

impl Model {
    /// A design with these bounds.
    #[must_use]
    pub fn new(design: Design, places: u8, faults: u8) -> Self {
        Self { design, places, faults, rules: Rules::ask() }
    }

    /// Where it begins.
    #[must_use]
    pub fn first(&self) -> World {
        World::at_first(self.faults)
    }

    /// Everything that can happen next.
    pub fn moves(&self, world: &World, moves: &mut Moves) {
        stream::moves(self, world, moves);
        worker::moves(self, world, moves);
        contact_events::moves(self, world, moves);
        upkeep::moves(self, world, moves);
        visitors(world, moves);
        time(world, moves);
    }

    /// Whether nobody asks Connect.
    pub(crate) fn is_deaf(&self) -> bool {
        matches!(self.design, Design::EventsAlone | Design::NoTombstone)
    }

    /// A step of a request from the state that the writer saw (`requests::Transition`). Whoever comes second finds it gone.
    pub(crate) fn write(&self, world: &mut World, who: Who, seen: Row, to: Row) -> bool {
        let free = self.design == Design::NoClaim && matches!(to, Row::Placing(_));
        let written = world[who].row == seen && (free || self.rules.has_step(seen, to));
        if written {
            world[who].row = to;
            hand_on(world, who);
        }
        written
    }

    /// A step in place: nothing changes, and the stream hands the request on (`Transition::in_place`).
    pub(crate) fn hand_on(&self, world: &mut World, who: Who, seen: Row) {
        if world[who].row == seen {
            hand_on(world, who);
        }
    }

    /// The end of a request: it ends, and the number is let go if this request holds it (`ending::end`).
    pub(crate) fn end(&self, world: &mut World, who: Who, seen: Row, ending: Row) -> bool {
        let written = self.write(world, who, seen, ending);
        if self.design == Design::ReleaseUnchecked {
            if !matches!(seen, Row::Received | Row::Duplicate) {
                self.ended_before(world, who, world[who].row);
            }
        } else if written && world.holder == Some(who) {
            world.holder = None;
        }
        written
    }

    /// A worker finds a request ended. Where the release is a write of its own, it makes sure of it.
    pub(crate) fn ended_before(&self, world: &mut World, who: Who, row: Row) {
        if self.design == Design::ReleaseUnchecked && row.is_ended() {
            world.workers.add(who, worker::At::Releasing);
        }
    }
}

fn hand_on(world: &mut World, who: Who) {
    let request = &mut world[who];
    request.images.add(request.row, request.cancelled);
}

/// A visitor may withdraw a request at any moment (`requests::cancel`).
fn visitors(world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        let request = world[who];
        if !request.cancelled && may_be_prevented(request.row) {
            let mut cancelled = *world;
            cancelled[who].cancelled = true;
            hand_on(&mut cancelled, who);
            moves.add(Did::step(who, "the visitor withdraws the request"), cancelled);
        }
    }
}

/// Whether a withdrawal or a deadline can matter. While the call is being placed it matters from the moment at which it
/// is known not to be, so it need not come before.
fn may_be_prevented(row: Row) -> bool {
    matches!(row, Row::Received | Row::Duplicate | Row::Approved | Row::Waiting(_) | Row::Due(_))
}

/// Time passes. A claimer is over when its time is: Lambda has ended it, which is a crash if it was not done. And no call
/// outlives the longest call.
fn time(world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        let request = world[who];
        if !request.late && may_be_prevented(request.row) {
            let mut late = *world;
            late[who].late = true;
            moves.add(Did::step(who, "the deadline passes"), late);
        }
        let in_hand = |w: worker::Worker| w.who == who && matches!(w.at, worker::At::Dialing(_));
        let next = match request.claim {
            _ if !matches!(request.row, Row::Placing(_) | Row::InCall) => None,
            Claim::Fresh if world.workers.iter().any(in_hand) => None,
            Claim::Fresh => Some((Claim::Stale, "the claimer's time passes")),
            Claim::Stale if request.live > 0 => None,
            Claim::Stale => Some((Claim::Spent, "the time of the longest call passes")),
            Claim::Spent => None,
        };
        if let Some((claim, did)) = next {
            let mut passed = *world;
            passed[who].claim = claim;
            moves.add(Did::step(who, did), passed);
        }
    }
}
