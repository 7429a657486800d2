//! What is done with a request once Connect has been asked about its call.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check_answer(state: State, fact: CallFact, second: i64, expected: Answer) {
    assert_eq!(after_asking(&record(state), fact, &Policy::default(), at(second)), expected);
}

#[test]
fn a_call_that_is_over_closes_its_request_with_its_end() {
    let ending = Ending::Closed { contact_id: Some(contact()), end: Some(talked()) };
    for state in [placing(), in_call()] {
        check_answer(state.clone(), CallFact::Over(contact(), talked()), 420, Answer::Close(ending.clone()));
        assert!(state.step(State::Ended(ending.clone())).is_ok());
    }
}

#[test]
fn a_call_that_lives_is_left_to_live_and_its_contact_is_kept() {
    for second in [200, 100_000] {
        check_answer(
            placing(),
            CallFact::Live { contact_id: contact(), agent_at: None },
            second,
            Answer::Attach(contact()),
        );
        check_answer(
            in_call(),
            CallFact::Live { contact_id: contact(), agent_at: None },
            second,
            Answer::Wait,
        );
    }
}

#[test]
fn a_lost_call_is_given_up_when_the_longest_call_is_over() {
    // Of a claim until second 160, 30 seconds of margin, 60 of ringing and two hours of call.
    let over = 160 + 30 + 60 + 7_200;
    for fact in [CallFact::NotFound, CallFact::Unavailable] {
        check_answer(placing(), fact.clone(), 190, Answer::Wait);
        check_answer(placing(), fact.clone(), over - 1, Answer::Wait);
        check_answer(placing(), fact.clone(), over, Answer::GiveUp);
    }
    assert!(placing().step(State::Ended(Ending::Closed { contact_id: None, end: None })).is_ok());
}

#[test]
fn a_known_call_that_connect_is_silent_about_is_given_up_as_well() {
    // Its claim is known no more, and may have lasted for 900 seconds from second 100 on.
    let over = 100 + 900 + 30 + 60 + 7_200;
    for fact in [CallFact::NotFound, CallFact::Unavailable] {
        check_answer(in_call(), fact.clone(), 250, Answer::Wait);
        check_answer(in_call(), fact.clone(), over - 1, Answer::Wait);
        check_answer(in_call(), fact, over, Answer::GiveUp);
    }
}

#[test]
fn a_request_that_no_call_was_placed_for_is_never_given_up_before_its_dial() {
    for state in [State::Received, duplicate(), State::Approved] {
        check_answer(state, CallFact::NotFound, 100_000, Answer::Wait);
    }
}

proptest! {
    #[test]
    fn no_number_is_given_up_before_the_longest_call_is_over(
        claimed_for in 0i64..=900,
        began in 0.0f64..=1.0,
        rings_seconds in 15i64..=60,
        call_seconds_max in 60u32..=86_400,
        looked in 0.0f64..1.0,
        is_attached in any::<bool>(),
    ) {
        #[expect(clippy::cast_precision_loss, reason = "some hundred thousand seconds are exact")]
        let share = |of: i64, share: f64| SignedDuration::from_secs_f64(of as f64 * share);
        let (dialed_at, claimed_until) = (at(100), at(100 + claimed_for));
        // Connect takes the call at any moment of the claim, or a little later; it rings, and lasts, to the full.
        let began_at = dialed_at + share(claimed_for + 30, began);
        let longest = rings_seconds + i64::from(call_seconds_max);
        let looked_at = began_at + share(longest, looked);
        let state = if is_attached {
            State::InCall { contact_id: contact(), dialed_at }
        } else {
            State::Dialing(Dialing { dialed_at, claimed_until, attempt: Attempt::Placing })
        };
        let policy = Policy {
            dial: Dial { call_seconds_max, ..Dial::default() },
            ..Policy::default()
        };
        let record = record(state);
        for fact in [CallFact::NotFound, CallFact::Unavailable] {
            prop_assert_eq!(after_asking(&record, fact.clone(), &policy, looked_at), Answer::Wait);
            let a_day_later = dialed_at + SignedDuration::from_secs(longest + 86_400);
            prop_assert_eq!(after_asking(&record, fact, &policy, a_day_later), Answer::GiveUp);
        }
    }
}
