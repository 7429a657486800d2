//! Where the number belongs: its range and its carrier.

use jiff::SignedDuration;

use super::*;

/// So many calls to other numbers of the range, each asked for by a line of its own.
fn to_range(call: &Call, lines: u8) -> Vec<Call> {
    (0..lines).map(|n| call.clone().by(&line(n)).to(&of_the_range(n.into()))).collect()
}

/// The same by other lines.
fn more_to_range(call: &Call, lines: u8) -> Vec<Call> {
    (0..lines).map(|n| call.clone().by(&line(100 + n)).to(&of_the_range(100 + u16::from(n)))).collect()
}

/// So many calls to numbers of the unusual carrier elsewhere.
fn to_carrier(call: &Call, lines: u8) -> Vec<Call> {
    let to = |n: u8| call.clone().over("Example Rare").by(&line(n)).to(&elsewhere(n.into()));
    (0..lines).map(to).collect()
}

fn after(standing: fn(&mut Case), calls: Vec<Call>) -> impl FnOnce(&mut Case) {
    move |case| {
        standing(case);
        case.past(calls);
    }
}

fn untold(_: &mut Case) {}

/// The deployment is in its first day, and its customers have another carrier.
fn new(case: &mut Case) {
    case.later(43_200);
    let usual = CarrierName::parse("Example Mobile").unwrap();
    (0..30).for_each(|_| case.facts.usual.learn(Some(&usual), now()));
    case.line(LineType::Mobile, Some("Example Rare"));
}

fn held(value: u64, limit: u64) -> String {
    format!("suspected: too-many-to-range range#+1206*** {value} of {limit} in 7200 s")
}

#[test]
fn a_range_has_so_many_calls_that_have_not_proved_themselves() {
    for (standing, max) in
        [(untold as fn(&mut Case), 15), (Case::usual_carrier, 60), (Case::unusual_carrier, 6)]
    {
        for call in [call(), wasted().forgiven(), good(), good().mins_ago(119)] {
            dials(after(standing, to_range(&call, max - 1)));
            check(
                after(standing, to_range(&call, max)),
                Certainty::Suspected,
                &[held(u64::from(max) + 1, max.into()).as_str()],
            );
        }
        dials(after(standing, to_range(&good().hours_ago(2), max)));
    }
    // An owner who calls himself takes no room from his neighbors.
    dials(after(Case::unusual_carrier, to_range(&good().by_its_owner(), 90)));
    let of_late = |calls: u8| to_range(&good().mins_ago(-700), calls);
    dials(after(new, of_late(5)));
    check(after(new, of_late(6)), Certainty::Suspected, &[held(7, 6).as_str()]);
}

#[test]
fn volume_that_goes_well_makes_room_for_more() {
    let with = |unripe| {
        let ripe = to_range(&good().hours_ago(2), 6);
        after(Case::unusual_carrier, [ripe, more_to_range(&good(), unripe)].concat())
    };
    dials(with(11));
    check(with(12), Certainty::Suspected, &[held(13, 12).as_str()]);
    // Of one line only one counts, however often it calls.
    let gateway = |call: Call, n| call.by(&line(7)).to(&of_the_range(n));
    let of_one = |unripe| {
        let ripe = (0..6).map(|n| gateway(good().hours_ago(2), n));
        after(Case::unusual_carrier, ripe.chain(more_to_range(&good(), unripe)).collect())
    };
    check(of_one(7), Certainty::Suspected, &[held(8, 7).as_str()]);
}

#[test]
fn a_pump_that_nobody_marks_has_so_many_calls_a_day() {
    let today = |calls: u8, old_lines: u8| {
        let calls = to_range(&good().hours_ago(3), calls);
        let old = more_to_range(&good().days_ago(1), old_lines);
        after(Case::unusual_carrier, [calls, old].concat())
    };
    let found =
        |value, limit| format!("suspected: too-many-to-range range#+1206*** {value} of {limit} in 86400 s");
    dials(today(23, 0));
    check(today(24, 0), Certainty::Suspected, &[found(25, 24).as_str()]);
    dials(today(25, 1));
    check(today(26, 1), Certainty::Suspected, &[found(27, 26).as_str()]);
    // A range of the customers' own carrier has none of that.
    dials(after(Case::usual_carrier, to_range(&good().hours_ago(3), 90)));
}

#[test]
fn each_mark_takes_room_back_where_the_carrier_is_not_the_customers_own() {
    let one_mark = |calls| {
        let marked = vec![pumped().to(&of_the_range(200)).days_ago(2)];
        [marked, to_range(&good(), calls)].concat()
    };
    dials(after(Case::unusual_carrier, one_mark(1)));
    check(after(Case::unusual_carrier, one_mark(2)), Certainty::Suspected, &[held(3, 2).as_str()]);
    dials(after(Case::usual_carrier, one_mark(59)));
}

#[test]
fn a_good_call_elsewhere_gives_three_times_the_room() {
    let proof = |call: Call| vec![call.account("ada").hours_ago(30)];
    let with =
        |proof: Vec<Call>, unripe| after(Case::unusual_carrier, [proof, to_range(&good(), unripe)].concat());
    dials(with(proof(good()), 17));
    check(with(proof(good()), 18), Certainty::Suspected, &[held(19, 18).as_str()]);
    // What is pumped looks well, too: a good call never speaks for the range or the carrier that it went to.
    check(with(proof(good().over("Example Rare")), 6), Certainty::Suspected, &[held(7, 6).as_str()]);
    check(with(proof(good().to(&of_the_range(200))), 7), Certainty::Suspected, &[held(8, 7).as_str()]);
}

#[test]
fn a_range_that_two_askers_misused_is_closed_to_those_with_nothing_to_show() {
    let marked = "suspected: marked-range range#+1206*** 2 of 1 in 604800 s";
    let two = to_range(&pumped().days_ago(2), 2);
    dials(after(untold, two[..1].to_vec()));
    check(after(untold, two.clone()), Certainty::Suspected, &[marked]);
    check(after(Case::usual_carrier, two.clone()), Certainty::Suspected, &[marked]);
    let with = |more: Vec<Call>| after(untold, [two.clone(), more].concat());
    // Twenty lines that talked there make two marks few.
    check(with(more_to_range(&good().hours_ago(2), 19)), Certainty::Suspected, &[marked]);
    dials(with(more_to_range(&good().hours_ago(2), 20)));
    let shown = |numbers| (0..numbers).map(|n| good().account("ada").to(&elsewhere(n)).days_ago(3)).collect();
    check(with(shown(1)), Certainty::Suspected, &[marked]);
    dials(with(shown(2)));
    dials(with(vec![good().account("ada").to("+12065550100").days_ago(3)]));
    dials(after(|case| case.later(5 * 86_400), two.clone()));
}

#[test]
fn an_established_range_is_not_closed_to_the_neighbors_of_customers() {
    let marked = to_range(&pumped().days_ago(2), 6);
    let patients = |lines| more_to_range(&good().days_ago(1), lines);
    let neighbors: Vec<_> = (1..=2).map(|n| good().by(&format!("203.0.{n}.1")).days_ago(1)).collect();
    dials(after(untold, [marked.clone(), patients(20), neighbors.clone()].concat()));
    let found = |limit| format!("suspected: marked-range range#+1206*** 6 of {limit} in 604800 s");
    check_codes(
        &Case::with(after(untold, [marked.clone(), patients(19), neighbors].concat())).verdict(),
        &[Code::MarkedRange],
    );
    check(after(untold, [marked, patients(20)].concat()), Certainty::Suspected, &[found(2).as_str()]);
}

#[test]
fn a_range_stays_established_when_an_attack_fills_all_that_is_looked_at() {
    let patients = more_to_range(&good().days_ago(1), 20);
    let neighbors: Vec<_> = (1..=2).map(|n| good().by(&format!("203.0.{n}.1")).days_ago(1)).collect();
    let many = (0..=249_u8).map(|n| good().forgiven().by(&line(n)).to(&of_the_range(n.into())).hours_ago(3));
    let attack = many.chain(to_range(&pumped().hours_ago(2), 6)).collect();
    dials(after(Case::usual_carrier, [patients, neighbors, attack].concat()));
}

#[test]
fn an_established_range_is_closed_to_neighbors_of_whom_many_were_marked() {
    let marked = to_range(&pumped().days_ago(2), 6);
    let patients = more_to_range(&good().days_ago(1), 20);
    let neighbors = |good_lines: u8| {
        let good = (1..=good_lines).map(|n| good().by(&format!("203.0.{n}.1")).days_ago(1));
        good.chain([pumped().by("203.0.99.1").to(&elsewhere(99)).days_ago(2)]).collect::<Vec<_>>()
    };
    let with = |good_lines| after(untold, [marked.clone(), patients.clone(), neighbors(good_lines)].concat());
    dials(with(10));
    check_codes(&Case::with(with(9)).verdict(), &[Code::MarkedRange]);
}

#[test]
fn a_range_where_calls_are_wasted_is_closed_to_newcomers_while_nothing_goes_well_there() {
    let once = |lines| to_range(&wasted().hours_ago(2), lines);
    let found = |value, allowed| {
        format!("suspected: too-much-waste-in-range range#+1206*** {value} of {allowed} in 86400 s")
    };
    dials(after(untold, once(4)));
    check(after(untold, once(5)), Certainty::Suspected, &[found(5, 4).as_str()]);
    // A few lines that waste many are a few.
    dials(after(untold, [once(4), once(4), once(4)].concat()));
    let talked = |lines| more_to_range(&good().days_ago(2), lines);
    dials(after(untold, [once(6), talked(1)].concat()));
    check(after(untold, [once(7), talked(1)].concat()), Certainty::Suspected, &[found(7, 6).as_str()]);
    dials(after(untold, [once(5), vec![good().account("ada").days_ago(2)]].concat()));
    // One who hangs up on many numbers of the range speaks for himself alone.
    dials(after(untold, (0..9).map(|n| short().by(&line(1)).to(&of_the_range(n)).hours_ago(2)).collect()));
}

#[test]
fn an_unusual_carrier_is_held_over_all_its_ranges() {
    let found = |value, limit, window| {
        format!("suspected: too-many-to-carrier carrier#example rare {value} of {limit} in {window} s")
    };
    dials(after(Case::unusual_carrier, to_carrier(&good(), 23)));
    check(
        after(Case::unusual_carrier, to_carrier(&good(), 24)),
        Certainty::Suspected,
        &[found(25, 24, 7_200).as_str()],
    );
    dials(after(Case::unusual_carrier, to_carrier(&good().hours_ago(3), 79)));
    check(
        after(Case::unusual_carrier, to_carrier(&good().hours_ago(3), 80)),
        Certainty::Suspected,
        &[found(81, 80, 86_400).as_str()],
    );
    // On the first day it is held by what is not ripe alone.
    let of_late = |calls: u8| to_carrier(&good().mins_ago(-700), calls);
    dials(after(new, of_late(23)));
    check(after(new, of_late(24)), Certainty::Suspected, &[found(25, 24, 7_200).as_str()]);
    dials(after(new, to_carrier(&good().mins_ago(-500), 80)));
    // On the second day, what it had on the first does not count.
    let second_day = |today: u8| {
        move |case: &mut Case| {
            case.later(36_000);
            let usual = CarrierName::parse("Example Mobile").unwrap();
            (0..30).for_each(|_| case.facts.usual.learn(Some(&usual), now() - SignedDuration::from_hours(1)));
            case.line(LineType::Mobile, Some("Example Rare"));
            let yesterday = to_carrier(&good().hours_ago(3), 90);
            case.past([to_carrier(&good().mins_ago(-300), today), yesterday].concat());
        }
    };
    dials(second_day(79));
    check(second_day(80), Certainty::Suspected, &[found(81, 80, 86_400).as_str()]);
    // The calls of a carrier are looked at only where it is an unusual one.
    dials(|case| {
        case.learned(&[("Example Rare", 100)]);
        case.line(LineType::Mobile, Some("Example Rare"));
        case.past(to_carrier(&good(), 100));
    });
}

#[test]
fn a_carrier_that_three_askers_misused_is_closed_like_a_range() {
    dials(after(Case::unusual_carrier, to_carrier(&pumped().days_ago(2), 2)));
    check(
        after(Case::unusual_carrier, to_carrier(&pumped().days_ago(2), 3)),
        Certainty::Suspected,
        &["suspected: marked-carrier carrier#example rare 3 of 2 in 604800 s"],
    );
}

#[test]
fn who_talked_with_this_very_number_before_is_no_part_of_what_is_wrong_there() {
    let wrong = [to_range(&good(), 20), to_range(&pumped().days_ago(1), 9), to_carrier(&good(), 90)].concat();
    let before = |call: Call| [wrong.clone(), vec![call.account("ada").to("+12065550100")]].concat();
    dials(after(Case::unusual_carrier, before(good().hours_ago(2))));
    check_codes(
        &Case::with(after(Case::unusual_carrier, before(good().mins_ago(119)))).verdict(),
        &[Code::MarkedRange, Code::TooManyToRange, Code::TooManyToCarrier],
    );
}
