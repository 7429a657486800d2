//! At the dial, some time after the approval.

use super::*;

#[track_caller]
fn check_at_dial(change: impl FnOnce(&mut Case), certainty: Certainty, findings: &[&str]) {
    check_verdict(&Case::with(change).at_dial(), certainty, findings);
}

#[test]
fn what_has_come_up_since_the_approval_still_stops_the_dial() {
    check_at_dial(|_| {}, Certainty::Noted, &[]);
    check_at_dial(|case| case.facts.switches.all = true, Certainty::Sure, &["sure: kill-switch all"]);
    check_at_dial(
        |case| _ = case.facts.switches.countries.insert(country("US")),
        Certainty::Sure,
        &["sure: kill-switch country#US"],
    );
    check_at_dial(
        |case| case.policy.served_countries = [country("GB")].into(),
        Certainty::Sure,
        &["sure: country-not-served country#US"],
    );
    check_at_dial(
        |case| case.list(Effect::Deny, "prefix#+1206"),
        Certainty::Sure,
        &["sure: deny-listed prefix#+1206"],
    );
    check_at_dial(
        |case| {
            case.list(Effect::Deny, "carrier#example rare");
            case.line(LineType::Mobile, Some("Example Rare"));
        },
        Certainty::Sure,
        &["sure: deny-listed carrier#example rare"],
    );
    check_at_dial(
        |case| case.list_until(Effect::Deny, "prefix#+1206", Some(case.now)),
        Certainty::Noted,
        &[],
    );
}

#[test]
fn trust_holds_at_the_dial_as_before() {
    check_at_dial(
        |case| {
            case.list(Effect::Deny, "prefix#+1206");
            case.list(Effect::Trust, "account#ada");
        },
        Certainty::Noted,
        &["noted: trusted account#ada", "sure: deny-listed prefix#+1206 (waived)"],
    );
}

#[test]
fn what_was_counted_or_told_before_the_approval_is_not_asked_again_at_the_dial() {
    for trouble in troubles_of_the_past() {
        assert_eq!(Case::with(trouble).at_dial().certainty, Certainty::Noted);
    }
    check_at_dial(
        |case| {
            case.mark(NetworkMark::Anonymous);
            case.ask_as_guest();
            case.line(LineType::Voip, None);
        },
        Certainty::Noted,
        &[],
    );
}

proptest! {
    #[test]
    fn the_dial_is_stopped_only_by_what_screening_would_find_too(case in cases()) {
        prop_assert!(case.at_dial().certainty <= case.verdict().certainty);
    }
}
