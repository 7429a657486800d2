//! A verified own number.

use super::*;

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
        "too-much-waste-to-number",
        "too-much-waste-in-range",
        "too-much-waste-in-carrier",
        "too-much-waste-in-country",
        "marked-number",
        "marked-range",
        "marked-carrier",
        "destination-blocked",
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
