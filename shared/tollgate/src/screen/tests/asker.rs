//! Who asks: evidence falls on him at once.

mod fan_out;
mod waste;

use super::*;

const ADDRESS: &str = "203.0.113.9";
const LINE: &str = "2001:db8:1:2::9";
const OWN: &str = "+12065550100";

/// So many numbers called in vain for the asker's address, by people who share it.
fn wasted_from(address: &'static str, how_many: u16) -> impl Iterator<Item = Call> {
    (0..how_many).map(move |n| wasted().by(address).to(&elsewhere(n)))
}

/// Numbers that talked well with the asker's address.
fn good_from(address: &'static str, how_many: u16) -> impl Iterator<Item = Call> {
    (0..how_many).map(move |n| good().by(address).to(&elsewhere(200 + n)))
}

#[test]
fn a_subject_that_asks_too_often_is_found_at_the_first_request_past_its_limit() {
    dials(|case| case.facts.asking = Asking { address: asked(30), account: Some(asked(20)) });
    check(
        |case| case.facts.asking.address = asked(31),
        Certainty::Suspected,
        &["suspected: too-many-from-address address#203.0.x.x/32 31 of 30 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asked(21)),
        Certainty::Suspected,
        &["suspected: too-many-from-account account#ada 21 of 20 in 3600 s"],
    );
    check(
        |case| {
            case.ask_from(LINE);
            case.facts.asking.address = asked(31);
        },
        Certainty::Suspected,
        &["suspected: too-many-from-address address#2001:db8:x/64 31 of 30 in 3600 s"],
    );
}

#[test]
fn requests_of_the_last_window_fade_while_this_one_passes() {
    let after_last_hours = |last, seconds| {
        move |case: &mut Case| {
            case.facts.asking.address = AskCount { last: asked(last).this, ..asked(1) };
            case.later(seconds);
        }
    };
    let found =
        |value| format!("suspected: too-many-from-address address#203.0.x.x/32 {value} of 30 in 3600 s");
    check(after_last_hours(60, 0), Certainty::Suspected, &[found(61).as_str()]);
    check(after_last_hours(60, 1_800), Certainty::Suspected, &[found(31).as_str()]);
    dials(after_last_hours(60, 1_900));
    dials(after_last_hours(60, 3_599));
    dials(after_last_hours(29, 0));
}

#[test]
fn a_marked_asker_is_turned_away_for_a_week() {
    check(
        |case| case.past([pumped().by(ADDRESS).days_ago(6)]),
        Certainty::Suspected,
        &["suspected: marked-address address#203.0.x.x/32 1 of 0 in 604800 s"],
    );
    check(
        |case| case.past([pumped().account("ada").days_ago(6)]),
        Certainty::Suspected,
        &["suspected: marked-account account#ada 1 of 0 in 604800 s"],
    );
    // A mark is the asker's, however short the call was.
    check_codes(
        &Case::with(|case| case.past([short().spam().account("ada").days_ago(6)])).verdict(),
        &[Code::MarkedAccount],
    );
    dials(|case| case.past([pumped().account("ada").days_ago(7)]));
    dials(|case| case.past([pumped().account("ada").forgiven()]));
}

#[test]
fn twenty_good_calls_excuse_a_mark_and_nothing_else_does() {
    let with = |how_many| {
        move |case: &mut Case| {
            case.past([pumped().by(ADDRESS).days_ago(2)]);
            case.past(good_from(ADDRESS, how_many).map(|call| call.mins_ago(0)));
            case.past([good().account("ada").to(OWN).days_ago(2)]);
        }
    };
    check_codes(&Case::with(with(19)).verdict(), &[Code::MarkedAddress]);
    dials(with(20));
}

#[test]
fn those_who_share_a_marked_address_are_called_one_after_another() {
    let with = |marks: u8, talked, minutes| {
        move |case: &mut Case| {
            case.past(
                (0..marks).map(|n| pumped().by(ADDRESS).to(&elsewhere(200 + u16::from(n))).days_ago(2)),
            );
            case.past(good_from(ADDRESS, talked).map(|call| call.days_ago(2)));
            case.past([good().by(ADDRESS).to(&elsewhere(190)).mins_ago(minutes)]);
        }
    };
    let turned_away =
        |case: &dyn Fn(&mut Case)| check_codes(&Case::with(case).verdict(), &[Code::MarkedAddress]);
    turned_away(&with(1, 7, 60));
    turned_away(&with(1, 8, 4));
    dials(with(1, 8, 5));
    turned_away(&with(2, 8, 9));
    dials(with(2, 8, 10));
}

#[test]
fn the_first_wrong_person_is_a_slip_and_the_second_is_a_mark() {
    let wrong = |n, days| good().wrong_person().account("ada").to(&elsewhere(n)).days_ago(days);
    check_codes(&Case::with(|case| case.past([wrong(0, 0)])).verdict(), &[Code::TooMuchWasteFromAccount]);
    dials(|case| case.past([wrong(0, 1)]));
    dials(|case| case.past([wrong(0, 1), wrong(0, 20)]));
    check_codes(&Case::with(|case| case.past([wrong(0, 1), wrong(1, 20)])).verdict(), &[Code::MarkedAccount]);
}

#[test]
fn who_talked_with_this_very_number_before_may_ask_for_it_whatever_else_he_did() {
    let wasteful = |minutes| {
        move |case: &mut Case| {
            case.past((0..5).map(|n| wasted().by(ADDRESS).account("ada").to(&elsewhere(n))));
            case.past([good().account("ada").to(OWN).mins_ago(minutes)]);
        }
    };
    dials(wasteful(120));
    let fresh =
        [Code::TooMuchWasteFromAddress, Code::TooMuchWasteFromAccount, Code::TooManyNumbersFromAccount];
    check_codes(&Case::with(wasteful(119)).verdict(), &fresh);
}

/// Requests of one address, in the order in which they were counted.
fn requests(how_many: u8) -> Vec<CallbackRequest> {
    let request = |n| CallbackRequest { id: RequestId::from_random([n; 16]), ..plain().request };
    (0..how_many).map(request).collect()
}

proptest! {
    #[test]
    fn exactly_the_first_so_many_requests_pass_and_a_redelivered_one_gets_the_same_answer(
        limit in 1u8..30,
        how_many in 1u8..60,
    ) {
        let requests = requests(how_many);
        let list: Vec<_> = requests.iter().map(Ask::of).collect();
        let certainty = |place: usize, counted: usize| {
            let request = requests[place].clone();
            let this = Asked::up_to(&list[..counted], &list[place]);
            Case::with(|case| {
                case.policy.limits.per_address = Limit { requests_max: limit.into(), window_seconds: 3_600 };
                case.request = request;
                case.facts.asking.address = AskCount { this, last: Asked::default() };
            })
            .verdict()
            .certainty
        };
        for place in 0..list.len() {
            let at_first = certainty(place, place + 1);
            prop_assert_eq!(at_first == Certainty::Noted, place < usize::from(limit));
            prop_assert_eq!(certainty(place, list.len()), at_first);
        }
    }
}
