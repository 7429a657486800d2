//! Upkeep, told by requests that nothing has moved for too long: what is done with each, and that no number is let go
//! while a call to it may live.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::request::{CallbackRequest, Caller};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn contact() -> ContactId {
    ContactId::parse("c-1").unwrap()
}

fn owner() -> RequestId {
    RequestId::from_random([2; 16])
}

/// A request that was taken at second 0 and may be dialed until second 900.
fn record(state: State) -> Record {
    let caller = Caller {
        address: Address::parse("203.0.113.9").unwrap(),
        country: None,
        asn: None,
        marks: BTreeSet::new(),
        account: None,
    };
    let request = CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: at(0),
        deadline: at(900),
        number: PhoneNumber::parse("+12065550100", None).unwrap(),
        name: None,
        topic: None,
        caller,
    };
    Record { request, state, findings: vec![], line: None, cancelled_at: None, mark: None }
}

fn cancelled(record: Record) -> Record {
    Record { cancelled_at: Some(at(50)), ..record }
}

fn duplicate() -> State {
    State::Duplicate { owner: owner() }
}

/// Claimed at second 100, until second 160.
fn dialing(attempt: Attempt) -> State {
    State::Dialing(Dialing { dialed_at: at(100), claimed_until: at(160), attempt })
}

fn placing() -> State {
    dialing(Attempt::Placing)
}

fn in_call() -> State {
    State::InCall { contact_id: contact(), dialed_at: at(100) }
}

fn failed(failure: Failure) -> Ending {
    Ending::Failed { failure }
}

fn open_states() -> Vec<State> {
    vec![
        State::Received,
        duplicate(),
        State::Approved,
        placing(),
        dialing(Attempt::NotPlaced(Retry::Waiting)),
        dialing(Attempt::NotPlaced(Retry::Due)),
        in_call(),
    ]
}

fn endings() -> Vec<Ending> {
    vec![
        Ending::Closed { contact_id: Some(contact()), end: None },
        Ending::Refused,
        Ending::Redirected,
        Ending::Cancelled,
        Ending::Expired,
        failed(Failure::Busy),
        failed(Failure::NotPermitted),
    ]
}

/// What is done at `second` with a request in `state` as it is, and with one that was cancelled.
#[track_caller]
fn check(state: State, second: i64, expected: Step, expected_if_cancelled: Step) {
    let record = record(state);
    assert_eq!(step(&record, at(second)), expected);
    assert_eq!(step(&cancelled(record), at(second)), expected_if_cancelled, "cancelled");
}

#[test]
fn what_waits_for_its_dial_is_driven_on_until_its_deadline() {
    for state in [State::Received, State::Approved] {
        check(state.clone(), 60, Step::DriveOn, Step::End(Ending::Cancelled));
        check(state.clone(), 899, Step::DriveOn, Step::End(Ending::Cancelled));
        check(state.clone(), 900, Step::End(Ending::Expired), Step::End(Ending::Cancelled));
        check(state, 100_000, Step::End(Ending::Expired), Step::End(Ending::Cancelled));
    }
}

#[test]
fn what_connect_was_too_busy_for_is_called_up_again_until_its_deadline() {
    for retry in [Retry::Waiting, Retry::Due] {
        let state = dialing(Attempt::NotPlaced(retry));
        check(state.clone(), 110, Step::CallUp, Step::End(Ending::Cancelled));
        check(state.clone(), 899, Step::CallUp, Step::End(Ending::Cancelled));
        check(state, 900, Step::End(failed(Failure::Busy)), Step::End(Ending::Cancelled));
    }
}

#[test]
fn a_duplicate_looks_to_the_request_that_holds_its_number() {
    for second in [60, 900] {
        check(duplicate(), second, Step::LookAtOwner(owner()), Step::LookAtOwner(owner()));
    }
}

#[test]
fn connect_is_asked_about_a_call_only_when_its_dialer_is_surely_done() {
    for second in [100, 160, 189] {
        check(placing(), second, Step::Wait, Step::Wait);
    }
    for second in [190, 900, 100_000] {
        check(placing(), second, Step::AskConnect(None), Step::AskConnect(None));
    }
}

#[test]
fn connect_is_asked_about_a_known_call_by_its_contact() {
    for second in [250, 900, 100_000] {
        let ask = Step::AskConnect(Some(contact()));
        check(in_call(), second, ask.clone(), ask);
    }
}

#[test]
fn what_is_over_is_left_alone() {
    for ending in endings() {
        check(State::Ended(ending), 100_000, Step::Wait, Step::Wait);
    }
}

proptest! {
    #[test]
    fn neither_deadline_nor_cancelling_ends_a_request_whose_call_may_live(
        second in 0i64..1_000_000,
        is_cancelled in any::<bool>(),
    ) {
        for state in [placing(), in_call()] {
            let record = record(state);
            let record = if is_cancelled { cancelled(record) } else { record };
            prop_assert!(matches!(step(&record, at(second)), Step::Wait | Step::AskConnect(_)));
        }
    }

    #[test]
    fn upkeep_ends_nothing_in_a_way_that_does_not_exist(
        second in 0i64..1_000_000,
        is_cancelled in any::<bool>(),
    ) {
        for state in open_states() {
            let record = record(state);
            let record = if is_cancelled { cancelled(record) } else { record };
            if let Step::End(ending) = step(&record, at(second)) {
                prop_assert!(record.state.step(State::Ended(ending)).is_ok());
            }
        }
    }
}

// After Connect has been asked.

fn talked() -> CallEnd {
    CallEnd { ended_at: at(400), answered_at: Some(at(110)), agent_at: Some(at(130)) }
}

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
        check_answer(placing(), CallFact::Live(contact()), second, Answer::Attach(contact()));
        check_answer(in_call(), CallFact::Live(contact()), second, Answer::Wait);
    }
}

#[test]
fn a_lost_call_is_given_up_when_the_longest_call_is_over() {
    // Of a claim until second 160, 30 seconds of margin, 30 of ringing and two hours of call.
    let over = 160 + 30 + 30 + 7_200;
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
    let over = 100 + 900 + 30 + 30 + 7_200;
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
        ring_timeout_seconds in 15u32..=60,
        call_seconds_max in 60u32..=86_400,
        looked in 0.0f64..1.0,
        is_attached in any::<bool>(),
    ) {
        #[expect(clippy::cast_precision_loss, reason = "some hundred thousand seconds are exact")]
        let share = |of: i64, share: f64| SignedDuration::from_secs_f64(of as f64 * share);
        let (dialed_at, claimed_until) = (at(100), at(100 + claimed_for));
        // Connect takes the call at any moment of the claim, or a little later; it rings, and lasts, to the full.
        let began_at = dialed_at + share(claimed_for + 30, began);
        let longest = i64::from(ring_timeout_seconds) + i64::from(call_seconds_max);
        let looked_at = began_at + share(longest, looked);
        let state = if is_attached {
            State::InCall { contact_id: contact(), dialed_at }
        } else {
            State::Dialing(Dialing { dialed_at, claimed_until, attempt: Attempt::Placing })
        };
        let policy = Policy {
            dial: Dial { ring_timeout_seconds, call_seconds_max, ..Dial::default() },
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

// Duplicates.

#[track_caller]
fn check_duplicate(owner: Option<State>, expected: DuplicateStep) {
    let record = record(duplicate());
    assert_eq!(duplicate_step(&record, owner.as_ref(), at(899)), expected, "{owner:?}");
    // A duplicate that is late or withdrawn asks for nothing more, whatever became of the owner.
    assert_eq!(duplicate_step(&record, owner.as_ref(), at(900)), DuplicateStep::Settle, "{owner:?}");
    assert_eq!(
        duplicate_step(&cancelled(record), owner.as_ref(), at(60)),
        DuplicateStep::Settle,
        "{owner:?}"
    );
}

#[test]
fn a_duplicate_waits_while_its_owner_may_still_be_called() {
    for state in open_states().into_iter().filter(|state| *state != duplicate()) {
        check_duplicate(Some(state), DuplicateStep::Wait);
    }
}

#[test]
fn a_duplicate_is_screened_again_if_its_owner_ended_before_the_dial() {
    for ending in [Ending::Cancelled, Ending::Expired, Ending::Refused, Ending::Redirected] {
        check_duplicate(Some(State::Ended(ending)), DuplicateStep::Reopen);
    }
    check_duplicate(Some(State::Ended(failed(Failure::Busy))), DuplicateStep::Reopen);
    check_duplicate(Some(duplicate()), DuplicateStep::Reopen);
    check_duplicate(None, DuplicateStep::Reopen);
    assert_eq!(duplicate().step(State::Received), Ok(State::Received));
}

#[test]
fn a_duplicate_stays_one_if_the_call_was_made_or_cannot_be() {
    let closed = |end| State::Ended(Ending::Closed { contact_id: Some(contact()), end });
    check_duplicate(Some(closed(Some(talked()))), DuplicateStep::Settle);
    check_duplicate(Some(closed(None)), DuplicateStep::Settle);
    for failure in [
        Failure::DestinationNotAllowed,
        Failure::NotPermitted,
        Failure::InvalidRequest,
        Failure::ResourceNotFound,
        Failure::AccessDenied,
    ] {
        check_duplicate(Some(State::Ended(failed(failure))), DuplicateStep::Settle);
    }
}

// When upkeep looks.

#[track_caller]
fn check_wake(state: &State, second: i64, expected: i64) {
    assert_eq!(wake_at(state, &Policy::default(), at(second)), Some(at(expected)));
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
    // 30 seconds of ringing and 120 more for its end to be heard.
    check_wake(&placing(), 100, 250);
    check_wake(&in_call(), 105, 250);
    // A long claim comes first, with its margin of 30 seconds.
    let long = Dialing { dialed_at: at(100), claimed_until: at(400), attempt: Attempt::Placing };
    check_wake(&State::Dialing(long), 100, 430);
    // A contact that was learned late is still looked at later.
    check_wake(&in_call(), 1_000, 1_060);
}

#[test]
fn every_open_request_is_looked_at_again_and_none_that_is_over() {
    let policy = Policy::default();
    for state in open_states() {
        for now in [at(100), at(150)] {
            assert!(wake_at(&state, &policy, now).is_some_and(|at| at > now), "{state:?}");
            assert!(look_again_at(&state, now) > now, "{state:?}");
        }
    }
    for ending in endings() {
        assert_eq!(wake_at(&State::Ended(ending.clone()), &policy, at(100)), None, "{ending:?}");
    }
}

#[test]
fn what_connect_was_asked_about_is_left_alone_for_longer() {
    for state in [placing(), in_call()] {
        assert_eq!(look_again_at(&state, at(1_000)), at(1_120));
    }
    for state in [State::Received, duplicate(), State::Approved, dialing(Attempt::NotPlaced(Retry::Due))] {
        assert_eq!(look_again_at(&state, at(1_000)), at(1_060));
    }
}
