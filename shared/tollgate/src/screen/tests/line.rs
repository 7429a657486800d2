//! The line.

use super::*;

#[test]
fn the_line_must_be_one_that_people_answer() {
    dials(|case| case.line(LineType::Mobile, Some("Example Mobile")));
    dials(|case| case.line(LineType::Prepaid, None));
    dials(|case| case.line(LineType::Landline, None));
    check(|case| case.line(LineType::Voip, None), Route::Redirect, &["redirect: voip-line"]);
    check(|case| case.line(LineType::Other, None), Route::Redirect, &["redirect: other-line"]);
    check(|case| case.line(LineType::Invalid, None), Route::Refuse, &["refuse: invalid-line"]);
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
    check(with(Some("Example Rare")), Route::Redirect, &["redirect: unusual-carrier carrier#example rare"]);
    check(with(None), Route::Redirect, &["redirect: unusual-carrier unknown"]);
    dials(|case| case.usual_carriers(&["Example Mobile"]));
}

#[test]
fn a_line_that_could_not_be_looked_up_leads_where_the_policy_says() {
    let unavailable = |route| {
        move |case: &mut Case| {
            case.facts.line = LineFact::Unavailable;
            case.policy.line.unavailable = route;
        }
    };
    check(|case| case.facts.line = LineFact::Unavailable, Route::Redirect, &["redirect: line-unavailable"]);
    check(unavailable(Route::Dial), Route::Dial, &["dial: line-unavailable"]);
    check(unavailable(Route::Redirect), Route::Redirect, &["redirect: line-unavailable"]);
    check(unavailable(Route::Refuse), Route::Refuse, &["refuse: line-unavailable"]);
}

#[test]
fn who_has_proved_himself_is_called_though_lookups_are_spent() {
    check(
        |case| {
            case.facts.line = LineFact::Unavailable;
            case.past([good().account("ada").days_ago(3)]);
        },
        Route::Dial,
        &["dial: line-unavailable"],
    );
}
