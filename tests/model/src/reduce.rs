//! What can have no effect any more is taken out of a world at once, so that worlds are equal that differ in nothing that
//! anybody will ever tell. A step without effect is one in which nothing can be broken, so nothing is overlooked.

use crate::design::Design;
use crate::model::Model;
use crate::stream::Images;
use crate::worker::At;
use crate::world::{Claim, Row, Who, World};
use crate::{dialing, screening, upkeep};

/// A world without what can have no effect any more.
pub(crate) fn reduced(model: &Model, mut world: World) -> World {
    // There a row may be written and a number let go by whoever comes, however late.
    if matches!(model.design, Design::NoClaim | Design::ReleaseUnchecked) {
        return world;
    }
    for who in Who::BOTH {
        let row = world[who].row;
        if row.is_ended() {
            forget(&mut world, who);
        } else if row == Row::InCall {
            let request = &mut world[who];
            // A call is not prevented any more. And upkeep does not tell how old its claim is before the longest call.
            (request.cancelled, request.late) = (false, false);
            request.claim = request.claim.max(Claim::Stale);
        }
        world[who].images.retain(|image| order(image.row) >= order(row));
        world.workers.retain(|worker| {
            worker.who != who || awaits(worker.at).is_none_or(|seen| order(seen) >= order(row))
        });
    }
    world
}

/// Of a request that has ended, nothing is asked but how it did, and by Connect's part.
fn forget(world: &mut World, who: Who) {
    let request = &mut world[who];
    (request.cancelled, request.late, request.claim) = (false, false, Claim::Fresh);
    (request.request_noted, request.end_noted, request.ends) = (false, false, 0);
    request.images = Images::default();
    let still_calls = |at| matches!(at, At::Dialing(dialing::At::Call(_) | dialing::At::CallAgain(_)));
    world.workers.retain(|worker| worker.who != who || still_calls(worker.at));
}

/// The order in which a request goes through its states. It only ever rises, which `monotone` checks of its phases.
fn order(row: Row) -> u8 {
    match row {
        Row::Received | Row::Duplicate => 0,
        Row::Approved => 1,
        Row::Placing(nth) => 3 * nth,
        Row::Waiting(nth) => 3 * nth + 1,
        Row::Due(nth) => 3 * nth + 2,
        Row::InCall => u8::MAX - 1,
        _ => u8::MAX,
    }
}

/// The state that a worker's only remaining write is conditional on; none if it has more to do.
fn awaits(at: At) -> Option<Row> {
    use dialing::{Noted, Written};
    match at {
        At::Screening(screening::At::Held) => Some(Row::Received),
        At::Dialing(dialing::At::Spent(seen)) => Some(seen),
        At::Dialing(dialing::At::Refused(nth) | dialing::At::Busy(nth)) => Some(Row::Placing(nth)),
        At::Dialing(dialing::At::Placed(nth, Written::NotYet, Noted::First | Noted::AfterEnd)) => {
            Some(Row::Placing(nth))
        }
        At::Dialing(dialing::At::Close) => Some(Row::InCall),
        At::Upkeep(at) => upkeep::awaits(at),
        At::Dialing(_) | At::Hearing(_) | At::Releasing => None,
    }
}
