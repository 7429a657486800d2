//! Evidence: every call that Connect placed is one item among the calls, found by all who had part in it, with the end that
//! was heard and the mark that its request has.

use std::collections::BTreeMap;

use crate::scenario::RANGE;
use crate::tables::{self, Item, Journal};
use crate::violation::{Invariant, Violation, Violations};
use crate::world::World;

/// Calls that are not among the evidence, or not as they were.
pub(crate) fn calls(world: &World, journal: &Journal) -> Violations {
    let engine = &world.stack.engine;
    let mut found = tables::calls_at_odds(engine);
    let mut odd = |how: String| found.push(Violation::of(Invariant::EvidenceExact, how));
    let (requests, calls) = (tables::all(engine, "Requests"), tables::all(engine, "Calls"));
    let of = |items: &[Item], id: &str| items.iter().find(|item| item.text("request_id") == id).cloned();
    for placed in world.stack.connect.calls() {
        let id = placed.request_id.unwrap_or_default();
        let Some(call) = of(&calls, &id) else {
            odd(format!("{id} was called, and its call is not among the evidence"));
            continue;
        };
        let heard = of(&requests, &id).and_then(|request| request.number("ended_at"));
        // Connect tells whole seconds at times; and a transfer that nobody heard of in time is not waited for.
        let is_an_end = |told: i64| {
            placed.parts_ended_at.iter().any(|ended| (ended.as_millisecond() - told).abs() < 1_000)
        };
        if heard.and(call.number("ended_at")).is_some_and(|told| !is_an_end(told)) {
            let ends = &placed.parts_ended_at;
            odd(format!("the call of {id} ended at {ends:?} and is told to have at {heard:?}"));
        }
    }
    let (claims, ends) = (claims(journal), ends(journal));
    for call in &calls {
        let id = call.text("request_id");
        let Some(request) = of(&requests, id) else { continue };
        let expected = expected(&request, claims.get(id).copied(), ends.get(id).copied());
        for (attribute, expected) in expected {
            let told = text(call, attribute);
            if told != expected {
                odd(format!("{attribute} of the call of {id} is {told:?} and should be {expected:?}"));
            }
        }
    }
    found
}

/// When each request was claimed for the last time.
fn claims(journal: &Journal) -> BTreeMap<&str, i64> {
    let claimed = journal.iter().filter(|(_, item)| item.state() == "dialing" && item.is_called());
    claimed.filter_map(|(id, item)| Some((id.as_str(), item.number("dialed_at")?))).collect()
}

/// Each request as it stood when it ended. A withdrawal that was on its way then, whatever its moment, changed nothing.
fn ends(journal: &Journal) -> BTreeMap<&str, &Item> {
    let mut ends = BTreeMap::new();
    for (id, item) in journal.iter().filter(|(_, item)| item.state() == "closed") {
        ends.entry(id.as_str()).or_insert(item);
    }
    ends
}

/// What the item of a request's call says; nothing where it has no such attribute.
fn expected(
    request: &Item,
    dialed_at: Option<i64>,
    as_it_ended: Option<&Item>,
) -> Vec<(&'static str, Option<String>)> {
    let own = |attribute| text(request, attribute);
    let carrier = Some(request.part("line", "carrier").to_lowercase()).filter(|carrier| !carrier.is_empty());
    let mut expected = vec![
        ("line", own("address").map(|address| format!("{address}/32"))),
        ("account", own("account")),
        ("network", Some("198.51.100.0/24".to_owned())),
        ("neighborhood", Some("198.51.0.0/16".to_owned())),
        ("number", own("number")),
        ("range", Some(RANGE.to_owned())),
        ("carrier_key", carrier),
        ("own", Some("false".to_owned())),
        ("admission", Some(request.part("terms", "admission").to_owned())),
        ("dialed_at", dialed_at.map(|at| at.to_string())),
        ("mark", own("mark")),
        ("marked_at", own("marked_at")),
    ];
    match (request.state(), request.number("ended_at")) {
        ("closed", Some(ended_at)) => {
            expected.push(("ended_at", Some(ended_at.to_string())));
            let talked = request.agent_seconds().map(|seconds| seconds.to_string());
            let excused = talked.is_none() && as_it_ended.is_some_and(|end| withdrawn_by(end, ended_at));
            expected.push(("agent_seconds", talked));
            expected.push(("withdrawn", excused.then(|| "true".to_owned())));
            let failed = request.text("excuse") == "telecom-problem";
            expected.push(("untold", failed.then(|| "true".to_owned())));
        }
        // Of a call that is lost nobody knows how it went: it proves nothing and wastes nothing.
        ("closed", None) => expected.push(("untold", Some("true".to_owned()))),
        _ => expected.push(("ended_at", None)),
    }
    expected
}

/// Whether a request was withdrawn when its call ended, or before.
fn withdrawn_by(request: &Item, ended_at: i64) -> bool {
    request.number("cancelled_at").is_some_and(|cancelled_at| cancelled_at / 1_000 <= ended_at / 1_000)
}

/// An attribute's value, as text.
fn text(item: &Item, name: &str) -> Option<String> {
    let value = &item.0[name];
    let flag = value["BOOL"].as_bool().map(|flag| flag.to_string());
    flag.or_else(|| value["S"].as_str().or_else(|| value["N"].as_str()).map(str::to_owned))
}
