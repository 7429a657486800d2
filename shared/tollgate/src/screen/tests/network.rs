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
            case.request.caller.country = Some(country("FR"));
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
        case.request.caller.country = None;
    });
}

#[test]
fn an_address_abroad_does_not_fit_the_number() {
    check(
        |case| case.request.caller.country = Some(country("CA")),
        Certainty::Suspected,
        &["suspected: country-mismatch address-country#CA country#US"],
    );
    dials(|case| case.request.caller.country = None);
}
