//! Places: what an approval takes.

use super::*;

#[track_caller]
fn check_places(change: impl FnOnce(&mut Case), expected: &[(&str, Option<u64>)]) {
    let places = Case::with(change).places();
    let found: Vec<_> = places.iter().map(|(_, place)| (place.subject.key(), place.room)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, room)| ((*key).to_owned(), *room)).collect();
    assert_eq!(found, expected);
}

const NUMBER: &str = "number#+12065550100";
const RANGE: &str = "range#+1206555";

#[test]
fn an_approval_takes_a_place_with_every_subject_of_the_asked_side() {
    check_places(|_| {}, &[(NUMBER, Some(3)), (RANGE, Some(8)), ("country#US", Some(5_000))]);
    check_places(
        |case| case.carrier_calls(Calls::default()),
        &[(NUMBER, Some(3)), (RANGE, Some(8)), ("country#US", Some(5_000)), ("carrier#example mobile", None)],
    );
    check_places(
        |case| case.ask_for("+881612345678"),
        &[("number#+881612345678", Some(3)), ("range#+88161234", Some(8))],
    );
}

#[test]
fn a_small_carrier_has_a_limit() {
    check_places(
        |case| {
            case.carrier_calls(approved(3, 0));
            case.facts.country = approved(100, 0);
        },
        &[
            (NUMBER, Some(3)),
            (RANGE, Some(8)),
            ("country#US", Some(5_000)),
            ("carrier#example mobile", Some(50)),
        ],
    );
}

#[test]
fn each_place_is_in_the_window_of_its_limit() {
    let case = Case::with(|case| {
        case.policy.limits.per_number.window_seconds = 3_600;
        case.later(4_000);
    });
    let windows: Vec<_> = case.places().iter().map(|(code, place)| (*code, place.window.key())).collect();
    assert_eq!(
        windows,
        [
            (Code::TooManyToNumber, "3600@1728003600".to_owned()),
            (Code::TooManyToRange, "86400@1728000000".to_owned()),
            (Code::TooManyToCountry, "86400@1728000000".to_owned()),
        ]
    );
}

#[test]
fn the_room_leaves_out_what_still_stands_of_the_last_window() {
    let after = |seconds| {
        move |case: &mut Case| {
            case.facts.number = approved(1, 2);
            case.facts.range = approved(0, 25);
            case.later(seconds);
            case.request.received_at = case.now;
        }
    };
    let country = ("country#US", Some(5_000));
    check_places(after(0), &[(NUMBER, Some(1)), (RANGE, Some(0)), country]);
    check_places(after(43_200), &[(NUMBER, Some(2)), (RANGE, Some(0)), country]);
    check_places(after(69_120), &[(NUMBER, Some(2)), (RANGE, Some(3)), country]);
}

#[test]
fn a_limit_that_does_not_bind_still_counts() {
    let unbound = [(NUMBER, None), (RANGE, None), ("country#US", None)];
    for mode in [Mode::Shadow, Mode::Off] {
        check_places(
            |case| case.mode(Code::TooManyToRange, mode),
            &[(NUMBER, Some(3)), (RANGE, None), ("country#US", Some(5_000))],
        );
    }
    check_places(|case| case.list(Effect::Trust, "account#ada"), &unbound);
    check_places(Case::ask_for_own_number, &unbound);
    check_places(
        |case| case.list_until(Effect::Trust, "account#ada", Some(case.now)),
        &[(NUMBER, Some(3)), (RANGE, Some(8)), ("country#US", Some(5_000))],
    );
}

proptest! {
    #[test]
    fn the_places_say_what_the_verdict_says(
        this in 0u64..6,
        last in 0u64..6,
        seconds in 0i64..86_400,
        own in any::<bool>(),
        mode in proptest::sample::select(vec![Mode::Enforce, Mode::Shadow, Mode::Off]),
    ) {
        let case = Case::with(|case| {
            case.facts.number = approved(this, last);
            case.later(seconds);
            case.mode(Code::TooManyToNumber, mode);
            if own {
                case.ask_for_own_number();
            }
        });
        let places = case.places();
        let (_, place) = places.iter().find(|(code, _)| *code == Code::TooManyToNumber).unwrap();
        let no_room = place.room.is_some_and(|room| this >= room);
        prop_assert_eq!(case.verdict().route == Route::Redirect, no_room);
    }
}
