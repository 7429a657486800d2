//! The policy. A document that is taken is usable: it reads back as it is written, and decides on any facts without a
//! panic. One that is not is refused with what is wrong.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use arbitrary::Unstructured;
use serde_json::Value;
use tollgate::budget;
use tollgate::evidence::Admission;
use tollgate::facts::Facts;
use tollgate::overdue;
use tollgate::policy::Policy;
use tollgate::record::Terms;
use tollgate::request::CallbackRequest;
use tollgate::screen::{asking, at_dial, at_once, channels, lookup_matters, screen, terms};
use tollgate::state::State;
use tollgate::switches::KillSwitches;
use tollgate::verdict::{Standing, Verdict};

use crate::api::NOW;
use crate::facts::asked;
use crate::shape::document;

/// The documents that are changed: the default policy, and one that says everything.
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let full = r#"{
        "served_countries": ["US", "DE"], "default_country": "DE", "served_address_countries": ["US"], "guests": "allow",
        "channels": ["chat"], "rules": {"guest": "off", "voip-number": "shadow"}, "retention_days": 3650,
        "line": {"lookups_per_day_max": 0, "cache_days": 365, "unavailable": "refuse", "usual_carriers": ["A"]},
        "limits": {"per_number": {"requests_max": 1000, "window_seconds": 604800}},
        "fan_out": {"numbers_of_a_range_per_address_max": 1, "numbers_per_ipv6_line_max": 4294967295},
        "waste": {"range": {"floor": 0, "share_percent": 1000}, "account": {"floor": 4294967295, "share_percent": 0}},
        "marks": {"carrier": {"floor": 0, "share_percent": 1000}},
        "blocks": {"first_seconds": 60, "account_first_seconds": 604800, "longest_seconds": 604800},
        "proof": {"good_call_seconds": 3600, "ripe_seconds": 60, "calls_per_good": 4294967295, "room_times": 100},
        "held": {"per_range_max": 0, "per_carrier_per_day_max": 4294967295, "less_per_mark": 4294967295,
            "usual_carrier_share_percent": 100},
        "newcomers": {"window_seconds": 604800, "newcomers_max": 0, "strangers_max": 4294967295, "scarce_percent": 100},
        "budgets": {"reserve_percent": 100, "range_best_day_percent": 1000, "usd_per_minute": {"+1": 1e9, "+44": 0}, "cost_per_day_max_usd": 1e9},
        "dial": {"calls_per_second_max": 0.01, "deadline_seconds": 86400}
    }"#;
    vec![serde_json::to_value(Policy::default()).unwrap(), serde_json::from_str(full).unwrap()]
});

/// Asserts what must hold of any document that may be a policy, and of kill switches.
pub fn check(bytes: &[u8]) {
    let Some(document) = document(bytes, &RECORDED).filter(is_read_as_it_is_written) else { return };
    if let Ok(switches) = serde_json::from_value::<KillSwitches>(document.clone()) {
        let written = serde_json::to_string(&switches).unwrap();
        assert_eq!(serde_json::from_str::<KillSwitches>(&written).unwrap(), switches);
    }
    let (taken, stored) = (Policy::parse(&document.to_string()), Policy::parse_stored(&document.to_string()));
    if let Ok(stored) = &stored {
        // What an earlier version stored is written anew without what is gone. It may name what does not exist.
        let written = serde_json::to_string(stored).unwrap();
        assert_eq!(Policy::parse_stored(&written).as_ref(), Ok(stored));
    }
    match taken {
        Ok(policy) => {
            assert_eq!(stored.as_ref(), Ok(&policy));
            let written = serde_json::to_string(&policy).unwrap();
            assert_eq!(Policy::parse(&written).as_ref(), Ok(&policy));
            // What decides on is drawn from the end of the bytes, so that it varies with one policy.
            let tail: Vec<u8> = bytes.iter().rev().copied().collect();
            if let Ok((request, facts)) = asked(&mut Unstructured::new(&tail)) {
                is_usable(&policy, &request, &facts);
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.reason.is_empty() && error.to_string().contains(": ")));
        }
    }
}

/// Of numbers with more than 15 digits the JSON reader may take a neighbour for the number itself.
fn is_read_as_it_is_written(document: &Value) -> bool {
    serde_json::from_str::<Value>(&document.to_string()).is_ok_and(|read| read == *document)
}

/// Asserts that a policy decides on a request and lets it dial on terms that hold together.
pub(crate) fn is_usable(policy: &Policy, request: &CallbackRequest, facts: &Facts) {
    for verdict in [
        screen(request, facts, policy, NOW),
        at_once(request, &facts.switches, None, policy),
        at_dial(request, facts, policy, NOW),
    ] {
        is_drawn_from_its_findings(&verdict);
    }
    let _ = lookup_matters(request, facts, policy, NOW);
    assert!(asking(request, policy).iter().all(|(_, limit)| limit.window_seconds >= 60));
    assert!(!channels(&request.caller, &facts.switches, None, policy).is_empty());
    let (terms, places) = terms(request, facts, policy, NOW);
    let mut taken = terms.taken.iter();
    for (_, place) in places {
        assert!(place.window.ends_at() > NOW && place.window.forgotten_at() >= place.window.ends_at());
        let taken = taken.next().expect("what an approval takes is on its terms");
        assert_eq!((&taken.subject, taken.window), (&place.subject, place.window));
    }
    assert!(taken.next().is_none());
    assert!(terms.range_calls_per_day_max >= policy.budgets.calls_per_range_per_day_max);
    let written = serde_json::to_string(&terms).unwrap();
    // A carrier's name is kept by its key, so what is read is compared as it is written.
    let read = serde_json::from_str::<Terms>(&written).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
    for admission in [Admission::Proven, Admission::Neighbor, Admission::Stranger] {
        holds_together(policy, request, &Terms { admission, ..terms.clone() });
    }
    for span in [policy.deadline(), policy.retention(), policy.line_cache(), policy.proof.ripe_after()] {
        assert!(NOW + span > NOW);
    }
    let _ = (overdue::wake_at(&State::Received, NOW), overdue::wake_at(&State::Approved, NOW));
}

/// What a dial on these terms takes: newcomers never find more room than the proven, and a good call gives back to the
/// very rows that its dial took from.
fn holds_together(policy: &Policy, request: &CallbackRequest, terms: &Terms) {
    let rows = budget::rows(&request.number, terms, policy, NOW);
    assert!(rows.iter().all(|row| row.window.ends_at() > NOW && !row.takes.is_empty()));
    let distinct: BTreeSet<_> = rows.iter().map(|row| (&row.pot, row.window.key())).collect();
    assert_eq!(distinct.len(), rows.len(), "a transaction writes no row twice");
    let proven = Terms { admission: Admission::Proven, ..terms.clone() };
    for row in budget::rows(&request.number, &proven, policy, NOW) {
        let own = rows.iter().find(|own| (&own.pot, own.window) == (&row.pot, row.window));
        let own = own.expect("newcomers take from every row that the proven take from");
        for take in row.takes {
            let own = own.takes.iter().find(|own| own.budget == take.budget);
            let own = own.expect("and of every budget in it");
            assert!(own.max <= take.max && own.amount == take.amount, "{own:?} {take:?}");
        }
    }
    let earned = budget::earned(&request.number, terms, NOW);
    assert_eq!(earned.is_empty(), terms.admission == Admission::Proven);
    for earned in earned {
        let row = rows.iter().find(|row| (&row.pot, row.window) == (&earned.pot, earned.window));
        let row = row.expect("what is given back was taken");
        let taken = |budget| row.takes.iter().any(|take| take.budget == budget && take.amount == 1);
        assert!(earned.budgets.into_iter().all(taken));
    }
    let lookups = budget::lookup_rows(request.caller.address.line(), terms.admission, policy, NOW);
    let most = u64::from(policy.line.lookups_per_day_max);
    assert!(lookups.iter().flat_map(|row| &row.takes).all(|take| take.max <= most));
}

fn is_drawn_from_its_findings(verdict: &Verdict) {
    let enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
    let strictest = enforced.map(|finding| finding.certainty).max();
    assert_eq!(strictest.unwrap_or(tollgate::verdict::Certainty::Noted), verdict.certainty);
    assert!(verdict.findings.iter().all(|finding| finding.masked().code == finding.code));
}
