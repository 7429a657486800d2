//! Volume: fan-out.

use super::*;

#[test]
fn too_many_different_numbers_or_countries_are_found_before_too_many_requests() {
    dials(|case| {
        case.facts.asking.address = asks(15, 15, 3);
        case.facts.asking.account = Some(asks(4, 4, 4));
    });
    check(
        |case| case.facts.asking.address = asks(16, 16, 1),
        Route::Redirect,
        &["redirect: too-many-numbers-from-address address#203.0.x.x/32 16 of 15 in 3600 s"],
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
            case.facts.asking.address = AskCount { this: asked(12, 12, 2), last: asked(8, 8, 4) };
            case.later(seconds);
        }
    };
    check(
        last(1_800),
        Route::Redirect,
        &[
            "redirect: too-many-numbers-from-address address#203.0.x.x/32 16 of 15 in 3600 s",
            "redirect: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 3600 s",
        ],
    );
    dials(last(3_300));
}

#[test]
fn an_address_that_walks_through_a_range_is_found_at_its_fourth_number() {
    let of_the_range = |numbers, in_range| AskCount {
        this: Asked { numbers_of_the_range: in_range, ..asked(numbers, numbers, 1) },
        last: Asked::default(),
    };
    dials(|case| case.facts.asking.address = of_the_range(10, 3));
    check(
        |case| case.facts.asking.address = of_the_range(4, 4),
        Route::Redirect,
        &["redirect: too-many-numbers-of-a-range-from-address address#203.0.x.x/32 4 of 3 in 3600 s"],
    );
}

#[test]
fn an_ipv6_site_asks_for_as_many_numbers_as_an_address_and_an_ipv4_block_for_more() {
    check(
        |case| {
            case.ask_from("2001:db8:1:2::9");
            case.facts.asking.block = asks(16, 16, 1);
        },
        Route::Redirect,
        &["redirect: too-many-numbers-from-block block#2001:db8:x/48 16 of 15 in 3600 s"],
    );
    dials(|case| case.facts.asking.block = asks(60, 60, 1));
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
        case.facts.number.addresses = count(3, 2);
        case.later(43_201);
    });
}
