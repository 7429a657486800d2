//! How the guard was turned against its owner once: small sequences of requests, and what becomes of whoever comes after.

use super::*;

const HOUR: i64 = 3_600;

fn by(account: &str, record: Record) -> Record {
    let mut record = record;
    record.request.caller.account =
        Some(Account { id: AccountId::parse(account).unwrap(), verified_number: None });
    record
}

/// The account asks for the number that its identity provider has verified.
fn by_owner(account: &str, record: Record) -> Record {
    let own = record.request.number.clone();
    let mut record = by(account, record);
    record.request.caller.account.as_mut().unwrap().verified_number = Some(own);
    record
}

/// An agent talked for so many seconds.
fn talked(seconds: i64, record: Record) -> Record {
    let second = record.request.received_at.as_second() - DAY;
    let answered = Some(at(second + 10));
    let end = CallEnd {
        ended_at: at(second + 10 + seconds),
        answered_at: answered,
        agent_at: answered,
        excuse: None,
    };
    Record { state: State::Ended(Ending::Closed { contact_id: None, end: Some(end) }), ..record }
}

fn unanswered(record: Record) -> Record {
    let second = record.request.received_at.as_second() - DAY;
    Record { state: closed(second, false), ..record }
}

fn over(carrier: &str, record: Record) -> Record {
    let line = Line { line_type: LineType::Mobile, carrier: CarrierName::parse(carrier).ok() };
    Record { line: Some(line), ..record }
}

type CameToBy = (CameTo, Option<Code>);

/// What the requests of a story come to, and what those come to who come after it.
fn after(story: Vec<Record>, then: Vec<Record>) -> (Vec<CameToBy>, Vec<CameToBy>) {
    let count = story.len();
    let mut came_to = replayed(Policy::default(), &[story, then].concat());
    let then = came_to.split_off(count);
    (came_to, then)
}

fn calls(came_to: &[CameToBy]) -> usize {
    came_to.iter().filter(|(came_to, _)| *came_to == CameTo::Approved).count()
}

#[test]
fn one_prank_and_its_mark_close_neither_the_victims_range_nor_his_number() {
    let prank = by("prankster", asked(0, "203.0.113.1", "+16175551234"));
    let (_, then) = after(
        vec![marked(talked(2, prank), 600)],
        vec![
            asked(1_000, "198.51.100.1", "+16175559876"),
            asked(1_500, "198.51.101.1", "+16175551234"),
            by("prankster", asked(2_000, "192.0.2.1", "+12065550100")),
        ],
    );
    assert_eq!(then[..2], [APPROVED, APPROVED]);
    assert_eq!(then[2].0, CameTo::Refused);
}

#[test]
fn a_loud_address_does_not_close_its_24() {
    let loud = (0..63).map(|n| {
        let number = format!("+1206{}0100", 222 + n);
        unanswered(by("loud", asked(20 * n, "192.0.2.66", &number)))
    });
    let (story, then) = after(
        loud.collect(),
        vec![
            asked(1_300, "192.0.2.200", "+14045550100"),
            by_owner("owner", asked(1_301, "192.0.2.201", "+14045560100")),
        ],
    );
    assert_eq!((calls(&story), then), (1, vec![APPROVED, APPROVED]));
}

#[test]
fn a_loud_handset_does_not_close_the_48_that_others_share() {
    let loud = (0..33).map(|n| {
        let number = format!("+1206{}0100", 222 + n);
        unanswered(by("loud", asked(20 * n, "2001:db8:1:1::5", &number)))
    });
    let (story, then) = after(loud.collect(), vec![asked(700, "2001:db8:1:ffff::9", "+14045550100")]);
    assert_eq!((calls(&story), then), (1, vec![APPROVED]));
}

#[test]
fn three_accounts_that_ask_for_eight_numbers_do_not_close_a_range() {
    for ends in [(|record| talked(60, record)) as fn(Record) -> Record, unanswered] {
        let asks = (0..8).map(|n| {
            let record = asked(300 * n, &format!("203.{}.0.1", n % 3), &format!("+1425644010{n}"));
            ends(by(&format!("a{}", n % 3), record))
        });
        let (_, then) = after(asks.collect(), vec![asked(2_500, "198.51.100.1", "+14256441234")]);
        assert_eq!(then, [APPROVED]);
    }
}

#[test]
fn an_owner_who_calls_himself_often_takes_nothing_from_his_neighbors() {
    let own = |n: i64| by_owner("owner", asked(300 * n, "203.0.113.1", "+12065550100"));
    let neighbor = asked(3_000, "198.51.100.1", "+12065550199");
    let (story, then) = after((0..9).map(own).collect(), vec![neighbor]);
    assert_eq!((calls(&story), then), (9, vec![APPROVED]));
}

#[test]
fn talks_of_two_seconds_buy_nothing() {
    let number = |n: i64| format!("+1206{}0100", 222 + n);
    let short = |n: i64| talked(2, by("ada", asked(300 * n, "203.0.113.1", &number(n))));
    let (story, then) = after(
        (0..2).map(short).collect(),
        vec![
            by("ada", asked(1_000, "203.0.113.1", "+14045550100")),
            by("bob", asked(1_300, "198.51.100.1", "+14045560100")),
        ],
    );
    assert_eq!(story, [APPROVED, APPROVED]);
    assert_eq!(then, [refused(Code::TooMuchWasteFromAccount), APPROVED]);
}

#[test]
fn a_small_carrier_does_not_become_a_large_one_by_its_own_calls() {
    let line = |n: i64| format!("198.{n}.0.1");
    let customers = (0..30).map(|n| asked(300 * n, &line(n), &format!("+1206{}0100", 222 + n)));
    let pump = (0..30).map(|n| {
        let number = format!("+1404{}0100", 222 + n);
        over("Example Rare", asked(36 * HOUR + 60 * n, &line(100 + n), &number))
    });
    let (_, story) = after(customers.collect(), pump.collect());
    assert_eq!((calls(&story[..24]), calls(&story[24..])), (24, 0));
    assert_eq!(story[24], refused(Code::TooManyToCarrier));
}

#[test]
fn an_own_number_has_a_limit_that_grows_with_what_is_talked() {
    let own = |n: i64| by_owner("owner", asked(300 * n, "203.0.113.1", "+12065550100"));
    let (story, _) = after((0..9).map(|n| unanswered(own(n))).collect(), vec![]);
    assert_eq!(calls(&story), 6);
    assert_eq!(story[6], refused(Code::TooManyToOwnNumber));
    // He is not asked to wait by how often he asks, so the hour's requests are left out.
    let (story, _) = after((0..25).map(|n| own(3 * n)).collect(), vec![]);
    assert_eq!(calls(&story), 20);
    let mut pumped: Vec<_> = (0..3).map(own).collect();
    pumped[0] = marked(pumped[0].clone(), 500);
    let (story, _) = after(pumped, vec![]);
    assert_eq!(story, [APPROVED, APPROVED, refused(Code::MarkedAddress)]);
}
