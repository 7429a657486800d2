//! The terms of an approval: what a dial may take, and the places that the approval takes.

use super::*;

#[track_caller]
fn check_places(change: impl FnOnce(&mut Case), expected: &[(&str, Option<u64>)]) {
    let (terms, places) = Case::with(change).terms();
    let found: Vec<_> = places.iter().map(|(_, place)| (place.subject.key(), place.room)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, room)| ((*key).to_owned(), *room)).collect();
    assert_eq!(found, expected);
    let taken: Vec<_> = terms.taken.iter().map(|taken| (&taken.subject, taken.window)).collect();
    assert_eq!(taken, places.iter().map(|(_, place)| (&place.subject, place.window)).collect::<Vec<_>>());
}

const RANGE: &str = "range#+1206555";
const CARRIER: &str = "carrier#example rare";

fn to_range(call: Call, calls: u16) -> Vec<Call> {
    (0..calls).map(|n| call.clone().to(&of_the_range(n))).collect()
}

#[test]
fn an_approval_takes_a_place_in_its_range_and_in_a_carrier_that_is_held() {
    check_places(|_| {}, &[(RANGE, Some(15))]);
    check_places(Case::usual_carrier, &[(RANGE, Some(60))]);
    check_places(Case::unusual_carrier, &[(RANGE, Some(6)), (CARRIER, Some(24))]);
}

#[test]
fn the_room_is_what_is_left_beside_the_calls_and_approvals_that_were_seen() {
    check_places(
        |case| {
            // One of the approved has not become a call yet.
            case.past(to_range(good(), 4));
            case.facts.range_approved = 5;
        },
        &[(RANGE, Some(5 + 10))],
    );
    // Of the hour's room and the day's, the smaller one.
    check_places(
        |case| {
            case.unusual_carrier();
            case.past(to_range(good().hours_ago(3), 21));
        },
        &[(RANGE, Some(3)), (CARRIER, Some(24))],
    );
}

#[test]
fn a_limit_that_does_not_bind_still_counts() {
    for mode in [Mode::Shadow, Mode::Off] {
        check_places(|case| case.mode(Code::TooManyToRange, mode), &[(RANGE, None)]);
    }
    check_places(|case| case.list(Effect::Trust, "account#ada"), &[(RANGE, None)]);
    check_places(Case::ask_for_own_number, &[(RANGE, None)]);
    check_places(|case| case.past([good().account("ada").to("+12065550100").hours_ago(2)]), &[(RANGE, None)]);
    // A talk that may still be marked waives nothing.
    check_places(
        |case| case.past([good().account("ada").to("+12065550100").mins_ago(119)]),
        &[(RANGE, Some(14))],
    );
}

#[test]
fn a_call_is_let_through_on_what_its_asker_has_to_show() {
    let admission = |change: fn(&mut Case)| Case::with(change).terms().0.admission;
    assert_eq!(admission(|_| {}), Admission::Stranger);
    assert_eq!(
        admission(|case| case.past([1, 2].map(|n| good().by(&format!("203.0.{n}.1")).hours_ago(2)))),
        Admission::Neighbor
    );
    assert_eq!(admission(|case| case.past([good().account("ada").hours_ago(2)])), Admission::Proven);
    assert_eq!(admission(Case::ask_for_own_number), Admission::Proven);
    assert_eq!(admission(|case| case.list(Effect::Trust, "account#ada")), Admission::Proven);
}

#[test]
fn a_range_may_have_more_calls_a_day_the_more_ripened_there() {
    let max = |calls: Vec<Call>| Case::with(|case| case.past(calls)).terms().0.range_calls_per_day_max;
    assert_eq!(max(vec![]), 60);
    assert_eq!(max(to_range(good(), 10)), 60);
    assert_eq!(max(to_range(good().hours_ago(2), 10)), 100);
    assert_eq!(max(to_range(good().hours_ago(2), 30)), 140, "of one line twenty count");
    // Three times the best day of those that are over.
    let old = |days| (0..60).map(move |n| good().to(&of_the_range(n)).by(&line(1)).days_ago(days));
    assert_eq!(max(old(10).collect()), 180);
    assert_eq!(max(old(10).chain(old(20)).collect()), 180);
}

#[test]
fn the_terms_say_where_a_newcomers_place_is_counted() {
    let case = Case::with(|case| case.policy.newcomers.window_seconds = 900);
    assert_eq!(case.terms().0.newcomers_window_seconds, 900);
}

proptest! {
    #[test]
    fn the_places_say_what_the_verdict_says(
        unripe in 0u16..20,
        ripe in 0u16..40,
        marked in 0u8..3,
        own in any::<bool>(),
        standing in proptest::sample::select(vec![Case::usual_carrier as fn(&mut Case), Case::unusual_carrier, |_| {}]),
        mode in proptest::sample::select(vec![Mode::Enforce, Mode::Shadow, Mode::Off]),
    ) {
        let case = Case::with(|case| {
            standing(case);
            case.past(to_range(good(), unripe));
            case.past(to_range(good().hours_ago(3), ripe));
            case.past((0..marked).map(|n| pumped().by(&line(n)).to(&of_the_range(99)).days_ago(2)));
            case.mode(Code::TooManyToRange, mode);
            if own {
                case.ask_for_own_number();
            }
        });
        let verdict = case.verdict();
        let mut enforced = verdict.findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        let held = enforced.any(|finding| finding.code == Code::TooManyToRange);
        let (_, places) = case.terms();
        prop_assert_eq!(held, places[0].1.room == Some(0));
    }
}
