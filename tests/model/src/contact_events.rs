//! Contact events: `functions/contact-events/src/lib.rs` and `tollgate-aws/src/tables/contacts.rs`. Only the end of a call matters
//! here; it may be heard late, twice or never.

use crate::design::Design;
use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::worker;
use crate::world::{Row, Who, World};

/// What an invocation of contact-events does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// It has read whose call the contact is, and notes the end.
    NoteEnd,
    /// The contact is unknown, and Connect has told whose call it is: it notes the end, then the request.
    NoteBoth,
    /// It has noted the end, and notes the request that Connect told.
    NoteRequest,
    /// The contact is unknown, and Connect does not answer: it notes the end for the dialer, and the event comes again.
    LeaveForDialer,
    /// It reads the request (`close`).
    Read,
    /// It closes the request that it saw like this (`close_once`).
    Close(Row),
}

/// What Connect and EventBridge can do: end a call; deliver its end, lose it, deliver it twice.
pub(crate) fn moves(model: &Model, world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        if world[who].live > 0 {
            let mut over = *world;
            over[who].live -= 1;
            over[who].ends += 1;
            moves.add(Did::step(who, "the call ends"), over);
        }
        if world[who].ends > 0 {
            let mut taken = *world;
            taken[who].ends -= 1;
            moves.add(Did::fault(who, "the end of the call is never delivered"), taken);
            hear(model, &taken, who, Did::step, moves);
            hear(model, world, who, Did::again, moves);
        }
    }
}

/// `hear`, up to the first write.
fn hear(model: &Model, world: &World, who: Who, delivered: fn(Who, &'static str) -> Did, moves: &mut Moves) {
    let then = |at| {
        let mut world = *world;
        world.workers.add(who, worker::At::Hearing(at));
        world
    };
    if world[who].request_noted {
        moves.add(delivered(who, "contact-events hears the end of a known contact"), then(At::NoteEnd));
    } else if model.design == Design::NoTombstone {
        moves.add(delivered(who, "contact-events forgets the end of an unknown contact"), *world);
    } else {
        let did = "contact-events hears the end of an unknown contact, and Connect tells whose it is";
        moves.add(delivered(who, did), then(At::NoteBoth));
        let did = "contact-events hears the end of an unknown contact, and Connect does not answer";
        moves.add(Did::fault(who, did), then(At::LeaveForDialer));
    }
}

/// Goes on.
pub(crate) fn go_on(model: &Model, rest: &World, who: Who, at: At, moves: &mut Moves) {
    let mut world = *rest;
    let then = |world: &mut World, at| world.workers.add(who, worker::At::Hearing(at));
    let did = match at {
        At::NoteEnd => {
            world[who].end_noted = true;
            then(&mut world, At::Read);
            "contact-events notes the end"
        }
        At::NoteBoth => {
            world[who].end_noted = true;
            then(&mut world, At::NoteRequest);
            "contact-events notes the end"
        }
        At::NoteRequest => {
            world[who].request_noted = true;
            then(&mut world, At::Read);
            "contact-events notes whose call the contact is"
        }
        At::LeaveForDialer => {
            world[who].end_noted = true;
            world[who].ends += 1;
            "contact-events notes the end for the dialer; the event comes again"
        }
        At::Read => match world[who].row {
            seen @ (Row::Placing(_) | Row::Waiting(_) | Row::Due(_) | Row::InCall) => {
                then(&mut world, At::Close(seen));
                "contact-events reads the request"
            }
            ended => {
                model.ended_before(&mut world, who, ended);
                "contact-events finds nothing left to do"
            }
        },
        At::Close(seen) => {
            if !model.end(&mut world, who, seen, Row::Closed) {
                then(&mut world, At::Read);
            }
            "contact-events closes the request"
        }
    };
    moves.add(Did::step(who, did), world);
}
