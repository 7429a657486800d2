//! What an asker had called in vain.

use super::*;

/// When time alone lifts what was found, in minutes from now.
fn lifted_in(change: impl FnOnce(&mut Case)) -> Vec<Option<i64>> {
    let until = |finding: Finding| finding.until.map(|until| until.duration_since(now()).as_mins());
    Case::with(change).verdict().findings.into_iter().map(until).collect()
}

#[test]
fn an_address_waits_after_five_strangers_who_were_called_in_vain() {
    dials(|case| case.past(wasted_from(ADDRESS, 4)));
    check(
        |case| case.past(wasted_from(ADDRESS, 5)),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-address address#203.0.x.x/32 5 of 4 in 86400 s"],
    );
    // It waits twenty minutes from the last one, and twice as long after each further one.
    assert_eq!(lifted_in(|case| case.past(wasted_from(ADDRESS, 5))), [Some(20)]);
    assert_eq!(lifted_in(|case| case.past(wasted_from(ADDRESS, 5).map(|call| call.mins_ago(15)))), [Some(5)]);
    assert_eq!(lifted_in(|case| case.past(wasted_from(ADDRESS, 7))), [Some(80)]);
    dials(|case| case.past(wasted_from(ADDRESS, 5).map(|call| call.mins_ago(20))));
}

#[test]
fn after_its_wait_an_address_has_one_call_at_a_time() {
    check(
        |case| {
            case.past(wasted_from(ADDRESS, 5).map(|call| call.mins_ago(20)));
            case.past([call().by(ADDRESS)]);
        },
        Certainty::Suspected,
        &["suspected: too-much-waste-from-address address#203.0.x.x/32 6 of 4 in 86400 s"],
    );
}

#[test]
fn calls_that_live_count_until_they_have_gone_well() {
    let beside = |others: Call| {
        move |case: &mut Case| {
            case.past(wasted_from(ADDRESS, 4));
            case.past([others.by(ADDRESS)]);
        }
    };
    check(
        beside(call()),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-address address#203.0.x.x/32 5 of 4 in 86400 s"],
    );
    assert_eq!(lifted_in(beside(call())), [None]);
    dials(beside(good()));
}

#[test]
fn each_number_that_went_well_excuses_two_that_did_not() {
    dials(|case| {
        case.past(wasted_from(ADDRESS, 6));
        case.past(good_from(ADDRESS, 1));
    });
    check(
        |case| {
            case.past(wasted_from(ADDRESS, 7));
            case.past(good_from(ADDRESS, 1));
        },
        Certainty::Suspected,
        &["suspected: too-much-waste-from-address address#203.0.x.x/32 7 of 6 in 86400 s"],
    );
}

#[test]
fn a_missed_call_is_not_held_against_who_asks_for_it_again() {
    dials(|case| {
        case.past(wasted_from(ADDRESS, 4));
        case.past([wasted().by(ADDRESS).to(OWN)]);
    });
    // Nor is one to a number that talked at another time.
    dials(|case| {
        case.past(wasted_from(ADDRESS, 5));
        case.past([good().by(ADDRESS).to(&elsewhere(0)).days_ago(3)]);
    });
}

#[test]
fn waste_is_forgotten_after_a_day_and_when_an_operator_forgives() {
    dials(|case| case.past([wasted().account("ada").hours_ago(24)]));
    dials(|case| case.past([wasted().account("ada").forgiven()]));
    assert_eq!(lifted_in(|case| case.past([wasted().account("ada").hours_ago(23)])), [Some(60)]);
}

#[test]
fn nobody_shares_an_ipv6_line_or_an_account_so_they_are_allowed_less() {
    let from_line = |how_many| {
        move |case: &mut Case| {
            case.ask_from(LINE);
            case.past(wasted_from(LINE, how_many));
        }
    };
    dials(from_line(2));
    check(
        from_line(3),
        Certainty::Suspected,
        &[
            "suspected: too-much-waste-from-address address#2001:db8:x/64 3 of 2 in 86400 s",
            "suspected: too-many-numbers-from-address address#2001:db8:x/64 4 of 3 in 86400 s",
        ],
    );
    let of_account = |how_many| {
        move |case: &mut Case| case.past((0..how_many).map(|n| wasted().account("ada").to(&elsewhere(n))))
    };
    check(
        of_account(1),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-account account#ada 1 of 0 in 86400 s"],
    );
    assert_eq!(lifted_in(of_account(1)), [Some(24 * 60)]);
    dials(|case| {
        case.past([wasted().account("ada"), good().account("ada").to(&elsewhere(0)).days_ago(2)]);
    });
}

#[test]
fn a_network_vouches_for_its_lines_as_far_as_it_behaves() {
    let neighbors =
        |how_many: u8| (0..how_many).map(|n| good().by(&format!("203.0.113.{}", 100 + n)).days_ago(1));
    let with = |wasted, good, bad: u8| {
        move |case: &mut Case| {
            case.past(wasted_from(ADDRESS, wasted));
            case.past(neighbors(good));
            case.past((0..bad).map(|n| super::wasted().by(&format!("203.0.113.{}", 200 + n)).hours_ago(2)));
        }
    };
    let found = |wasted, allowed| {
        vec![format!(
            "suspected: too-much-waste-from-address address#203.0.x.x/32 {wasted} of {allowed} in 86400 s"
        )]
    };
    let told = |wasted, good, bad| {
        let verdict = Case::with(with(wasted, good, bad)).verdict();
        verdict.findings.iter().map(super::told).collect::<Vec<_>>()
    };
    assert_eq!(told(5, 2, 0), found(5, 4));
    assert!(told(5, 3, 0).is_empty());
    assert_eq!(told(8, 30, 0), found(8, 7));
    // Ten lines that waste, the asker's included, are more than thrice three that do not.
    assert!(told(5, 3, 8).is_empty());
    assert_eq!(told(5, 3, 9), found(5, 4));
}

#[test]
fn while_newcomers_places_are_scarce_one_wasted_call_is_enough() {
    let held = |this, last, ago| {
        move |case: &mut Case| {
            case.facts.newcomers.strangers = Held { this, last };
            case.past([wasted().by(ADDRESS).hours_ago(ago)]);
        }
    };
    check(
        held(20, 0, 1),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-address address#203.0.x.x/32 1 of 0 in 86400 s"],
    );
    assert_eq!(lifted_in(held(20, 0, 1)), [Some(5 * 60)]);
    assert_eq!(lifted_in(held(8, 12, 1)), [Some(5 * 60)], "a flood that pauses is not over");
    assert_eq!(lifted_in(held(20, -500, 1)), [Some(5 * 60)], "nor what went well before it an excuse");
    dials(held(19, 0, 1));
    dials(held(20, 0, 6));
    dials(|case| {
        held(20, 0, 1)(case);
        case.past([good().account("ada").days_ago(1)]);
    });
}

#[test]
fn a_short_talk_is_waste_beside_another_with_another_number() {
    dials(|case| case.past([short().account("ada").to(&elsewhere(0))]));
    dials(|case| case.past((0..2).map(|n| short().account("ada").to(&elsewhere(0)).hours_ago(n))));
    check(
        |case| case.past((0..2).map(|n| short().account("ada").to(&elsewhere(n)))),
        Certainty::Suspected,
        &[
            "suspected: too-much-waste-from-account account#ada 2 of 0 in 86400 s",
            "suspected: too-many-numbers-from-account account#ada 3 of 2 in 86400 s",
        ],
    );
}

#[test]
fn what_is_asked_for_elsewhere_at_the_same_time_counts_as_a_call_that_lives() {
    let ask = Ask { id: call().request, number: elsewhere(0), asked_at: Some(now()) };
    let pending = |account: &mut AskCount, ask: &Ask| account.this.pending = vec![ask.clone()];
    let beside = |known: Vec<Call>, ask: Ask| {
        move |case: &mut Case| {
            pending(case.facts.asking.account.as_mut().unwrap(), &ask);
            case.past(known);
        }
    };
    check(
        beside(vec![], ask.clone()),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-account account#ada 1 of 0 in 86400 s"],
    );
    // Once its call has gone well, it is known to be one.
    dials(beside(vec![good().account("ada").to(&elsewhere(0))], ask));
}
