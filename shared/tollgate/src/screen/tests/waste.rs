//! Waste.

use super::*;

#[test]
fn calls_may_be_wasted_up_to_the_floor() {
    dials(|case| {
        case.carrier_calls(wasted(50, 0));
        case.facts.range = wasted(5, 0);
        case.facts.country = wasted(100, 0);
    });
    let verdict = Case::with(|case| case.facts.range = wasted(6, 0)).verdict();
    assert_eq!(verdict.route, Route::Redirect);
    check_codes(&verdict, &[Code::TooMuchWasteInRange]);
    check(
        |case| case.carrier_calls(wasted(51, 0)),
        Route::Redirect,
        &["redirect: too-much-waste-in-carrier carrier#example mobile 51 of 50 in 86400 s"],
    );
    check(
        |case| case.facts.country = wasted(101, 0),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 101 of 100 in 86400 s"],
    );
}

#[test]
fn where_much_goes_well_a_share_of_it_may_be_wasted() {
    dials(|case| case.facts.country = wasted(150, 300));
    check(
        |case| case.facts.country = wasted(151, 301),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 151 of 150 in 86400 s"],
    );
    dials(|case| {
        case.facts.country = wasted(151, 301);
        case.policy.waste.country.share_percent = 51;
    });
    check(
        |case| {
            case.facts.country = wasted(101, 1_000_000);
            case.policy.waste.country.share_percent = 0;
        },
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 101 of 100 in 86400 s"],
    );
}

#[test]
fn waste_and_what_went_well_fade_alike() {
    let last = |wasted, good, seconds| {
        move |case: &mut Case| {
            case.facts.country = Calls { wasted: count(0, wasted), good: count(0, good), ..Calls::default() };
            case.later(seconds);
        }
    };
    check(
        last(204, 0, 43_200),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 102 of 100 in 86400 s"],
    );
    dials(last(204, 0, 64_800));
    dials(last(240, 480, 43_200));
    check(
        last(260, 480, 43_200),
        Route::Redirect,
        &["redirect: too-much-waste-in-country country#US 130 of 120 in 86400 s"],
    );
}
