//! What an asker has to show: the account `ada`, at a line that nobody else has called from unless the story says so.

use super::*;
use crate::evidence::told::{call, good, line, now, number, pumped, short, wasted};
use crate::network::Address;
use crate::request::{Account, Caller, RequestId, Whereabouts};
use crate::text::AccountId;

const OWN_LINE: &str = "203.0.113.9";
const NUMBER: &str = "+12065550100";
const ELSEWHERE: [&str; 6] =
    ["+14045550100", "+14045560100", "+14045570100", "+14045580100", "+14045590100", "+14045610100"];

fn request() -> CallbackRequest {
    let account = Account { id: AccountId::parse("ada").unwrap(), verified_number: None };
    let caller = Caller {
        address: Address::parse(OWN_LINE).unwrap(),
        country: Whereabouts::Untold,
        asn: None,
        marks: [].into(),
        account: Some(account),
    };
    CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: now(),
        deadline: now(),
        number: number(NUMBER),
        name: None,
        topic: None,
        caller,
    }
}

fn proof_beside(vouched: Vouched, doubted: Option<&str>, calls: &[Call]) -> Proof {
    let request = request();
    let evidence = Evidence::gathered(&request, calls, now());
    let doubted = doubted.and_then(|name| CarrierName::parse(name).ok());
    Proof::of(&request, &evidence, vouched, doubted.as_ref(), &Policy::default(), now())
}

fn proof(calls: &[Call]) -> Proof {
    proof_beside(Vouched::No, None, calls)
}

fn by_account(call: Call) -> Call {
    call.account("ada").by(&line(200))
}

fn by_line(call: Call) -> Call {
    call.account("bob").by(OWN_LINE)
}

#[test]
fn who_never_called_has_nothing_to_show() {
    assert_eq!(proof(&[]), Proof { pair: Pair::None, admission: Admission::Stranger, ripe_elsewhere: 0 });
}

#[test]
fn a_pair_is_an_asker_who_has_talked_with_this_very_number() {
    for by in [by_account as fn(Call) -> Call, by_line] {
        let pair = |call: Call| proof(&[by(call).to(NUMBER)]).pair;
        assert_eq!(pair(good().mins_ago(119)), Pair::Fresh);
        assert_eq!(pair(good().hours_ago(2)), Pair::Ripe);
        for nothing in [call(), wasted(), short(), good().wrong_person(), good().forgiven()] {
            assert_eq!(pair(nothing.hours_ago(2)), Pair::None);
        }
        assert_eq!(proof(&[by(good().hours_ago(2)).to(ELSEWHERE[0])]).pair, Pair::None);
    }
    assert_eq!(proof(&[good().to(NUMBER).hours_ago(2)]).pair, Pair::None, "somebody else's talk");
}

#[test]
fn a_fresh_talk_does_not_take_back_that_the_pair_is_ripe() {
    assert_eq!(
        proof(&[good(), good().hours_ago(2)].map(|call| by_account(call).to(NUMBER))).pair,
        Pair::Ripe
    );
}

#[test]
fn an_account_is_proven_by_any_good_call_and_a_line_by_one_with_this_number() {
    assert!(proof(&[by_account(good())]).is_proven());
    assert!(proof(&[by_line(good()).to(NUMBER)]).is_proven());
    // Whoever else is behind the line may have had this one.
    assert!(!proof(&[by_line(good())]).is_proven());
    assert!(!proof(&[by_account(wasted()), by_account(short())]).is_proven());
}

#[test]
fn one_mark_takes_all_proof_away() {
    let good_ones = [by_account(good().days_ago(1)).to(NUMBER), by_account(good().days_ago(1))];
    let with = |mark: Call| proof(&[good_ones.to_vec(), vec![mark]].concat());
    for mark in [by_account(pumped()), by_line(pumped()), by_account(short().spam())] {
        let proof = with(mark.hours_ago(3));
        assert_eq!((proof.pair, proof.ripe_elsewhere, proof.is_proven()), (Pair::None, 0, false));
    }
    assert!(with(by_account(pumped().days_ago(7))).is_proven());
}

#[test]
fn of_those_who_share_an_address_a_mark_takes_the_proof_of_one() {
    let pair = |marked: &str, others: u16| {
        let other = |n: u16| by_line(good()).to(&format!("+1303555{:04}", 100 + n)).days_ago(2);
        let own = by_line(good()).to(NUMBER).days_ago(3);
        let mark = by_line(pumped()).to(marked).days_ago(1);
        proof(&(0..others).map(other).chain([own, mark]).collect::<Vec<_>>()).pair
    };
    assert_eq!(pair("+13035559999", 7), Pair::Ripe);
    assert_eq!(pair("+13035559999", 6), Pair::None);
    assert_eq!(pair(NUMBER, 7), Pair::None);
}

#[test]
fn who_is_vouched_for_is_proven_whatever_his_calls_came_to() {
    assert!(proof_beside(Vouched::Yes, None, &[]).is_proven());
    let marked = proof_beside(Vouched::Yes, None, &[by_account(pumped())]);
    assert_eq!((marked.pair, marked.is_proven()), (Pair::None, true));
}

#[test]
fn proof_is_spent_by_the_calls_that_it_lets_through() {
    let spent = |calls: usize| (0..calls).map(|_| by_account(call()).admitted(Admission::Proven));
    let left = |good_ones: usize, more: Vec<Call>| {
        let good_ones = (0..good_ones).map(|_| by_account(good().days_ago(2)));
        proof(&good_ones.chain(more).collect::<Vec<_>>()).is_proven()
    };
    assert!(left(1, spent(2).collect()));
    assert!(!left(1, spent(3).collect()), "three for each good one");
    assert!(left(2, spent(5).collect()));
    assert!(!left(9, spent(6).collect()), "six a day");
    assert!(left(1, spent(9).map(|call| call.days_ago(1)).collect()), "of a day");
    let newcomers = (0..9).map(|_| by_account(call()));
    assert!(left(1, newcomers.collect()), "those that he had as a newcomer cost nothing");
}

#[test]
fn proof_is_spent_by_wasted_calls_of_the_day() {
    let wasted = |n: usize| (0..n).map(|_| by_account(wasted())).collect::<Vec<_>>();
    let proven =
        |wasted: Vec<Call>| proof(&[vec![by_account(good().days_ago(2))], wasted].concat()).is_proven();
    assert!(proven(wasted(2)));
    assert!(!proven(wasted(3)));
    assert!(proven(wasted(3).into_iter().map(|call| call.days_ago(1)).collect()));
}

#[test]
fn a_proof_is_of_elsewhere_when_it_is_ripe_and_not_of_the_range_or_carrier_that_is_doubted() {
    let shown =
        |call: Call| proof_beside(Vouched::No, Some("Example Rare"), &[by_account(call)]).ripe_elsewhere;
    let there = |call: Call| call.to(ELSEWHERE[0]).hours_ago(2);
    assert_eq!(shown(there(good())), 1);
    assert_eq!(shown(there(good()).over("Example Mobile")), 1);
    assert_eq!(shown(there(good()).over("EXAMPLE RARE")), 0);
    assert_eq!(shown(there(good()).to("+12065559999")), 0, "of the same range");
    assert_eq!(shown(there(good()).mins_ago(119)), 0, "not ripe");
    // While no carrier is doubted, any of them will do.
    assert_eq!(proof(&[by_account(there(good()).over("Example Rare"))]).ripe_elsewhere, 1);
}

#[test]
fn proofs_of_elsewhere_are_counted_by_number() {
    let calls = [ELSEWHERE[0], ELSEWHERE[0], ELSEWHERE[1]].map(|to| by_account(good().hours_ago(2)).to(to));
    assert_eq!(proof(&calls).ripe_elsewhere, 2);
}

#[test]
fn a_shared_address_proves_nothing_for_the_one_who_asks_now() {
    let of_line = |numbers: usize| {
        let calls: Vec<_> =
            ELSEWHERE.iter().take(numbers).map(|to| by_line(good().hours_ago(2)).to(to)).collect();
        proof(&calls).ripe_elsewhere
    };
    assert_eq!(of_line(4), 4);
    assert_eq!(of_line(5), 0);
}

#[test]
fn customers_live_where_two_other_lines_have_talked_well_and_few_misbehave() {
    let lines = |call: &Call, lines: std::ops::Range<u8>| {
        lines.map(|n| call.clone().by(&format!("203.0.{n}.1"))).collect::<Vec<_>>()
    };
    let admission = |calls: &[Vec<Call>]| proof(&calls.concat()).admission;
    let customers = lines(&good().hours_ago(2), 1..3);
    assert_eq!(admission(std::slice::from_ref(&customers)), Admission::Neighbor);
    assert_eq!(admission(&[lines(&good().mins_ago(119), 1..3)]), Admission::Stranger);
    assert_eq!(
        admission(&[lines(&good().hours_ago(2), 1..2), vec![by_line(good().hours_ago(2))]]),
        Admission::Stranger
    );
    assert_eq!(admission(&[customers.clone(), lines(&wasted(), 50..54)]), Admission::Neighbor);
    assert_eq!(admission(&[customers.clone(), lines(&wasted(), 50..55)]), Admission::Stranger);
    // A marked line weighs as much as three that wasted calls.
    let marked =
        |wasting: u8| [customers.clone(), lines(&pumped(), 40..41), lines(&wasted(), 50..50 + wasting)];
    assert_eq!(admission(&marked(1)), Admission::Neighbor);
    assert_eq!(admission(&marked(2)), Admission::Stranger);
}
