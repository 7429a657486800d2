//! Screening: `functions/screening/src/{lib,act}.rs` and `tollgate-aws/src/transitions/approval.rs`. The rules let both requests pass,
//! so what is left is the claim of the number.

use crate::design::Design;
use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::stream::Image;
use crate::worker;
use crate::world::{Claim, Row, Who, World};

/// What an invocation of screening does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// It has seen that the other request holds the number, be it among the facts or from the refused approval
    /// (`act::duplicate`).
    Held,
}

/// Takes a record: `screen_one`. What it only reads beforehand is decided anew by the condition of its write.
pub(crate) fn take(model: &Model, world: &mut World, who: Who, image: Image) -> &'static str {
    if image.cancelled {
        model.end(world, who, Row::Received, Row::Cancelled);
        return "screening ends what was withdrawn";
    }
    if world[who].late {
        model.end(world, who, Row::Received, Row::Expired);
        return "screening ends what is past its deadline";
    }
    approve(model, world, who)
}

/// `approval::approve`: request approved and number claimed, or nothing.
fn approve(model: &Model, world: &mut World, who: Who) -> &'static str {
    let request = world[who];
    // That the request has moved on outweighs that the number is held.
    if request.row != Row::Received || request.cancelled {
        return "screening finds the request gone from `received`";
    }
    let other = who.other();
    let lease_passed = model.design == Design::TakeOverByRequest && world[other].claim != Claim::Fresh;
    if world.holder == Some(other) && !lease_passed {
        world.workers.add(who, worker::At::Screening(At::Held));
        return "screening finds the number held";
    }
    model.write(world, who, Row::Received, Row::Approved);
    world.holder = Some(who);
    "screening approves, and claims the number"
}

/// Goes on.
pub(crate) fn go_on(model: &Model, rest: &World, who: Who, at: At, moves: &mut Moves) {
    let At::Held = at;
    let mut world = *rest;
    model.write(&mut world, who, Row::Received, Row::Duplicate);
    moves.add(Did::step(who, "screening writes `duplicate`"), world);
}
