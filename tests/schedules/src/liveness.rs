//! Liveness: once nothing goes wrong any more, every accepted request comes to its end within a bound, and lets its number
//! go.

use jiff::{SignedDuration, Timestamp};
use local::stack::Function;

use tollgate::overdue::RINGS_AT_MOST;

use crate::policies::{CALL_SECONDS_MAX, DEADLINE_SECONDS};
use crate::tables::{self, Item};
use crate::violation::{Invariant, Violation};
use crate::world::World;

const MINUTE: i64 = 60;
/// How long a claim lasts at most, for what upkeep knows: Lambda's longest invocation.
const CLAIM_SECONDS: i64 = 900;
/// What else upkeep waits before it looks, asks or gives up.
const MARGIN_SECONDS: i64 = 120 + 30 + 5 * MINUTE;

/// How long after the last fault the last request ends, at the latest: it is dialed at its deadline, its call is lost, and
/// upkeep gives it up when the longest call that could have come of it is over.
const BOUND_SECONDS: i64 =
    DEADLINE_SECONDS + CLAIM_SECONDS + RINGS_AT_MOST.as_secs() + CALL_SECONDS_MAX + MARGIN_SECONDS;

/// Lets everything come to its end, with upkeep each minute.
pub(crate) async fn come_to_rest(world: &World) {
    world.border.set_weather(None);
    while world.border.let_one_arrive_late() {}
    let bound = world.now() + SignedDuration::from_secs(BOUND_SECONDS);
    loop {
        settle(world).await;
        let requests = tables::all(&world.stack.engine, "Requests");
        let open: Vec<_> = requests.iter().filter(|request| !request.is_over()).collect();
        let claimed = !tables::all(&world.stack.engine, "Pending").is_empty();
        if open.is_empty() && !claimed && world.stack.connect.next_due().is_none() {
            return;
        }
        if world.now() > bound {
            let late =
                open.iter().map(|request| format!("{} is {}", request.text("request_id"), request.state()));
            let late: Vec<_> = late.collect();
            let how = format!("not at rest in time: {}; a number is held: {claimed}", late.join(", "));
            world.border.violated(Violation::of(Invariant::NoOrphan, how));
            return;
        }
        let next = next_moment(world, &open);
        world.clock.advance(next.duration_since(world.now()));
        settle(world).await;
        if world.now().as_second() % MINUTE == 0 {
            look_after(world).await;
        }
    }
}

/// Lets everything happen that can happen now.
async fn settle(world: &World) {
    loop {
        let mut moved = false;
        for function in Function::ON_STREAM {
            while world.stack.pump(function).await.unwrap() {
                moved = true;
            }
        }
        let late = std::mem::take(&mut *world.bus.lock().unwrap());
        let due = world.stack.connect.due(world.now());
        for event in late.into_iter().map(|delivery| delivery.event).chain(due) {
            if let Err(error) = world.stack.hear(&event).await {
                let how = format!("an event is not taken though nothing goes wrong: {error}");
                world.border.violated(Violation::of(Invariant::NoOrphan, how));
            }
            moved = true;
        }
        if !moved {
            return;
        }
    }
}

async fn look_after(world: &World) {
    let report = world.stack.upkeep().await.unwrap();
    if report.claims_released + report.failed + report.unreadable > 0 {
        let how = format!("upkeep finds what should not be: {report:?}");
        world.border.violated(Violation::of(Invariant::NoOrphan, how));
    }
}

/// When something will happen next: an event, or a run of upkeep that has something to do.
fn next_moment(world: &World, open: &[&Item]) -> Timestamp {
    let now = world.now();
    let minute = |second: i64| second + (MINUTE - second.rem_euclid(MINUTE)) % MINUTE;
    let wake_at = open.iter().filter_map(|request| request.number("wake_at")).min();
    let upkeep = minute(wake_at.map_or(0, |milliseconds| (milliseconds + 999) / 1_000));
    let upkeep = upkeep.max(minute(now.as_second() + 1));
    let event = world.stack.connect.next_due().filter(|due| *due > now);
    let upkeep = Timestamp::from_second(upkeep).unwrap();
    event.map_or(upkeep, |event| event.min(upkeep))
}

/// The end of every call that was heard, and whose request is known, has closed that request. For schedules in which
/// nothing but the bus goes wrong; otherwise upkeep has a part in it.
pub(crate) fn unclosed(world: &World) -> Vec<Violation> {
    let requests = tables::all(&world.stack.engine, "Requests");
    let contacts = tables::all(&world.stack.engine, "Contacts");
    let over = contacts.iter().filter(|contact| contact.number("ended_at").is_some());
    let unclosed = over.filter_map(|contact| {
        let id = contact.text("request_id");
        let request = requests.iter().find(|request| request.text("request_id") == id)?;
        let how = format!("{id} is {}, though the end of its call was heard", request.state());
        (!request.is_over()).then(|| Violation::of(Invariant::NoOrphan, how))
    });
    unclosed.collect()
}
