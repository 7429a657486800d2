//! Volume: the asked side.

use super::*;

#[test]
fn one_call_more_than_the_asked_side_may_get_is_found() {
    dials(|case| {
        case.carrier_calls(approved(999, 0));
        case.facts.number = approved(2, 0);
        case.facts.range = approved(29, 0);
        case.facts.country = approved(1_999, 0);
    });
    check(
        |case| case.facts.number = approved(3, 0),
        Route::Redirect,
        &["redirect: too-many-to-number number#+1206******* 4 of 3 in 86400 s"],
    );
    check(
        |case| case.facts.country = approved(2_000, 0),
        Route::Redirect,
        &["redirect: too-many-to-country country#US 2001 of 2000 in 86400 s"],
    );
    check(
        |case| case.carrier_calls(approved(1_000, 0)),
        Route::Redirect,
        &["redirect: too-many-to-carrier carrier#example mobile 1001 of 1000 in 86400 s"],
    );
    // Half of the last day's 40 calls still stand at noon.
    let verdict = Case::with(|case| {
        case.facts.range = approved(10, 40);
        case.later(43_200);
    })
    .verdict();
    check_codes(&verdict, &[Code::TooManyToRange]);
    dials(|case| {
        case.facts.range = approved(9, 40);
        case.later(43_200);
    });
}

#[test]
fn calls_of_another_carrier_are_not_held_against_the_numbers_own() {
    dials(|case| {
        case.carrier_calls(Calls { approved: count(5_000, 0), ..wasted(5_000, 0) });
        case.line(LineType::Mobile, Some("Example Wireless"));
    });
}

#[test]
fn no_count_is_so_large_that_it_passes() {
    let most = Calls {
        approved: count(u64::MAX, u64::MAX),
        addresses: count(u64::MAX, u64::MAX),
        ..Calls::default()
    };
    let verdict = Case::with(|case| {
        case.facts.number = most;
        case.facts.range = most;
    })
    .verdict();
    check_codes(&verdict, &[Code::TooManyToNumber, Code::TooManyToRange, Code::TooManyAddressesToNumber]);
}
