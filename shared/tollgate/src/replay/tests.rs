//! Replays, told by small days. Requests come at seconds of the day; a call lasts two minutes unless told otherwise.

mod abuse;
mod days;

use super::*;
use crate::line::{Line, LineType};
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::outcome::CallEnd;
use crate::record::{Mark, MarkKind};
use crate::request::{Account, CallbackRequest, Caller, RequestId, Whereabouts};
use crate::state::{Ending, State};
use crate::text::{AccountId, Author, CarrierName};
use crate::verdict::Certainty;

const DAY: i64 = 20_000 * 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).unwrap()
}

/// A call that an agent took, or that nobody answered.
pub(crate) fn closed(second: i64, talked: bool) -> State {
    let (ended_at, answered) = (at(second + 120), talked.then(|| at(second + 10)));
    let end = CallEnd { ended_at, answered_at: answered, agent_at: answered, excuse: None };
    State::Ended(Ending::Closed { contact_id: None, end: Some(end) })
}

/// A request of an account of its own at this address, whose call went well.
pub(crate) fn asked(second: i64, address: &str, number: &str) -> Record {
    let id = RequestId::from_random(u128::try_from(second).unwrap().to_be_bytes());
    let account = Account { id: AccountId::parse(&id.to_string()).unwrap(), verified_number: None };
    let caller = Caller {
        address: Address::parse(address).unwrap(),
        country: Whereabouts::Untold,
        asn: None,
        marks: std::collections::BTreeSet::new(),
        account: Some(account),
    };
    let request = CallbackRequest {
        id,
        received_at: at(second),
        deadline: at(second + 900),
        number: PhoneNumber::parse(number, None).unwrap(),
        name: None,
        topic: None,
        caller,
    };
    let line = Line { line_type: LineType::Mobile, carrier: CarrierName::parse("Example Mobile").ok() };
    Record {
        request,
        state: closed(second, true),
        findings: vec![],
        line: Some(line),
        terms: None,
        cancelled_at: None,
        mark: None,
    }
}

fn policy(json: &str) -> Policy {
    Policy::parse(json).unwrap()
}

fn decisions(policy: Policy, records: &[Record]) -> Vec<Decision> {
    let mut replay = Replay::new(policy);
    records.iter().map(|record| replay.take(record)).collect()
}

/// What requests come to under a policy, each with the code that decides.
fn replayed(policy: Policy, records: &[Record]) -> Vec<(CameTo, Option<Code>)> {
    let decisions = decisions(policy, records).into_iter();
    decisions.map(|decision| (decision.came_to, decision.decided_by())).collect()
}

const APPROVED: (CameTo, Option<Code>) = (CameTo::Approved, None);

fn refused(code: Code) -> (CameTo, Option<Code>) {
    (CameTo::Refused, Some(code))
}

#[test]
fn a_number_is_held_until_its_call_is_over() {
    let number = "+12065550100";
    let calls = [(0, "203.0.113.1"), (60, "203.0.114.1"), (130, "203.0.115.1")];
    let records = calls.map(|(second, address)| asked(second, address, number));
    let duplicate = (CameTo::Duplicate, Some(Code::NumberPending));
    assert_eq!(replayed(Policy::default(), &records), [APPROVED, duplicate, APPROVED]);
}

/// Requests for numbers of one range, each from a line of its own.
fn for_a_range(how_many: i64) -> Vec<Record> {
    (0..how_many).map(|n| asked(200 * n, &format!("203.{n}.0.1"), &format!("+1206555010{n}"))).collect()
}

#[test]
fn a_range_is_held_until_its_calls_have_proved_themselves() {
    let mut records = for_a_range(6);
    records.push(asked(3 * 3_600, "203.9.0.1", "+12065550109"));
    let strict = r#"{"held": {"per_range_while_untold_max": 3}}"#;
    let many = refused(Code::TooManyToRange);
    assert_eq!(
        replayed(policy(strict), &records),
        [APPROVED, APPROVED, APPROVED, many, many, many, APPROVED]
    );
    assert_eq!(replayed(Policy::default(), &records), [APPROVED; 7]);
}

#[test]
fn whoever_asks_too_often_is_counted_up_to_his_limit() {
    let records: Vec<_> =
        (0..5).map(|n| asked(200 * n, "203.0.113.1", &format!("+1206{}0100", 222 + n))).collect();
    let strict = r#"{"limits": {"per_address": {"requests_max": 3, "window_seconds": 3600}}}"#;
    let counted = decisions(policy(strict), &records).into_iter().map(|decision| {
        let found = decision.findings.into_iter().find(|finding| finding.code == Code::TooManyFromAddress);
        found.and_then(|finding| finding.measure).map(|measure| measure.value)
    });
    assert_eq!(counted.collect::<Vec<_>>(), [None, None, None, Some(4), Some(4)]);
}

#[test]
fn a_number_is_called_for_so_many_addresses() {
    let calls = [(0, "203.0.113.1"), (200, "203.0.114.1"), (400, "203.0.113.1")];
    let records = calls.map(|(second, address)| asked(second, address, "+12065550100"));
    let one = policy(r#"{"fan_out": {"addresses_per_number_max": 1}}"#);
    assert_eq!(replayed(one, &records), [APPROVED, refused(Code::TooManyAddressesToNumber), APPROVED]);
}

#[test]
fn a_number_is_called_so_often_a_day() {
    let calls = [(0, "203.0.113.1"), (200, "203.0.114.1"), (2 * 86_400, "203.0.115.1")];
    let records = calls.map(|(second, address)| Record {
        state: closed(second, false),
        ..asked(second, address, "+12065550100")
    });
    let once = policy(r#"{"limits": {"per_number": {"requests_max": 1, "window_seconds": 86400}}}"#);
    assert_eq!(replayed(once, &records), [APPROVED, refused(Code::TooManyToNumber), APPROVED]);
}

#[test]
fn a_request_that_was_withdrawn_gives_its_place_back() {
    let mut records = for_a_range(4);
    for record in &mut records[..2] {
        record.state = State::Ended(Ending::Cancelled);
        record.cancelled_at = Some(record.request.received_at + SignedDuration::from_secs(5));
    }
    let strict = r#"{"held": {"per_range_while_untold_max": 2}}"#;
    assert_eq!(replayed(policy(strict), &records), [APPROVED; 4]);
}

#[test]
fn calls_that_nobody_answered_are_learnt_from() {
    let ask = |n: i64| {
        let wasted = asked(200 * n, "203.0.113.1", &format!("+1206{}0100", 222 + n));
        Record { state: closed(200 * n, false), ..wasted }
    };
    let records: Vec<_> = (0..6).map(ask).collect();
    let decided = replayed(Policy::default(), &records);
    assert_eq!(decided[..5], [APPROVED; 5]);
    assert_eq!(decided[5], refused(Code::TooMuchWasteFromAddress));
}

/// The same, which an operator marks at that second.
fn marked(record: Record, second: i64) -> Record {
    let mark =
        Mark { kind: MarkKind::Spam, marked_at: at(second), marked_by: Author::parse("carol").unwrap() };
    Record { mark: Some(mark), ..record }
}

#[test]
fn a_mark_holds_from_its_moment_on() {
    let records = [
        marked(asked(0, "203.1.0.1", "+12065550100"), 1_000),
        marked(asked(200, "203.2.0.1", "+12065550101"), 3_000),
        asked(500, "203.1.0.1", "+12065560100"),
        asked(2_000, "203.1.0.1", "+12065570100"),
        asked(2_500, "203.3.0.1", "+12065550102"),
        asked(3_500, "203.4.0.1", "+12065550103"),
    ];
    let (address, range) = (refused(Code::MarkedAddress), refused(Code::MarkedRange));
    let expected = [APPROVED, APPROVED, APPROVED, address, APPROVED, range];
    assert_eq!(replayed(Policy::default(), &records), expected);
}

#[test]
fn what_ripens_unmarked_tells_which_carriers_are_usual() {
    let learned = |records: &[Record]| {
        let mut replay = Replay::new(Policy::default());
        for record in records {
            replay.take(record);
        }
        replay.catch_up(at(3 * 3_600));
        let facts = replay.memory.facts(&records[0], &Policy::default(), at(3 * 3_600));
        facts.usual.days.values().map(|day| day.values().sum::<u64>()).sum::<u64>()
    };
    let called = asked(0, "203.0.113.1", "+12065550100");
    assert_eq!(learned(std::slice::from_ref(&called)), 1);
    assert_eq!(learned(&[marked(called.clone(), 7_000)]), 0);
    // A duplicate of the first: under this policy it has no call, and none to take back.
    let duplicate = marked(asked(60, "203.0.113.1", "+12065550100"), 1_000);
    assert_eq!(learned(&[called.clone(), duplicate]), 1);
    let wasted = Record { state: closed(300, false), ..asked(300, "203.0.113.1", "+13035550100") };
    assert_eq!(learned(&[called, wasted]), 1);
}

#[test]
fn what_a_record_came_to_is_told_by_its_state() {
    let came_to = |state| CameTo::recorded(&Record { state, ..asked(0, "203.0.113.1", "+12065550100") });
    for (state, expected) in [
        (State::Approved, Some(CameTo::Approved)),
        (closed(0, false), Some(CameTo::Approved)),
        (State::Duplicate { owner: RequestId::from_random([1; 16]) }, Some(CameTo::Duplicate)),
        (State::Ended(Ending::Redirected), Some(CameTo::Redirected)),
        (State::Ended(Ending::Refused), Some(CameTo::Refused)),
        (State::Ended(Ending::Cancelled), None),
        (State::Ended(Ending::Expired), None),
        (State::Received, None),
    ] {
        assert_eq!(came_to(state.clone()), expected, "{state:?}");
    }
}

#[test]
fn what_the_lists_and_switches_said_they_say_again() {
    let found = |code, subject: &str| vec![Finding::about(code, subject)];
    let mut denied = asked(0, "203.0.113.1", "+12065550100");
    denied.findings = found(Code::DenyListed, "prefix#+1206");
    let mut stopped = asked(200, "203.0.113.1", "+12065560100");
    stopped.findings = found(Code::KillSwitch, "country#US");
    let mut trusted = asked(400, "203.0.113.1", "+18765230123");
    trusted.findings = found(Code::Trusted, "number#+18765230123");
    let mut closed = asked(600, "203.0.113.1", "+12065570100");
    closed.findings = found(Code::KillSwitch, "all");
    let served = policy(r#"{"served_countries": ["US", "JM"], "rules": {"voip-line": "off"}}"#);
    let refused = |code| (CameTo::Refused, Some(code));
    let told = (CameTo::Redirected, Some(Code::KillSwitch));
    let expected = [refused(Code::DenyListed), refused(Code::KillSwitch), APPROVED, told];
    assert_eq!(replayed(served, &[denied, stopped, trusted, closed]), expected);
}

#[test]
fn what_the_carrier_lookup_did_not_say_is_not_known_again() {
    let codes = |findings| {
        let record = Record { line: None, findings, ..asked(0, "203.0.113.1", "+12065550100") };
        let decision = decisions(Policy::default(), &[record]).pop().unwrap();
        decision.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(vec![]), []);
    assert_eq!(codes(vec![Finding::new(Code::LineUnavailable)]), [Code::LineUnavailable]);
}

#[test]
fn a_call_that_nobody_made_teaches_nothing_and_holds_its_number_as_long_as_is_estimated() {
    let refused = |second| Record {
        state: State::Ended(Ending::Refused),
        ..asked(second, "203.0.113.1", "+12065550100")
    };
    let records = [refused(0), refused(299), refused(300)];
    let mut replay = Replay::new(Policy::default());
    let came_to: Vec<_> = records.iter().map(|record| replay.take(record).came_to).collect();
    assert_eq!(came_to, [CameTo::Approved, CameTo::Duplicate, CameTo::Approved]);
    replay.catch_up(at(3_600));
    let evidence = replay.memory.facts(&records[0], &Policy::default(), at(3_600)).evidence;
    let policy = Policy::default();
    let taught: Vec<_> = evidence.line.iter().map(|call| call.for_asker(&policy)).collect();
    assert_eq!(taught, [crate::evidence::CameTo::Neither; 2]);
}

#[test]
fn what_was_said_of_a_request_that_had_no_call_is_held_against_nobody() {
    let refused = Record { state: State::Ended(Ending::Refused), ..asked(0, "203.0.113.1", "+12065550100") };
    let records = [marked(refused, 600), asked(1_000, "203.0.113.1", "+12065560100")];
    assert_eq!(replayed(Policy::default(), &records), [APPROVED, APPROVED]);
}

#[test]
fn a_call_whose_end_nobody_heard_holds_its_number_for_the_longest_call() {
    let longest = i64::from(Policy::default().dial.call_seconds_max);
    let mut lost = asked(0, "203.0.113.1", "+12065550100");
    lost.state = State::Ended(Ending::Closed { contact_id: None, end: None });
    let again = |second| asked(second, "203.0.114.1", "+12065550100");
    let decided = replayed(Policy::default(), &[lost, again(longest - 1), again(longest)]);
    assert_eq!(decided, [APPROVED, (CameTo::Duplicate, Some(Code::NumberPending)), APPROVED]);
}

#[test]
fn a_budget_that_is_spent_refuses() {
    let records: Vec<_> =
        (0..3).map(|n| asked(200 * n, &format!("203.0.{n}.1"), &format!("+1206{}0100", 222 + n))).collect();
    let small = policy(r#"{"budgets": {"calls_per_hour_max": 2}}"#);
    let spent = (CameTo::Refused, Some(Code::BudgetSpent));
    assert_eq!(replayed(small.clone(), &records), [APPROVED, APPROVED, spent]);
    let mut withdrawn = records;
    withdrawn[0].state = State::Ended(Ending::Cancelled);
    assert_eq!(replayed(small, &withdrawn), [APPROVED; 3]);
}

#[test]
fn known_lines_share_a_part_of_the_day_for_further_numbers_and_a_newcomer_takes_none_of_it() {
    // Two homes talked. Two days later each has a second number called, and then a third.
    let home = |second, n: i64, number: i64| {
        asked(second, &format!("203.0.{n}.1"), &format!("+1206{}0100", 222 + number))
    };
    let later = |second: i64, n, number| home(2 * 86_400 + second, n, number);
    let records = [
        home(0, 1, 1),
        home(1, 2, 2),
        later(0, 1, 3),
        later(1, 2, 4),
        later(200, 1, 5),
        later(201, 2, 6),
        later(202, 3, 7),
        later(400, 1, 1),
    ];
    // Of twenty calls a day, one may go to further numbers.
    let small = policy(r#"{"budgets": {"calls_per_day_max": 20, "further_numbers_percent": 5}}"#);
    let decisions = decisions(small, &records);
    let spent = Some("further-numbers-per-day".to_owned());
    let told =
        decisions.iter().map(|decision| decision.findings.first().and_then(|first| first.subject.clone()));
    assert_eq!(told.collect::<Vec<_>>(), [None, None, None, None, None, spent, None, None]);
}

#[test]
fn a_call_that_is_over_costs_its_seconds_and_one_that_lives_its_estimate() {
    let dear = |usd: f64| {
        policy(&format!(
            r#"{{"budgets": {{"cost_per_day_max_usd": {usd}, "reserve_percent": 0, "reserve_from_strangers_percent": 0}}}}"#
        ))
    };
    let asked = |n: i64, second| asked(second, &format!("203.0.{n}.1"), &format!("+1206{}0100", 222 + n));
    // A call is estimated at 25 cents, and these cost 110 s of talk: 9.17 cents.
    let beside: Vec<_> = (0..3).map(|n| asked(n, n)).collect();
    let spent = (CameTo::Refused, Some(Code::BudgetSpent));
    assert_eq!(replayed(dear(0.5), &beside), [APPROVED, APPROVED, spent]);
    let after: Vec<_> = (0..4).map(|n| asked(n, 200 * n)).collect();
    assert_eq!(replayed(dear(0.5), &after), [APPROVED, APPROVED, APPROVED, spent]);
    let mut lost = after.clone();
    lost[0].state = State::Ended(Ending::Closed { contact_id: None, end: None });
    assert_eq!(replayed(dear(0.5), &lost), [APPROVED, APPROVED, spent, spent], "nobody heard what it cost");
    let mut failed = beside;
    failed[0].state = State::Ended(Ending::Failed { failure: crate::state::Failure::NotPermitted });
    assert_eq!(replayed(dear(0.5), &failed), [APPROVED; 3], "no call, no cost");
}
