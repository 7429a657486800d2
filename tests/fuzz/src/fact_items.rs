//! What screening reads of other tables: counters, calls, kept lines, claims. Whatever they hold, the facts are gathered or the
//! item is named that cannot be read; on what is gathered can be decided; and a line that is kept is the line that is read. A
//! call that is dialed, marked and forgiven is read as it was made.

use std::sync::{Arc, LazyLock};

use arbitrary::Unstructured;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tollgate::counter::Subject;
use tollgate::evidence::{Admission, Call, End, Marked};
use tollgate::facts::{CarrierFact, Facts};
use tollgate::line::LineFact;
use tollgate::outcome::CallEnd;
use tollgate::policy::Policy;
use tollgate::record::{MarkKind, Record, Terms};
use tollgate::request::CallbackRequest;
use tollgate::screen::needs_carrier;
use tollgate::state::{Attempt, Dialing, Ending, State};
use tollgate::switches::KillSwitches;
use tollgate::text::{Author, CarrierName};
use tollgate::usual::Usual;
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::settings::Settings;
use tollgate_aws::transitions::claim::claim;
use tollgate_aws::{
    gather,
    tables::{calls, numbers},
    transitions::{ending, marks},
};

use crate::api::{NOW, STREAM};
use crate::policy::is_usable;
use crate::request_body::stored;
use crate::shape::{is_item, item};
use crate::tables::{self, Answer, updated};

/// One item of each kind. Their keys are what the request is counted under at [`NOW`].
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let counted = |subject: &str, window: &str| {
        json!({ "subject": { "S": subject }, "window": { "S": window },
            "approved": { "N": "2" }, "newcomers_1800_20": { "N": "-2" }, "strangers_1800_20": { "N": "7" },
            "newcomers_1800_19": { "N": "3" }, "strangers_1800_19": { "N": "1" },
            "asks": { "L": [{ "S": "caf67932c02dca1aca0934343a88083a +12065550100 1772445590000" }, { "S": "?" }] } })
    };
    let call = json!({
        "request_id": { "S": "00112233445566778899aabbccddeeff" }, "line": { "S": "198.51.100.7/32" },
        "account": { "S": "3f2a" }, "number": { "S": "+12065550100" }, "range": { "S": "+1206555" },
        "carrier": { "S": "Example Mobile" }, "dialed_at": { "N": "1772440000000" }, "admission": { "S": "neighbor" },
        "ended_at": { "N": "1772440120000" }, "agent_seconds": { "N": "90" }, "mark": { "S": "wrong-person" },
        "marked_at": { "N": "1772441000000" }, "own": { "BOOL": false }, "forgiven": { "BOOL": true },
    });
    let mut live = call.clone();
    for ended in ["ended_at", "agent_seconds", "mark", "marked_at", "forgiven", "account"] {
        live.as_object_mut().unwrap().remove(ended);
    }
    vec![
        counted("range#+1206555", "86400@1772409600"),
        counted("budget#total", "86400@1772409600"),
        counted("address#198.51.100.7/32", "3600@1772442000"),
        call,
        live,
        json!({ "number": { "S": "+12065550100" }, "expires_at": { "N": "1772532000" },
            "line": { "M": { "type": { "S": "mobile" }, "carrier": { "S": "Example Mobile" } } } }),
        json!({ "number": { "S": "+12065550100" }, "held_by": { "S": "00112233445566778899aabbccddeeff" },
            "claimed_at": { "N": "1772445600000" } }),
    ]
});

/// Where each kind of item stands in what is read.
const COUNTERS: usize = 3;
const CALLS: usize = 5;

/// What stands in the tables.
struct Kept {
    counters: Value,
    call: Value,
    line: Value,
    claim: Value,
}

/// Asserts what must hold of any items.
pub fn check(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Some(kept) = (|| {
        Some(Kept {
            counters: item(&mut u, &RECORDED[..COUNTERS])?,
            call: item(&mut u, &RECORDED[COUNTERS..CALLS])?,
            line: item(&mut u, &RECORDED[CALLS..=CALLS])?,
            claim: item(&mut u, &RECORDED[CALLS + 1..])?,
        })
    })() else {
        return;
    };
    debug_assert!(is_item(&kept.counters) && is_item(&kept.call));
    let record = stored(&STREAM[0]["Records"][0]["dynamodb"]["NewImage"]).record;
    match facts(&record.request, &kept) {
        Ok(facts) => {
            is_usable(&Policy::default(), &record.request, &facts);
            hides_no_other(&record, &kept.call);
            keeps_its_line(&record.request, facts, kept);
        }
        Err(StoreError::Inconsistent { table, reason, .. }) => {
            assert!(["Numbers", "Pending"].contains(&table) && !reason.is_empty(), "{table}: {reason}");
        }
        Err(error @ StoreError::Service { .. }) => panic!("{error}"),
    }
    if let Ok(call) = made(&mut u, record) {
        assert!(call, "a call is read as it was made");
    }
}

/// What is gathered when the tables hold these items, and the customers have other carriers.
fn facts(request: &CallbackRequest, kept: &Kept) -> Result<Facts, StoreError> {
    let Kept { counters, call, line, claim } = kept;
    let read = json!({ "Responses": { "Counters": [counters], "Numbers": [line], "Pending": [claim] } });
    let asks = json!({ "Attributes": { "asks": counters["asks"] } });
    let asks = if counters["asks"].is_null() { json!({}) } else { asks };
    let (found, got) = (json!({ "Items": [call] }), json!({ "Item": counters }));
    let answers = move |call: &tables::Call| {
        Answer::Done(match call.operation.as_str() {
            "BatchGetItem" => read.clone(),
            "Query" => found.clone(),
            "GetItem" => got.clone(),
            _ => asks.clone(),
        })
    };
    let mut usual = Usual::default();
    let theirs = CarrierName::parse("Carrier of the customers").unwrap();
    (0..100).for_each(|_| usual.learn(Some(&theirs), NOW - SignedDuration::from_hours(24)));
    let policy = Arc::new(Policy::default());
    let settings =
        Settings { policy, switches: KillSwitches::default(), usual: Arc::new(usual), spent: None };
    let (facts, _) = tables::with(answers, async |tables| {
        let facts = gather::facts(tables, request, &settings, NOW).await?.facts;
        let needed = needs_carrier(&facts.line, &facts.usual, &settings.policy, NOW);
        let is_known = facts.line.known().is_some_and(|line| line.carrier.is_some());
        assert_eq!(needed.is_some(), is_known, "what is known and not usual is asked for");
        let carrier = match needed {
            Some(carrier) => gather::carrier(tables, carrier, NOW).await?,
            None => CarrierFact::NotAsked,
        };
        Ok(Facts { carrier, ..facts })
    });
    facts
}

/// A call that cannot be read is left out, and the others are read.
fn hides_no_other(record: &Record, call: &Value) {
    let subject = Subject::Number(record.request.number.clone());
    let alone = read(&subject, &[call]);
    assert!(alone.len() <= 1);
    let beside = read(&subject, &[&RECORDED[COUNTERS], call]);
    assert_eq!(beside[1..], alone[..]);
}

/// The calls that are read from these items.
fn read(subject: &Subject, items: &[&Value]) -> Vec<Call> {
    let found = json!({ "Items": items });
    let answers = move |_query: &tables::Call| Answer::Done(found.clone());
    let (calls, _) = tables::with(answers, async |tables| calls::of(tables, subject, NOW).await);
    calls.expect("calls are read or left out")
}

fn keeps_its_line(request: &CallbackRequest, facts: Facts, kept: Kept) {
    let LineFact::Known(line) = &facts.line else { return };
    let (written, calls) = tables::with(tables::empty, async |tables| {
        numbers::keep(tables, &request.number, line, NOW + SignedDuration::from_hours(1)).await
    });
    written.expect("a line is kept");
    let again = self::facts(request, &Kept { line: tables::put(&calls), ..kept });
    assert_eq!(again.expect("what is written can be read"), facts);
}

/// Whether a call that is dialed, ends, is marked and forgiven, each by its own write, is read as it was made.
fn made(u: &mut Unstructured<'_>, record: Record) -> arbitrary::Result<bool> {
    let policy = Policy::default();
    let terms = Terms {
        admission: *u.choose(&[Admission::Proven, Admission::Neighbor, Admission::Stranger])?,
        ..Terms::unwritten(&policy)
    };
    let agent_seconds: Option<u16> = u.arbitrary()?;
    let ended_at = NOW + SignedDuration::from_hours(24);
    let agent_at = agent_seconds.map(|seconds| ended_at - SignedDuration::from_secs(seconds.into()));
    let end = CallEnd { ended_at, answered_at: agent_at.map(|_| NOW), agent_at, excuse: None };
    let kind = *u.choose(&[MarkKind::Spam, MarkKind::Legitimate, MarkKind::WrongPerson])?;
    let forgiven: bool = u.arbitrary()?;

    let approved = Record { state: State::Approved, terms: Some(terms.clone()), ..record };
    let dialing = Dialing { dialed_at: NOW, claimed_until: NOW, attempt: Attempt::Placing };
    let dialing = Record { state: State::Dialing(dialing), ..approved.clone() };
    let closed = Ending::Closed { contact_id: None, end: Some(end.clone()) };
    let ended = Record { state: State::Ended(closed.clone()), ..approved.clone() };
    let author = Author::parse("ada").unwrap();
    let (written, calls) = tables::with(tables::empty, async |tables| {
        claim(tables, &approved, &[], terms.clone(), NOW, &policy, NOW).await?;
        ending::end(tables, &dialing, closed, vec![], &policy, NOW).await?;
        marks::mark(tables, &ended, kind, &author, NOW).await?;
        if forgiven { calls::forgive(tables, ended.request.id).await } else { Ok(()) }
    });
    written.expect("it is written");
    let expected = Call {
        end: Some(End::of(&end)),
        mark: Some(Marked { kind, at: NOW }),
        forgiven,
        ..Call::of(&approved, &terms, NOW)
    };
    let subject = Subject::Number(expected.number.clone());
    Ok(read(&subject, &[&item_of(&calls)]) == [expected])
}

/// The item of a call, as these writes leave it.
fn item_of(writes: &[tables::Call]) -> Value {
    let parts = writes.iter().flat_map(|write| match write.sent["TransactItems"].as_array() {
        Some(items) => items.clone(),
        None => vec![json!({ "Update": write.sent })],
    });
    parts.fold(Value::Null, |item, part| match (&part["Put"], &part["Update"]) {
        (put, _) if put["TableName"] == "Calls" => put["Item"].clone(),
        (_, update) if update["TableName"] == "Calls" => updated(&item, update),
        _ => item,
    })
}
