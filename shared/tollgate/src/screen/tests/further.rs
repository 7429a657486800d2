//! Further numbers: what a known asker has called beyond what he has shown.

use super::*;

/// Whether the request that is made after this is for a further number.
fn is_further(change: impl FnOnce(&mut Case)) -> bool {
    let case = Case::with(change);
    assert_eq!(case.verdict().certainty, Certainty::Noted, "screening lets it pass: {:?}", case.verdict());
    case.terms().0.further
}

/// The asker's line talked about another number of its home.
fn home() -> Call {
    good().by("203.0.113.9").to(&elsewhere(0))
}

/// And had so many others called.
fn called(numbers: std::ops::Range<u16>) -> impl Iterator<Item = Call> {
    numbers.map(|n| home().to(&elsewhere(n)))
}

#[test]
fn a_newcomers_number_is_no_further_one_nor_is_the_second_of_a_home() {
    assert!(!is_further(|_| {}));
    assert!(
        !is_further(|case| case.past([home().mins_ago(119), home().to(&elsewhere(1))])),
        "nothing is ripe"
    );
    assert!(!is_further(|case| case.past([home().days_ago(9)])));
    assert!(!is_further(|case| case.past([home().days_ago(9), home().to(&elsewhere(1)).hours_ago(2)])));
}

#[test]
fn who_is_known_for_one_number_has_one_other_at_a_time_and_two_a_day() {
    assert!(is_further(|case| case.past([home().days_ago(9), home().to(&elsewhere(1)).mins_ago(119)])));
    let two = [1, 2].map(|n| home().to(&elsewhere(n)).hours_ago(i64::from(20 + n)));
    assert!(is_further(|case| case.past(two.iter().cloned().chain([home().days_ago(9)]))));
    // A call that was wasted was a call to that number all the same.
    let wasted = wasted().by("203.0.113.9").to(&elsewhere(1)).mins_ago(30);
    assert!(is_further(|case| case.past([home().days_ago(9), wasted])));
}

#[test]
fn whoever_has_shown_more_may_ask_for_more() {
    let known = |numbers: u16| called(0..numbers).map(|call| call.days_ago(9));
    let today = |numbers: u16| called(10..10 + numbers).map(|call| call.hours_ago(3));
    let now = |numbers: u16| called(20..20 + numbers);
    assert!(!is_further(|case| case.past(known(3).chain(now(2)))));
    assert!(is_further(|case| case.past(known(3).chain(now(3)))));
    assert!(!is_further(|case| case.past(known(2).chain(today(3)))));
    assert!(is_further(|case| case.past(known(2).chain(today(4)))));
}

#[test]
fn an_account_is_known_for_its_numbers_as_a_line_is() {
    let old = good().account("ada").by("198.51.100.1").to(&elsewhere(0)).days_ago(9);
    let late = good().account("ada").by("198.51.100.2").to(&elsewhere(1));
    assert!(!is_further(|case| case.past([old.clone()])));
    assert!(is_further(|case| case.past([old.clone(), late.clone()])));
}

#[test]
fn what_was_asked_for_a_moment_ago_may_be_about_to_be_called() {
    let ask = |number: &str| {
        let number = number.to_owned();
        let ask = Ask { id: RequestId::from_random([2; 16]), number, asked_at: Some(now()) };
        move |case: &mut Case| {
            case.past([home().days_ago(9)]);
            case.facts.asking.address.this.pending = vec![ask];
        }
    };
    assert!(is_further(ask(&elsewhere(1))));
    assert!(!is_further(ask("+12065550100")), "it is the same number");
    assert!(!is_further(|case| {
        ask(&elsewhere(1))(case);
        case.facts.over = Some([RequestId::from_random([2; 16])].into());
    }));
}

/// A line that has spent what it has shown.
fn spent() -> impl Iterator<Item = Call> {
    [home().days_ago(9), home().to(&elsewhere(1))].into_iter()
}

#[test]
fn a_number_that_this_very_asker_talked_with_is_never_a_further_one() {
    assert!(is_further(|case| case.past(spent())));
    assert!(!is_further(|case| case.past(spent().chain([home().to("+12065550100").mins_ago(5)]))));
    let others = good().by(&line(1)).to("+12065550100").days_ago(9);
    assert!(is_further(|case| case.past(spent().chain([others]))), "another talked with it");
}

#[test]
fn whom_somebody_vouches_for_asks_for_no_further_number() {
    let own = Case::with(|case| {
        case.past(spent());
        case.ask_for_own_number();
    });
    let trusted = Case::with(|case| {
        case.past(spent());
        case.list(Effect::Trust, "account#ada");
    });
    assert!(!own.terms().0.further && !trusted.terms().0.further);
}

#[test]
fn an_address_that_many_share_is_known_for_nobody() {
    assert!(!is_further(|case| case.past(called(0..8).map(|call| call.days_ago(9)).chain(called(10..29)))));
    let others = |lines: u8| (1..=lines).map(|n| good().by(&format!("203.0.113.{n}0")).to(&elsewhere(40)));
    assert!(is_further(|case| case.past(spent().chain(others(1)))));
    assert!(!is_further(|case| case.past(spent().chain(others(2)))), "its /24 is a carrier's pool");
}

#[test]
fn nobody_shares_an_ipv6_line() {
    let line = "2001:db8:1:2::9";
    let home = |n| good().by(line).to(&elsewhere(n));
    let others = (3..6).map(|n| good().by(&format!("2001:db8:1:{n}::9")).to(&elsewhere(40)));
    assert!(is_further(|case| {
        case.ask_from(line);
        case.past([home(0).days_ago(9), home(1)].into_iter().chain(others));
    }));
}

proptest! {
    #[test]
    fn what_ripens_never_makes_a_number_a_further_one(
        old in 0u16..6,
        ripe in 0u16..6,
        late in 0u16..6,
    ) {
        let further = |ripe: u16| {
            let case = Case::with(|case| {
                case.past(called(0..old).map(|call| call.days_ago(9)));
                case.past(called(10..10 + late));
                case.past(called(20..20 + ripe).map(|call| call.days_ago(2)));
            });
            case.terms().0.further
        };
        // The first talk makes a newcomer known; each one more makes room.
        prop_assume!(old > 0);
        prop_assert!(further(ripe) || !further(ripe + 1));
        prop_assert!(late > 0 || !further(ripe));
    }
}
