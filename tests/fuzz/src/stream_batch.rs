//! Stream records. A record that cannot be read is parked alone: the good ones around it are handed out, each once and in
//! order; and what may succeed later is reported from the first such record on.

use std::cell::RefCell;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use serde_json::{Value, json};
use tollgate_aws::batch::{Answer, Batch};
use tollgate_aws::error::StoreError;
use tollgate_aws::item::inconsistent;
use tollgate_aws::tables::requests::Stored;

use crate::api::STREAM;
use crate::shape::{changed, scalar};

/// Records as they were recorded, without the batches around them.
static RECORDS: LazyLock<Vec<Value>> =
    LazyLock::new(|| STREAM.iter().map(|event| event["Records"][0].clone()).collect());

/// How the handling of the good records ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, arbitrary::Arbitrary)]
enum Handling {
    Done,
    /// The second one cannot be handled now.
    FailsForNow,
    /// The second one never can be.
    FailsForGood,
}

/// Asserts what must hold of any batch.
pub fn check(bytes: &[u8]) {
    if let Some(b'{' | b'[') = bytes.first() {
        if let Ok(Ok(batch)) = serde_json::from_slice::<Value>(bytes).map(serde_json::from_value::<Batch>) {
            handed_out(batch, 3, Handling::Done).1.expect("nothing has to come again");
        }
        return;
    }
    let mut u = Unstructured::new(bytes);
    let Ok((handling, foreign)) = foreign(&mut u) else { return };
    let good: Vec<_> = (1..=3).map(good).collect();
    let mut records = vec![good[0].clone()];
    for (at, record) in foreign.into_iter().enumerate() {
        records.push(record);
        if at == 0 {
            records.push(good[1].clone());
        }
    }
    records.push(good[2].clone());
    for at_once in [1, 3] {
        judge(records.clone(), at_once, handling);
    }
}

fn foreign(u: &mut Unstructured<'_>) -> Result<(Handling, Vec<Value>)> {
    let handling = u.arbitrary()?;
    let mut records = vec![];
    for _ in 0..u.int_in_range(1..=4)? {
        records.push(if u.ratio(1, 12)? { scalar(u)? } else { changed(u, &RECORDS)? });
    }
    Ok((handling, records))
}

/// A record that can be read, of a request of its own.
fn good(number: u8) -> Value {
    let mut record = RECORDS[0].clone();
    let id = format!("{number:02}").repeat(16);
    record["dynamodb"]["NewImage"]["request_id"] = json!({ "S": id });
    record["dynamodb"]["SequenceNumber"] = format!("good-{number}").into();
    record
}

fn is_good(id: &str) -> bool {
    [1, 2, 3].iter().any(|number| id == format!("{number:02}").repeat(16))
}

fn judge(records: Vec<Value>, at_once: usize, handling: Handling) {
    let (count, batch) = (records.len(), serde_json::from_value(json!({ "Records": records })).unwrap());
    let (handed_out, answer) = self::handed_out(batch, at_once, handling);
    let good: Vec<_> = handed_out.iter().filter(|id| is_good(id)).map(|id| &id[..2]).collect();
    let answer = answer.expect("what has to come again has a sequence number");
    let handled = answer.tally.handled as usize;
    let parked = answer.tally.parked as usize;
    match handling {
        Handling::Done => {
            assert_eq!(good, ["01", "02", "03"]);
            assert_eq!((handled, handled + parked), (handed_out.len(), count));
            assert_eq!(answer.response, json!({ "batchItemFailures": [] }));
        }
        Handling::FailsForGood => {
            assert_eq!(good, ["01", "02", "03"]);
            assert_eq!((handled + 1, handled + parked), (handed_out.len(), count));
            assert_eq!(answer.response, json!({ "batchItemFailures": [] }));
        }
        Handling::FailsForNow => {
            assert_eq!(good, ["01", "02"]);
            // Those beside it were begun, too, and come again with it.
            assert!(handled < handed_out.len() && (at_once > 1 || handled + 1 == handed_out.len()));
            assert_eq!(answer.response, json!({ "batchItemFailures": [{ "itemIdentifier": "good-2" }] }));
        }
    }
}

/// The ids of the requests that are handed out, and the answer.
fn handed_out(
    batch: Batch,
    at_once: usize,
    handling: Handling,
) -> (Vec<String>, std::result::Result<Answer, StoreError>) {
    let ids = RefCell::new(vec![]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(batch.each(at_once, async |stored: Stored| {
        let id = stored.record.request.id.to_string();
        ids.borrow_mut().push(id.clone());
        match handling {
            Handling::FailsForNow if id.starts_with("0202") && is_good(&id) => Err(StoreError::Service {
                operation: "GetItem",
                code: "ThrottlingException".to_owned(),
                detail: String::new(),
            }),
            Handling::FailsForGood if id.starts_with("0202") && is_good(&id) => {
                Err(inconsistent("T", "k", "r"))
            }
            _ => Ok(()),
        }
    }));
    (ids.into_inner(), answer)
}
