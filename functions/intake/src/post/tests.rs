//! The `Idempotency-Key`, and what intake decides by itself.

use std::collections::BTreeSet;

use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::policy::{Guests, Mode, Policy};
use tollgate::request::{Account, NetworkMark, Whereabouts};
use tollgate::switches::KillSwitches;
use tollgate::usual::Usual;
use tollgate::verdict::Code;

use super::*;

fn headers(keys: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for key in keys {
        headers.append(IDEMPOTENCY_KEY, key.parse().unwrap());
    }
    headers
}

#[test]
fn a_key_is_given_once_as_visible_ascii_or_not_at_all() {
    let longest = "k".repeat(KEY_CHARACTERS_MAX);
    assert_eq!(key(&headers(&[])), Ok(None));
    for text in ["k", "8e03978e-40d5-43e8-bc93-6894a57f9324", "\"quoted\"", longest.as_str()] {
        assert_eq!(key(&headers(&[text])), Ok(Some(text)));
    }
    let long = "k".repeat(KEY_CHARACTERS_MAX + 1);
    for keys in [vec![""], vec!["a b"], vec!["a\tb"], vec!["\u{e9}"], vec![long.as_str()], vec!["a", "a"]] {
        assert_eq!(key(&headers(&keys)), Err(Problem::InvalidIdempotencyKey), "{keys:?}");
    }
}

fn request(account: Option<&str>, marks: BTreeSet<NetworkMark>) -> CallbackRequest {
    let account = account.map(|id| Account { id: AccountId::parse(id).unwrap(), verified_number: None });
    let address = Address::parse("203.0.113.9").unwrap();
    CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: Timestamp::UNIX_EPOCH,
        deadline: Timestamp::UNIX_EPOCH,
        number: PhoneNumber::parse("+12065550100", None).unwrap(),
        name: None,
        topic: None,
        caller: Caller { address, country: Whereabouts::Untold, asn: None, marks, account },
    }
}

/// The settings of a deployment in which nothing is switched off or spent.
fn under(policy: &Policy) -> Settings {
    let policy = policy.clone().into();
    Settings { policy, switches: KillSwitches::default(), usual: Usual::default().into(), spent: None }
}

#[test]
fn what_is_taken_holds_no_finding_and_what_is_redirected_holds_all() {
    let policy = Policy::default();
    let (record, answered) =
        decide(request(Some("ada"), BTreeSet::new()), &under(&policy), Timestamp::UNIX_EPOCH);
    assert_eq!((record.state, record.findings, answered), (State::Received, vec![], Answered::Accepted));

    let (record, answered) =
        decide(request(None, [NetworkMark::Anonymous].into()), &under(&policy), Timestamp::UNIX_EPOCH);
    let codes: Vec<_> = record.findings.iter().map(|finding| finding.code).collect();
    assert_eq!((record.state, answered), (State::Ended(Ending::Redirected), Answered::Redirected));
    assert_eq!(codes, [Code::AnonymousNetwork, Code::Guest]);
}

#[test]
fn a_guest_is_taken_where_guests_are_and_a_rule_in_shadow_redirects_nobody() {
    let rules = [(Code::AnonymousNetwork, Mode::Shadow)].into();
    let policy = Policy { guests: Guests::Allow, rules, ..Policy::default() };
    let (record, answered) =
        decide(request(None, [NetworkMark::Anonymous].into()), &under(&policy), Timestamp::UNIX_EPOCH);
    assert_eq!((record.state, answered), (State::Received, Answered::Accepted));
}
