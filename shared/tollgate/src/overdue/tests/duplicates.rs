//! What becomes of a duplicate, by what became of the request that holds its number.

use super::*;

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
    for state in open_states().into_iter().filter(|state| *state != duplicate() && *state != in_call()) {
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
    // However long that call goes on.
    check_duplicate(Some(in_call()), DuplicateStep::Settle);
    for failure in Failure::ALL.into_iter().filter(|failure| *failure != Failure::Busy) {
        check_duplicate(Some(State::Ended(failed(failure))), DuplicateStep::Settle);
    }
}
