//! What is to be done with a request, told by how far it has come and what is known of it.

use jiff::SignedDuration;

use super::*;
use crate::entry::{Effect, Entry, Listing};
use crate::evidence::told::now;
use crate::line::{Line, LineType};
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::policy::Guests;
use crate::request::{CallbackRequest, Caller, Whereabouts};
use crate::text::{Author, Reason};
use crate::usual::Usual;

/// A guest's request for an American mobile; guests are let in.
fn record(state: State) -> Record {
    let caller = Caller {
        address: Address::parse("203.0.113.9").unwrap(),
        country: Whereabouts::Untold,
        asn: None,
        marks: [].into(),
        account: None,
    };
    let request = CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: now(),
        deadline: now() + SignedDuration::from_mins(5),
        number: PhoneNumber::parse("+12065550100", None).unwrap(),
        name: None,
        topic: None,
        caller,
    };
    Record { request, state, findings: vec![], line: None, terms: None, cancelled_at: None, mark: None }
}

fn decided(record: &Record, facts: Option<&Facts>, seconds_later: i64) -> Decision {
    let policy = Policy { guests: Guests::Allow, ..Policy::default() };
    let now = now() + SignedDuration::from_secs(seconds_later);
    decide(&Case { record, facts, policy: &policy, now })
}

/// All is known, and nothing speaks against the call.
fn facts() -> Facts {
    let line = Line { line_type: LineType::Mobile, carrier: Some(carrier("Example Mobile")) };
    Facts { line: LineFact::Known(line), ..Facts::default() }
}

fn carrier(name: &str) -> CarrierName {
    CarrierName::parse(name).unwrap()
}

fn denied() -> Listing {
    Listing {
        entry: Entry::parse("number#+12065550100").unwrap(),
        effect: Effect::Deny,
        reason: Reason::parse("told in a story").unwrap(),
        author: Author::parse("ada").unwrap(),
        added_at: now(),
        expires_at: None,
    }
}

fn due() -> State {
    let dialing = Dialing { dialed_at: now(), claimed_until: now(), attempt: Attempt::NotPlaced(Retry::Due) };
    State::Dialing(dialing)
}

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_new_request_is_asked_about_step_by_step_and_then_approved() {
    let new = record(State::Received);
    assert_eq!(decided(&new, None, 0), Decision::Ask(Question::Everything));
    let untold = Facts::default();
    assert_eq!(decided(&new, Some(&untold), 0), Decision::Ask(Question::Line(Admission::Stranger)));
    let mut usual = Usual::default();
    let week_ago = now() - SignedDuration::from_hours(7 * 24);
    (0..100).for_each(|_| usual.learn(Some(&carrier("Example Wireless")), week_ago));
    let rare = Facts { usual, ..facts() };
    assert_eq!(decided(&new, Some(&rare), 0), Decision::Ask(Question::Carrier(carrier("Example Mobile"))));
    let known = CarrierFact::Known { calls: vec![], approved: 0 };
    for facts in [facts(), Facts { carrier: known, ..rare }] {
        let Decision::Approve(approval) = decided(&new, Some(&facts), 0) else { panic!("not approved") };
        assert_eq!(approval.terms.admission, Admission::Stranger);
        assert!(!approval.places.is_empty());
    }
}

#[test]
fn a_deployment_without_lookups_asks_for_no_line() {
    let facts = Facts { line: LineFact::NotOffered, ..Facts::default() };
    assert!(matches!(decided(&record(State::Received), Some(&facts), 0), Decision::Approve(_)));
}

#[test]
fn what_is_turned_away_does_not_wait_for_the_number() {
    let owner = RequestId::from_random([2; 16]);
    let held = Facts { pending: Some(owner), ..facts() };
    let Decision::Wait { owner: told, findings } = decided(&record(State::Received), Some(&held), 0) else {
        panic!("does not wait")
    };
    assert_eq!((told, codes(&findings)), (owner, vec![Code::NumberPending]));
    let own = Facts { pending: Some(RequestId::from_random([1; 16])), ..facts() };
    assert!(matches!(decided(&record(State::Received), Some(&own), 0), Decision::Approve(_)));
    let denied = Facts { listings: vec![denied()], ..held };
    let Decision::End { ending, findings } = decided(&record(State::Received), Some(&denied), 0) else {
        panic!("does not end")
    };
    assert_eq!((ending, codes(&findings)), (Ending::Refused, vec![Code::DenyListed]));
}

#[test]
fn a_request_is_dialed_unless_something_has_changed_since_its_approval() {
    for state in [State::Approved, due()] {
        let record = record(state);
        assert_eq!(decided(&record, None, 0), Decision::Ask(Question::Changes));
        let Decision::Dial { rows, terms } = decided(&record, Some(&Facts::default()), 0) else {
            panic!("not dialed")
        };
        assert!(!rows.is_empty());
        assert_eq!(terms.admission, Admission::Stranger, "the terms of an earlier version");
        let denied = Facts { listings: vec![denied()], ..Facts::default() };
        assert!(matches!(decided(&record, Some(&denied), 0), Decision::End { ending: Ending::Refused, .. }));
    }
}

#[test]
fn what_is_withdrawn_or_late_is_not_asked_about() {
    let late = [
        (State::Received, Ending::Expired),
        (State::Approved, Ending::Expired),
        (due(), Ending::Failed { failure: Failure::Busy }),
    ];
    for (state, ending) in late {
        let record = record(state);
        let withdrawn = Record { cancelled_at: Some(now()), ..record.clone() };
        let end = |ending| Decision::End { ending, findings: vec![] };
        assert_eq!(decided(&withdrawn, None, 0), end(Ending::Cancelled));
        assert!(matches!(decided(&record, None, 299), Decision::Ask(_)));
        assert_eq!(decided(&record, None, 300), end(ending));
    }
}

#[test]
fn a_live_call_is_stopped_once_it_is_withdrawn_and_all_else_is_left_alone() {
    let contact_id = ContactId::parse("c-1").unwrap();
    let live = record(State::InCall { contact_id: contact_id.clone(), dialed_at: now() });
    assert_eq!(decided(&live, None, 0), Decision::Leave);
    let withdrawn = Record { cancelled_at: Some(now()), ..live };
    assert_eq!(decided(&withdrawn, None, 0), Decision::Stop(contact_id));
    let placing = Dialing { dialed_at: now(), claimed_until: now(), attempt: Attempt::Placing };
    for state in [
        State::Dialing(placing),
        State::Duplicate { owner: RequestId::from_random([2; 16]) },
        State::Ended(Ending::Refused),
    ] {
        let withdrawn = Record { cancelled_at: Some(now()), ..record(state) };
        assert_eq!(decided(&withdrawn, Some(&facts()), 900), Decision::Leave);
    }
}

#[test]
fn a_race_that_is_lost_is_one_more_finding() {
    let Decision::Approve(approval) = decided(&record(State::Received), Some(&facts()), 0) else {
        panic!("not approved")
    };
    let (code, place) = approval.places[0].clone();
    let Decision::End { ending, findings } = approval.full(code, &place) else { panic!("does not end") };
    assert_eq!((ending, codes(&findings)), (Ending::Refused, vec![code]));
}

#[test]
fn only_the_next_minute_is_waited_for() {
    let policy = Policy::default();
    let rows = budget::rows(
        &PhoneNumber::parse("+12065550100", None).unwrap(),
        &Terms::unwritten(&policy),
        &policy,
        now(),
    );
    for row in &rows {
        for take in &row.takes {
            let waits = spent(*take, row) == Decision::Leave;
            assert_eq!(waits, take.budget == Budget::CallsPerMinute, "{take:?}");
            let never = Take { amount: take.max + 1, ..*take };
            assert_ne!(spent(never, row), Decision::Leave, "what can never be had is not waited for");
        }
    }
}
