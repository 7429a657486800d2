//! What a call came to, for who asked and for all that others share; and what the calls of one asker, or of many, say together.

use super::told::{call, good, line, now, number, pumped, short, wasted};
use super::*;

/// What it came to for who asked, and for others.
fn came_to(call: &Call) -> (CameTo, CameTo) {
    let policy = Policy::default();
    (call.for_asker(&policy), call.for_others(&policy))
}

#[test]
fn a_call_is_good_from_half_a_minute_with_an_agent_on() {
    assert_eq!(came_to(&call()), (CameTo::Live, CameTo::Live));
    assert_eq!(came_to(&wasted()), (CameTo::Wasted, CameTo::Wasted));
    assert_eq!(came_to(&call().talked(0)), (CameTo::Short, CameTo::Short));
    assert_eq!(came_to(&call().talked(29)), (CameTo::Short, CameTo::Short));
    assert_eq!(came_to(&call().talked(30)), (CameTo::Good, CameTo::Good));
}

#[test]
fn a_mark_on_a_short_talk_is_a_prank_which_says_nothing_of_where_it_went() {
    assert_eq!(came_to(&pumped()), (CameTo::Marked, CameTo::Marked));
    assert_eq!(came_to(&short().spam()), (CameTo::Marked, CameTo::Wasted));
    assert_eq!(came_to(&wasted().spam()), (CameTo::Marked, CameTo::Wasted));
}

#[test]
fn a_wrong_person_is_a_wasted_call_however_long_it_was() {
    assert_eq!(came_to(&good().wrong_person()), (CameTo::Wasted, CameTo::Wasted));
    assert_eq!(came_to(&short().wrong_person()), (CameTo::Wasted, CameTo::Wasted));
}

#[test]
fn an_operator_may_say_that_a_short_talk_was_a_customers_but_not_that_nobody_answered() {
    assert_eq!(came_to(&short().legitimate()), (CameTo::Good, CameTo::Good));
    assert_eq!(came_to(&wasted().legitimate()), (CameTo::Wasted, CameTo::Wasted));
}

#[test]
fn a_call_of_which_nobody_knows_how_it_went_counts_for_nobody() {
    let lost = Call { end: Some(End::unheard(now())), ..call() };
    assert_eq!(came_to(&lost), (CameTo::Neither, CameTo::Neither));
}

#[test]
fn a_call_that_is_found_out_late_is_held_against_its_asker_for_a_week_from_then() {
    let late = good().days_ago(20).spam_now();
    let policy = Policy::default();
    assert_eq!(AskerPast::new(std::slice::from_ref(&late), &policy, now()).marks(), 1);
    assert_eq!(of_many(&[late], |past| past.marked().len()), 1);
}

#[test]
fn what_is_forgiven_is_forgiven_whatever_it_was() {
    for call in [good(), wasted(), short(), pumped(), call()] {
        assert_eq!(came_to(&call.forgiven()), (CameTo::Neither, CameTo::Neither));
    }
}

#[test]
fn a_good_call_is_ripe_when_nobody_has_marked_it_for_two_hours() {
    let is_ripe = |call: Call| call.is_ripe(&Policy::default(), now());
    assert!(!is_ripe(good().mins_ago(119)));
    assert!(is_ripe(good().hours_ago(2)));
    for call in [pumped(), short(), wasted(), good().wrong_person(), good().forgiven()] {
        assert!(!is_ripe(call.hours_ago(2)));
    }
}

#[track_caller]
fn check_wasted(calls: &[Call], numbers: usize) {
    let policy = Policy::default();
    let past = AskerPast::new(calls, &policy, now());
    assert_eq!(past.wasted(&number("+12065550100")).0.len(), numbers);
}

#[test]
fn an_askers_waste_is_of_distinct_numbers_that_never_talked_well() {
    let to = |call: Call, n: u8| call.to(&format!("+1206555020{n}"));
    check_wasted(&[to(wasted(), 1), to(wasted(), 1).hours_ago(3)], 1);
    check_wasted(&[to(wasted(), 1), to(wasted(), 2)], 2);
    check_wasted(&[to(wasted(), 1), to(good(), 1).days_ago(9)], 0);
    check_wasted(&[wasted().to("+12065550100")], 0);
    check_wasted(&[to(pumped(), 1), to(good().wrong_person(), 2)], 2);
    check_wasted(&[to(call(), 1), to(good(), 2), to(wasted(), 3).forgiven()], 0);
}

#[test]
fn one_short_talk_wastes_nothing_and_two_with_two_numbers_do() {
    let to = |n: u8| short().to(&format!("+1206555020{n}"));
    check_wasted(&[to(1)], 0);
    check_wasted(&[to(1), to(1)], 0);
    check_wasted(&[to(1), to(2)], 2);
    check_wasted(&[to(1), to(2).days_ago(1)], 0);
    // A mark on one of them does not excuse the other.
    check_wasted(&[to(1).spam(), to(2)], 2);
}

fn of_many<T>(calls: &[Call], of: impl FnOnce(&SharedPast<'_>) -> T) -> T {
    let policy = Policy::default();
    of(&SharedPast::new(calls, &policy, now()))
}

/// So many calls of each of so many lines.
fn each(call: &Call, lines: u8, calls: u8) -> Vec<Call> {
    (0..lines).flat_map(|n| (0..calls).map(move |_| n)).map(|n| call.clone().by(&line(n))).collect()
}

#[test]
fn no_line_can_speak_for_all() {
    assert_eq!(of_many(&each(&wasted(), 3, 9), |past| past.wasted().0), 6);
    assert_eq!(of_many(&each(&good(), 3, 9), |past| past.good()), 15);
    assert_eq!(of_many(&each(&good().hours_ago(2), 3, 30), |past| past.ripe()), 60);
    assert_eq!(of_many(&each(&good().hours_ago(2), 3, 9), |past| past.ripe_lines()), 3);
    assert_eq!(of_many(&each(&good().days_ago(1), 3, 9), |past| past.good_lines_since(DAY)), 3);
    let own = Some(each(&good(), 1, 1)[0].line);
    assert_eq!(of_many(&each(&good(), 3, 9), |past| past.good_lines(own)), 2);
}

#[test]
fn a_short_talk_is_waste_to_others_only_where_the_same_line_had_another_with_another_number() {
    let wasted = |calls: &[Call]| of_many(calls, |past| past.wasted().0);
    let by = |n| short().by(&line(n));
    assert_eq!(wasted(&[by(1).to("+12065550101"), by(2).to("+12065550102")]), 0);
    assert_eq!(wasted(&[by(1).to("+12065550101"), by(1).to("+12065550101")]), 0);
    assert_eq!(wasted(&[by(1).to("+12065550101"), by(1).to("+12065550102")]), 2);
}

#[test]
fn a_marked_asker_is_one_however_many_lines_or_accounts_he_has() {
    let marked = |calls: &[Call]| of_many(calls, |past| past.marked().len());
    let by = |n, account: &str| pumped().by(&line(n)).account(account);
    assert_eq!(marked(&[by(1, "ada"), by(2, "ada"), by(3, "ada")]), 1);
    assert_eq!(marked(&[by(1, "ada"), by(1, "bob"), by(1, "eve")]), 1);
    assert_eq!(marked(&[by(1, "ada"), by(2, "bob")]), 2);
    let guest = |n| pumped().by(&line(n));
    assert_eq!(marked(&[guest(1), guest(1), guest(2)]), 2);
    assert_eq!(marked(&[by(1, "ada").days_ago(7), by(2, "bob").days_ago(6)]), 1);
}

#[test]
fn what_lives_or_has_just_ended_has_proved_nothing() {
    let calls = [call().days_ago(1), good(), wasted().mins_ago(119), good().hours_ago(2)];
    assert_eq!(of_many(&calls, |past| past.live()), 1);
    assert_eq!(of_many(&calls, |past| past.unripe()), 3);
    assert_eq!(of_many(&calls, |past| past.of_a_day(None)), 3);
    assert_eq!(of_many(&calls, |past| past.last_dialed_at()), Some(now()));
}

#[test]
fn an_owners_calls_to_himself_take_no_room_from_his_neighbors() {
    let calls = [call(), good(), wasted()].map(Call::by_its_owner);
    assert_eq!(of_many(&calls, |past| (past.unripe(), past.of_a_day(None), past.wasted().0)), (0, 0, 0));
}

#[test]
fn the_best_day_is_the_one_on_which_most_calls_went_well_and_ripened() {
    let calls = [
        each(&good(), 9, 1),
        each(&good().hours_ago(3), 2, 1),
        each(&good().hours_ago(23), 2, 1),
        each(&good().hours_ago(25), 3, 1),
        each(&wasted().days_ago(3), 9, 1),
    ];
    assert_eq!(of_many(&calls.concat(), |past| past.best_day()), 4);
    assert_eq!(of_many(&[], |past| past.best_day()), 0);
}
