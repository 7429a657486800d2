//! At the dial, some time after the approval.

use super::*;

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
    for trouble in troubles_of_the_past() {
        assert_eq!(Case::with(trouble).at_dial().route, Route::Dial);
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
