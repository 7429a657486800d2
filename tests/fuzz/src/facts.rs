//! A request with any facts: any calls of those who have part in it, and any counts.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use jiff::SignedDuration;
use tollgate::counter::{Ask, Asked};
use tollgate::evidence::{Admission, Call, End, Evidence, Marked, Talk};
use tollgate::facts::{AskCount, Asking, CarrierFact, Facts, Held, Places};
use tollgate::line::{Line, LineFact, LineType};
use tollgate::number::PhoneNumber;
use tollgate::record::MarkKind;
use tollgate::request::{Account, CallbackRequest, Caller, RequestId, Whereabouts};
use tollgate::switches::KillSwitches;
use tollgate::text::{AccountId, CarrierName};
use tollgate::usual::Usual;

use crate::api::NOW;

/// The most calls that are drawn; each list holds some of them.
const CALLS_MAX: u8 = 12;
/// Calls are as old as this at most: some are older than what is remembered.
const OLDEST_SECONDS: i64 = 40 * 86_400;

/// A request with any facts.
pub(crate) fn asked(u: &mut Unstructured<'_>) -> Result<(CallbackRequest, Facts)> {
    let request = request(u)?;
    let line = match u.int_in_range(0..=3)? {
        0 => LineFact::NotAsked,
        1 => LineFact::Unavailable,
        2 => LineFact::Known(Line { line_type: LineType::Mobile, carrier: Some(carrier("A")) }),
        _ => LineFact::Known(Line { line_type: LineType::Voip, carrier: None }),
    };
    let calls = calls(u, &request)?;
    let mut some = || -> Result<Vec<Call>> {
        let chosen: u16 = u.arbitrary()?;
        let drawn = calls.iter().enumerate().filter(|(place, _)| chosen & (1 << place) != 0);
        Ok(drawn.map(|(_, call)| call.clone()).collect())
    };
    let evidence = Evidence {
        line: some()?,
        account: some()?,
        network: some()?,
        site: some()?,
        neighborhood: some()?,
        number: some()?,
        range: some()?,
        range_settled: some()?,
    };
    let carrier = match some()? {
        calls if calls.is_empty() => CarrierFact::NotAsked,
        calls => CarrierFact::Known { calls, approved: u.arbitrary()? },
    };
    let facts = Facts {
        listings: vec![],
        switches: KillSwitches::default(),
        line,
        asking: Asking { address: ask_count(u)?, account: Some(ask_count(u)?) },
        evidence,
        usual: usual(u)?,
        range_approved: u.arbitrary()?,
        carrier,
        newcomers: Places { newcomers: held(u)?, strangers: held(u)? },
        pending: u.arbitrary::<bool>()?.then_some(request.id),
        over: None,
        spent: None,
    };
    Ok((request, facts))
}

fn request(u: &mut Unstructured<'_>) -> Result<CallbackRequest> {
    let number = number(u)?;
    let verified_number = u.arbitrary::<bool>()?.then(|| number.clone());
    let account = Account { id: account(0), verified_number };
    let address = if u.arbitrary()? {
        std::net::IpAddr::from(u.arbitrary::<[u8; 4]>()?)
    } else {
        std::net::IpAddr::from(u.arbitrary::<[u8; 16]>()?)
    };
    let caller = Caller {
        address: address.into(),
        country: whereabouts(u)?,
        asn: u.arbitrary()?,
        marks: BTreeSet::new(),
        account: u.arbitrary::<bool>()?.then_some(account),
    };
    let id = RequestId::from_random([1; 16]);
    Ok(CallbackRequest { id, received_at: NOW, deadline: NOW, number, name: None, topic: None, caller })
}

fn whereabouts(u: &mut Unstructured<'_>) -> Result<Whereabouts> {
    Ok(match *u.choose(&["US", "JM", "elsewhere", "untold"])? {
        "elsewhere" => Whereabouts::NoneOf("US".parse().into_iter().collect()),
        text => text.parse().map_or(Whereabouts::Untold, Whereabouts::In),
    })
}

fn number(u: &mut Unstructured<'_>) -> Result<PhoneNumber> {
    let numbers =
        ["+12065550100", "+493012345678", "+18765230123", "+882161234567", "+447700900123", "+80012345678"];
    Ok(PhoneNumber::parse(u.choose(&numbers)?, None)
        .unwrap_or_else(|_unknown| PhoneNumber::from_e164(numbers[0]).expect("the first one can exist")))
}

fn account(n: u8) -> AccountId {
    AccountId::parse(&format!("account-{n}")).unwrap()
}

fn carrier(name: &str) -> CarrierName {
    CarrierName::parse(name).unwrap()
}

/// Any calls, the newest first: of the asker and of others, to the number and to others.
fn calls(u: &mut Unstructured<'_>, request: &CallbackRequest) -> Result<Vec<Call>> {
    let mut calls = vec![];
    for n in 0..u.int_in_range(0..=CALLS_MAX)? {
        let own_line: bool = u.arbitrary()?;
        let other = std::net::IpAddr::from([198, 51, 100, u.int_in_range(0..=3)?]);
        let line = if own_line {
            request.caller.address.line()
        } else {
            tollgate::network::Address::from(other).line()
        };
        let dialed_at = NOW - SignedDuration::from_secs(u.int_in_range(0..=OLDEST_SECONDS)?);
        // The end may be told to be before the dial: Connect's clock is another one.
        let seconds = u.arbitrary()?;
        let talk = *u.choose(&[Talk::Lasted { seconds }, Talk::Never, Talk::Withdrawn, Talk::Untold])?;
        let end = End { at: dialed_at + SignedDuration::from_secs(u.int_in_range(-60..=7_200)?), talk };
        let kind = *u.choose(&[MarkKind::Spam, MarkKind::Legitimate, MarkKind::WrongPerson])?;
        calls.push(Call {
            request: RequestId::from_random([100 + n; 16]),
            line,
            account: u.arbitrary::<bool>()?.then(|| account(n % 3)),
            number: if u.arbitrary()? { request.number.clone() } else { number(u)? },
            carrier: u.arbitrary::<bool>()?.then(|| carrier(if n % 2 == 0 { "A" } else { "B" })),
            dialed_at,
            admission: *u.choose(&[Admission::Proven, Admission::Neighbor, Admission::Stranger])?,
            own: u.ratio(1, 8)?,
            end: u.arbitrary::<bool>()?.then_some(end),
            mark: u.ratio(1, 4)?.then_some(Marked { kind, at: NOW }),
            forgiven: u.ratio(1, 8)?,
        });
    }
    calls.sort_by_key(|call| std::cmp::Reverse(call.dialed_at));
    Ok(calls)
}

fn ask_count(u: &mut Unstructured<'_>) -> Result<AskCount> {
    let mut asked = || -> Result<Asked> {
        let mut pending = vec![];
        for n in 0..u.int_in_range(0..=3_u8)? {
            let id = RequestId::from_random([200 + n; 16]);
            pending.push(Ask {
                id,
                number: number(u)?.e164().to_owned(),
                asked_at: u.arbitrary::<bool>()?.then_some(NOW),
            });
        }
        Ok(Asked { requests: u.arbitrary()?, pending })
    };
    Ok(AskCount { this: asked()?, last: asked()? })
}

fn held(u: &mut Unstructured<'_>) -> Result<Held> {
    Ok(Held { this: u.arbitrary()?, last: u.arbitrary()? })
}

fn usual(u: &mut Unstructured<'_>) -> Result<Usual> {
    let mut usual = Usual::default();
    let today = NOW.as_second().div_euclid(86_400);
    for key in ["a", "b", ""] {
        let day = today - u.int_in_range(-1..=9)?;
        usual.days.entry(day).or_default().insert(key.to_owned(), u.arbitrary()?);
    }
    Ok(usual)
}
