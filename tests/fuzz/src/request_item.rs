//! Items of requests. Any item is read or refused with its key and what is wrong; and what was read is written, through
//! the very steps that lead to its state, as an item that reads as the same.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tollgate::record::{Mark, Record};
use tollgate::state::{Attempt, Dialing, Ending, State};
use tollgate_aws::error::StoreError;
use tollgate_aws::tables::requests::{self, Stored, Transition};
use tollgate_aws::transitions::marks;

use crate::api::{NOW, STREAM};
use crate::request_body::stored;
use crate::shape::{is_item, item};
use crate::tables::{self, Answer, updated};

/// Items as they were recorded, and some of the states that no recorded event shows.
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let images = STREAM.iter().map(|event| event["Records"][0]["dynamodb"]["NewImage"].clone());
    let mut items: Vec<_> = images.collect();
    let id = json!({ "S": "00112233445566778899aabbccddeeff" });
    let moment = json!({ "N": "1772445605000" });
    let finding = json!({ "M": {
        "code": { "S": "too-many-to-number" }, "route": { "S": "redirect" }, "standing": { "S": "shadow" },
        "subject": { "S": "number#+12065550100" },
        "measure": { "M": { "value": { "N": "4" }, "limit": { "N": "3" }, "window_seconds": { "N": "86400" } } },
    }});
    let line = json!({ "M": { "type": { "S": "mobile" }, "carrier": { "S": "Example Mobile" } } });
    let terms = json!({ "M": {
        "admission": { "S": "stranger" }, "range_calls_per_day_max": { "N": "60" },
        "newcomers_window_seconds": { "N": "1800" },
        "taken": { "L": [{ "M": {
            "subject": { "S": "range#+1206555" },
            "window": { "M": { "start_second": { "N": "1772409600" }, "length_seconds": { "N": "86400" } } },
        } }] },
    } });
    for more in [
        json!({ "state": { "S": "approved" }, "terms": terms }),
        json!({ "state": { "S": "duplicate" }, "held_by": id, "findings": { "L": [finding] } }),
        json!({ "state": { "S": "in-call" }, "contact_id": { "S": "c-1" }, "dialed_at": moment, "line": line }),
        json!({ "state": { "S": "closed" }, "contact_id": { "S": "c-1" }, "ended_at": moment, "answered_at": moment,
                "agent_at": moment, "marks": { "L": [{ "S": "anonymous" }] } }),
        json!({ "state": { "S": "closed" }, "contact_id": { "S": "c-1" }, "ended_at": moment, "mark": { "S": "spam" },
                "marked_at": moment, "marked_by": { "S": "ada" } }),
        json!({ "state": { "S": "failed" }, "failure": { "S": "busy" }, "cancelled_at": moment }),
        json!({ "state": { "S": "redirected" }, "answered": { "S": "redirected" }, "asn": { "N": "64496" } }),
    ] {
        let mut item = items[0].clone();
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        items.push(item);
    }
    items
});

/// Asserts what must hold of any item.
pub fn check(bytes: &[u8]) {
    let item = match bytes.first() {
        Some(b'{') => serde_json::from_slice(bytes).ok().filter(is_item),
        _ => item(&mut Unstructured::new(bytes), &RECORDED),
    };
    let Some(item) = item else { return };
    let id = item["request_id"]["S"].as_str().unwrap_or("(no request_id)").to_owned();
    let read = json!({ "Item": item });
    let (read, _) = tables::with(
        move |_get| Answer::Done(read.clone()),
        async |tables| {
            let any = tollgate::request::RequestId::from_random([0; 16]);
            requests::get(tables, any, jiff::Timestamp::MIN).await
        },
    );
    match read {
        Ok(read) => writes_back(read.expect("nothing is past its retention at the beginning of time")),
        Err(StoreError::Inconsistent { table, key, reason }) => {
            assert_eq!((table, key), ("Requests", id));
            assert!(!reason.is_empty());
        }
        Err(error @ StoreError::Service { .. }) => panic!("{error}: {item}"),
    }
}

fn writes_back(read: Stored) {
    // Upkeep reckons from these moments; the ends of time are as far from any request as a century is.
    let is_reckoned =
        |moment: jiff::Timestamp| moment.duration_since(NOW).abs() < SignedDuration::from_hours(876_600);
    let marked_at = read.record.mark.as_ref().map(|mark| mark.marked_at);
    let mut moments = [read.record.request.received_at, read.expires_at].into_iter().chain(marked_at);
    if !moments.all(is_reckoned) {
        return;
    }
    let item = write(&read);
    let mut again = stored(&item);
    // What is not written by a step: the answer of a request that was not ended at once.
    again.answered = read.answered;
    // Only what ended is marked.
    if !matches!(read.record.state, State::Ended(_)) {
        again.record.mark = read.record.mark.clone();
    }
    assert_eq!(again, read, "{item}");
}

/// Writes a request as its functions do: taken, then moved on step by step.
fn write(read: &Stored) -> Value {
    let Record { request, state, findings, line, terms, cancelled_at, mark } = read.record.clone();
    let mut steps = steps_to(&state);
    let first = steps.remove(0);
    let taken = Record {
        request: request.clone(),
        state: first.clone(),
        findings: findings.clone(),
        line: None,
        terms: None,
        cancelled_at: None,
        mark: None,
    };
    let (fingerprint, expires_at) =
        (read.fingerprint.clone(), read.expires_at - SignedDuration::from_secs(1));
    let (_, calls) = tables::with(tables::empty, async |tables| {
        requests::take(tables, &taken, &fingerprint, expires_at).await.expect("a new request is taken");
    });
    let mut item = tables::put(&calls);
    let mut from = first;
    for to in steps {
        let step = Transition::new(request.id, &from, to.clone()).expect("the steps exist");
        let (_, calls) =
            tables::with(tables::empty, async |tables| step.write(tables).await.expect("it is written"));
        item = updated(&item, &calls[0].sent);
        from = to;
    }
    let last = Transition::in_place(request.id, &from, NOW).with_findings(&findings).with_line(line.as_ref());
    let last = match terms {
        Some(terms) => last.with_terms(terms),
        None => last,
    };
    let (_, calls) =
        tables::with(tables::empty, async |tables| last.write(tables).await.expect("it is written"));
    item = updated(&item, &calls[0].sent);
    if let Some(at) = cancelled_at {
        item["cancelled_at"] = json!({ "N": at.as_millisecond().to_string() });
    }
    match &mark {
        Some(mark) => marked(&item, &read.record, mark),
        None => item,
    }
}

/// The item after the request is marked.
fn marked(item: &Value, record: &Record, mark: &Mark) -> Value {
    // Only what has ended is marked.
    let State::Ended(_) = &record.state else { return item.clone() };
    let unmarked = Record { mark: None, ..record.clone() };
    let (_, calls) = tables::with(tables::empty, async |tables| {
        marks::mark(tables, &unmarked, mark.kind, &mark.marked_by, mark.marked_at)
            .await
            .expect("it is marked")
    });
    match calls.iter().find(|call| call.operation == "TransactWriteItems") {
        Some(call) => updated(item, &call.sent["TransactItems"][0]["Update"]),
        None => item.clone(),
    }
}

/// The states that a request goes through to this one; the first is the one in which it is taken.
fn steps_to(state: &State) -> Vec<State> {
    let dialing = |dialed_at| {
        State::Dialing(Dialing { dialed_at, claimed_until: dialed_at, attempt: Attempt::Placing })
    };
    let before = match state {
        State::Received | State::Ended(Ending::Redirected) => vec![],
        State::Duplicate { .. } | State::Approved => vec![State::Received],
        State::Dialing(_) => vec![State::Received, State::Approved],
        State::InCall { dialed_at, .. } => vec![State::Received, State::Approved, dialing(*dialed_at)],
        State::Ended(Ending::Closed { contact_id, .. }) => {
            let call = contact_id.clone().map(|contact_id| State::InCall { contact_id, dialed_at: NOW });
            [State::Received, State::Approved, dialing(NOW)].into_iter().chain(call).collect()
        }
        State::Ended(Ending::Failed { .. }) => vec![State::Received, State::Approved, dialing(NOW)],
        State::Ended(Ending::Refused | Ending::Cancelled | Ending::Expired) => vec![State::Received],
    };
    [before, vec![state.clone()]].concat()
}
