//! A verified own number.

use super::*;

#[test]
fn an_account_that_asks_for_its_own_number_is_known_to() {
    check(Case::ask_for_own_number, Certainty::Noted, &["noted: verified-own-number"]);
    dials(|case| {
        case.ask_for_own_number();
        case.ask_for("+12065550101");
    });
}

#[test]
fn an_own_number_waives_what_others_did_to_it_and_that_its_owner_travels() {
    let others =
        |call: Call, lines: u8| (0..lines).map(move |n| call.clone().by(&line(n)).to("+12065550100"));
    for (trouble, finding) in [
        (
            (|case| case.request.caller.country = Whereabouts::In(country("FR"))) as fn(&mut Case),
            "suspected: country-mismatch address-country#FR country#US (waived)",
        ),
        (
            |case| case.past((0..3).map(|n| wasted().to("+12065550100").hours_ago(n))),
            "suspected: too-many-to-number number#+1206******* 4 of 3 in 86400 s (waived)",
        ),
        (
            |case| case.past((0..5).map(|n| good().by(&line(n)).to("+12065550100"))),
            "suspected: too-many-addresses-to-number number#+1206******* 6 of 5 in 86400 s (waived)",
        ),
    ] {
        check(
            |case| {
                trouble(case);
                case.ask_for_own_number();
            },
            Certainty::Noted,
            &["noted: verified-own-number", finding],
        );
    }
    let verdict = Case::with(|case| {
        case.past(others(pumped(), 9));
        case.past(others(wasted(), 9));
        case.ask_for_own_number();
    })
    .verdict();
    assert_eq!(verdict.certainty, Certainty::Noted);
}

#[test]
fn an_own_number_waives_nothing_else() {
    let waived: BTreeSet<&str> = [
        "country-mismatch",
        "line-unavailable",
        "too-many-to-number",
        "too-many-to-range",
        "too-many-to-carrier",
        "too-many-addresses-to-number",
        "too-many-numbers-from-address",
        "too-many-numbers-from-account",
        "too-many-numbers-of-a-range-from-address",
        "too-many-countries-from-address",
        "too-much-waste-from-address",
        "too-much-waste-from-account",
        "too-much-waste-from-block",
        "too-much-waste-in-range",
        "marked-block",
        "marked-number",
        "marked-range",
        "marked-carrier",
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

#[test]
fn what_the_owner_himself_was_marked_for_is_not_waived() {
    let verdict = Case::with(|case| {
        case.past([pumped().account("ada").to("+12065550100").days_ago(1)]);
        case.ask_for_own_number();
    })
    .verdict();
    check_verdict(
        &verdict,
        Certainty::Suspected,
        &["noted: verified-own-number", "suspected: marked-account account#ada 1 of 0 in 604800 s"],
    );
}
