//! The line.

use super::*;
use crate::policy::WithoutLookup;

#[test]
fn the_line_must_be_one_that_people_answer() {
    dials(|case| case.line(LineType::Mobile, Some("Example Mobile")));
    dials(|case| case.line(LineType::Prepaid, None));
    dials(|case| case.line(LineType::Landline, None));
    check(|case| case.line(LineType::Voip, None), Certainty::Suspected, &["suspected: voip-line"]);
    check(|case| case.line(LineType::Other, None), Certainty::Suspected, &["suspected: other-line"]);
    check(|case| case.line(LineType::Invalid, None), Certainty::Sure, &["sure: invalid-line"]);
}

#[test]
fn where_some_carriers_are_usual_all_others_are_not() {
    let with = |name: Option<&'static str>| {
        move |case: &mut Case| {
            case.usual_carriers(&["Example Mobile", "Example Wireless"]);
            case.line(LineType::Mobile, name);
        }
    };
    dials(with(Some("Example Mobile")));
    dials(with(Some("EXAMPLE WIRELESS")));
    check(
        with(Some("Example Rare")),
        Certainty::Suspected,
        &["suspected: unusual-carrier carrier#example rare"],
    );
    check(with(None), Certainty::Suspected, &["suspected: unusual-carrier unknown"]);
    dials(|case| case.usual_carriers(&["Example Mobile"]));
}

#[test]
fn a_newcomers_line_that_could_not_be_looked_up_is_dialed_if_the_policy_says_so() {
    let unavailable = |policy| {
        move |case: &mut Case| {
            case.facts.line = LineFact::Unavailable;
            case.policy.line.unavailable = policy;
        }
    };
    check(
        |case| case.facts.line = LineFact::Unavailable,
        Certainty::Suspected,
        &["suspected: line-unavailable"],
    );
    check(unavailable(WithoutLookup::Dial), Certainty::Noted, &["noted: line-unavailable"]);
    check(unavailable(WithoutLookup::Refuse), Certainty::Suspected, &["suspected: line-unavailable"]);
}

#[test]
fn who_has_proved_himself_is_called_though_lookups_are_spent() {
    check(
        |case| {
            case.facts.line = LineFact::Unavailable;
            case.past([good().account("ada").days_ago(3)]);
        },
        Certainty::Noted,
        &["noted: line-unavailable"],
    );
}
