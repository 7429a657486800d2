//! Which query leads to which question.

use tollgate::record::Record;
use tollgate::request::Fingerprint;
use tollgate::state::{Ending, State};
use tollgate_aws::tables::requests::Stored;

use super::*;
use crate::requests::form::tests::record;

fn now() -> Timestamp {
    "2026-01-31T09:30:00Z".parse().unwrap()
}

fn look(parameters: &[(&str, &str)]) -> Result<Look, Problem> {
    Look::read(&Query::of(parameters), now())
}

#[test]
fn without_a_question_the_open_requests_of_the_last_day_are_meant() {
    let look = look(&[]).unwrap();
    assert!(matches!(look.question, Question::Open) && look.open_state.is_none());
    assert_eq!(look.from, "2026-01-30T09:30:00Z".parse().unwrap());
    assert_eq!(look.before, "2026-01-31T09:30:00.001Z".parse().unwrap());
    assert_eq!(look.requests_to_read(), 50);
}

#[test]
fn a_number_with_a_plus_that_the_query_swallowed_is_that_number() {
    for number in ["+12065550100", " 12065550100", "+1 206 555 0100"] {
        let look = look(&[("number", number)]).unwrap();
        assert!(matches!(look.question, Question::Number(n) if n.e164() == "+12065550100"), "{number}");
    }
    assert!(look(&[("number", "12065550100")]).is_err());
}

#[test]
fn ends_have_an_index_and_the_other_states_narrow_the_open_ones() {
    let refused = look(&[("state", "refused")]).unwrap();
    assert!(matches!(refused.question, Question::Outcome(StateName::Refused)));
    let dialing = look(&[("state", "dialing"), ("limit", "1")]).unwrap();
    assert!(matches!(dialing.question, Question::Open));
    assert_eq!(
        (dialing.open_state, dialing.requests_to_read()),
        (Some(StateName::Dialing), OPEN_REQUESTS_MAX)
    );
    assert!(look(&[("state", "open")]).unwrap().open_state.is_none());
    assert!(look(&[("state", "lost")]).is_err());
}

#[test]
fn a_query_that_asks_for_two_things_or_for_nothing_is_refused() {
    for parameters in [
        &[("number", "+12065550100"), ("address", "203.0.113.9")][..],
        &[("address", "203.0.113.9"), ("state", "open")],
        &[("sate", "refused")],
        &[("limit", "0")],
        &[("limit", "101")],
        &[("address", "203.0.113.9:443")],
        &[("from", "2026-01-31")],
        &[("from", "2026-02-01T00:00:00Z")],
        &[("before", "2026-01-01T00:00:00Z")],
        &[("from", "2026-01-01T00:00:00.0001Z"), ("before", "2026-01-01T00:00:00.0009Z")],
        &[("before", "-009999-01-02T01:59:59Z")],
    ] {
        let problem = look(parameters).unwrap_err();
        assert_eq!(problem.status().as_u16(), 400, "{parameters:?}");
    }
}

fn stored(state: State, second: i64) -> Result<Stored, tollgate_aws::error::StoreError> {
    let mut record: Record = Record { state, ..record() };
    record.request.received_at = Timestamp::from_second(second).unwrap();
    let fingerprint = Fingerprint::of(&record.request);
    let answered = tollgate::reply::Answered::Accepted;
    Ok(Stored { record, fingerprint, answered, expires_at: Timestamp::MAX, unlisted_in: None })
}

#[test]
fn narrowing_keeps_the_newest_and_says_where_the_next_page_begins() {
    let look = look(&[("state", "approved"), ("limit", "2")]).unwrap();
    let requests = vec![
        stored(State::Approved, 5),
        stored(State::Received, 4),
        stored(State::Approved, 3),
        stored(State::Approved, 2),
        stored(State::Ended(Ending::Refused), 1),
    ];
    let page = look.narrow(Page { requests, next_before: None });
    assert_eq!(page.requests.len(), 2);
    assert_eq!(page.next_before, Timestamp::from_second(3).ok());
}
