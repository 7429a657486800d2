//! The networks around the asker.

use super::*;

/// Two wasted calls for each of so many lines of the asker's /24, the last just now.
fn bad_neighbors(lines: u8) -> impl Iterator<Item = Call> {
    (0..2 * lines).map(|n| wasted().by(&format!("203.0.113.{}", 100 + n / 2)).to(&elsewhere(n.into())))
}

/// The same of other lines under an IPv6 prefix that ends in `::` or `:`, by a number in the place of `@`.
fn bad_lines(pattern: &'static str, lines: u16) -> impl Iterator<Item = Call> {
    (0..2 * lines)
        .map(move |n| wasted().by(&pattern.replace('@', &format!("{:x}", 0x10 + n / 2))).to(&elsewhere(n)))
}

const FULL: &str = "suspected: too-much-waste-from-block block#203.0.x.x/24 10 of 9 in 86400 s";

#[test]
fn a_24_is_suspect_when_five_of_its_lines_waste_calls() {
    dials(|case| case.past(bad_neighbors(5).skip(1)));
    check(|case| case.past(bad_neighbors(5)), Certainty::Suspected, &[FULL]);
    dials(|case| {
        case.past(bad_neighbors(4).skip(1));
        case.past((0..50).map(|n| wasted().by("203.0.113.50").to(&elsewhere(n))));
    });
    dials(|case| case.past(bad_neighbors(5).map(|call| call.hours_ago(24))));
}

#[test]
fn what_goes_well_there_counts_against_what_does_not() {
    dials(|case| {
        case.past(bad_neighbors(5));
        case.past([good().by("203.0.113.50").days_ago(3)]);
    });
    // However much goes well for one line, it does not speak for all.
    dials(|case| {
        case.past(bad_neighbors(9));
        case.past((0..5).map(|n| good().by("203.0.113.50").days_ago(n)));
    });
    check_codes(
        &Case::with(|case| {
            case.past(bad_neighbors(10));
            case.past((0..50).map(|n| good().by("203.0.113.50").hours_ago(3 + n)));
        })
        .verdict(),
        &[Code::TooMuchWasteFromBlock],
    );
}

#[test]
fn a_network_that_is_suspect_has_a_call_now_and_then() {
    let ago = |minutes| move |case: &mut Case| case.past(bad_neighbors(5).map(|call| call.mins_ago(minutes)));
    let finding = Case::with(ago(4)).verdict().findings.remove(0);
    assert_eq!(finding.until, Some(now() + SignedDuration::from_mins(6)));
    check_codes(&Case::with(ago(9)).verdict(), &[Code::TooMuchWasteFromBlock]);
    dials(ago(10));
}

#[test]
fn who_has_proved_himself_is_no_part_of_what_his_neighbors_do() {
    dials(|case| {
        case.past(bad_neighbors(5));
        case.past([good().account("ada").days_ago(20)]);
    });
    dials(|case| {
        case.past(bad_neighbors(5));
        case.past([good().by("203.0.113.9").to("+12065550100").days_ago(20)]);
    });
    // A good call of his line with another number may be anybody's.
    check_codes(
        &Case::with(|case| {
            case.past(bad_neighbors(6));
            case.past([good().by("203.0.113.9").days_ago(20)]);
        })
        .verdict(),
        &[Code::TooMuchWasteFromBlock],
    );
}

#[test]
fn an_ipv6_network_bears_more_the_wider_it_is() {
    for (pattern, lines, network, allowed) in [
        ("2001:db8:1:@::1", 2, "56", 3),
        ("2001:db8:1:@00::1", 6, "48", 11),
        ("2001:db8:@::1", 18, "40", 35),
        ("2001:db8:@00::1", 54, "32", 107),
    ] {
        let found = format!(
            "suspected: too-much-waste-from-block block#2001:db8:x/{network} {} of {allowed} in 86400 s",
            allowed + 1
        );
        let from = |lines, skip| {
            move |case: &mut Case| {
                case.ask_from("2001:db8:1:2::9");
                case.past(bad_lines(pattern, lines).skip(skip).map(|call| call.mins_ago(59)));
            }
        };
        check(from(lines, 0), Certainty::Suspected, &[found.as_str()]);
        dials(from(lines, 1));
        dials(|case| {
            from(lines, 0)(case);
            case.later(60);
        });
    }
}

#[test]
fn a_home_has_few_calls_at_once() {
    let live = |how_many: u8| {
        move |case: &mut Case| {
            case.ask_from("2001:db8:1:2::9");
            case.past(
                (0..how_many).map(|n| call().by(&format!("2001:db8:1:1{n}::1")).to(&elsewhere(n.into()))),
            );
        }
    };
    dials(live(3));
    check(
        live(4),
        Certainty::Suspected,
        &["suspected: too-much-waste-from-block block#2001:db8:x/56 4 of 3 in 86400 s"],
    );
}

#[test]
fn waste_of_a_whole_16_says_nothing() {
    dials(|case| case.past((0..100).map(|n| wasted().by(&format!("203.0.{n}.1")).to(&elsewhere(n)))));
}

/// So many marked lines and so many good ones in the asker's /24, the last of them so many minutes ago.
fn marked(marked: u8, good_lines: u8, minutes: i64) -> impl FnOnce(&mut Case) {
    let by = move |call: Call, n: u8| {
        call.by(&format!("203.0.113.{}", 100 + n)).to(&elsewhere(n.into())).mins_ago(minutes)
    };
    let marked = (0..marked).map(move |n| by(pumped(), n));
    let good = (0..good_lines).map(move |n| by(good(), 50 + n));
    move |case| case.past(marked.chain(good))
}

#[test]
fn a_network_is_marked_by_three_of_its_lines_in_proportion() {
    dials(marked(2, 0, 0));
    check(
        marked(3, 11, 0),
        Certainty::Suspected,
        &[
            "suspected: marked-block block#203.0.x.x/24 3 of 2 in 604800 s",
            "suspected: marked-block block#203.0.x.x/16 3 of 2 in 604800 s",
        ],
    );
    dials(marked(3, 12, 0));
    dials(|case| {
        marked(3, 0, 0)(case);
        case.past([good().account("ada").days_ago(20)]);
    });
}

#[test]
fn a_gateway_behind_which_one_misbehaves_is_no_marked_line() {
    let gateways = |talked: u8| {
        let of_one = move |n: u8| {
            let by = move |call: Call, to: u16| call.by(&format!("203.0.113.{}", 100 + n)).to(&elsewhere(to));
            let good = (0..talked).map(move |to| by(good(), u16::from(n) * 20 + u16::from(to)));
            good.chain([by(pumped(), 199)])
        };
        move |case: &mut Case| case.past((0..3).flat_map(of_one))
    };
    check_codes(&Case::with(gateways(3)).verdict(), &[Code::MarkedBlock]);
    dials(gateways(8));
}

#[test]
fn a_marked_network_has_a_call_now_and_then_too() {
    let found = |minutes| {
        let findings = Case::with(marked(3, 0, minutes)).verdict().findings;
        findings.iter().map(|finding| finding.subject.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found(9), ["block#203.0.113.0/24", "block#203.0.0.0/16"]);
    assert_eq!(found(10), ["block#203.0.0.0/16"]);
    assert!(found(60).is_empty());
}
