//! Dialing: `functions/dialing/src/{lib,act}.rs` and `tollgate-aws/src/transitions/claim.rs`. That it has a withdrawn call stopped is no step
//! of its own: it writes nothing, and a call may end at any moment.

use crate::design::Design;
use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::stream::Image;
use crate::worker;
use crate::world::{BUSY_MAX, Claim, Row, Who, World};

/// What an invocation of dialing does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// It has counted the call, and claims the request that it saw like this (only in `CountedApart`).
    Claim(Row),
    /// A budget is spent: it ends the request that it saw like this (`act::spent`).
    Spent(Row),
    /// It holds the n-th claim, and calls Connect.
    Call(u8),
    /// Connect gave no usable answer, and it calls again (only in `Redial`).
    CallAgain(u8),
    /// Connect took the call: it writes `in-call` and notes its half, in either order (`act::placed`).
    Placed(u8, Written, Noted),
    /// It came second to the rendezvous, and closes the request.
    Close,
    /// Connect refused the call for good.
    Refused(u8),
    /// Connect was too busy: it gives its places back (`claim::give_back`).
    Busy(u8),
}

/// Whether `in-call` was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Written {
    /// Not yet.
    NotYet,
    /// It was.
    Yes,
    /// Somebody was there before.
    Overtaken,
}

/// Whether the contact's request was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noted {
    /// Not yet.
    NotYet,
    /// It was, and the end had not been heard.
    First,
    /// It was, and the end had been heard.
    AfterEnd,
}

impl At {
    /// The state of the record that began the invocation.
    pub(crate) fn began_as(self) -> Row {
        match self {
            Self::Claim(seen) | Self::Spent(seen) => seen,
            Self::Call(nth)
            | Self::CallAgain(nth)
            | Self::Placed(nth, ..)
            | Self::Refused(nth)
            | Self::Busy(nth) => {
                if nth > 1 {
                    Row::Due(nth - 1)
                } else {
                    Row::Approved
                }
            }
            Self::Close => Row::Approved,
        }
    }
}

/// Takes a record: `dial_one`, up to the claim.
pub(crate) fn take(model: &Model, world: &mut World, who: Who, image: Image) -> &'static str {
    let seen = image.row;
    if image.cancelled {
        model.end(world, who, seen, Row::Cancelled);
        return "dialing ends what was withdrawn";
    }
    if world[who].late {
        let ending = if seen == Row::Approved { Row::Expired } else { Row::FailedBusy };
        model.end(world, who, seen, ending);
        return "dialing ends what is past its deadline";
    }
    if model.design == Design::CountedApart {
        if world.taken == model.places {
            return spent(world, who, seen);
        }
        world.taken += 1;
        world.workers.add(who, worker::At::Dialing(At::Claim(seen)));
        return "dialing counts the call";
    }
    claim(model, world, who, seen)
}

/// `claim::claim`: request `dialing` and places taken, or nothing.
fn claim(model: &Model, world: &mut World, who: Who, seen: Row) -> &'static str {
    let request = world[who];
    let as_seen = request.row == seen && !request.cancelled;
    if !as_seen && model.design != Design::NoClaim {
        return "dialing finds the request gone, or withdrawn";
    }
    if model.design != Design::CountedApart {
        if world.taken == model.places {
            return spent(world, who, seen);
        }
        world.taken += 1;
    }
    let nth = match seen {
        Row::Due(before) => before + 1,
        _ => 1,
    };
    model.write(world, who, request.row, Row::Placing(nth));
    world[who].claim = Claim::Fresh;
    world.workers.add(who, worker::At::Dialing(At::Call(nth)));
    "dialing claims the request, with its place in the budget"
}

fn spent(world: &mut World, who: Who, seen: Row) -> &'static str {
    world.workers.add(who, worker::At::Dialing(At::Spent(seen)));
    "dialing finds the budget spent"
}

/// Goes on.
pub(crate) fn go_on(model: &Model, rest: &World, who: Who, at: At, moves: &mut Moves) {
    let mut world = *rest;
    let did = match at {
        At::Call(nth) => return call(model, rest, who, nth, moves),
        At::CallAgain(nth) => return call_again(rest, who, nth, moves),
        At::Placed(nth, written, noted) => return note(model, rest, who, (nth, written, noted), moves),
        At::Claim(seen) => claim(model, &mut world, who, seen),
        At::Spent(seen) => {
            model.end(&mut world, who, seen, Row::Refused);
            "dialing ends the request: the budget is spent"
        }
        At::Refused(nth) => {
            model.end(&mut world, who, Row::Placing(nth), Row::FailedForGood);
            "dialing ends the request: Connect refused the call"
        }
        At::Close => {
            model.end(&mut world, who, Row::InCall, Row::Closed);
            "dialing closes the request, whose end was heard before"
        }
        At::Busy(nth) => {
            if model.write(&mut world, who, Row::Placing(nth), Row::Waiting(nth)) {
                world.taken -= 1;
            }
            "dialing gives its place back"
        }
    };
    moves.add(Did::step(who, did), world);
}

/// `Connect::start`, with every answer that it can give. A call that is placed begins to live.
fn call(model: &Model, rest: &World, who: Who, nth: u8, moves: &mut Moves) {
    let placed = placed(rest, who);
    let then = |world: &World, at| {
        let mut world = *world;
        world.workers.add(who, worker::At::Dialing(at));
        world
    };
    let told = then(&placed, At::Placed(nth, Written::NotYet, Noted::NotYet));
    moves.add(Did::step(who, "Connect places the call"), told);
    moves.add(Did::step(who, "Connect refuses the call for good"), then(rest, At::Refused(nth)));
    if nth <= BUSY_MAX {
        moves.add(Did::step(who, "Connect is too busy"), then(rest, At::Busy(nth)));
    }
    let unknown = |world: &World| match model.design {
        Design::Redial => then(world, At::CallAgain(nth)),
        _ => *world,
    };
    moves.add(Did::fault(who, "Connect places the call, and its answer is lost"), unknown(&placed));
    moves.add(Did::fault(who, "Connect fails before it places the call, and nobody knows"), unknown(rest));
}

/// The same token once more: gives the same contact while its call lives, and a new call after its end.
fn call_again(rest: &World, who: Who, nth: u8, moves: &mut Moves) {
    let mut world = if rest[who].live > 0 { *rest } else { placed(rest, who) };
    world.workers.add(who, worker::At::Dialing(At::Placed(nth, Written::NotYet, Noted::NotYet)));
    moves.add(Did::step(who, "dialing calls Connect again, with the same token"), world);
}

fn placed(rest: &World, who: Who) -> World {
    let mut world = *rest;
    world[who].placed += 1;
    world[who].live += 1;
    world
}

/// The two writes of `act::placed`, and what follows from them.
fn note(
    model: &Model,
    rest: &World,
    who: Who,
    (nth, written, noted): (u8, Written, Noted),
    moves: &mut Moves,
) {
    let then = |mut world: World, written, noted| {
        match (written, noted) {
            (Written::NotYet, _) | (_, Noted::NotYet) => {
                world.workers.add(who, worker::At::Dialing(At::Placed(nth, written, noted)));
            }
            (Written::Yes, Noted::AfterEnd) => world.workers.add(who, worker::At::Dialing(At::Close)),
            (Written::Yes | Written::Overtaken, _) => {}
        }
        world
    };
    if written == Written::NotYet {
        let mut world = *rest;
        let is_written = model.write(&mut world, who, Row::Placing(nth), Row::InCall);
        let written = if is_written { Written::Yes } else { Written::Overtaken };
        moves.add(Did::step(who, "dialing writes `in-call`"), then(world, written, noted));
    }
    if noted == Noted::NotYet {
        let mut world = *rest;
        world[who].request_noted = true;
        let noted = if world[who].end_noted { Noted::AfterEnd } else { Noted::First };
        moves.add(Did::step(who, "dialing notes whose call the contact is"), then(world, written, noted));
    }
}
