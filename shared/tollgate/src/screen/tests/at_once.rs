//! At once, before anything is read.

use super::*;

#[test]
fn at_once_the_network_and_the_caller_are_known_and_nothing_else() {
    let at_once = |change: fn(&mut Case)| Case::with(change).at_once();
    check_verdict(&at_once(|_| {}), Certainty::Noted, &[]);
    check_verdict(&at_once(Case::ask_as_guest), Certainty::Suspected, &["suspected: guest"]);
    check_verdict(
        &at_once(|case| {
            case.mark(NetworkMark::Anonymous);
            case.request.caller.country = Whereabouts::In(country("FR"));
        }),
        Certainty::Suspected,
        &["suspected: anonymous-network", "suspected: country-mismatch address-country#FR country#US"],
    );
    check_verdict(
        &at_once(|case| {
            case.request.caller.country = Whereabouts::In(country("FR"));
            case.ask_for_own_number();
        }),
        Certainty::Noted,
        &["noted: verified-own-number", "suspected: country-mismatch address-country#FR country#US (waived)"],
    );
    check_verdict(
        &at_once(|case| {
            case.ask_for("+19002345678");
            case.facts.switches.countries = case.request.number.countries().iter().copied().collect();
            case.policy.served_countries.extend(CountryCode::parse("FR"));
            case.list(Effect::Deny, "account#ada");
            case.facts.asking.address = asked(31);
        }),
        Certainty::Noted,
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
        // That nobody is called is everybody's to know, and sure.
        let closed = case.facts.switches.close_all(&case.policy.served_countries);
        prop_assert_eq!(codes(&verdict).contains(&Code::KillSwitch), closed);
        let mut found = codes(&case.verdict());
        found.extend(closed.then_some(Code::KillSwitch));
        prop_assert!(closed || verdict.certainty <= Certainty::Suspected);
        prop_assert!(codes(&verdict).is_subset(&found));
    }
}
