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

#[test]
fn a_lookup_matters_where_an_office_asks_for_its_colleagues_of_a_usual_carrier() {
    let office = |carrier: &'static str| {
        move |case: &mut Case| {
            case.learned(&[("Example Mobile", 100)]);
            let asker = case.request.caller.address.to_text();
            case.past((0..2).map(|n| good().over(carrier).by(&asker).to(&of_the_range(n)).mins_ago(9)));
        }
    };
    let turned_away = Case::with(office("Example Mobile")).verdict();
    assert_eq!(codes(&turned_away), [Code::TooManyNumbersOfARangeFromAddress].into());
    check_lookup(office("Example Mobile"), true);
    check_lookup(office("Example Rare"), false);
    dials(|case| {
        office("Example Mobile")(case);
        case.line(LineType::Mobile, Some("Example Mobile"));
    });
}

proptest! {
    #[test]
    fn a_lookup_is_paid_for_only_on_the_way_to_a_call(case in cases()) {
        if case.lookup_matters() {
            let verdict = case.verdict();
            // Or what it would lift is all that stands in the way.
            let lifted = [Code::TooManyToRange, Code::TooManyNumbersOfARangeFromAddress];
            let enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
            let mut against = enforced.filter(|finding| finding.certainty.turns_away());
            prop_assert!(against.all(|finding| lifted.contains(&finding.code)));
            prop_assert!(!codes(&verdict).contains(&Code::Trusted));
        }
    }
}
