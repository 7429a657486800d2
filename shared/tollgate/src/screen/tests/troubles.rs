//! What may speak against a request, alone and in any mixture.

use super::*;

/// Changes that each bring trouble. Together they bring every finding that screening can make, but for trust.
pub(super) fn troubles() -> Vec<fn(&mut Case)> {
    let mut troubles = troubles_of_the_number();
    troubles.extend(troubles_of_the_caller());
    troubles.extend(troubles_of_the_past());
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
        |case| case.ask_for("+18002345678"),
        |case| {
            case.policy.numbers.let_in.extend(NumberPrefix::parse("+1247"));
            case.ask_for("+12475550100");
        },
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
        |case| case.request.caller.country = Whereabouts::In(country("FR")),
        |case| case.ask_as_guest(),
    ]
}

/// What was asked for and what calls came to.
pub(super) fn troubles_of_the_past() -> Vec<fn(&mut Case)> {
    let mut troubles = troubles_of_the_asker();
    troubles.extend(troubles_of_the_neighbors());
    troubles.extend(troubles_of_what_is_asked_for());
    troubles
}

fn troubles_of_the_asker() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.facts.asking.address = asked(31),
        |case| case.facts.asking.account = case.facts.asking.account.as_ref().map(|_| asked(21)),
        |case| case.past((0..6).map(|n| wasted().by("203.0.113.9").to(&elsewhere(n)))),
        |case| case.past([wasted().account("ada")]),
        |case| case.past([pumped().by("203.0.113.9").days_ago(2)]),
        |case| case.past([pumped().account("ada").days_ago(2)]),
        |case| case.past((0..40).map(|n| good().by("203.0.113.9").to(&elsewhere(n)))),
        |case| case.past((0..3).map(|n| good().account("ada").to(&elsewhere(n)))),
        |case| case.past((0..3).map(|n| good().by("203.0.113.9").to(&of_the_range(n)))),
        |case| {
            let abroad = ["+442070313000", "+493012345678", "+33123456789"];
            case.past(abroad.map(|number| good().by("203.0.113.9").to(number)));
        },
    ]
}

fn troubles_of_the_neighbors() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.past((0..12).map(|n| wasted().by(&format!("203.0.113.{}", 100 + n)).to(&elsewhere(n)))),
        |case| case.past((0..4).map(|n| pumped().by(&format!("203.0.113.{}", 100 + n)).to(&elsewhere(n)))),
        |case| case.facts.newcomers.strangers = Held { this: 130, last: 0 },
    ]
}

fn troubles_of_what_is_asked_for() -> Vec<fn(&mut Case)> {
    vec![
        |case| case.past((0..4).map(|n| wasted().to("+12065550100").hours_ago(n))),
        |case| case.past((0..6).map(|n| good().by(&line(n)).to("+12065550100"))),
        |case| case.past((0..2).map(|n| pumped().by(&line(n)).to("+12065550100").days_ago(2))),
        |case| case.past((0..30).map(|n| good().by(&line(n)).to(&of_the_range(n.into())))),
        |case| case.past((0..3).map(|n| pumped().by(&line(n)).to(&of_the_range(n.into())).days_ago(2))),
        |case| case.past((0..8).map(|n| wasted().by(&line(n)).to(&of_the_range(n.into())))),
        |case| {
            case.unusual_carrier();
            let to = |n: u8| good().over("Example Rare").by(&line(n)).to(&elsewhere(n.into()));
            case.past((0..30).map(to));
        },
        |case| {
            case.unusual_carrier();
            let to = |n: u8| pumped().over("Example Rare").by(&line(n)).to(&elsewhere(n.into()));
            case.past((0..4).map(|n| to(n).days_ago(2)));
        },
        |case| {
            if case.request.caller.account.is_some() {
                case.ask_for_own_number();
                let number = case.request.number.e164().to_owned();
                case.past((0..9).map(|_| wasted().account("ada").to(&number).hours_ago(3)));
            }
        },
    ]
}

/// Cases in any kind and number of troubles, in some of which an entry trusts or the number is the account's own.
pub(super) fn cases() -> impl Strategy<Value = Case> {
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
pub(super) fn relaxed() -> impl Strategy<Value = Vec<(Code, Mode)>> {
    let codes: Vec<_> = Code::ALL.iter().copied().filter(|code| code.has_mode()).collect();
    let modes = proptest::sample::select(vec![Mode::Shadow, Mode::Off]);
    proptest::sample::subsequence(codes.clone(), 0..=codes.len()).prop_flat_map(move |codes| {
        codes.into_iter().map(|code| (Just(code), modes.clone())).collect::<Vec<_>>()
    })
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
    let expected: BTreeSet<_> =
        Code::ALL.iter().copied().filter(|code| !code.is_retired() && !elsewhere.contains(code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn whoever_is_turned_away_for_what_was_called_before_is_told_what_lifts_it() {
    for trouble in troubles_of_the_past() {
        let verdict = Case::with(trouble).verdict();
        for finding in verdict.findings.iter().filter(|finding| finding.certainty > Certainty::Noted) {
            assert!(finding.code.lifted_by().is_some(), "{}", told(finding));
        }
    }
    // Nothing but the policy or a list lifts what a request is.
    assert_eq!(Code::Guest.lifted_by(), None);
}
