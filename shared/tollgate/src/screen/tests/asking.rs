//! Volume: the asking side.

use super::*;

#[test]
fn a_subject_that_asks_too_often_is_found_at_the_first_request_past_its_limit() {
    dials(|case| {
        case.facts.asking =
            Asking { address: asks(30, 1, 1), block: asks(60, 1, 1), account: Some(asks(20, 1, 1)) };
    });
    check(
        |case| case.facts.asking.address = asks(31, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-address address#203.0.x.x/32 31 of 30 in 3600 s"],
    );
    check(
        |case| case.facts.asking.block = asks(61, 1, 1),
        Route::Redirect,
        &["redirect: too-many-from-block block#203.0.x.x/24 61 of 60 in 3600 s"],
    );
    check(
        |case| case.facts.asking.account = Some(asks(21, 1, 1)),
        Route::Refuse,
        &["refuse: too-many-from-account account#ada 21 of 20 in 3600 s"],
    );
}

#[test]
fn ipv6_is_counted_by_the_link_and_the_site() {
    check(
        |case| {
            case.ask_from("2001:db8:1:2::9");
            case.facts.asking = Asking { address: asks(31, 1, 1), block: asks(61, 1, 1), account: None };
        },
        Route::Redirect,
        &[
            "redirect: too-many-from-address address#2001:db8:x/64 31 of 30 in 3600 s",
            "redirect: too-many-from-block block#2001:db8:x/48 61 of 30 in 3600 s",
        ],
    );
}

#[test]
fn requests_of_the_last_window_fade_while_this_one_passes() {
    let after_last_hours = |last, seconds| {
        move |case: &mut Case| {
            case.facts.asking.address = AskCount { this: asked(1, 1, 1), last: asked(last, 1, 1) };
            case.later(seconds);
        }
    };
    let found =
        |value| format!("redirect: too-many-from-address address#203.0.x.x/32 {value} of 30 in 3600 s");
    check(after_last_hours(60, 0), Route::Redirect, &[found(61).as_str()]);
    check(after_last_hours(60, 1_800), Route::Redirect, &[found(31).as_str()]);
    dials(after_last_hours(60, 1_900));
    dials(after_last_hours(60, 3_599));
    dials(after_last_hours(29, 0));
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
        let route = |place: usize, counted: usize| {
            let request = requests[place].clone();
            let this = Asked::up_to(&list[..counted], &list[place]);
            Case::with(|case| {
                case.policy.limits.per_address = Limit { requests_max: limit.into(), window_seconds: 3_600 };
                case.facts.asking.address = AskCount { this, last: Asked::default() };
                case.request = request;
            })
            .verdict()
            .route
        };
        for place in 0..list.len() {
            let expected = if place < usize::from(limit) { Route::Dial } else { Route::Redirect };
            prop_assert_eq!(route(place, place + 1), expected);
            prop_assert_eq!(route(place, list.len()), expected);
        }
    }
}
