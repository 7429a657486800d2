//! The digest is held against a count by hand.

use super::*;
use crate::replay::tests::{asked, closed};
use crate::state::{Ending, State};
use crate::verdict::Finding;

const DAY: i64 = 20_000 * 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).unwrap()
}

fn waste(second: i64, address: &str, number: &str) -> Record {
    Record { state: closed(second, false), ..asked(second, address, number) }
}

#[test]
fn an_hour_holds_what_was_received_in_it_and_no_hour_is_left_out() {
    let policy = Policy::default();
    let refused =
        Record { state: State::Ended(Ending::Refused), ..asked(7_300, "203.0.113.9", "+12065550103") };
    let records = [
        asked(0, "203.0.113.9", "+12065550100"),
        waste(3_599, "203.0.113.9", "+12065550101"),
        refused,
        // Out of the time that is asked for.
        asked(20_000, "203.0.113.9", "+12065550104"),
    ];
    let hours = hours(&records, at(60), at(3 * 3_600 + 1), &policy);
    assert_eq!(hours.iter().map(|hour| hour.at).collect::<Vec<_>>(), [0, 3_600, 7_200, 10_800].map(at));
    let told: Vec<_> = hours.iter().map(|h| (h.sums.requests, h.sums.calls(), h.sums.not_called())).collect();
    assert_eq!(told, [(2, 2, 0), (0, 0, 0), (1, 0, 1), (0, 0, 0)]);
    let first = hours.first().unwrap().sums;
    assert_eq!((first.talked, first.wasted()), (1, 1));
    // 110 seconds at five cents a minute; whom nobody answers costs nothing.
    assert_eq!((first.micro_usd, first.wasted_micro_usd), (91_667, 0));
}

#[test]
fn a_call_that_went_well_and_is_marked_as_spam_was_paid_for_in_vain() {
    let mut pumped = asked(0, "203.0.113.9", "+12065550100");
    pumped.mark = Some(crate::record::Mark {
        kind: MarkKind::Spam,
        marked_at: at(60),
        marked_by: crate::text::Author::parse("ada").unwrap(),
    });
    let sums = Sums::of([&pumped], &Policy::default());
    assert_eq!((sums.talked, sums.wasted(), sums.marked_spam), (1, 0, 1));
    assert_eq!(sums.wasted_micro_usd, sums.micro_usd);
}

#[test]
fn what_most_requests_share_stands_first() {
    let records = [
        waste(0, "203.0.113.9", "+12065550100"),
        waste(1, "203.0.113.77", "+12065550101"),
        asked(2, "2001:db8:1:2::9", "+13035550199"),
    ];
    let records: Vec<_> = records.iter().collect();
    let (ranges, distinct) = top(&records, Dimension::Range, 1);
    assert_eq!(distinct, 2);
    assert_eq!(ranges, [Top { value: "+1206555".to_owned(), requests: 2, lost: 2 }]);
    let (networks, _) = top(&records, Dimension::Network, 9);
    let networks: Vec<_> = networks.iter().map(|top| top.value.as_str()).collect();
    assert_eq!(networks, ["203.0.113.0/24", "2001:db8:1::/48"]);
    assert_eq!(top(&records, Dimension::Asn, 9), (vec![], 0));
}

#[test]
fn a_rule_that_spoke_is_counted_by_whether_it_counted() {
    let mut record = asked(0, "203.0.113.9", "+12065550100");
    let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::TooManyToRange) };
    record.findings = vec![shadow, Finding::new(Code::Guest)];
    let spoke = findings(&[record.clone(), record]);
    let told: Vec<_> = spoke.iter().map(|(code, of)| (*code, of.enforced, of.shadow)).collect();
    assert_eq!(told, [(Code::Guest, 2, 0), (Code::TooManyToRange, 0, 2)]);
}

#[test]
fn names_read_back() {
    assert_eq!(Fate::ALL.map(|fate| Fate::parse(fate.as_str())), Fate::ALL.map(Some));
    assert_eq!(Dimension::ALL.map(|one| Dimension::parse(one.as_str())), Dimension::ALL.map(Some));
}
