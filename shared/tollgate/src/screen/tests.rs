//! Screening, told by cases: a plain request that nothing speaks against, and what each change to it leads to.

mod asker;
mod at_dial;
mod at_once;
mod channels;
mod destination;
mod further;
mod guarantees;
mod identity;
mod line;
mod listed;
mod lookup;
mod modes;
mod neighbors;
mod network;
mod newcomers;
mod number;
mod own_number;
mod range;
mod terms;
mod troubles;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::counter::{Ask, Asked};
use crate::country::CountryCode;
use crate::entry::{Effect, Entry, Listing};
use crate::evidence::told::{call, good, line, now, number, pumped, short, wasted};
use crate::evidence::{Admission, Call, Evidence};
use crate::facts::{AskCount, Asking, CarrierFact, Held, Places};

use crate::network::Address;
use crate::number::NumberPrefix;
use crate::policy::{Guests, Limit};
use crate::request::{Account, NetworkMark, RequestId, Whereabouts};
use crate::text::{AccountId, Author, Reason};
use crate::usual::Usual;
use crate::verdict::{Certainty, Standing};
use troubles::{cases, relaxed, troubles, troubles_of_the_past};

const EXAMPLES: &str = include_str!("../../../../tests/suite/data/example-numbers.tsv");

/// A request, and all that is known when it is decided.
#[derive(Debug, Clone)]
struct Case {
    request: CallbackRequest,
    facts: Facts,
    /// All calls that were ever made; whom they are evidence of follows from the request.
    calls: Vec<Call>,
    policy: Policy,
    now: Timestamp,
}

/// The account `ada` asks from a US address for a US number, the first request of all, at the start of a day: what is
/// counted of the last hour or day stands in full.
fn plain() -> Case {
    let now = now();
    let account = Account { id: AccountId::parse("ada").unwrap(), verified_number: None };
    let caller = Caller {
        address: address("203.0.113.9"),
        country: Whereabouts::In(country("US")),
        asn: Some(64_500),
        marks: BTreeSet::new(),
        account: Some(account),
    };
    let request = CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: now,
        deadline: now + SignedDuration::from_mins(15),
        number: number("+12065550100"),
        name: None,
        topic: None,
        caller,
    };
    let first = AskCount { this: Asked { requests: 1, pending: vec![] }, last: Asked::default() };
    let facts = Facts {
        listings: vec![],
        switches: KillSwitches::default(),
        line: LineFact::NotAsked,
        asking: Asking { address: first.clone(), account: Some(first) },
        evidence: Evidence::default(),
        usual: Usual::default(),
        range_approved: 0,
        carrier: CarrierFact::NotAsked,
        newcomers: Places::default(),
        pending: None,
        over: None,
        spent: None,
    };
    Case { request, facts, calls: vec![], policy: Policy::default(), now }
}

impl Case {
    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut case = plain();
        change(&mut case);
        case
    }

    /// The facts, with the calls put to whomever they are evidence of.
    fn known(&self) -> Facts {
        let evidence = Evidence::gathered(&self.request, &self.calls, self.now);
        let mut facts = Facts { evidence, ..self.facts.clone() };
        let carrier = needs_carrier(&facts.line, &facts.usual, &self.policy, self.now).map(CarrierName::key);
        if let Some(carrier) = carrier {
            let theirs =
                |call: &&Call| call.carrier.as_ref().map(CarrierName::key).as_ref() == Some(&carrier);
            let calls = self.calls.iter().filter(theirs).cloned().collect();
            facts.carrier = CarrierFact::Known { calls, approved: 0 };
        }
        facts
    }

    fn verdict(&self) -> Verdict {
        screen(&self.request, &self.known(), &self.policy, self.now)
    }

    fn at_once(&self) -> Verdict {
        at_once(&self.request, &self.facts.switches, None, &self.policy)
    }

    fn at_dial(&self) -> Verdict {
        at_dial(&self.request, &self.facts, &self.policy, self.now)
    }

    fn terms(&self) -> (Terms, Vec<(Code, Place)>) {
        terms(&self.request, &self.known(), &self.policy, self.now)
    }

    fn lookup_matters(&self) -> bool {
        lookup_matters(&self.request, &self.known(), &self.policy, self.now)
    }

    /// Asks for another number, from an address in its country.
    fn ask_for(&mut self, e164: &str) {
        self.request.number = number(e164);
        self.request.caller.country =
            self.request.number.country().map_or(Whereabouts::Untold, Whereabouts::In);
    }

    /// The same, in a country that is served.
    fn ask_for_served(&mut self, e164: &str) {
        self.ask_for(e164);
        self.policy.served_countries.extend(self.request.number.country());
    }

    fn ask_from(&mut self, text: &str) {
        self.request.caller.address = address(text);
    }

    fn ask_as_guest(&mut self) {
        self.request.caller.account = None;
        self.facts.asking.account = None;
    }

    fn ask_for_own_number(&mut self) {
        let own = Some(self.request.number.clone());
        self.request.caller.account.as_mut().unwrap().verified_number = own;
    }

    fn mark(&mut self, mark: NetworkMark) {
        self.request.caller.marks.insert(mark);
    }

    fn list(&mut self, effect: Effect, key: &str) {
        self.list_until(effect, key, None);
    }

    fn list_until(&mut self, effect: Effect, key: &str, expires_at: Option<Timestamp>) {
        let (reason, author) = (Reason::parse("seen before").unwrap(), Author::parse("operator").unwrap());
        let entry = Entry::parse(key).unwrap();
        self.facts.listings.push(Listing { entry, effect, reason, author, added_at: self.now, expires_at });
    }

    fn line(&mut self, line_type: LineType, carrier: Option<&str>) {
        let carrier = carrier.map(|name| CarrierName::parse(name).unwrap());
        self.facts.line = LineFact::Known(Line { line_type, carrier });
    }

    /// These calls were made, beside all others.
    fn past(&mut self, calls: impl IntoIterator<Item = Call>) {
        self.calls.extend(calls);
    }

    /// So many good calls went to each carrier yesterday.
    fn learned(&mut self, carriers: &[(&str, u64)]) {
        for (name, good) in carriers {
            let carrier = CarrierName::parse(name).unwrap();
            (0..*good)
                .for_each(|_| self.facts.usual.learn(Some(&carrier), now() - SignedDuration::from_hours(49)));
        }
    }

    /// The number is a mobile of a carrier that the customers do not have.
    fn unusual_carrier(&mut self) {
        self.learned(&[("Example Mobile", 100)]);
        self.line(LineType::Mobile, Some("Example Rare"));
    }

    /// The number is a mobile of the carrier that the customers have.
    fn usual_carrier(&mut self) {
        self.learned(&[("Example Mobile", 100)]);
        self.line(LineType::Mobile, Some("Example Mobile"));
    }

    fn usual_carriers(&mut self, names: &[&str]) {
        self.policy.line.usual_carriers =
            names.iter().map(|name| CarrierName::parse(name).unwrap()).collect();
    }

    fn mode(&mut self, code: Code, mode: Mode) {
        self.policy.rules.insert(code, mode);
    }

    fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// So many requests in this window.
fn asked(requests: u64) -> AskCount {
    AskCount { this: Asked { requests, pending: vec![] }, last: Asked::default() }
}

/// Another number of the range that is asked for.
fn of_the_range(n: u16) -> String {
    format!("+12065551{n:03}")
}

/// A number that has nothing to do with the one that is asked for; each in a range of its own.
fn elsewhere(n: u16) -> String {
    format!("+1404{}0100", 222 + n)
}

/// A finding on one line: `redirect: code subject value of limit in window s (standing)`.
fn told(finding: &Finding) -> String {
    let certainty = serde_json::to_value(finding.certainty).unwrap();
    let mut text = format!("{}: {}", certainty.as_str().unwrap(), finding.code.as_str());
    if let Some(subject) = &finding.masked().subject {
        text += &format!(" {subject}");
    }
    if let Some(measure) = finding.measure {
        text += &format!(" {} of {} in {} s", measure.value, measure.limit, measure.window_seconds);
    }
    match finding.standing {
        Standing::Enforced => text,
        Standing::Shadow => text + " (shadow)",
        Standing::Waived => text + " (waived)",
    }
}

#[track_caller]
fn check_verdict(verdict: &Verdict, certainty: Certainty, findings: &[&str]) {
    let found: Vec<_> = verdict.findings.iter().map(told).collect();
    assert_eq!(
        (verdict.certainty, found),
        (certainty, findings.iter().map(|&text| text.to_owned()).collect())
    );
}

/// What becomes of the plain request after `change`.
#[track_caller]
fn check(change: impl FnOnce(&mut Case), certainty: Certainty, findings: &[&str]) {
    check_verdict(&Case::with(change).verdict(), certainty, findings);
}

#[track_caller]
fn dials(change: impl FnOnce(&mut Case)) {
    check(change, Certainty::Noted, &[]);
}

fn codes(verdict: &Verdict) -> BTreeSet<Code> {
    verdict.findings.iter().map(|finding| finding.code).collect()
}

#[track_caller]
fn check_codes(verdict: &Verdict, expected: &[Code]) {
    assert_eq!(codes(verdict), expected.iter().copied().collect());
}

#[test]
fn nothing_speaks_against_a_plain_request() {
    dials(|_| {});
    dials(|case| case.ask_from("2001:db8:1:2::9"));
    dials(|case| case.ask_for_served("+18765230123"));
    dials(|case| case.request.caller.asn = None);
}
