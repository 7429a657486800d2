//! How many different numbers an asker had called.

use super::*;

#[test]
fn an_ipv4_address_may_be_an_offices_and_has_many_numbers_called() {
    dials(|case| case.past(good_from(ADDRESS, 29)));
    check(
        |case| case.past(good_from(ADDRESS, 30)),
        Certainty::Suspected,
        &["suspected: too-many-numbers-from-address address#203.0.x.x/32 31 of 30 in 7200 s"],
    );
    // Whoever went well before makes room for another one.
    dials(|case| {
        case.past(good_from(ADDRESS, 30));
        case.past([good().by(ADDRESS).hours_ago(2)]);
    });
    let of_the_day = |good| {
        move |case: &mut Case| {
            let forgiven = |n| wasted().by(ADDRESS).to(&elsewhere(n)).forgiven().hours_ago(3);
            case.past((0..100).map(forgiven));
            case.past(good_from(ADDRESS, good).map(|call| call.days_ago(2)));
        }
    };
    check(
        of_the_day(0),
        Certainty::Suspected,
        &["suspected: too-many-numbers-from-address address#203.0.x.x/32 101 of 100 in 86400 s"],
    );
    dials(of_the_day(1));
}

#[test]
fn a_subscriber_and_an_account_have_few_numbers_called() {
    let from_line = |today, before| {
        move |case: &mut Case| {
            case.ask_from(LINE);
            case.past(good_from(LINE, today).map(|call| call.hours_ago(3)));
            case.past((0..before).map(|n| good().by(LINE).to(&elsewhere(n)).days_ago(1)));
        }
    };
    dials(from_line(2, 0));
    check(
        from_line(3, 0),
        Certainty::Suspected,
        &["suspected: too-many-numbers-from-address address#2001:db8:x/64 4 of 3 in 86400 s"],
    );
    dials(from_line(3, 1));
    let of_account = |today, before| {
        move |case: &mut Case| {
            case.past((0..today).map(|n| good().account("ada").to(&elsewhere(n)).hours_ago(3)));
            case.past((0..before).map(|n| good().account("ada").to(&elsewhere(100 + n)).days_ago(1)));
        }
    };
    dials(of_account(1, 0));
    check(
        of_account(2, 0),
        Certainty::Suspected,
        &["suspected: too-many-numbers-from-account account#ada 3 of 2 in 86400 s"],
    );
    dials(of_account(2, 1));
}

#[test]
fn a_script_that_walks_through_a_range_is_stopped_at_its_third_number() {
    let two =
        |case: &mut Case| case.past((0..2).map(|n| good().by(ADDRESS).to(&of_the_range(n)).hours_ago(3)));
    dials(|case| case.past([good().by(ADDRESS).to(&of_the_range(0))]));
    check(
        two,
        Certainty::Suspected,
        &["suspected: too-many-numbers-of-a-range-from-address address#203.0.x.x/32 3 of 2 in 86400 s"],
    );
    // A range that customers live in is nothing to walk through; nor is one of their carrier.
    dials(|case| {
        two(case);
        case.past((0..5).map(|n| good().by(&line(n)).to(&of_the_range(100)).hours_ago(2)));
    });
    dials(|case| {
        two(case);
        case.usual_carrier();
    });
}

#[test]
fn an_address_has_numbers_of_few_countries_called() {
    let abroad = |how_many| {
        let numbers = ["+442070313000", "+493012345678", "+33123456789"].into_iter().take(how_many);
        move |case: &mut Case| case.past(numbers.map(|number| good().by(ADDRESS).to(number)))
    };
    dials(abroad(2));
    check(
        abroad(3),
        Certainty::Suspected,
        &["suspected: too-many-countries-from-address address#203.0.x.x/32 4 of 3 in 86400 s"],
    );
}

#[test]
fn an_account_may_have_numbers_of_many_countries_called_as_far_as_it_may_have_many_called() {
    let friends = ["+442070313000", "+493012345678", "+33123456789"];
    let verdict =
        Case::with(|case| case.past(friends.map(|number| good().account("ada").to(number)))).verdict();
    check_codes(&verdict, &[Code::TooManyNumbersFromAccount]);
}
