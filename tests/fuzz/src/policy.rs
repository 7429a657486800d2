//! The policy. A document that is taken is usable: it reads back as it is written, and decides on any facts without a
//! panic. One that is not is refused with what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use jiff::SignedDuration;
use serde_json::Value;
use tollgate::budget;
use tollgate::counter::{Asked, Count};
use tollgate::facts::{AskCount, Asking, Calls, Facts, Histories};
use tollgate::history::{Block, Day, History, Tally};
use tollgate::line::{Line, LineFact, LineType};
use tollgate::number::PhoneNumber;
use tollgate::overdue;
use tollgate::policy::Policy;
use tollgate::request::{Account, CallbackRequest, Caller, RequestId};
use tollgate::screen::{asking, at_dial, at_once, blocks, channels, lookup_matters, places, screen};
use tollgate::state::State;
use tollgate::switches::KillSwitches;
use tollgate::text::{AccountId, CarrierName};
use tollgate::verdict::{Standing, Verdict};

use crate::api::NOW;
use crate::shape::document;

/// The documents that are changed: the default policy, and one that says everything.
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let full = r#"{
        "served_countries": ["US", "DE"], "default_country": "DE", "served_address_countries": ["US"], "guests": "allow",
        "channels": ["chat"], "rules": {"guest": "off", "voip-number": "shadow"}, "retention_days": 3650,
        "line": {"lookups_per_day_max": 0, "cache_days": 365, "unavailable": "refuse", "usual_carriers": ["A"]},
        "limits": {"per_number": {"requests_max": 1000, "window_seconds": 604800}, "growth_percent": 1000,
            "large_carrier_percent": 100},
        "fan_out": {"numbers_of_a_range_per_address_max": 1},
        "waste": {"range": {"floor": 0, "share_percent": 1000}, "number": {"floor": 4294967295, "share_percent": 0}},
        "marks": {"carrier": {"floor": 0, "share_percent": 1000}},
        "blocks": {"first_seconds": 60, "longest_seconds": 604800},
        "budgets": {"usd_per_minute": {"+1": 1e9, "+44": 0}, "cost_per_day_max_usd": 1e9},
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
    match Policy::parse(&document.to_string()) {
        Ok(policy) => {
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

fn is_usable(policy: &Policy, request: &CallbackRequest, facts: &Facts) {
    for verdict in [
        screen(request, facts, policy, NOW),
        at_once(request, policy),
        at_dial(request, &facts.listings, &facts.line, &facts.switches, policy, NOW),
    ] {
        is_drawn_from_its_findings(&verdict);
        for (_, place) in places(request, facts, policy, &verdict, NOW) {
            assert!(place.window.ends_at() > NOW && place.window.forgotten_at() >= place.window.ends_at());
        }
        for (_, block) in blocks(request, facts, policy, &verdict, NOW) {
            assert!(block.until > NOW && block.strikes >= 1);
        }
    }
    let _ = lookup_matters(request, facts, policy, NOW);
    assert!(asking(request, policy).iter().all(|(_, limit)| limit.window_seconds >= 60));
    assert!(!channels(&request.caller, &facts.switches, policy).is_empty());
    for row in budget::rows(&request.number, policy, NOW) {
        assert!(row.window.ends_at() > NOW && !row.takes.is_empty());
    }
    for span in [policy.deadline(), policy.retention(), policy.line_cache()] {
        assert!(NOW + span > NOW);
    }
    let _ =
        (overdue::wake_at(&State::Received, policy, NOW), overdue::wake_at(&State::Approved, policy, NOW));
}

fn is_drawn_from_its_findings(verdict: &Verdict) {
    let enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
    let strictest = enforced.map(|finding| finding.route).max();
    assert_eq!(strictest.unwrap_or(tollgate::verdict::Route::Dial), verdict.route);
    assert!(verdict.findings.iter().all(|finding| finding.masked().code == finding.code));
}

/// A request with any facts.
fn asked(u: &mut Unstructured<'_>) -> Result<(CallbackRequest, Facts)> {
    let numbers =
        ["+12065550100", "+493012345678", "+18765230123", "+882161234567", "+447700900123", "+80012345678"];
    let number = PhoneNumber::parse(u.choose(&numbers)?, None)
        .unwrap_or_else(|_unknown| PhoneNumber::from_e164(numbers[0]).expect("the first one can exist"));
    let id = AccountId::parse("3f2a").unwrap();
    let verified_number = u.arbitrary::<bool>()?.then(|| number.clone());
    let caller = Caller {
        address: std::net::IpAddr::from(u.arbitrary::<[u8; 4]>()?).into(),
        country: u.choose(&["US", "JM", "?"])?.parse().ok(),
        asn: u.arbitrary()?,
        marks: BTreeSet::new(),
        account: u.arbitrary::<bool>()?.then_some(Account { id, verified_number }),
    };
    let id = RequestId::from_random([1; 16]);
    let request =
        CallbackRequest { id, received_at: NOW, deadline: NOW, number, name: None, topic: None, caller };
    let carrier = CarrierName::parse("A").unwrap();
    let line = match u.int_in_range(0..=3)? {
        0 => LineFact::NotAsked,
        1 => LineFact::Unavailable,
        2 => LineFact::Known(Line { line_type: LineType::Mobile, carrier: Some(carrier.clone()) }),
        _ => LineFact::Known(Line { line_type: LineType::Voip, carrier: None }),
    };
    let facts = Facts {
        listings: vec![],
        switches: KillSwitches::default(),
        line,
        asking: Asking { address: ask_count(u)?, block: ask_count(u)?, account: Some(ask_count(u)?) },
        number: calls(u)?,
        range: calls(u)?,
        country: calls(u)?,
        carriers: BTreeMap::from([(carrier.key(), calls(u)?)]),
        histories: Histories {
            address: history(u)?,
            block: history(u)?,
            account: history(u)?,
            number: history(u)?,
            range: history(u)?,
            country: history(u)?,
            carriers: BTreeMap::from([(carrier.key(), history(u)?)]),
        },
        pending: u.arbitrary::<bool>()?.then_some(id),
    };
    Ok((request, facts))
}

fn ask_count(u: &mut Unstructured<'_>) -> Result<AskCount> {
    let mut asked = || {
        Ok(Asked {
            requests: u.arbitrary()?,
            numbers: u.arbitrary()?,
            numbers_of_the_range: u.arbitrary()?,
            countries: u.arbitrary()?,
        })
    };
    Ok(AskCount { this: asked()?, last: asked()? })
}

fn calls(u: &mut Unstructured<'_>) -> Result<Calls> {
    let mut count = || Ok(Count { this: u.arbitrary()?, last: u.arbitrary()? });
    Ok(Calls { approved: count()?, addresses: count()? })
}

/// A past of some of the latest days; the counts are any.
fn history(u: &mut Unstructured<'_>) -> Result<History> {
    let mut days = BTreeMap::new();
    for _ in 0..u.int_in_range(0..=3)? {
        let tally = Tally { good: u.arbitrary()?, wasted: u.arbitrary()?, marked: u.arbitrary()? };
        days.insert(Day::of(NOW).before(u.int_in_range(-1..=8)?), tally);
    }
    let seconds = SignedDuration::from_secs(u.int_in_range(-604_800..=604_800)?);
    let block = Block { strikes: u.arbitrary()?, until: NOW + seconds };
    Ok(History { days, block: u.arbitrary::<bool>()?.then_some(block) })
}
