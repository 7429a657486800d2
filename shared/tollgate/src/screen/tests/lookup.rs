//! Whether a carrier lookup is worth its price.

use super::*;

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
    check_lookup(|case| case.past([pumped().account("ada")]), false);
}

proptest! {
    #[test]
    fn a_lookup_is_paid_for_only_on_the_way_to_a_call(case in cases()) {
        if case.lookup_matters() {
            let verdict = case.verdict();
            prop_assert_eq!(verdict.certainty, Certainty::Noted);
            prop_assert!(!codes(&verdict).contains(&Code::Trusted));
        }
    }
}
