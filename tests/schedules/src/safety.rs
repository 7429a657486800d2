//! Safety: what must hold whatever goes wrong, judged by Connect's book, the stream and the tables, once all is at rest.

use std::collections::{BTreeMap, BTreeSet};

use crate::border::Order;
use crate::policies::{Rules, TIGHT_CALLS_PER_HOUR};
use crate::scenario::NUMBERS;
use crate::tables::{self, Item, Journal};
use crate::violation::{Invariant, Violation, Violations};
use crate::world::World;

/// All that must not be.
pub(crate) fn judge(world: &World, orders: &[Order]) -> Violations {
    let journal = tables::journal(&world.stack);
    let counters = tables::all(&world.stack.engine, "Counters");
    [
        live_calls(world),
        calls_per_request(world, orders),
        lost(world),
        steps_back(&journal),
        budgets(world.scenario.rules, &journal, &counters),
        places(&journal, &counters),
        counted_twice(&counters),
    ]
    .concat()
}

fn live_calls(world: &World) -> Violations {
    let live = NUMBERS.iter().map(|number| (number, world.stack.connect.max_live_at_once(number)));
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

/// Whether an order to call may be under way for a request in this state, on this claim.
fn claim(item: &Item) -> Option<i64> {
    let placing = item.state() == "dialing" && item.text("retry").is_empty();
    if placing { item.number("dialed_at") } else { None }
}

/// The changes of each claim's count: a claim takes a place at its moment, and proof that no call was placed gives it back.
fn claims(journal: &Journal) -> Vec<(&Item, i64, i64)> {
    let mut last: BTreeMap<&str, &Item> = BTreeMap::new();
    let mut changes = vec![];
    for (id, item) in journal {
        let before = last.insert(id, item).and_then(claim);
        let now = claim(item);
        if let Some(dialed_at) = now.filter(|_| before != now) {
            changes.push((item, dialed_at, 1));
        }
        if let Some(dialed_at) = before.filter(|_| item.text("retry") == "waiting") {
            changes.push((item, dialed_at, -1));
        }
    }
    changes
}

fn budgets(rules: Rules, journal: &Journal, counters: &[Item]) -> Violations {
    let changes = claims(journal);
    let mut found = vec![];
    let windows = [
        (60, (rules == Rules::TightMinute).then_some(1)),
        (3_600, (rules == Rules::TightHour).then_some(i64::from(TIGHT_CALLS_PER_HOUR))),
        (86_400, None),
    ];
    for (seconds, max) in windows {
        let mut taken: BTreeMap<String, i64> = BTreeMap::new();
        for (_, dialed_at, change) in &changes {
            let second = dialed_at / 1_000;
            let window = format!("{seconds}@{}", second - second.rem_euclid(seconds));
            let taken = taken.entry(window.clone()).or_default();
            *taken += change;
            if max.is_some_and(|max| *taken > max) {
                found.push(Violation::of(Invariant::BudgetExact, format!("{taken} calls in {window}")));
            }
        }
        let booked = counters.iter().filter(|row| {
            row.text("subject") == "budget#total" && row.text("window").starts_with(&format!("{seconds}@"))
        });
        for row in booked {
            let window = row.text("window");
            let taken = taken.remove(window).unwrap_or(0);
            let booked = row.number("calls").unwrap_or(0);
            if booked != taken {
                let how = format!("{booked} places are taken in {window} for {taken} claims");
                found.push(Violation::of(Invariant::BudgetExact, how));
            }
        }
        for (window, taken) in taken.into_iter().filter(|(_, taken)| *taken != 0) {
            found.push(Violation::of(
                Invariant::BudgetExact,
                format!("{taken} claims took no place in {window}"),
            ));
        }
    }
    found.extend(numbers(rules, &changes, counters));
    found
}

/// A number's count is that of its claims.
fn numbers(rules: Rules, changes: &[(&Item, i64, i64)], counters: &[Item]) -> Violations {
    let mut found = vec![];
    for number in NUMBERS {
        let own = changes.iter().filter(|(item, ..)| item.text("number") == number);
        let taken: i64 = own.map(|(_, _, change)| change).sum();
        let booked = sum(counters, &format!("number#{number}"), "approved");
        if booked != taken {
            let how = format!("{booked} calls are counted for {number}, and {taken} were claimed");
            found.push(Violation::of(Invariant::BudgetExact, how));
        }
        if rules == Rules::OneCallPerNumber && taken > 1 {
            let how = format!("{taken} calls to {number}, which may be called once");
            found.push(Violation::of(Invariant::BudgetExact, how));
        }
    }
    found
}

/// The places of approvals in the counts of the asked side: those of requests that ended before a call are given back.
fn places(journal: &Journal, counters: &[Item]) -> Violations {
    let mut last: BTreeMap<&str, &Item> = BTreeMap::new();
    let mut taken = 0;
    for (id, item) in journal {
        let before = last.insert(id, item);
        if item.state() == "approved" && before.is_some_and(|before| before.phase() == 0) {
            taken += 1;
        }
        let uncalled = ["refused", "redirected", "cancelled", "expired", "failed"].contains(&item.state());
        if uncalled && before.is_some_and(Item::holds_claim) {
            taken -= 1;
        }
    }
    ["range#+1206555", "country#US"]
        .iter()
        .map(|subject| (subject, sum(counters, subject, "approved")))
        .filter(|(_, booked)| *booked != taken)
        .map(|(subject, booked)| {
            let how = format!("{booked} places are taken for {subject} by {taken} approvals");
            Violation::of(Invariant::NoOrphan, how)
        })
        .collect()
}

fn sum(counters: &[Item], subject: &str, attribute: &str) -> i64 {
    let rows = counters.iter().filter(|row| row.text("subject") == subject);
    rows.filter_map(|row| row.number(attribute)).sum()
}

/// A request is counted once for each subject that asked for it.
fn counted_twice(counters: &[Item]) -> Violations {
    let mut found = vec![];
    for row in counters {
        let asks: Vec<_> =
            row.0["asks"]["L"].as_array().into_iter().flatten().map(ToString::to_string).collect();
        let distinct: BTreeSet<_> = asks.iter().collect();
        if distinct.len() < asks.len() {
            let how = format!("{} counts a request twice", row.text("subject"));
            found.push(Violation::of(Invariant::BudgetExact, how));
        }
    }
    found
}
