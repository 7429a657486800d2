//! Volume: fan-out.

use super::*;

#[test]
fn too_many_different_numbers_or_countries_are_found_before_too_many_requests() {
    dials(|case| {
        case.facts.asking.address = asks(8, 8, 3);
        case.facts.asking.account = Some(asks(4, 4, 4));
    });
    check(
        |case| case.facts.asking.address = asks(9, 9, 1),
        Route::Redirect,
        &["redirect: too-many-numbers-from-address address#203.0.x.x/32 9 of 8 in 3600 s"],
    );
    check(
        |case| case.facts.asking.address = asks(4, 4, 4),
        Route::Redirect,
        &["redirect: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asks(5, 5, 1)),
        Route::Refuse,
        &["refuse: too-many-numbers-from-account account#ada 5 of 4 in 3600 s"],
    );
}

#[test]
fn different_numbers_and_countries_of_the_last_window_fade_as_well() {
    let last = |seconds| {
        move |case: &mut Case| {
            case.facts.asking.address = AskCount { this: asked(5, 5, 2), last: asked(8, 8, 4) };
            case.later(seconds);
        }
    };
    check(
        last(1_800),
        Route::Redirect,
        &[
            "redirect: too-many-numbers-from-address address#203.0.x.x/32 9 of 8 in 3600 s",
            "redirect: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 3600 s",
        ],
    );
    dials(last(2_701));
}

#[test]
fn too_many_addresses_that_had_a_number_called_speak_against_one_more() {
    dials(|case| case.facts.number.addresses = count(4, 0));
    check(
        |case| case.facts.number.addresses = count(4, 2),
        Route::Redirect,
        &["redirect: too-many-addresses-to-number number#+1206******* 7 of 5 in 86400 s"],
    );
    dials(|case| {
        case.facts.number.addresses = count(4, 2);
        case.later(43_201);
    });
}
