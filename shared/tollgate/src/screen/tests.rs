//! Screening, told by cases: a plain request that nothing speaks against, and what each change to it leads to.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::counter::{Ask, Asked, Count, Place};
use crate::country::CountryCode;
use crate::entry::{Effect, Entry};
use crate::facts::{AskCount, Asking, Calls};
use crate::line::{Line, LineType};
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::policy::{Guests, Limit};
use crate::request::{Account, NetworkMark, RequestId};
use crate::text::{AccountId, Author, CarrierName, Reason};

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
    Asked { requests, numbers, countries }
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

fn wasted(wasted: u64, good: u64) -> Calls {
    Calls { wasted: count(wasted, 0), good: count(good, 0), ..Calls::default() }
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

/// Changes that each bring trouble. Together they bring every finding that screening can make, but for trust.
fn troubles() -> Vec<fn(&mut Case)> {
    let mut troubles = troubles_of_the_number();
    troubles.extend(troubles_of_the_caller());
    troubles.extend(troubles_of_volume());
    troubles
}

fn troubles_of_the_number() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.facts.switches.all = true,
        |case| _ = case.facts.switches.countries.insert(country("US")),
        |case| case.ask_for("+18765230123"),
        |case| case.ask_for("+19002345678"),
        |case| case.ask_for_served("+971700012345"),
        |case| case.ask_for("+881612345678"),
        |case| case.ask_for("+8823421234"),
        |case| case.ask_for_served("+12684061234"),
        |case| case.ask_for_served("+49177991234567"),
        |case| case.ask_for("+15002345678"),
        |case| case.ask_for_served("+971600212345"),
        |case| case.ask_for_served("+16002012345"),
        |case| case.line(LineType::Invalid, None),
        |case| case.line(LineType::Voip, Some("Example VoIP")),
        |case| case.line(LineType::Other, None),
        |case| case.facts.line = LineFact::Unavailable,
        |case| {
            case.line(LineType::Mobile, Some("Example Rare"));
            case.usual_carriers(&["Example Mobile"]);
        },
    ]
}

fn troubles_of_the_caller() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.list(Effect::Deny, "prefix#+1206"),
        |case| case.list(Effect::Deny, "net#203.0.113.0/24"),
        |case| case.list(Effect::Deny, "carrier#example mobile"),
        |case| case.mark(NetworkMark::Anonymous),
        |case| case.mark(NetworkMark::BadReputation),
        |case| _ = case.policy.served_address_countries.insert(country("NZ")),
        |case| case.request.caller.country = Some(country("FR")),
        |case| case.ask_as_guest(),
    ]
}

fn troubles_of_volume() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.facts.asking.address = asks(21, 1, 1),
        |case| case.facts.asking.address = asks(21, 9, 4),
        |case| case.facts.asking.block = asks(61, 1, 1),
        |case| {
            if case.request.caller.account.is_some() {
                case.facts.asking.account = Some(asks(21, 5, 1));
            }
        },
        |case| case.facts.number = Calls { addresses: count(5, 0), ..approved(3, 0) },
        |case| case.facts.range = Calls { approved: count(30, 0), ..wasted(6, 0) },
        |case| case.facts.country = Calls { approved: count(2_000, 0), ..wasted(101, 0) },
        |case| case.carrier_calls(Calls { approved: count(1_000, 0), ..wasted(51, 0) }),
    ]
}

/// Cases in any kind and number of troubles, in some of which an entry trusts or the number is the account's own.
fn cases() -> impl Strategy<Value = Case> {
    let all = troubles();
    let some = proptest::sample::subsequence(all.clone(), 0..=all.len());
    (some, any::<bool>(), any::<bool>()).prop_map(|(troubles, trusted, own)| {
        Case::with(|case| {
            troubles.into_iter().for_each(|trouble| trouble(case));
            if trusted {
                case.list(Effect::Trust, "net#203.0.113.0/24");
            }
            if own && case.request.caller.account.is_some() {
                case.ask_for_own_number();
            }
        })
    })
}

/// Some rules in shadow mode, some off.
fn relaxed() -> impl Strategy<Value = Vec<(Code, Mode)>> {
    let codes: Vec<_> = Code::ALL.iter().copied().filter(|code| code.has_mode()).collect();
    let modes = proptest::sample::select(vec![Mode::Shadow, Mode::Off]);
    proptest::sample::subsequence(codes.clone(), 0..=codes.len()).prop_flat_map(move |codes| {
        codes.into_iter().map(|code| (Just(code), modes.clone())).collect::<Vec<_>>()
    })
}

fn codes(verdict: &Verdict) -> BTreeSet<Code> {
    verdict.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn nothing_speaks_against_a_plain_request() {
    dials(|_| {});
    dials(|case| case.ask_from("2001:db8:1:2::9"));
    dials(|case| case.ask_for_served("+18765230123"));
    dials(|case| case.request.caller.asn = None);
}

#[test]
fn the_troubles_of_these_tests_bring_every_finding_of_the_rules() {
    let mut found = codes(&Case::with(|case| case.list(Effect::Trust, "net#203.0.113.0/24")).verdict());
    found.extend(codes(&Case::with(Case::ask_for_own_number).verdict()));
    for trouble in troubles() {
        found.extend(codes(&Case::with(trouble).verdict()));
    }
    // Valid numbers have a kind in today's plans; the claim and the budgets are settled after screening.
    let elsewhere = [Code::UnknownKindNumber, Code::NumberPending, Code::BudgetSpent];
    let expected: BTreeSet<_> = Code::ALL.iter().copied().filter(|code| !elsewhere.contains(code)).collect();
    assert_eq!(found, expected);
}

// The destination.

#[test]
fn kill_switches_stop_all_calls_or_those_to_a_country() {
    check(|case| case.facts.switches.all = true, Route::Refuse, &["refuse: kill-switch all"]);
    check(
        |case| _ = case.facts.switches.countries.insert(country("US")),
        Route::Refuse,
        &["refuse: kill-switch country#US"],
    );
    dials(|case| _ = case.facts.switches.countries.insert(country("JM")));
}

#[test]
fn a_number_is_called_only_in_a_served_country_which_its_digits_tell() {
    check(|case| case.ask_for("+18765230123"), Route::Refuse, &["refuse: country-not-served country#JM"]);
    check(|case| case.ask_for("+442070313000"), Route::Refuse, &["refuse: country-not-served country#GB"]);
    dials(|case| case.ask_for_served("+442070313000"));
    check(
        |case| {
            case.policy.served_countries = [country("GB")].into();
            case.policy.default_country = None;
        },
        Route::Refuse,
        &["refuse: country-not-served country#US"],
    );
}

#[test]
fn a_number_of_no_country_is_never_served() {
    check(
        |case| case.ask_for("+881612345678"),
        Route::Refuse,
        &["refuse: country-not-served none", "refuse: satellite-number"],
    );
    check(
        |case| case.ask_for("+8823421234"),
        Route::Refuse,
        &["refuse: country-not-served none", "refuse: global-network-number"],
    );
    // A freephone number of all countries is free, yet of none.
    check(|case| case.ask_for("+80012345678"), Route::Refuse, &["refuse: country-not-served none"]);
}

/// What a kind of number, in the words of the example table, leads to where it is served.
fn finding_for_kind(said: &str) -> Option<(Route, &'static str)> {
    match said {
        "fixedLine" | "mobile" | "tollFree" => None,
        "premiumRate" => Some((Route::Refuse, "refuse: premium-rate-number")),
        "sharedCost" => Some((Route::Refuse, "refuse: shared-cost-number")),
        "pager" => Some((Route::Refuse, "refuse: pager-number")),
        "voicemail" => Some((Route::Refuse, "refuse: voicemail-number")),
        "personalNumber" => Some((Route::Redirect, "redirect: personal-number")),
        "uan" => Some((Route::Redirect, "redirect: uan-number")),
        "voip" => Some((Route::Redirect, "redirect: voip-number")),
        _ => panic!("the table has a kind that this test does not know: {said}"),
    }
}

#[test]
fn every_kind_of_number_in_every_plan_is_called_or_named_for_what_it_is() {
    let mut numbers = 0;
    for row in EXAMPLES.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<_> = row.split('\t').collect();
        let (region, said, e164) = (columns[0], columns[1], columns[2]);
        // Codes that no country has are told apart above.
        if region == "001" {
            continue;
        }
        numbers += 1;
        let verdict = Case::with(|case| case.ask_for_served(e164)).verdict();
        let found: Vec<_> = verdict.findings.iter().map(told).collect();
        let expected = finding_for_kind(said);
        let (route, findings) = expected.map_or((Route::Dial, vec![]), |(route, text)| (route, vec![text]));
        assert_eq!(
            (verdict.route, found),
            (route, findings.into_iter().map(str::to_owned).collect()),
            "{row}"
        );
    }
    assert!(numbers > 1_000, "the table holds about 1,100 numbers");
}

// The line.

#[test]
fn the_line_must_be_one_that_people_answer() {
    dials(|case| case.line(LineType::Mobile, Some("Example Mobile")));
    dials(|case| case.line(LineType::Prepaid, None));
    dials(|case| case.line(LineType::Landline, None));
    check(|case| case.line(LineType::Voip, None), Route::Redirect, &["redirect: voip-line"]);
    check(|case| case.line(LineType::Other, None), Route::Redirect, &["redirect: other-line"]);
    check(|case| case.line(LineType::Invalid, None), Route::Refuse, &["refuse: invalid-line"]);
}

#[test]
fn where_some_carriers_are_usual_all_others_are_not() {
    let with = |name: Option<&'static str>| {
        move |case: &mut Case| {
            case.usual_carriers(&["Example Mobile", "Example Wireless"]);
            case.line(LineType::Mobile, name);
        }
    };
    dials(with(Some("Example Mobile")));
    dials(with(Some("EXAMPLE WIRELESS")));
    check(with(Some("Example Rare")), Route::Redirect, &["redirect: unusual-carrier carrier#example rare"]);
    check(with(None), Route::Redirect, &["redirect: unusual-carrier unknown"]);
    dials(|case| case.usual_carriers(&["Example Mobile"]));
}

#[test]
fn a_line_that_could_not_be_looked_up_leads_where_the_policy_says() {
    let unavailable = |route| {
        move |case: &mut Case| {
            case.facts.line = LineFact::Unavailable;
            case.policy.line.unavailable = route;
        }
    };
    check(|case| case.facts.line = LineFact::Unavailable, Route::Dial, &["dial: line-unavailable"]);
    check(unavailable(Route::Redirect), Route::Redirect, &["redirect: line-unavailable"]);
    check(unavailable(Route::Refuse), Route::Refuse, &["refuse: line-unavailable"]);
}

// The network.

#[test]
fn what_the_firewall_marks_is_offered_another_channel() {
    check(|case| case.mark(NetworkMark::Anonymous), Route::Redirect, &["redirect: anonymous-network"]);
    check(|case| case.mark(NetworkMark::BadReputation), Route::Redirect, &["redirect: bad-reputation"]);
}

#[test]
fn the_address_may_have_to_be_in_a_served_country() {
    let served =
        |case: &mut Case| case.policy.served_address_countries = [country("US"), country("CA")].into();
    dials(served);
    check(
        |case| {
            served(case);
            case.request.caller.country = Some(country("FR"));
        },
        Route::Redirect,
        &[
            "redirect: address-country-not-served address-country#FR",
            "redirect: country-mismatch address-country#FR country#US",
        ],
    );
    // What the edge does not tell is held against nobody.
    dials(|case| {
        served(case);
        case.request.caller.country = None;
    });
}

#[test]
fn an_address_abroad_does_not_fit_the_number() {
    check(
        |case| case.request.caller.country = Some(country("CA")),
        Route::Redirect,
        &["redirect: country-mismatch address-country#CA country#US"],
    );
    dials(|case| case.request.caller.country = None);
}

// Who asks.

#[test]
fn guests_are_offered_another_channel_unless_they_are_let_in() {
    check(Case::ask_as_guest, Route::Redirect, &["redirect: guest"]);
    dials(|case| {
        case.ask_as_guest();
        case.policy.guests = Guests::Allow;
    });
}

// The lists.

#[test]
fn whatever_is_deny_listed_is_refused_and_named_as_far_as_a_log_may_name_it() {
    for (key, subject) in [
        ("number#+12065550100", "number#+1206*******"),
        ("prefix#+1", "prefix#+1"),
        ("prefix#+1206", "prefix#+1206"),
        ("prefix#+12065550100", "prefix#+1206*******"),
        ("country#US", "country#US"),
        ("net#203.0.113.9", "net#203.0.x.x/32"),
        ("net#203.0.113.0/24", "net#203.0.x.x/24"),
        ("address-country#US", "address-country#US"),
        ("asn#64500", "asn#64500"),
        ("account#ada", "account#ada"),
    ] {
        let finding = format!("refuse: deny-listed {subject}");
        check(|case| case.list(Effect::Deny, key), Route::Refuse, &[finding.as_str()]);
    }
}

#[test]
fn where_an_address_is_said_to_be_earns_no_trust() {
    for key in ["asn#64500", "address-country#US"] {
        check(
            |case| {
                case.list(Effect::Trust, key);
                case.ask_as_guest();
            },
            Route::Redirect,
            &["redirect: guest"],
        );
    }
}

#[test]
fn an_expired_listing_holds_no_more() {
    let listed = |effect, key: &'static str, seconds| {
        move |case: &mut Case| {
            case.list_until(effect, key, Some(case.now + SignedDuration::from_secs(seconds)));
        }
    };
    let deny = "refuse: deny-listed account#ada";
    check(listed(Effect::Deny, "account#ada", 1), Route::Refuse, &[deny]);
    dials(listed(Effect::Deny, "account#ada", 0));
    dials(listed(Effect::Deny, "account#ada", -86_400));
    check(listed(Effect::Trust, "account#ada", 1), Route::Dial, &["dial: trusted account#ada"]);
    check(
        |case| {
            listed(Effect::Trust, "country#US", 0)(case);
            listed(Effect::Deny, "account#ada", 1)(case);
        },
        Route::Refuse,
        &[deny],
    );
}

#[test]
fn of_all_listed_carriers_only_the_numbers_own_counts() {
    let listed = |effect| {
        move |case: &mut Case| {
            case.list(effect, "carrier#Example Mobile");
            case.list(effect, "carrier#Example Rare");
        }
    };
    dials(listed(Effect::Deny));
    dials(listed(Effect::Trust));
    dials(|case| {
        listed(Effect::Deny)(case);
        case.line(LineType::Mobile, Some("Example Wireless"));
    });
    dials(|case| {
        listed(Effect::Deny)(case);
        case.line(LineType::Mobile, None);
    });
    check(
        |case| {
            listed(Effect::Deny)(case);
            case.facts.line = LineFact::Unavailable;
        },
        Route::Dial,
        &["dial: line-unavailable"],
    );
    check(
        |case| {
            listed(Effect::Deny)(case);
            case.line(LineType::Mobile, Some("EXAMPLE RARE"));
        },
        Route::Refuse,
        &["refuse: deny-listed carrier#example rare"],
    );
    check(
        |case| {
            listed(Effect::Trust)(case);
            case.line(LineType::Voip, Some("Example Rare"));
        },
        Route::Dial,
        &["dial: trusted carrier#example rare", "redirect: voip-line (waived)"],
    );
}

#[test]
fn trust_outranks_denial_and_both_are_recorded() {
    check(
        |case| {
            case.list(Effect::Deny, "prefix#+1206");
            case.list(Effect::Trust, "account#ada");
        },
        Route::Dial,
        &["dial: trusted account#ada", "refuse: deny-listed prefix#+1206 (waived)"],
    );
}

#[test]
fn trust_stops_at_the_kill_switches_and_the_served_countries() {
    check(
        |case| {
            case.list(Effect::Trust, "account#ada");
            case.facts.switches.all = true;
        },
        Route::Refuse,
        &["refuse: kill-switch all", "dial: trusted account#ada"],
    );
    check(
        |case| {
            case.list(Effect::Trust, "account#ada");
            case.ask_for("+18765230123");
        },
        Route::Refuse,
        &["refuse: country-not-served country#JM", "dial: trusted account#ada"],
    );
}

#[test]
fn trust_waives_every_other_finding() {
    for trouble in troubles() {
        let verdict = Case::with(|case| {
            trouble(case);
            case.list(Effect::Trust, "net#203.0.113.0/24");
        })
        .verdict();
        for finding in verdict.findings {
            let holds = matches!(finding.code, Code::KillSwitch | Code::CountryNotServed | Code::Trusted);
            let expected = if holds { Standing::Enforced } else { Standing::Waived };
            assert_eq!(finding.standing, expected, "{}", told(&finding));
        }
    }
}

// A verified own number.

#[test]
fn an_account_that_asks_for_its_own_number_is_known_to() {
    check(Case::ask_for_own_number, Route::Dial, &["dial: verified-own-number"]);
    dials(|case| {
        case.ask_for_own_number();
        case.ask_for("+12065550101");
    });
}

#[test]
fn an_own_number_waives_what_others_did_to_it_and_that_its_owner_travels() {
    for (trouble, finding) in [
        (
            (|case| case.request.caller.country = Some(country("FR"))) as fn(&mut Case),
            "redirect: country-mismatch address-country#FR country#US (waived)",
        ),
        (
            |case| case.facts.number = approved(3, 0),
            "redirect: too-many-to-number number#+1206******* 4 of 3 in 86400 s (waived)",
        ),
        (
            |case| case.facts.number.addresses = count(5, 0),
            "redirect: too-many-addresses-to-number number#+1206******* 6 of 5 in 86400 s (waived)",
        ),
    ] {
        check(
            |case| {
                trouble(case);
                case.ask_for_own_number();
            },
            Route::Dial,
            &["dial: verified-own-number", finding],
        );
    }
}

#[test]
fn an_own_number_waives_nothing_else() {
    let waived: BTreeSet<&str> = [
        "country-mismatch",
        "too-many-to-number",
        "too-many-to-range",
        "too-many-to-carrier",
        "too-many-to-country",
        "too-many-addresses-to-number",
        "too-much-waste-in-range",
        "too-much-waste-in-carrier",
        "too-much-waste-in-country",
    ]
    .into();
    for trouble in troubles() {
        let case = Case::with(trouble);
        if case.request.caller.account.is_none() {
            continue;
        }
        let mut own = case;
        own.ask_for_own_number();
        for finding in own.verdict().findings {
            let is_waived = waived.contains(finding.code.as_str());
            let expected = if is_waived { Standing::Waived } else { Standing::Enforced };
            assert_eq!(finding.standing, expected, "{}", told(&finding));
        }
    }
}

// Modes.

#[test]
fn a_rule_in_shadow_mode_is_recorded_and_does_not_count() {
    let anonymous_guest = |mode| {
        move |case: &mut Case| {
            case.ask_as_guest();
            case.mark(NetworkMark::Anonymous);
            case.mode(Code::Guest, mode);
        }
    };
    check(
        anonymous_guest(Mode::Shadow),
        Route::Redirect,
        &["redirect: anonymous-network", "redirect: guest (shadow)"],
    );
    check(
        anonymous_guest(Mode::Enforce),
        Route::Redirect,
        &["redirect: anonymous-network", "redirect: guest"],
    );
    check(anonymous_guest(Mode::Off), Route::Redirect, &["redirect: anonymous-network"]);
    check(
        |case| {
            case.list(Effect::Deny, "account#ada");
            case.mode(Code::DenyListed, Mode::Shadow);
        },
        Route::Dial,
        &["refuse: deny-listed account#ada (shadow)"],
    );
}

#[test]
fn a_shadowed_finding_is_shadow_even_where_trust_would_waive_it() {
    check(
        |case| {
            case.mark(NetworkMark::Anonymous);
            case.mode(Code::AnonymousNetwork, Mode::Shadow);
            case.list(Effect::Trust, "account#ada");
        },
        Route::Dial,
        &["dial: trusted account#ada", "redirect: anonymous-network (shadow)"],
    );
}

#[test]
fn kill_switches_and_trust_have_no_mode() {
    check(
        |case| {
            case.facts.switches.all = true;
            case.list(Effect::Trust, "account#ada");
            case.mode(Code::KillSwitch, Mode::Off);
            case.mode(Code::Trusted, Mode::Shadow);
        },
        Route::Refuse,
        &["refuse: kill-switch all", "dial: trusted account#ada"],
    );
}

#[test]
fn every_rule_with_a_mode_can_be_shadowed_and_turned_off() {
    for trouble in troubles() {
        let enforced = Case::with(trouble);
        for code in codes(&enforced.verdict()).into_iter().filter(|code| code.has_mode()) {
            let mut changed = enforced.clone();
            changed.mode(code, Mode::Shadow);
            let shadow = changed.verdict();
            let standings = shadow.findings.iter().filter(|finding| finding.code == code);
            assert!(standings.clone().count() > 0, "{code:?}");
            assert!(standings.clone().all(|finding| finding.standing == Standing::Shadow), "{code:?}");
            changed.mode(code, Mode::Off);
            assert!(!codes(&changed.verdict()).contains(&code), "{code:?}");
            assert_eq!(changed.verdict().route, shadow.route, "{code:?}");
        }
    }
}

proptest! {
    #[test]
    fn the_strictest_enforced_finding_decides_and_always_alike(case in cases()) {
        let verdict = case.verdict();
        let enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        prop_assert_eq!(verdict.route, enforced.map(|finding| finding.route).max().unwrap_or(Route::Dial));
        prop_assert_eq!(verdict, case.clone().verdict());
    }

    #[test]
    fn turning_rules_off_never_makes_a_verdict_stricter(case in cases(), relaxed in relaxed()) {
        let mut case = case;
        let mut route = case.verdict().route;
        for (code, mode) in relaxed {
            case.mode(code, mode);
            let milder = case.verdict().route;
            prop_assert!(milder <= route, "{:?} {:?}: {:?} after {:?}", code, mode, milder, route);
            route = milder;
        }
    }

    #[test]
    fn modes_change_what_counts_and_not_what_is_found(case in cases(), relaxed in relaxed()) {
        let mut changed = case.clone();
        for (code, mode) in &relaxed {
            changed.mode(*code, *mode);
        }
        let expected: Vec<_> = case
            .verdict()
            .findings
            .into_iter()
            .filter(|finding| changed.policy.mode(finding.code) != Mode::Off)
            .map(|finding| match changed.policy.mode(finding.code) {
                Mode::Shadow => Finding { standing: Standing::Shadow, ..finding },
                _ => finding,
            })
            .collect();
        prop_assert_eq!(changed.verdict().findings, expected);
    }

    #[test]
    fn no_finding_tells_the_whole_number_or_address(
        case in cases(),
        v4 in any::<bool>(),
        bits in any::<u128>(),
    ) {
        let mut case = case;
        let ip: std::net::IpAddr = if v4 {
            std::net::Ipv4Addr::from_bits((bits % (1 << 32)) as u32).into()
        } else {
            std::net::Ipv6Addr::from_bits(bits).into()
        };
        case.request.caller.address = Address::from(ip);
        for entry in Entry::all_matching(&case.request) {
            case.list(Effect::Deny, &entry.key());
        }
        let Verdict { findings, .. } = case.verdict();
        let digits = case.request.number.e164().trim_start_matches('+');
        let address = case.request.caller.address;
        let line = address.line().to_string();
        for subject in findings.iter().filter_map(|finding| finding.masked().subject) {
            prop_assert!(!subject.contains(digits), "{}", subject);
            prop_assert!(!subject.contains(&address.to_text()), "{}", subject);
            prop_assert!(!subject.contains(&line), "{}", subject);
        }
    }
}

// Volume: the asking side.

#[test]
fn a_subject_that_asks_too_often_is_found_at_the_first_request_past_its_limit() {
    dials(|case| {
        case.facts.asking =
            Asking { address: asks(20, 1, 1), block: asks(60, 1, 1), account: Some(asks(20, 1, 1)) };
    });
    check(
        |case| case.facts.asking.address = asks(21, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-address address#203.0.x.x/32 21 of 20 in 3600 s"],
    );
    check(
        |case| case.facts.asking.block = asks(61, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-block block#203.0.x.x/24 61 of 60 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asks(21, 1, 1)),
        Route::Refuse,
        &["refuse: too-many-from-account account#ada 21 of 20 in 3600 s"],
    );
}

#[test]
fn ipv6_is_counted_by_the_link_and_the_site() {
    check(
        |case| {
            case.ask_from("2001:db8:1:2::9");
            case.facts.asking = Asking { address: asks(21, 1, 1), block: asks(61, 1, 1), account: None };
        },
        Route::Redirect,
        &[
            "redirect: too-many-from-address address#2001:db8:x/64 21 of 20 in 3600 s",
            "redirect: too-many-from-block block#2001:db8:x/48 61 of 60 in 3600 s",
        ],
    );
}

#[test]
fn one_more_than_a_full_list_is_over_the_limit() {
    check(
        |case| case.facts.asking.address = asks(21, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-address address#203.0.x.x/32 21 of 20 in 3600 s"],
    );
    check(
        |case| case.facts.asking.block = asks(61, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-block block#203.0.x.x/24 61 of 60 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asks(21, 1, 1)),
        Route::Refuse,
        &["refuse: too-many-from-account account#ada 21 of 20 in 3600 s"],
    );
}

#[test]
fn requests_of_the_last_window_fade_while_this_one_passes() {
    let after_last_hours = |last, seconds| {
        move |case: &mut Case| {
            case.facts.asking.address = AskCount { this: asked(1, 1, 1), last: asked(last, 1, 1) };
            case.later(seconds);
        }
    };
    let found =
        |value| format!("redirect: too-many-from-address address#203.0.x.x/32 {value} of 20 in 3600 s");
    check(after_last_hours(40, 0), Route::Redirect, &[found(41).as_str()]);
    check(after_last_hours(40, 1_800), Route::Redirect, &[found(21).as_str()]);
    dials(after_last_hours(40, 1_900));
    dials(after_last_hours(40, 3_599));
    dials(after_last_hours(19, 0));
}

/// Requests of one address, in the order in which they were counted.
fn requests(how_many: u8) -> Vec<CallbackRequest> {
    let request = |n| CallbackRequest { id: RequestId::from_random([n; 16]), ..plain().request };
    (0..how_many).map(request).collect()
}

proptest! {
    #[test]
    fn exactly_the_first_so_many_requests_pass_and_a_redelivered_one_gets_the_same_answer(
        limit in 1u8..30,
        how_many in 1u8..60,
    ) {
        let requests = requests(how_many);
        let list: Vec<_> = requests.iter().map(Ask::of).collect();
        let route = |place: usize, counted: usize| {
            let request = requests[place].clone();
            let this = Asked::up_to(&list[..counted], &list[place]);
            Case::with(|case| {
                case.policy.limits.per_address = Limit { requests_max: limit.into(), window_seconds: 3_600 };
                case.facts.asking.address = AskCount { this, last: Asked::default() };
                case.request = request;
            })
            .verdict()
            .route
        };
        for place in 0..list.len() {
            let expected = if place < usize::from(limit) { Route::Dial } else { Route::Redirect };
            prop_assert_eq!(route(place, place + 1), expected);
            prop_assert_eq!(route(place, list.len()), expected);
        }
    }
}

// Volume: fan-out.

#[test]
fn too_many_different_numbers_or_countries_are_found_before_too_many_requests() {
    dials(|case| {
        case.facts.asking.address = asks(8, 8, 3);
        case.facts.asking.account = Some(asks(4, 4, 4));
    });
    check(
        |case| case.facts.asking.address = asks(9, 9, 1),
        Route::Redirect,
        &["redirect: too-many-numbers-from-address address#203.0.x.x/32 9 of 8 in 3600 s"],
    );
    check(
        |case| case.facts.asking.address = asks(4, 4, 4),
        Route::Redirect,
        &["redirect: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asks(5, 5, 1)),
        Route::Refuse,
        &["refuse: too-many-numbers-from-account account#ada 5 of 4 in 3600 s"],
    );
}

#[test]
fn different_numbers_and_countries_of_the_last_window_fade_as_well() {
    let last = |seconds| {
        move |case: &mut Case| {
            case.facts.asking.address = AskCount { this: asked(5, 5, 2), last: asked(8, 8, 4) };
            case.later(seconds);
        }
    };
    check(
        last(1_800),
        Route::Redirect,
        &[
            "redirect: too-many-numbers-from-address address#203.0.x.x/32 9 of 8 in 3600 s",
            "redirect: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 3600 s",
        ],
    );
    dials(last(2_701));
}

#[test]
fn too_many_addresses_that_had_a_number_called_speak_against_one_more() {
    dials(|case| case.facts.number.addresses = count(4, 0));
    check(
        |case| case.facts.number.addresses = count(4, 2),
        Route::Redirect,
        &["redirect: too-many-addresses-to-number number#+1206******* 7 of 5 in 86400 s"],
    );
    dials(|case| {
        case.facts.number.addresses = count(4, 2);
        case.later(43_201);
    });
}

// Volume: the asked side.

#[test]
fn one_call_more_than_the_asked_side_may_get_is_found() {
    dials(|case| {
        case.carrier_calls(approved(999, 0));
        case.facts.number = approved(2, 0);
        case.facts.range = approved(29, 0);
        case.facts.country = approved(1_999, 0);
    });
    check(
        |case| case.facts.number = approved(3, 0),
        Route::Redirect,
        &["redirect: too-many-to-number number#+1206******* 4 of 3 in 86400 s"],
    );
    check(
        |case| case.facts.country = approved(2_000, 0),
        Route::Redirect,
        &["redirect: too-many-to-country country#US 2001 of 2000 in 86400 s"],
    );
    check(
        |case| case.carrier_calls(approved(1_000, 0)),
        Route::Redirect,
        &["redirect: too-many-to-carrier carrier#example mobile 1001 of 1000 in 86400 s"],
    );
    // Half of the last day's 40 calls still stand at noon.
    let verdict = Case::with(|case| {
        case.facts.range = approved(10, 40);
        case.later(43_200);
    })
    .verdict();
    check_codes(&verdict, &[Code::TooManyToRange]);
    dials(|case| {
        case.facts.range = approved(9, 40);
        case.later(43_200);
    });
}

#[track_caller]
fn check_codes(verdict: &Verdict, expected: &[Code]) {
    assert_eq!(codes(verdict), expected.iter().copied().collect());
}

#[test]
fn calls_of_another_carrier_are_not_held_against_the_numbers_own() {
    dials(|case| {
        case.carrier_calls(Calls { approved: count(5_000, 0), ..wasted(5_000, 0) });
        case.line(LineType::Mobile, Some("Example Wireless"));
    });
}

// Places: what an approval takes.

#[track_caller]
fn check_places(change: impl FnOnce(&mut Case), expected: &[(&str, Option<u64>)]) {
    let places = Case::with(change).places();
    let found: Vec<_> = places.iter().map(|(_, place)| (place.subject.key(), place.room)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, room)| ((*key).to_owned(), *room)).collect();
    assert_eq!(found, expected);
}

const NUMBER: &str = "number#+12065550100";
const RANGE: &str = "range#+1206555";

#[test]
fn an_approval_takes_a_place_with_every_subject_of_the_asked_side() {
    check_places(|_| {}, &[(NUMBER, Some(3)), (RANGE, Some(30)), ("country#US", Some(2_000))]);
    check_places(
        |case| case.carrier_calls(Calls::default()),
        &[
            (NUMBER, Some(3)),
            (RANGE, Some(30)),
            ("country#US", Some(2_000)),
            ("carrier#example mobile", Some(1_000)),
        ],
    );
    check_places(
        |case| case.ask_for("+881612345678"),
        &[("number#+881612345678", Some(3)), ("range#+88161234", Some(30))],
    );
}

#[test]
fn each_place_is_in_the_window_of_its_limit() {
    let case = Case::with(|case| {
        case.policy.limits.per_number.window_seconds = 3_600;
        case.later(4_000);
    });
    let windows: Vec<_> = case.places().iter().map(|(code, place)| (*code, place.window.key())).collect();
    assert_eq!(
        windows,
        [
            (Code::TooManyToNumber, "3600@1728003600".to_owned()),
            (Code::TooManyToRange, "86400@1728000000".to_owned()),
            (Code::TooManyToCountry, "86400@1728000000".to_owned()),
        ]
    );
}

#[test]
fn the_room_leaves_out_what_still_stands_of_the_last_window() {
    let after = |seconds| {
        move |case: &mut Case| {
            case.facts.number = approved(1, 2);
            case.facts.range = approved(0, 100);
            case.later(seconds);
            case.request.received_at = case.now;
        }
    };
    let country = ("country#US", Some(2_000));
    check_places(after(0), &[(NUMBER, Some(1)), (RANGE, Some(0)), country]);
    check_places(after(43_200), &[(NUMBER, Some(2)), (RANGE, Some(0)), country]);
    check_places(after(69_120), &[(NUMBER, Some(3)), (RANGE, Some(10)), country]);
}

#[test]
fn a_limit_that_does_not_bind_still_counts() {
    let unbound = [(NUMBER, None), (RANGE, None), ("country#US", None)];
    for mode in [Mode::Shadow, Mode::Off] {
        check_places(
            |case| case.mode(Code::TooManyToRange, mode),
            &[(NUMBER, Some(3)), (RANGE, None), ("country#US", Some(2_000))],
        );
    }
    check_places(|case| case.list(Effect::Trust, "account#ada"), &unbound);
    check_places(Case::ask_for_own_number, &unbound);
    check_places(
        |case| case.list_until(Effect::Trust, "account#ada", Some(case.now)),
        &[(NUMBER, Some(3)), (RANGE, Some(30)), ("country#US", Some(2_000))],
    );
}

proptest! {
    #[test]
    fn the_places_say_what_the_verdict_says(
        this in 0u64..6,
        last in 0u64..6,
        seconds in 0i64..86_400,
        own in any::<bool>(),
        mode in proptest::sample::select(vec![Mode::Enforce, Mode::Shadow, Mode::Off]),
    ) {
        let case = Case::with(|case| {
            case.facts.number = approved(this, last);
            case.later(seconds);
            case.mode(Code::TooManyToNumber, mode);
            if own {
                case.ask_for_own_number();
            }
        });
        let places = case.places();
        let (_, place) = places.iter().find(|(code, _)| *code == Code::TooManyToNumber).unwrap();
        let no_room = place.room.is_some_and(|room| this >= room);
        prop_assert_eq!(case.verdict().route == Route::Redirect, no_room);
    }
}

// Waste.

#[test]
fn calls_may_be_wasted_up_to_the_floor() {
    dials(|case| {
        case.carrier_calls(wasted(50, 0));
        case.facts.range = wasted(5, 0);
        case.facts.country = wasted(100, 0);
    });
    let verdict = Case::with(|case| case.facts.range = wasted(6, 0)).verdict();
    assert_eq!(verdict.route, Route::Redirect);
    check_codes(&verdict, &[Code::TooMuchWasteInRange]);
    check(
        |case| case.carrier_calls(wasted(51, 0)),
        Route::Redirect,
        &["redirect: too-much-waste-in-carrier carrier#example mobile 51 of 50 in 86400 s"],
    );
    check(
        |case| case.facts.country = wasted(101, 0),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 101 of 100 in 86400 s"],
    );
}

#[test]
fn where_much_goes_well_a_share_of_it_may_be_wasted() {
    dials(|case| case.facts.country = wasted(150, 300));
    check(
        |case| case.facts.country = wasted(151, 301),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 151 of 150 in 86400 s"],
    );
    dials(|case| {
        case.facts.country = wasted(151, 301);
        case.policy.waste.country.share_percent = 51;
    });
    check(
        |case| {
            case.facts.country = wasted(101, 1_000_000);
            case.policy.waste.country.share_percent = 0;
        },
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 101 of 100 in 86400 s"],
    );
}

#[test]
fn waste_and_what_went_well_fade_alike() {
    let last = |wasted, good, seconds| {
        move |case: &mut Case| {
            case.facts.country = Calls { wasted: count(0, wasted), good: count(0, good), ..Calls::default() };
            case.later(seconds);
        }
    };
    check(
        last(204, 0, 43_200),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 102 of 100 in 86400 s"],
    );
    dials(last(204, 0, 64_800));
    dials(last(240, 480, 43_200));
    check(
        last(260, 480, 43_200),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 130 of 120 in 86400 s"],
    );
}

// Whether a carrier lookup is worth its price.

#[track_caller]
fn check_lookup(change: impl FnOnce(&mut Case), matters: bool) {
    assert_eq!(Case::with(change).lookup_matters(), matters);
}

#[test]
fn a_lookup_matters_while_it_alone_could_keep_the_call_from_being_made() {
    check_lookup(|_| {}, true);
    check_lookup(Case::ask_for_own_number, true);
    check_lookup(|case| case.facts.pending = Some(case.request.id), true);
    check_lookup(|case| case.list(Effect::Deny, "carrier#example rare"), true);
    check_lookup(|case| case.list_until(Effect::Trust, "account#ada", Some(case.now)), true);
    check_lookup(
        |case| {
            case.ask_as_guest();
            case.mode(Code::Guest, Mode::Shadow);
        },
        true,
    );
}

#[test]
fn a_lookup_is_not_paid_for_where_it_changes_nothing() {
    check_lookup(|case| case.list(Effect::Trust, "account#ada"), false);
    check_lookup(|case| case.line(LineType::Mobile, None), false);
    check_lookup(|case| case.facts.line = LineFact::Unavailable, false);
    check_lookup(|case| case.policy.line.lookups_per_day_max = 0, false);
    check_lookup(|case| case.facts.pending = Some(RequestId::from_random([2; 16])), false);
    check_lookup(Case::ask_as_guest, false);
    check_lookup(|case| case.list(Effect::Deny, "asn#64500"), false);
    check_lookup(|case| case.facts.switches.all = true, false);
    check_lookup(|case| case.facts.number = approved(3, 0), false);
}

proptest! {
    #[test]
    fn a_lookup_is_paid_for_only_on_the_way_to_a_call(case in cases()) {
        if case.lookup_matters() {
            let verdict = case.verdict();
            prop_assert_eq!(verdict.route, Route::Dial);
            prop_assert!(!codes(&verdict).contains(&Code::Trusted));
        }
    }
}

// At once, before anything is read.

#[test]
fn at_once_the_network_and_the_caller_are_known_and_nothing_else() {
    let at_once = |change: fn(&mut Case)| Case::with(change).at_once();
    check_verdict(&at_once(|_| {}), Route::Dial, &[]);
    check_verdict(&at_once(Case::ask_as_guest), Route::Redirect, &["redirect: guest"]);
    check_verdict(
        &at_once(|case| {
            case.mark(NetworkMark::Anonymous);
            case.request.caller.country = Some(country("FR"));
        }),
        Route::Redirect,
        &["redirect: anonymous-network", "redirect: country-mismatch address-country#FR country#US"],
    );
    check_verdict(
        &at_once(|case| {
            case.request.caller.country = Some(country("FR"));
            case.ask_for_own_number();
        }),
        Route::Dial,
        &["dial: verified-own-number", "redirect: country-mismatch address-country#FR country#US (waived)"],
    );
    check_verdict(
        &at_once(|case| {
            case.ask_for("+19002345678");
            case.facts.switches.all = true;
            case.list(Effect::Deny, "account#ada");
            case.facts.asking.address = asks(21, 1, 1);
        }),
        Route::Dial,
        &[],
    );
}

proptest! {
    #[test]
    fn at_once_a_request_is_never_refused_and_never_for_what_screening_would_not_find(
        case in cases(),
        relaxed in relaxed(),
    ) {
        let mut case = case;
        for (code, mode) in relaxed {
            case.mode(code, mode);
        }
        let verdict = case.at_once();
        prop_assert!(verdict.route <= Route::Redirect);
        prop_assert!(codes(&verdict).is_subset(&codes(&case.verdict())));
    }
}

// The channels offered before the form is shown.

#[track_caller]
fn check_callback_shown(change: impl FnOnce(&mut Case), shown: bool) {
    let case = Case::with(change);
    let channels = channels(&case.request.caller, &case.facts.switches, &case.policy);
    let others = [Channel::Chat, Channel::CallIn];
    let expected: Vec<_> = shown.then_some(Channel::Callback).into_iter().chain(others).collect();
    assert_eq!(channels, expected);
}

#[test]
fn the_callback_is_not_shown_to_those_who_would_not_get_it() {
    check_callback_shown(|_| {}, true);
    check_callback_shown(Case::ask_as_guest, false);
    check_callback_shown(|case| case.mark(NetworkMark::Anonymous), false);
    check_callback_shown(|case| case.mark(NetworkMark::BadReputation), false);
    check_callback_shown(|case| _ = case.policy.served_address_countries.insert(country("NZ")), false);
    check_callback_shown(|case| case.facts.switches.all = true, false);
    check_callback_shown(|case| _ = case.facts.switches.countries.insert(country("US")), true);
}

#[test]
fn the_callback_is_shown_where_the_rule_does_not_count() {
    for mode in [Mode::Shadow, Mode::Off] {
        check_callback_shown(
            |case| {
                case.ask_as_guest();
                case.mode(Code::Guest, mode);
            },
            true,
        );
    }
    check_callback_shown(
        |case| {
            case.ask_as_guest();
            case.policy.guests = Guests::Allow;
        },
        true,
    );
}

#[test]
fn the_other_channels_keep_their_order() {
    let mut case = plain();
    case.policy.channels = vec![Channel::CallIn, Channel::Chat];
    let shown = channels(&case.request.caller, &case.facts.switches, &case.policy);
    assert_eq!(shown, [Channel::Callback, Channel::CallIn, Channel::Chat]);
}

proptest! {
    #[test]
    fn where_the_callback_is_shown_only_the_number_can_redirect_at_once(case in cases()) {
        let shown = channels(&case.request.caller, &case.facts.switches, &case.policy);
        if shown.contains(&Channel::Callback) {
            let enforced = case.at_once().findings.into_iter().filter(|f| f.standing == Standing::Enforced);
            let mut redirecting = enforced.filter(|finding| finding.route > Route::Dial);
            prop_assert!(redirecting.all(|finding| finding.code == Code::CountryMismatch));
        }
    }
}

// At the dial, some time after the approval.

#[track_caller]
fn check_at_dial(change: impl FnOnce(&mut Case), route: Route, findings: &[&str]) {
    check_verdict(&Case::with(change).at_dial(), route, findings);
}

#[test]
fn what_has_come_up_since_the_approval_still_stops_the_dial() {
    check_at_dial(|_| {}, Route::Dial, &[]);
    check_at_dial(|case| case.facts.switches.all = true, Route::Refuse, &["refuse: kill-switch all"]);
    check_at_dial(
        |case| _ = case.facts.switches.countries.insert(country("US")),
        Route::Refuse,
        &["refuse: kill-switch country#US"],
    );
    check_at_dial(
        |case| case.policy.served_countries = [country("GB")].into(),
        Route::Refuse,
        &["refuse: country-not-served country#US"],
    );
    check_at_dial(
        |case| case.list(Effect::Deny, "prefix#+1206"),
        Route::Refuse,
        &["refuse: deny-listed prefix#+1206"],
    );
    check_at_dial(
        |case| {
            case.list(Effect::Deny, "carrier#example rare");
            case.line(LineType::Mobile, Some("Example Rare"));
        },
        Route::Refuse,
        &["refuse: deny-listed carrier#example rare"],
    );
    check_at_dial(|case| case.list_until(Effect::Deny, "prefix#+1206", Some(case.now)), Route::Dial, &[]);
}

#[test]
fn trust_holds_at_the_dial_as_before() {
    check_at_dial(
        |case| {
            case.list(Effect::Deny, "prefix#+1206");
            case.list(Effect::Trust, "account#ada");
        },
        Route::Dial,
        &["dial: trusted account#ada", "refuse: deny-listed prefix#+1206 (waived)"],
    );
}

#[test]
fn what_was_counted_or_told_before_the_approval_is_not_asked_again_at_the_dial() {
    for trouble in troubles_of_volume() {
        check_at_dial(trouble, Route::Dial, &[]);
    }
    check_at_dial(
        |case| {
            case.mark(NetworkMark::Anonymous);
            case.ask_as_guest();
            case.line(LineType::Voip, None);
        },
        Route::Dial,
        &[],
    );
}

proptest! {
    #[test]
    fn the_dial_is_stopped_only_by_what_screening_would_find_too(case in cases()) {
        prop_assert!(case.at_dial().route <= case.verdict().route);
    }
}
