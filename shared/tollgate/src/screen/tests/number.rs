//! The number asked for: a victim first.

use super::*;

const NUMBER: &str = "+12065550100";

/// So many calls of one stranger to the number.
fn called(calls: &[Call]) -> impl FnOnce(&mut Case) {
    let calls: Vec<_> = calls.iter().cloned().map(|call| call.to(NUMBER)).collect();
    move |case| case.past(calls)
}

fn times(call: &Call, how_often: i64) -> Vec<Call> {
    (0..how_often).map(|n| call.clone().mins_ago(150 + 10 * n)).collect()
}

#[test]
fn a_phone_is_called_three_times_a_day() {
    dials(called(&times(&wasted(), 2)));
    check(
        called(&times(&wasted(), 3)),
        Certainty::Suspected,
        &["suspected: too-many-to-number number#+1206******* 4 of 3 in 86400 s"],
    );
    dials(called(&[times(&wasted(), 2), vec![wasted().hours_ago(24)]].concat()));
}

#[test]
fn whoever_talks_is_called_more_often_and_at_most_twice_as_often() {
    let mixed = |good_ones, wasted_ones| {
        Case::with(called(&[times(&good(), good_ones), times(&wasted(), wasted_ones)].concat())).verdict()
    };
    check_verdict(&mixed(1, 2), Certainty::Noted, &[]);
    let found = |value, limit| {
        format!("suspected: too-many-to-number number#+1206******* {value} of {limit} in 86400 s")
    };
    check_verdict(&mixed(1, 3), Certainty::Suspected, &[found(5, 4).as_str()]);
    check_verdict(&mixed(5, 0), Certainty::Noted, &[]);
    check_verdict(&mixed(6, 0), Certainty::Suspected, &[found(7, 6).as_str()]);
}

#[test]
fn strangers_cannot_use_up_the_calls_of_who_talked_with_it_before() {
    let strangers = times(&wasted(), 3);
    let before = |call: Call| vec![call.account("ada").days_ago(5)];
    dials(called(&[strangers.clone(), before(good())].concat()));
    check_codes(
        &Case::with(called(&[strangers, before(wasted())].concat())).verdict(),
        &[Code::TooManyToNumber],
    );
    // His own are counted.
    let own = times(&wasted().account("ada"), 3);
    check_codes(&Case::with(called(&[own, before(good())].concat())).verdict(), &[Code::TooManyToNumber]);
}

#[test]
fn an_owner_has_calls_of_his_own_which_grow_with_what_he_talks() {
    let own = |calls: Vec<Call>| {
        let findings = Case::with(|case| {
            case.ask_for_own_number();
            called(&calls)(case);
        });
        findings
            .verdict()
            .findings
            .iter()
            .filter(|finding| finding.code == Code::TooManyToOwnNumber)
            .map(told)
            .collect::<Vec<_>>()
    };
    let his = |call: Call, how_often| times(&call.account("ada"), how_often);
    let found = |value, limit| {
        vec![format!("suspected: too-many-to-own-number number#+1206******* {value} of {limit} in 86400 s")]
    };
    assert!(own(his(wasted(), 5)).is_empty());
    assert_eq!(own(his(wasted(), 6)), found(7, 6));
    assert!(own([his(wasted(), 6), his(good(), 1)].concat()).is_empty());
    assert_eq!(own([his(wasted(), 7), his(good(), 1)].concat()), found(9, 8));
    assert!(own(his(good(), 19)).is_empty());
    assert_eq!(own(his(good(), 20)), found(21, 20));
    // Others who ask for his number use up none of them.
    assert!(own(times(&wasted().account("bob"), 40)).is_empty());
}

#[test]
fn a_number_that_the_account_does_not_own_has_no_calls_of_an_owner() {
    let verdict = Case::with(called(&times(&good().account("ada"), 20))).verdict();
    assert!(!codes(&verdict).contains(&Code::TooManyToOwnNumber));
}

#[test]
fn no_phone_bears_more_than_twelve_calls_whoever_talked_with_it() {
    let friends =
        |calls: u8| (0..calls).map(|n| good().by(&line(n % 4)).hours_ago(n.into())).collect::<Vec<_>>();
    let before = vec![good().account("ada").days_ago(5)];
    dials(called(&[friends(11), before.clone()].concat()));
    check(
        called(&[friends(12), before].concat()),
        Certainty::Suspected,
        &["suspected: too-many-to-number number#+1206******* 13 of 12 in 86400 s"],
    );
}

#[test]
fn a_number_is_called_for_five_addresses_a_day() {
    let others = |how_many| (0..how_many).map(|n| good().by(&line(n)).hours_ago(3)).collect::<Vec<_>>();
    dials(called(&others(4)));
    check(
        called(&others(5)),
        Certainty::Suspected,
        &["suspected: too-many-addresses-to-number number#+1206******* 6 of 5 in 86400 s"],
    );
    dials(called(&[others(4), vec![good().by(&line(9)).hours_ago(24)]].concat()));
    dials(called(&[others(5), vec![good().account("ada").days_ago(2)]].concat()));
}

#[test]
fn two_askers_who_misused_it_close_it_to_those_who_never_talked_with_it() {
    let two =
        [pumped().by(&line(1)).account("bob").days_ago(2), pumped().by(&line(2)).account("eve").days_ago(2)];
    check(
        called(&two),
        Certainty::Suspected,
        &[
            "suspected: marked-number number#+1206******* 2 of 1 in 604800 s",
            "suspected: marked-range range#+1206*** 2 of 1 in 604800 s",
        ],
    );
    dials(called(&two[..1]));
    dials(called(&[&two[..], &[good().account("ada").days_ago(5)]].concat()));
    check(
        |case| {
            called(&two)(case);
            case.ask_for_own_number();
        },
        Certainty::Noted,
        &[
            "noted: verified-own-number",
            "suspected: marked-number number#+1206******* 2 of 1 in 604800 s (waived)",
            "suspected: marked-range range#+1206*** 2 of 1 in 604800 s (waived)",
        ],
    );
}

#[test]
fn one_asker_cannot_pass_for_two() {
    let marked = |line_of: u8, account: &str| pumped().by(&line(line_of)).account(account).days_ago(2);
    dials(called(&[marked(1, "bob"), marked(2, "bob")]));
    dials(called(&[marked(1, "bob"), marked(1, "eve")]));
    // Two who had it called and hung up at once were pranksters: nothing is wrong with the number.
    let prank = |n| short().spam().by(&line(n)).days_ago(2);
    dials(called(&[prank(1), prank(2)]));
}

#[test]
fn the_lines_that_misused_it_are_named_to_the_operator_and_not_in_logs() {
    let finding =
        Case::with(called(&[1, 2].map(|n| pumped().by(&line(n)).days_ago(2)))).verdict().findings.remove(0);
    assert_eq!(finding.members, [1, 2].map(|n| address(&line(n)).line()));
    assert_eq!(finding.masked().members, []);
}
