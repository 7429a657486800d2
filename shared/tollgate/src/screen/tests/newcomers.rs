//! What newcomers share.

use super::*;

/// Places held of all newcomers, and of the strangers among them.
fn held(newcomers: i64, strangers: i64) -> impl FnOnce(&mut Case) {
    let this = |this| Held { this, last: 0 };
    move |case| case.facts.newcomers = Places { newcomers: this(newcomers), strangers: this(strangers) }
}

/// Two other lines of the asker's /16 have talked well.
fn among_customers(case: &mut Case) {
    case.past([1, 2].map(|n| good().by(&format!("203.0.{n}.1")).hours_ago(2)));
}

#[test]
fn strangers_share_fewer_places_than_all_newcomers() {
    let strangers = "suspected: newcomers-rationed strangers 131 of 130 in 1800 s";
    let all = "suspected: newcomers-rationed newcomers 191 of 190 in 1800 s";
    dials(held(129, 129));
    check(held(130, 130), Certainty::Suspected, &[strangers]);
    check(held(190, 130), Certainty::Suspected, &[all]);
    let neighbor = |newcomers| {
        move |case: &mut Case| {
            among_customers(case);
            held(newcomers, 130)(case);
        }
    };
    dials(neighbor(189));
    check(neighbor(190), Certainty::Suspected, &[all]);
}

#[test]
fn who_has_proved_himself_takes_no_place() {
    for proof in [(|case| case.past([good().account("ada").days_ago(20)])) as fn(&mut Case), |case| {
        case.past([good().by("203.0.113.9").to("+12065550100").days_ago(20)])
    }] {
        dials(|case| {
            held(1_000, 1_000)(case);
            proof(case);
        });
    }
    check(
        |case| {
            held(1_000, 1_000)(case);
            case.ask_for_own_number();
        },
        Certainty::Noted,
        &["noted: verified-own-number"],
    );
}

#[test]
fn what_was_held_in_the_last_window_fades_and_what_was_earned_in_it_does_not_last() {
    let last = |strangers, seconds| {
        move |case: &mut Case| {
            case.facts.newcomers.strangers = Held { this: 10, last: strangers };
            case.later(seconds);
        }
    };
    check_codes(&Case::with(last(130, 0)).verdict(), &[Code::NewcomersRationed]);
    check_codes(&Case::with(last(130, 100)).verdict(), &[Code::NewcomersRationed]);
    dials(last(130, 200));
    let this = |this| move |case: &mut Case| case.facts.newcomers.strangers = Held { this, last: -500 };
    check_codes(&Case::with(this(130)).verdict(), &[Code::NewcomersRationed]);
    // Whatever more went well than was wasted makes room.
    dials(|case| case.facts.newcomers.strangers = Held { this: -500, last: 200 });
}
