//! Upkeep, told by requests that nothing has moved for too long: what is done with each, and that no number is let go
//! while a call to it may live.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::request::{CallbackRequest, Caller, Whereabouts};

mod answers;
mod duplicates;
mod wake;

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
        country: Whereabouts::Untold,
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
    Record { request, state, findings: vec![], line: None, terms: None, cancelled_at: None, mark: None }
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

fn talked() -> CallEnd {
    CallEnd { ended_at: at(400), answered_at: Some(at(110)), agent_at: Some(at(130)), excuse: None }
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
