//! Proposals, told by small days: customers all day long, and somebody who pumps.

use jiff::SignedDuration;

use super::*;
use crate::policy::Policy;
use crate::replay::tests::{asked, closed};
use crate::state::{Ending, State};

const DAY: i64 = 20_000 * 86_400;
/// The seconds from the day's beginning to the present.
const NOW: i64 = 86_400;

fn now() -> Timestamp {
    Timestamp::from_second(DAY + NOW).unwrap()
}

/// Customers all over the country, one in five of whom misses the call.
fn customers() -> Vec<Record> {
    let one = |n: i64| {
        let number = format!("+1206{:03}{:04}", 200 + n * 7 % 700, 100 + n * 37 % 9_000);
        let address = format!("198.{}.{}.{}", n * 11 % 200 + 1, n * 17 % 250, n % 250 + 1);
        let record = asked(n * 400 + 1, &address, &number);
        if n % 5 == 0 { Record { state: closed(n * 400 + 1, false), ..record } } else { record }
    };
    (0..215).map(one).collect()
}

/// Somebody who has numbers of one range called, from many places, for the last `minutes`: one request a minute.
fn pump(minutes: i64, range: &str) -> Vec<Record> {
    let one = |n: i64| {
        let second = NOW - n * 60 - 20;
        let address = format!("203.{}.{}.7", n * 13 % 200 + 1, n % 250);
        let record = asked(second, &address, &format!("{range}{:04}", n * 977 % 10_000));
        Record { state: closed(second, false), ..record }
    };
    (0..minutes).map(one).collect()
}

fn day(parts: Vec<Vec<Record>>) -> Vec<Record> {
    let mut records = parts.concat();
    records.sort_by_key(|record| std::cmp::Reverse(record.request.received_at));
    records
}

fn quiet() -> Option<Past> {
    Some(Past { calls: 0, hours: 336.0, good: 0, days: 30 })
}

fn proposed(records: &[Record], past: impl Fn(&Suspect) -> Option<Past>) -> Vec<Proposal> {
    let policy = Policy::default();
    let found = suspects(records, &policy, now());
    let pasts: Vec<_> = found.suspects.iter().map(past).collect();
    propose(&found, &pasts, &policy)
}

fn keys(proposals: &[Proposal]) -> Vec<(String, Kind)> {
    proposals.iter().map(|proposal| (proposal.entry.key(), proposal.kind)).collect()
}

#[test]
fn a_day_of_customers_alone_leads_to_nothing() {
    let busy = |_: &Suspect| Some(Past { calls: 40, hours: 336.0, good: 30, days: 30 });
    assert_eq!(keys(&proposed(&day(vec![customers()]), busy)), []);
    assert_eq!(keys(&proposed(&[], busy)), []);
}

#[test]
fn an_hour_without_agents_is_nobodys_fault() {
    let mut records = customers();
    for record in &mut records {
        if record.request.received_at > now() - SignedDuration::from_hours(1) {
            record.state = closed(record.request.received_at.as_second() - DAY, false);
        }
    }
    // Whoever is not answered asks again: twice as many as ever, all over the country.
    let again = records.iter().take(9).cloned().map(|record| Record {
        state: closed(NOW - 60, false),
        request: crate::request::CallbackRequest {
            received_at: now() - SignedDuration::from_secs(60),
            ..record.request
        },
        ..record
    });
    let again: Vec<_> = again.collect();
    let known = |_: &Suspect| Some(Past { calls: 40, hours: 336.0, good: 30, days: 30 });
    assert_eq!(keys(&proposed(&day(vec![records, again]), known)), []);
}

#[test]
fn of_a_hundred_honest_days_none_leads_to_a_denial() {
    // Customers of two dozen ranges and as many networks, drawn anew each day; one call in four is missed, and at times many are.
    let mut denied = vec![];
    for seed in 0..100_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            i64::try_from((state >> 11) % below).unwrap()
        };
        let one = |_| {
            let second = draw(86_400);
            let number = format!("+1206{:03}{:04}", 200 + draw(24), draw(10_000));
            let address = format!("198.51.{}.{}", draw(24), draw(250) + 1);
            let record = asked(second, &address, &number);
            let misses = if second / 3_600 % 7 == 0 { 50 } else { 25 };
            if draw(100) < misses { Record { state: closed(second, false), ..record } } else { record }
        };
        let records = day(vec![(0..300).map(one).collect()]);
        let past = |suspect: &Suspect| {
            Some(Past { calls: 12 * suspect.members.len(), hours: 336.0, good: 9, days: 30 })
        };
        let proposals = proposed(&records, past);
        denied
            .extend(proposals.iter().filter(|one| one.kind == Kind::Deny).map(|one| (seed, one.entry.key())));
    }
    assert_eq!(denied, []);
}

#[test]
fn a_range_that_is_pumped_is_proposed_and_nothing_wider() {
    let records = day(vec![customers(), pump(45, "+1712770")]);
    let proposals = proposed(&records, |_| quiet());
    assert_eq!(keys(&proposals), [("prefix#+1712770".to_owned(), Kind::Deny)]);
    let proposal = proposals.first().unwrap();
    let evidence = &proposal.evidence;
    assert_eq!((evidence.requests, evidence.calls, evidence.bad.here, evidence.good.here), (45, 45, 45, 0));
    assert_eq!((evidence.window_hours, evidence.numbers, evidence.lines), (1, 45, 45));
    assert!(evidence.expected_calls < 0.1, "{evidence:?}");
    assert_eq!(proposal.since, now() - SignedDuration::from_secs(44 * 60 + 20));
    assert_eq!(proposal.collateral, Collateral { good_calls: 0, verified_own: 0, days_known: Some(30) });
    let reaches: Vec<_> = proposal.choices.iter().map(|choice| (choice.entry.key(), choice.reach)).collect();
    assert_eq!(reaches.get(1).unwrap(), &("prefix#+1712770".to_owned(), Reach::Proposed));
    assert_eq!(reaches.get(2).unwrap(), &("prefix#+171277".to_owned(), Reach::Wider));
}

#[test]
fn where_customers_were_called_it_is_a_thing_to_watch() {
    let records = day(vec![customers(), pump(45, "+1712770")]);
    let with_customers = |suspect: &Suspect| match &suspect.entry {
        Entry::Prefix(_) => Some(Past { calls: 30, hours: 336.0, good: 20, days: 30 }),
        _ => quiet(),
    };
    let proposals = proposed(&records, with_customers);
    assert_eq!(keys(&proposals), [("prefix#+1712770".to_owned(), Kind::Watch)]);
    assert_eq!(proposals.first().unwrap().collateral.good_calls, 20);
}

#[test]
fn one_line_that_wastes_many_calls_is_proposed_itself() {
    let pumper = pump(30, "+1712770").into_iter().enumerate().map(|(n, mut record)| {
        record.request.caller.address = crate::network::Address::parse("203.0.113.66").unwrap();
        record.request.number =
            crate::number::PhoneNumber::parse(&format!("+1303{:03}{:04}", 200 + n * 11, 100 + n), None)
                .unwrap();
        record
    });
    let records = day(vec![customers(), pumper.collect()]);
    assert_eq!(keys(&proposed(&records, |_| quiet())), [("net#203.0.113.66/32".to_owned(), Kind::Deny)]);
}

#[test]
fn two_attacks_are_two_proposals() {
    let records = day(vec![customers(), pump(45, "+1712770"), pump(40, "+1605330")]);
    let mut keys: Vec<_> = keys(&proposed(&records, |_| quiet())).into_iter().map(|(key, _)| key).collect();
    keys.sort();
    assert_eq!(keys, ["prefix#+1605330", "prefix#+1712770"]);
}

#[test]
fn refused_requests_do_not_prove_that_they_were_refused_rightly() {
    let refused = pump(45, "+1712770")
        .into_iter()
        .map(|record| Record { state: State::Ended(Ending::Refused), ..record });
    let records = day(vec![customers(), refused.collect()]);
    assert_eq!(keys(&proposed(&records, |_| quiet())), []);
}

#[test]
fn an_entry_covers_what_it_lists() {
    let entry = |key: &str| Entry::parse(key).unwrap();
    for (wide, narrow, is) in [
        ("prefix#+1712", "prefix#+1712770", true),
        ("prefix#+1712770", "prefix#+1712", false),
        ("prefix#+1206", "number#+12065550100", true),
        ("country#US", "number#+12065550100", true),
        ("net#203.0.0.0/16", "net#203.0.113.0/24", true),
        ("net#203.0.113.0/24", "net#203.0.0.0/16", false),
        ("net#2001:db8::/32", "net#203.0.113.0/24", false),
        ("asn#64500", "asn#64500", true),
    ] {
        assert_eq!(covers(&entry(wide), &entry(narrow)), is, "{wide} {narrow}");
        if is {
            let keys: Vec<_> = covering(&entry(narrow)).iter().map(Entry::key).collect();
            assert!(keys.contains(&wide.to_owned()), "{wide} is not among {keys:?}");
        }
    }
}

#[test]
fn an_entry_holds_longer_each_time() {
    assert_eq!([0, 1, 2, 9].map(Proposal::days), [1, 7, 30, 30]);
}
