//! Volume: the asked side.

use super::*;

#[test]
fn one_call_more_than_the_asked_side_may_get_is_found() {
    dials(|case| {
        case.carrier_calls(approved(49, 0));
        case.facts.number = approved(2, 0);
        case.facts.range = approved(7, 0);
        case.facts.country = approved(4_999, 0);
    });
    check(
        |case| case.facts.number = approved(3, 0),
        Route::Redirect,
        &["redirect: too-many-to-number number#+1206******* 4 of 3 in 86400 s"],
    );
    check(
        |case| case.facts.country = approved(5_000, 0),
        Route::Redirect,
        &["redirect: too-many-to-country country#US 5001 of 5000 in 86400 s"],
    );
    check(
        |case| {
            case.carrier_calls(approved(50, 0));
            case.facts.country = approved(251, 0);
        },
        Route::Redirect,
        &["redirect: too-many-to-carrier carrier#example mobile 51 of 50 in 86400 s"],
    );
    // Half of the last day's 10 calls still stand at noon.
    let verdict = Case::with(|case| {
        case.facts.range = approved(3, 10);
        case.later(43_200);
    })
    .verdict();
    check_codes(&verdict, &[Code::TooManyToRange]);
    dials(|case| {
        case.facts.range = approved(2, 10);
        case.later(43_200);
    });
}

#[test]
fn calls_of_another_carrier_are_not_held_against_the_numbers_own() {
    dials(|case| {
        case.carrier_calls(approved(5_000, 0));
        case.line(LineType::Mobile, Some("Example Wireless"));
    });
}

#[test]
fn a_large_carriers_calls_are_the_countrys() {
    dials(|case| {
        case.carrier_calls(approved(1_000, 0));
        case.facts.country = approved(4_999, 0);
    });
    dials(|case| {
        case.carrier_calls(approved(50, 0));
        case.facts.country = approved(250, 0);
    });
}

#[test]
fn a_range_may_grow_beyond_its_best_day_but_what_is_new_proves_nothing() {
    let good = |days_ago, good| {
        move |case: &mut Case| {
            case.facts.range = approved(20, 0);
            let day = Day::of(case.now).before(days_ago);
            case.facts.histories.range.days.insert(day, Tally { good, ..Tally::default() });
        }
    };
    dials(good(2, 11));
    check(good(2, 10), Route::Redirect, &["redirect: too-many-to-range range#+1206555 21 of 20 in 86400 s"]);
    check(
        good(1, 1_000),
        Route::Redirect,
        &["redirect: too-many-to-range range#+1206555 21 of 8 in 86400 s"],
    );
}

#[test]
fn no_count_is_so_large_that_it_passes() {
    let most = Calls { approved: count(u64::MAX, u64::MAX), addresses: count(u64::MAX, u64::MAX) };
    let verdict = Case::with(|case| {
        case.facts.number = most;
        case.facts.range = most;
    })
    .verdict();
    check_codes(&verdict, &[Code::TooManyToNumber, Code::TooManyToRange, Code::TooManyAddressesToNumber]);
}

#[test]
fn a_number_whose_calls_go_well_gets_more_of_them() {
    let called = |calls, good| {
        move |case: &mut Case| {
            case.facts.number = approved(calls, 0);
            case.facts.histories.number = wasted(0, good);
        }
    };
    check(
        called(3, 1),
        Route::Redirect,
        &["redirect: too-many-to-number number#+1206******* 4 of 3 in 86400 s"],
    );
    dials(called(4, 3));
    check(
        called(6, 100),
        Route::Redirect,
        &["redirect: too-many-to-number number#+1206******* 7 of 6 in 86400 s"],
    );
}
