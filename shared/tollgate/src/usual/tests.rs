//! Which carriers are usual, on a deployment's first day and later.

use jiff::SignedDuration;

use super::*;
use crate::evidence::told::now;

fn carrier(name: &str) -> CarrierName {
    CarrierName::parse(name).unwrap()
}

/// How usual Example Mobile is at noon, after so many of its calls went well, and so many of other carriers.
fn standing_after(days_ago: i64, its: u64, of_others: u64) -> Standing {
    learned(days_ago, its, of_others).standing(Some(&carrier("Example Mobile")), &Policy::default(), noon())
}

fn learned(days_ago: i64, its: u64, of_others: u64) -> Usual {
    let (mut usual, at) = (Usual::default(), now() - SignedDuration::from_hours(24 * days_ago));
    (0..of_others).for_each(|_| usual.learn(Some(&carrier("Example Wireless")), at));
    (0..its).for_each(|_| usual.learn(Some(&carrier("Example Mobile")), at));
    usual
}

fn noon() -> Timestamp {
    now() + SignedDuration::from_hours(12)
}

#[test]
fn while_nothing_is_known_of_the_customers_no_carrier_is_unusual() {
    assert_eq!(standing_after(0, 0, 29), Standing::Untold);
    assert_eq!(standing_after(0, 29, 0), Standing::Untold);
    assert_eq!(standing_after(1, 0, 29), Standing::Untold);
}

#[test]
fn on_the_first_day_the_carrier_of_most_is_usual() {
    assert_eq!(standing_after(0, 30, 30), Standing::Usual);
    assert_eq!(standing_after(0, 30, 31), Standing::New);
    assert_eq!(standing_after(0, 0, 30), Standing::New);
}

#[test]
fn on_the_first_day_every_carrier_of_the_first_customers_is_usual() {
    assert_eq!(standing_after(0, 2, 28), Standing::Usual);
    assert_eq!(standing_after(0, 1, 29), Standing::New, "one call of thirty may be anybody's");
    assert_eq!(standing_after(1, 2, 28), Standing::Unusual, "a day later, two calls are too few");
}

#[test]
fn a_pump_that_comes_after_the_first_customers_is_none_of_them() {
    let mut usual = learned(0, 0, 60);
    (0..59).for_each(|_| usual.learn(Some(&carrier("Example Mobile")), now()));
    assert_eq!(usual.standing(Some(&carrier("Example Mobile")), &Policy::default(), noon()), Standing::New);
}

#[test]
fn later_a_tenth_of_the_good_calls_of_earlier_days_will_do() {
    assert_eq!(standing_after(1, 10, 90), Standing::Usual);
    assert_eq!(standing_after(1, 10, 91), Standing::Unusual);
    assert_eq!(standing_after(1, 9, 21), Standing::Unusual, "nine are too few to tell");
}

#[test]
fn what_is_pumped_today_makes_no_carrier_usual() {
    let mut usual = learned(1, 0, 30);
    (0..1_000).for_each(|_| usual.learn(Some(&carrier("Example Mobile")), now()));
    let standing = |at| usual.standing(Some(&carrier("Example Mobile")), &Policy::default(), at);
    assert_eq!(standing(noon()), Standing::Unusual);
    assert_eq!(standing(noon() + SignedDuration::from_hours(24)), Standing::Usual);
}

#[test]
fn a_carrier_that_the_policy_names_is_usual_from_the_first_moment() {
    let mut policy = Policy::default();
    policy.line.usual_carriers = [carrier("EXAMPLE MOBILE")].into();
    let standing = |name: &str| learned(1, 0, 30).standing(Some(&carrier(name)), &policy, noon());
    assert_eq!(standing("Example Mobile"), Standing::Usual);
    assert_eq!(standing("Example Rare"), Standing::Unusual);
    assert_eq!(Usual::default().standing(Some(&carrier("Example Mobile")), &policy, noon()), Standing::Usual);
}

#[test]
fn a_carrier_that_nobody_knows_is_never_usual_but_its_calls_are_counted() {
    let mut usual = Usual::default();
    (0..30).for_each(|_| usual.learn(None, now() - SignedDuration::from_hours(1)));
    assert_eq!(usual.standing(None, &Policy::default(), noon()), Standing::Unusual);
    assert_eq!(
        usual.standing(Some(&carrier("Example Mobile")), &Policy::default(), noon()),
        Standing::Unusual
    );
}

#[test]
fn what_is_older_than_a_week_is_forgotten() {
    let mut usual = learned(8, 30, 0);
    usual.forget(noon());
    assert_eq!(usual, learned(8, 30, 0));
    usual.forget(noon() + SignedDuration::from_hours(24));
    assert!(usual.days.is_empty() && !usual.first.is_empty());
}

#[test]
fn no_stored_count_makes_it_panic() {
    let mut usual = learned(1, 1, 1);
    usual.days.values_mut().flat_map(|day| day.values_mut()).for_each(|count| *count = u64::MAX);
    usual.first.values_mut().for_each(|count| *count = u64::MAX);
    usual.learn(Some(&carrier("Example Mobile")), now() - SignedDuration::from_hours(24));
    assert_eq!(usual.standing(Some(&carrier("Example Mobile")), &Policy::default(), noon()), Standing::Usual);
}
