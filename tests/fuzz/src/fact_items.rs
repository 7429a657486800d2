//! What screening reads of other tables: counters, kept lines, claims. Whatever they hold, the facts are gathered or the
//! item is named that cannot be read; on what is gathered can be decided; and a line that is kept is the line that is read.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tollgate::facts::Facts;
use tollgate::line::LineFact;
use tollgate::policy::Policy;
use tollgate::request::CallbackRequest;
use tollgate::screen::{blocks, places, screen};
use tollgate::switches::KillSwitches;
use tollgate_aws::error::StoreError;
use tollgate_aws::{gather, numbers};

use crate::api::{NOW, STREAM};
use crate::request_body::stored;
use crate::shape::{is_item, item};
use crate::tables::{self, Answer, Call};

/// One item of each kind. Their keys are what the request is counted under at [`NOW`].
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let counted = |subject: &str, window: &str| {
        json!({ "subject": { "S": subject }, "window": { "S": window },
            "approved": { "N": "2" }, "approved#example mobile": { "N": "3" },
            "addresses": { "SS": ["198.51.100.7/32", "198.51.100.8/32"] },
            "asks": { "L": [{ "S": "caf67932c02dca1aca0934343a88083a +12065550100 US" }, { "S": "?" }] } })
    };
    // The days are the two before this one.
    let past = |subject: &str, suffix: &str| {
        let mut item = json!({ "subject": { "S": subject }, "window": { "S": "604800@1772064000" } });
        for (attribute, value) in [
            ("good#20513", "3"),
            ("wasted#20512", "40"),
            ("marked#20513", "2"),
            ("blocked_until", "1772449200000"),
            ("strikes", "2"),
        ] {
            item[format!("{attribute}{suffix}")] = json!({ "N": value });
        }
        item
    };
    vec![
        counted("number#+12065550100", "86400@1772409600"),
        counted("range#+1206555", "86400@1772409600"),
        counted("carriers#0", "86400@1772409600"),
        counted("address#198.51.100.7/32", "3600@1772442000"),
        past("number#+12065550100", ""),
        past("address#198.51.100.7/32", ""),
        past("carriers#0", "#example mobile"),
        json!({ "number": { "S": "+12065550100" }, "expires_at": { "N": "1772532000" },
            "line": { "M": { "type": { "S": "mobile" }, "carrier": { "S": "Example Mobile" } } } }),
        json!({ "number": { "S": "+12065550100" }, "held_by": { "S": "00112233445566778899aabbccddeeff" },
            "claimed_at": { "N": "1772445600000" } }),
    ]
});

/// Where each kind of item stands in what is read.
const COUNTERS: usize = 7;

/// Asserts what must hold of any items.
pub fn check(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let kinds = [&RECORDED[..COUNTERS], &RECORDED[COUNTERS..=COUNTERS], &RECORDED[COUNTERS + 1..]];
    let Some([counters, line, claim]) =
        (|| Some([item(&mut u, kinds[0])?, item(&mut u, kinds[1])?, item(&mut u, kinds[2])?]))()
    else {
        return;
    };
    debug_assert!(is_item(&counters));
    let request = stored(&STREAM[0]["Records"][0]["dynamodb"]["NewImage"]).record.request;
    match facts(&request, &counters, &line, &claim) {
        Ok(facts) => {
            let policy = Policy::default();
            let verdict = screen(&request, &facts, &policy, NOW);
            let _ = (
                places(&request, &facts, &policy, &verdict, NOW),
                blocks(&request, &facts, &policy, &verdict, NOW),
            );
            keeps_its_line(&request, facts, &counters, &claim);
        }
        Err(StoreError::Inconsistent { table, reason, .. }) => {
            assert!(["Numbers", "Pending"].contains(&table) && !reason.is_empty(), "{table}: {reason}");
        }
        Err(error @ StoreError::Service { .. }) => panic!("{error}"),
    }
}

/// What is gathered when the tables hold these items.
fn facts(
    request: &CallbackRequest,
    counters: &Value,
    line: &Value,
    claim: &Value,
) -> Result<Facts, StoreError> {
    let read = json!({ "Responses": { "Counters": [counters], "Numbers": [line], "Pending": [claim] } });
    let asks = json!({ "Attributes": { "asks": counters["asks"] } });
    let asks = if counters["asks"].is_null() { json!({}) } else { asks };
    let answers = move |call: &Call| {
        Answer::Done(if call.operation == "BatchGetItem" { read.clone() } else { asks.clone() })
    };
    let (facts, _) = tables::with(answers, async |tables| {
        gather::facts(tables, request, KillSwitches::default(), &Policy::default(), NOW).await
    });
    facts
}

fn keeps_its_line(request: &CallbackRequest, facts: Facts, counters: &Value, claim: &Value) {
    let LineFact::Known(line) = &facts.line else { return };
    let (kept, calls) = tables::with(tables::empty, async |tables| {
        numbers::keep(tables, &request.number, line, NOW + SignedDuration::from_hours(1)).await
    });
    kept.expect("a line is kept");
    let again = self::facts(request, counters, &tables::put(&calls), claim);
    assert_eq!(again.expect("what is written can be read"), facts);
}
