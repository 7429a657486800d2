//! Upkeep: `functions/upkeep/src/{request,duplicates}.rs`. What it does is decided by the real rules of `tollgate::overdue`.
//! It may look at an open request at any moment: whenever `wake_at` lies, it will have come.

use tollgate::overdue::DuplicateStep;

use crate::design::Design;
use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::rules::{Answer, Fact, Look};
use crate::worker;
use crate::world::{Claim, Row, Who, World};

/// What an invocation of upkeep does next with a request, which it saw in a certain state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// Hands it to the stream once more.
    DriveOn(Row),
    /// Ends it.
    End(Row, Row),
    /// Lets a dialer try again.
    CallUp(Row),
    /// Connect says that the call lives: notes whose call the contact is, and then attaches it (`attach`).
    Note(Row),
    /// Writes `in-call`.
    Attach(Row),
    /// Reads the request that holds the number (`duplicates::decide`).
    LookAtOwner,
    /// Has the duplicate screened again.
    Reopen,
    /// Leaves the duplicate one for good.
    Settle,
}

/// Upkeep looks at a request: `overdue::step`. One look at a request at a time.
pub(crate) fn moves(model: &Model, world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        let request = world[who];
        let in_hand = |w: worker::Worker| w.who == who && matches!(w.at, worker::At::Upkeep(_));
        if request.row.is_ended() || request.settled || world.workers.iter().any(in_hand) {
            continue;
        }
        let seen = request.row;
        let at = match model.rules.look(&request) {
            Look::Wait => continue,
            Look::AskConnect if model.is_deaf() => continue,
            Look::DriveOn => At::DriveOn(seen),
            Look::End(ending) => At::End(seen, ending),
            Look::CallUp => At::CallUp(seen),
            Look::AskConnect => {
                ask(model, world, who, moves);
                continue;
            }
            Look::AtOwner => At::LookAtOwner,
        };
        let mut looked = *world;
        looked.workers.add(who, worker::At::Upkeep(at));
        moves.add(Did::step(who, "upkeep looks at the request"), looked);
    }
    if model.design == Design::TakeOverByDialer {
        take_over(model, world, moves);
    }
}

/// A design that is known to break: a claimed request is claimed again when the claimer's time is over.
fn take_over(model: &Model, world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        if world[who].row == Row::Placing(1) && world[who].claim != Claim::Fresh && world.taken < model.places
        {
            let mut world = *world;
            world[who].row = Row::Placing(2);
            world[who].claim = Claim::Fresh;
            world.workers.add(who, worker::At::Dialing(crate::dialing::At::Call(2)));
            moves.add(Did::step(who, "another dialer takes the request over"), world);
        }
    }
}

/// Goes on.
pub(crate) fn go_on(model: &Model, rest: &World, who: Who, at: At, moves: &mut Moves) {
    let mut world = *rest;
    let then = |world: &mut World, at| world.workers.add(who, worker::At::Upkeep(at));
    let did = match at {
        At::DriveOn(seen) => {
            model.hand_on(&mut world, who, seen);
            "upkeep hands the request to the stream once more"
        }
        At::End(seen, ending) => {
            model.end(&mut world, who, seen, ending);
            "upkeep ends the request"
        }
        At::CallUp(seen @ Row::Waiting(nth)) => {
            model.write(&mut world, who, seen, Row::Due(nth));
            "upkeep calls the request up"
        }
        At::CallUp(seen) => {
            model.hand_on(&mut world, who, seen);
            "upkeep calls the request up once more"
        }
        At::Note(seen) => {
            world[who].request_noted = true;
            then(&mut world, At::Attach(seen));
            "upkeep notes whose call the contact is"
        }
        At::Attach(seen) => {
            model.write(&mut world, who, seen, Row::InCall);
            "upkeep attaches the call"
        }
        // With two requests the owner is the only other one, so a call for a third cannot have been made meanwhile.
        At::LookAtOwner => match model.rules.duplicate(&world[who], world[who.other()].row) {
            DuplicateStep::Wait => "upkeep leaves the duplicate waiting",
            DuplicateStep::Reopen => {
                then(&mut world, At::Reopen);
                "upkeep finds that the owner ended before its dial"
            }
            DuplicateStep::Settle => {
                then(&mut world, At::Settle);
                "upkeep finds nothing more to do for the duplicate"
            }
        },
        At::Reopen => {
            if !world[who].cancelled {
                model.write(&mut world, who, Row::Duplicate, Row::Received);
            }
            "upkeep has the duplicate screened again"
        }
        At::Settle => {
            if world[who].row == Row::Duplicate {
                world[who].settled = true;
            }
            "upkeep leaves the duplicate one for good"
        }
    };
    moves.add(Did::step(who, did), world);
}

/// Asks Connect, which may tell the truth or find nothing: `overdue::after_asking`. One step with the look before it, since
/// the state that was seen still stands if what follows from the answer has any effect.
fn ask(model: &Model, world: &World, who: Who, moves: &mut Moves) {
    let request = world[who];
    let seen = request.row;
    let truth = match (request.placed, request.live) {
        _ if model.design == Design::MuteConnect => Fact::NotFound,
        (0, _) => Fact::NotFound,
        (_, 0) => Fact::Over,
        _ => Fact::Live,
    };
    for fact in [Some(truth), (truth != Fact::NotFound).then_some(Fact::NotFound)].into_iter().flatten() {
        let answer = match model.rules.after_asking(seen, request.claim, fact) {
            Answer::Wait if fact == Fact::NotFound && model.design == Design::NotFoundIsProof => {
                Answer::GiveUp
            }
            answer => answer,
        };
        let mut world = *world;
        let mut then = |at| world.workers.add(who, worker::At::Upkeep(at));
        match answer {
            Answer::Close => then(At::End(seen, Row::Closed)),
            Answer::GiveUp => then(At::End(seen, Row::Lost)),
            Answer::Attach => then(At::Note(seen)),
            Answer::Wait => {}
        }
        let did = match fact {
            Fact::Over => "Connect tells upkeep that the call is over",
            Fact::Live => "Connect tells upkeep that the call lives",
            Fact::NotFound => "Connect does not find the call for upkeep",
        };
        moves.add(Did::step(who, did), world);
    }
}

/// The state that a worker's only remaining write is conditional on; none if it has more to do.
pub(crate) fn awaits(at: At) -> Option<Row> {
    match at {
        At::DriveOn(seen) | At::End(seen, _) | At::CallUp(seen) | At::Attach(seen) => Some(seen),
        At::LookAtOwner | At::Reopen | At::Settle => Some(Row::Duplicate),
        At::Note(_) => None,
    }
}
