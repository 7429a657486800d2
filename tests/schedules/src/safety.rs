//! Safety: what must hold whatever goes wrong, judged by Connect's book, the stream and the tables, once all is at rest.

use std::collections::{BTreeMap, BTreeSet};

use crate::border::Order;
use crate::scenario::NUMBERS;
use crate::tables::{self, Item, Journal};
use crate::violation::{Invariant, Violation, Violations};
use crate::world::World;
use crate::{budgets, evidence};

/// All that must not be.
pub(crate) fn judge(world: &World, orders: &[Order]) -> Violations {
    let journal = tables::journal(&world.stack);
    let counters = tables::all(&world.stack.engine, "Counters");
    [
        live_calls(world),
        calls_per_request(world, orders),
        lost(world),
        steps_back(&journal),
        evidence::calls(world, &journal),
        budgets::taken(world.scenario.rules, &journal, &counters),
        budgets::approvals(&journal, &counters),
        budgets::counted_twice(&counters),
    ]
    .concat()
}

fn live_calls(world: &World) -> Violations {
    // A transfer that nobody heard of in time holds nothing.
    let held = world.legs.lock().unwrap();
    let connect = &world.stack.connect;
    let live = NUMBERS
        .iter()
        .map(|number| (number, connect.max_live_at_once_if(number, |contact| held.contains(contact))));
    live.filter(|(_, live)| *live > 1)
        .map(|(number, live)| {
            Violation::of(Invariant::OneLiveCall, format!("{live} calls to {number} lived at once"))
        })
        .collect()
}

fn calls_per_request(world: &World, orders: &[Order]) -> Violations {
    let mut found = vec![];
    let mut last = BTreeMap::new();
    for order in orders {
        if let Some(false) = last.insert(&order.request_id, order.may_be_repeated) {
            let how = format!("{} was ordered again without proof", order.request_id);
            found.push(Violation::of(Invariant::OneCallPerRequest, how));
        }
    }
    let mut called = BTreeSet::new();
    for call in world.stack.connect.calls() {
        let id = call.request_id.unwrap_or_default();
        if !called.insert(id.clone()) {
            found.push(Violation::of(Invariant::OneCallPerRequest, format!("{id} was called twice")));
        }
    }
    found
}

fn lost(world: &World) -> Violations {
    let requests = tables::all(&world.stack.engine, "Requests");
    let known: BTreeSet<_> = requests.iter().map(|request| request.text("request_id")).collect();
    let accepted = world.accepted.lock().unwrap();
    let lost = accepted.iter().filter(|id| !known.contains(id.as_str()));
    lost.map(|id| Violation::of(Invariant::NoLoss, format!("{id} was accepted and is not on record")))
        .collect()
}

fn steps_back(journal: &Journal) -> Violations {
    let mut last: BTreeMap<&str, &Item> = BTreeMap::new();
    let mut found = vec![];
    for (id, item) in journal {
        if let Some(before) = last.insert(id, item) {
            let ended_otherwise = before.phase() == 4 && before.state() != item.state();
            if item.phase() < before.phase() || ended_otherwise {
                let how = format!("{id} was {} and became {}", before.state(), item.state());
                found.push(Violation::of(Invariant::Monotone, how));
            }
        }
    }
    found
}
