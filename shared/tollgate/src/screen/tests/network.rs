//! The network.

use super::*;

#[test]
fn what_the_firewall_marks_is_offered_another_channel() {
    check(|case| case.mark(NetworkMark::Anonymous), Certainty::Suspected, &["suspected: anonymous-network"]);
    check(|case| case.mark(NetworkMark::BadReputation), Certainty::Suspected, &["suspected: bad-reputation"]);
}

#[test]
fn the_address_may_have_to_be_in_a_served_country() {
    let served =
        |case: &mut Case| case.policy.served_address_countries = [country("US"), country("CA")].into();
    dials(served);
    check(
        |case| {
            served(case);
            case.request.caller.country = Whereabouts::In(country("FR"));
        },
        Certainty::Suspected,
        &[
            "suspected: address-country-not-served address-country#FR",
            "suspected: country-mismatch address-country#FR country#US",
        ],
    );
    // What the edge does not tell is held against nobody.
    dials(|case| {
        served(case);
        case.request.caller.country = Whereabouts::Untold;
    });
    // The edge says that it is in none of these.
    let none_of = |told: &[&str]| Whereabouts::NoneOf(told.iter().map(|text| country(text)).collect());
    check(
        |case| {
            served(case);
            case.request.caller.country = none_of(&["US", "CA"]);
        },
        Certainty::Suspected,
        &["suspected: address-country-not-served address-country#elsewhere"],
    );
    dials(|case| case.request.caller.country = none_of(&["US"]));
    // A customer of a country that is served and that the edge has no rule for is not turned away.
    dials(|case| {
        served(case);
        case.policy.served_address_countries.insert(country("MX"));
        case.request.caller.country = none_of(&["US", "CA"]);
    });
}

#[test]
fn an_address_abroad_does_not_fit_the_number() {
    check(
        |case| case.request.caller.country = Whereabouts::In(country("CA")),
        Certainty::Suspected,
        &["suspected: country-mismatch address-country#CA country#US"],
    );
    dials(|case| case.request.caller.country = Whereabouts::Untold);
}

#[test]
fn a_number_is_at_home_wherever_its_plan_does_not_tell_or_its_people_are_one() {
    for (number, from, fits) in [
        ("+590690001234", "MF", true),
        ("+590690001234", "BL", true),
        ("+447400123456", "JE", true),
        ("+447797712345", "GB", true),
        ("+4740612345", "SJ", true),
        ("+262692123456", "YT", true),
        ("+390612345678", "VA", true),
        ("+358412345678", "AX", true),
        ("+212650123456", "EH", true),
        ("+59995181234", "BQ", true),
        ("+61412345678", "CX", true),
        ("+12065550100", "PR", true),
        ("+17872345678", "US", true),
        ("+12065550100", "CA", false),
        ("+18765230123", "US", false),
        ("+77710009998", "RU", false),
        ("+79123456789", "KZ", false),
        ("+447400123456", "FR", false),
        ("+590690001234", "FR", false),
    ] {
        let verdict = Case::with(|case| {
            case.ask_for_served(number);
            case.request.caller.country = Whereabouts::In(country(from));
        })
        .verdict();
        let found = verdict.findings.iter().any(|finding| finding.code == Code::CountryMismatch);
        assert_eq!(found, !fits, "{number} from {from}");
    }
}
