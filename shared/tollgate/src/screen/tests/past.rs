//! What earlier calls teach: waste, marks, blocks.

use super::*;

#[test]
fn whoever_had_too_many_calls_wasted_is_offered_another_channel() {
    dials(|case| {
        case.facts.histories.address = wasted(3, 0);
        case.facts.histories.block = wasted(4, 0);
        case.facts.histories.account = wasted(3, 0);
    });
    check(
        |case| case.facts.histories.address = wasted(4, 0),
        Route::Redirect,
        &["redirect: too-much-waste-from-address address#203.0.x.x/32 4 of 3 in 86400 s"],
    );
    check(
        |case| case.facts.histories.block = wasted(5, 0),
        Route::Redirect,
        &["redirect: too-much-waste-from-block block#203.0.x.x/24 5 of 4 in 86400 s"],
    );
    check(
        |case| case.facts.histories.account = wasted(4, 0),
        Route::Redirect,
        &["redirect: too-much-waste-from-account account#ada 4 of 3 in 86400 s"],
    );
}

#[test]
fn an_address_that_many_share_may_waste_twice_what_goes_well() {
    dials(|case| case.facts.histories.address = wasted(20, 10));
    check(
        |case| case.facts.histories.address = wasted(21, 10),
        Route::Redirect,
        &["redirect: too-much-waste-from-address address#203.0.x.x/32 21 of 20 in 86400 s"],
    );
}

#[test]
fn who_missed_calls_to_a_number_may_ask_for_it_again() {
    dials(|case| {
        case.facts.histories.address = wasted(5, 0);
        case.facts.histories.number = wasted(2, 0);
    });
    check(
        |case| {
            case.facts.histories.address = wasted(3, 0);
            case.facts.histories.number = wasted(3, 0);
        },
        Route::Redirect,
        &["redirect: too-much-waste-to-number number#+1206******* 3 of 2 in 86400 s"],
    );
}

#[test]
fn after_a_block_one_more_call_may_show_a_customer() {
    let blocked_once = |wasted_calls| {
        move |case: &mut Case| {
            case.facts.histories.address = wasted(wasted_calls, 0);
            case.facts.histories.address.block = Some(Block { strikes: 1, until: case.now });
        }
    };
    dials(blocked_once(4));
    check(
        blocked_once(5),
        Route::Redirect,
        &["redirect: too-much-waste-from-address address#203.0.x.x/32 5 of 4 in 86400 s"],
    );
}

#[test]
fn a_range_in_which_too_much_is_wasted_is_closed_to_all() {
    dials(|case| case.facts.histories.range = wasted(5, 0));
    dials(|case| case.facts.histories.range = wasted(10, 20));
    check(
        |case| case.facts.histories.range = wasted(6, 0),
        Route::Redirect,
        &["redirect: too-much-waste-in-range range#+1206555 6 of 5 in 86400 s"],
    );
}

#[test]
fn a_carrier_or_country_in_which_too_much_is_wasted_is_closed_to_those_who_waste() {
    let flooded = |case: &mut Case| {
        case.carrier_history(wasted(76, 100));
        case.facts.histories.country = wasted(76, 100);
    };
    dials(flooded);
    check(
        |case| {
            flooded(case);
            case.facts.histories.address = wasted(1, 0);
        },
        Route::Redirect,
        &[
            "redirect: too-much-waste-in-carrier carrier#example mobile 76 of 75 in 86400 s",
            "redirect: too-much-waste-in-country country#US 76 of 75 in 86400 s",
        ],
    );
    dials(|case| {
        flooded(case);
        case.facts.histories.address = wasted(1, 2);
    });
    dials(|case| {
        flooded(case);
        case.facts.histories.address = wasted(1, 0);
        case.facts.histories.number = wasted(1, 0);
    });
}

#[test]
fn waste_and_what_went_well_fade_alike() {
    let yesterday = |wasted, good, seconds| {
        move |case: &mut Case| {
            let tally = Tally { wasted, good, ..Tally::default() };
            case.facts.histories.range.days.insert(Day::of(case.now).before(1), tally);
            case.later(seconds);
        }
    };
    check(
        yesterday(12, 0, 43_200),
        Route::Redirect,
        &["redirect: too-much-waste-in-range range#+1206555 6 of 5 in 86400 s"],
    );
    dials(yesterday(10, 0, 43_200));
    dials(yesterday(24, 48, 43_200));
}

#[test]
fn what_an_operator_marked_is_suspect_for_a_week() {
    for (change, finding) in [
        (
            (|case| case.facts.histories.address = marked(1, 19)) as fn(&mut Case),
            "redirect: marked-address address#203.0.x.x/32 1 of 0 in 604800 s",
        ),
        (
            |case| case.facts.histories.block = marked(2, 0),
            "redirect: marked-block block#203.0.x.x/24 2 of 1 in 604800 s",
        ),
        (
            |case| case.facts.histories.account = marked(1, 0),
            "redirect: marked-account account#ada 1 of 0 in 604800 s",
        ),
        (
            |case| case.facts.histories.number = marked(1, 1_000),
            "redirect: marked-number number#+1206******* 1 of 0 in 604800 s",
        ),
        (
            |case| case.facts.histories.range = marked(1, 19),
            "redirect: marked-range range#+1206555 1 of 0 in 604800 s",
        ),
        (
            |case| case.carrier_history(marked(3, 59)),
            "redirect: marked-carrier carrier#example mobile 3 of 2 in 604800 s",
        ),
    ] {
        check(change, Route::Redirect, &[finding]);
    }
}

#[test]
fn a_mark_among_many_good_calls_spreads_to_nobody_else() {
    dials(|case| {
        case.facts.histories.address = marked(1, 20);
        case.facts.histories.range = marked(1, 20);
        case.carrier_history(marked(5, 100));
        case.facts.histories.country = marked(100, 0);
    });
}

#[test]
fn a_block_holds_until_it_ends() {
    let blocked = |seconds| {
        move |case: &mut Case| {
            let until = case.now + SignedDuration::from_secs(3_600);
            case.facts.histories.address.block = Some(Block { strikes: 2, until });
            case.facts.histories.range.block = Some(Block { strikes: 1, until });
            case.later(seconds);
        }
    };
    check(
        blocked(600),
        Route::Redirect,
        &[
            "redirect: source-blocked address#203.0.x.x/32 2 of 0 in 3000 s",
            "redirect: destination-blocked range#+1206555 1 of 0 in 3000 s",
        ],
    );
    dials(blocked(3_600));
}

fn blocks_of(case: &Case) -> Vec<(String, u32)> {
    let blocks = blocks(&case.request, &case.facts, &case.policy, &case.verdict(), case.now);
    blocks.into_iter().map(|(subject, block)| (subject.key(), block.strikes)).collect()
}

#[test]
fn who_goes_too_far_is_blocked_and_longer_each_time() {
    let address = || "address#203.0.113.9/32".to_owned();
    let too_many = |case: &mut Case| case.facts.asking.address = asks(31, 1, 1);
    assert_eq!(blocks_of(&Case::with(too_many)), [(address(), 1)]);
    let again = Case::with(|case| {
        too_many(case);
        case.facts.histories.address.block = Some(Block { strikes: 3, until: case.now });
    });
    assert_eq!(blocks_of(&again), [(address(), 4)]);
    let still = Case::with(|case| {
        too_many(case);
        case.facts.histories.address.block = Some(Block { strikes: 3, until: Timestamp::MAX });
    });
    assert_eq!(blocks_of(&still), []);
    let range = Case::with(|case| case.facts.range = approved(8, 0));
    assert_eq!(blocks_of(&range), [("range#+1206555".to_owned(), 1)]);
}

#[test]
fn only_what_counts_against_a_request_blocks() {
    let too_many = |case: &mut Case| case.facts.range = approved(8, 0);
    assert_eq!(blocks_of(&plain()), []);
    for calm in [
        (|case| case.ask_for_own_number()) as fn(&mut Case),
        |case| case.mode(Code::TooManyToRange, Mode::Shadow),
        |case| case.list(Effect::Trust, "account#ada"),
    ] {
        let case = Case::with(|case| {
            too_many(case);
            calm(case);
        });
        assert_eq!(blocks_of(&case), []);
    }
    let marked = Case::with(|case| case.facts.histories.range = marked(1, 0));
    assert_eq!(blocks_of(&marked), []);
}
