//! When upkeep looks at a request.

use super::*;

#[track_caller]
fn check_wake(state: &State, second: i64, expected: i64) {
    assert_eq!(wake_at(state, at(second)), Some(at(expected)));
}

#[test]
fn what_the_stream_should_move_is_looked_at_a_minute_later() {
    for state in [
        State::Received,
        duplicate(),
        State::Approved,
        dialing(Attempt::NotPlaced(Retry::Waiting)),
        dialing(Attempt::NotPlaced(Retry::Due)),
    ] {
        check_wake(&state, 100, 160);
    }
}

#[test]
fn a_dial_is_looked_at_when_its_claim_is_over_and_an_unanswered_call_would_have_ended() {
    // A minute of ringing and two more for its end to be heard.
    check_wake(&placing(), 100, 280);
    check_wake(&in_call(), 105, 280);
    // A long claim comes first, with its margin of 30 seconds.
    let long = Dialing { dialed_at: at(100), claimed_until: at(400), attempt: Attempt::Placing };
    check_wake(&State::Dialing(long), 100, 430);
    // A contact that was learned late is still looked at later.
    check_wake(&in_call(), 1_000, 1_060);
}

#[test]
fn every_open_request_is_looked_at_again_and_none_that_is_over() {
    for state in open_states() {
        for now in [at(100), at(150)] {
            assert!(wake_at(&state, now).is_some_and(|at| at > now), "{state:?}");
            assert!(look_again_at(&state, now) > now, "{state:?}");
        }
    }
    for ending in endings() {
        assert_eq!(wake_at(&State::Ended(ending.clone()), at(100)), None, "{ending:?}");
    }
}

#[test]
fn a_live_call_is_looked_at_the_more_seldom_the_longer_it_lasts() {
    // Dialed at second 100, first looked at at 280.
    for (now, again) in [(150, 270), (280, 460), (460, 820), (820, 1_540), (1_540, 2_440), (9_000, 9_900)] {
        assert_eq!(look_again_at(&in_call(), at(now)), at(again));
    }
}

#[test]
fn what_connect_was_asked_about_is_left_alone_for_longer() {
    assert_eq!(look_again_at(&placing(), at(1_000)), at(1_120));
    for state in [State::Received, duplicate(), State::Approved, dialing(Attempt::NotPlaced(Retry::Due))] {
        assert_eq!(look_again_at(&state, at(1_000)), at(1_060));
    }
}
