//! The simpler guards, on traffic made by hand.

use jiff::SignedDuration;
use local::connect::CallPlan;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;

use super::*;

/// A request at this second, for a call that is answered for a minute.
fn asked(second: i64, spelled: &str, address: &str) -> Asked {
    Asked {
        at: SignedDuration::from_secs(second),
        traffic: 0,
        number: PhoneNumber::parse(spelled, CountryCode::parse("US").ok()).unwrap(),
        spelled: spelled.to_owned(),
        address: address.parse().unwrap(),
        account: None,
        anonymous: false,
        token: false,
        is_repeat: false,
        call: CallPlan { ring_seconds: 3, talk_seconds: 60, answered: true, agent: true },
        marking: None,
    }
}

fn came_to(baseline: Baseline, asked: &[Asked]) -> Vec<CameTo> {
    baseline.play(asked).into_iter().map(|fate| fate.came_to).collect()
}

#[test]
fn none_dials_all() {
    let asked = [asked(0, "+12065550100", "192.0.2.1"), asked(1, "+12065550100", "192.0.2.1")];
    assert_eq!(came_to(Baseline::None, &asked), [CameTo::Dialed; 2]);
    let dial = Baseline::None.play(&asked)[1].dial.unwrap();
    assert_eq!((dial.at.as_secs(), dial.ended.as_secs()), (1, 64));
}

#[test]
fn one_pending_dials_a_number_again_once_its_call_is_over_however_it_is_spelled() {
    let mut rings_out = asked(63, "+12065550100", "192.0.2.1");
    rings_out.call.answered = false;
    let asked = [
        asked(0, "+12065550100", "192.0.2.1"),
        asked(62, "(206) 555-0100", "192.0.2.2"),
        asked(62, "+12065550101", "192.0.2.1"),
        rings_out,
        asked(122, "+12065550100", "192.0.2.1"),
        asked(123, "+12065550100", "192.0.2.1"),
    ];
    let [dialed, duplicate] = [CameTo::Dialed, CameTo::Duplicate];
    assert_eq!(came_to(Baseline::OnePending, &asked), [dialed, duplicate, dialed, dialed, duplicate, dialed]);
}

#[test]
fn the_rate_limiter_takes_ten_of_an_address_and_ten_of_a_spelling_for_ever() {
    let day = 86_400;
    let address: Vec<_> =
        (0..12).map(|n| asked(n * day, &format!("+12065550{:03}", 100 + n), "192.0.2.1")).collect();
    let allowed = |asked: &[Asked]| {
        came_to(Baseline::SampleRateLimiter, asked).iter().filter(|one| **one == CameTo::Dialed).count()
    };
    assert_eq!(allowed(&address), 10);
    let spelling: Vec<_> = (0..12).map(|n| asked(n, "+12065550100", &format!("192.0.2.{n}"))).collect();
    assert_eq!(allowed(&spelling), 10);
    let spellings: Vec<_> = ["+12065550100", "2065550100"]
        .iter()
        .flat_map(|form| (0..12).map(|n| asked(n, form, &format!("10.{}.0.{n}", form.len()))))
        .collect();
    assert_eq!(allowed(&spellings), 20);
}

#[test]
fn what_the_rate_limiter_refuses_for_its_address_counts_for_its_number_all_the_same() {
    let mut all: Vec<_> = (0..20).map(|n| asked(n, "+12065550100", "192.0.2.1")).collect();
    all.push(asked(20, "+12065550100", "192.0.2.2"));
    all.push(asked(21, "+12065550101", "192.0.2.2"));
    let came_to = came_to(Baseline::SampleRateLimiter, &all);
    assert_eq!(came_to[20..], [CameTo::Refused, CameTo::Dialed]);
}
