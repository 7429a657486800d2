//! Screening, told by cases: a plain request that nothing speaks against, and what each change to it leads to.

mod asked;
mod asking;
mod at_dial;
mod at_once;
mod channels;
mod destination;
mod fan_out;
mod identity;
mod line;
mod listed;
mod lookup;
mod modes;
mod network;
mod own_number;
mod past;
mod places;
mod troubles;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::counter::{Ask, Asked, Count, Place};
use crate::country::CountryCode;
use crate::entry::{Effect, Entry};
use crate::facts::{AskCount, Asking, Calls, Histories};
use crate::history::{Block, Day, History, Tally};
use crate::line::{Line, LineType};
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::policy::{Guests, Limit};
use crate::request::{Account, NetworkMark, RequestId};
use crate::text::{AccountId, Author, CarrierName, Reason};
use troubles::{cases, relaxed, troubles, troubles_of_volume};

const EXAMPLES: &str = include_str!("../../../../tests/suite/data/example-numbers.tsv");

/// A request, and all that is known when it is decided.
#[derive(Debug, Clone)]
struct Case {
    request: CallbackRequest,
    facts: Facts,
    policy: Policy,
    now: Timestamp,
}

/// The account `ada` asks from a US address for a US number, the first request of all, at the start of a day: what is
/// counted of the last hour or day stands in full.
fn plain() -> Case {
    let now = Timestamp::from_second(20_000 * 86_400).unwrap();
    let account = Account { id: AccountId::parse("ada").unwrap(), verified_number: None };
    let caller = Caller {
        address: address("203.0.113.9"),
        country: Some(country("US")),
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
    let first = AskCount { this: asked(1, 1, 1), last: Asked::default() };
    let facts = Facts {
        listings: vec![],
        switches: KillSwitches::default(),
        line: LineFact::NotAsked,
        asking: Asking { address: first, block: first, account: Some(first) },
        number: Calls::default(),
        range: Calls::default(),
        country: Calls::default(),
        carriers: [].into(),
        histories: Histories::default(),
        pending: None,
    };
    Case { request, facts, policy: Policy::default(), now }
}

impl Case {
    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut case = plain();
        change(&mut case);
        case
    }

    fn verdict(&self) -> Verdict {
        screen(&self.request, &self.facts, &self.policy, self.now)
    }

    fn at_once(&self) -> Verdict {
        at_once(&self.request, &self.policy)
    }

    fn at_dial(&self) -> Verdict {
        let Facts { listings, line, switches, .. } = &self.facts;
        at_dial(&self.request, listings, line, switches, &self.policy, self.now)
    }

    fn places(&self) -> Vec<(Code, Place)> {
        places(&self.request, &self.facts, &self.policy, &self.verdict(), self.now)
    }

    fn lookup_matters(&self) -> bool {
        lookup_matters(&self.request, &self.facts, &self.policy, self.now)
    }

    /// Asks for another number, from an address in its country.
    fn ask_for(&mut self, e164: &str) {
        self.request.number = number(e164);
        self.request.caller.country = self.request.number.country();
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

    /// The number is a mobile of Example Mobile, whose calls are these.
    fn carrier_calls(&mut self, calls: Calls) {
        self.line(LineType::Mobile, Some("Example Mobile"));
        self.facts.carriers.insert("example mobile".to_owned(), calls);
    }

    /// The number is a mobile of Example Mobile, whose past is this.
    fn carrier_history(&mut self, history: History) {
        self.line(LineType::Mobile, Some("Example Mobile"));
        self.facts.histories.carriers.insert("example mobile".to_owned(), history);
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

fn number(e164: &str) -> PhoneNumber {
    PhoneNumber::parse(e164, None).unwrap()
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn asked(requests: u64, numbers: u64, countries: u64) -> Asked {
    Asked { requests, numbers, numbers_of_the_range: numbers.min(1), countries }
}

fn asks(requests: u64, numbers: u64, countries: u64) -> AskCount {
    AskCount { this: asked(requests, numbers, countries), last: Asked::default() }
}

fn count(this: u64, last: u64) -> Count {
    Count { this, last }
}

fn approved(this: u64, last: u64) -> Calls {
    Calls { approved: count(this, last), ..Calls::default() }
}

/// A past of today alone.
fn past(tally: Tally) -> History {
    History { days: [(Day::of(plain().now), tally)].into(), block: None }
}

fn wasted(wasted: u64, good: u64) -> History {
    past(Tally { wasted, good, marked: 0 })
}

fn marked(marked: u64, good: u64) -> History {
    past(Tally { marked, good, wasted: 0 })
}

/// A finding on one line: `redirect: code subject value of limit in window s (standing)`.
fn told(finding: &Finding) -> String {
    let route = serde_json::to_value(finding.route).unwrap();
    let mut text = format!("{}: {}", route.as_str().unwrap(), finding.code.as_str());
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
fn check_verdict(verdict: &Verdict, route: Route, findings: &[&str]) {
    let found: Vec<_> = verdict.findings.iter().map(told).collect();
    assert_eq!((verdict.route, found), (route, findings.iter().map(|&text| text.to_owned()).collect()));
}

/// What becomes of the plain request after `change`.
#[track_caller]
fn check(change: impl FnOnce(&mut Case), route: Route, findings: &[&str]) {
    check_verdict(&Case::with(change).verdict(), route, findings);
}

#[track_caller]
fn dials(change: impl FnOnce(&mut Case)) {
    check(change, Route::Dial, &[]);
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
