//! What became of a batch.

use serde_json::Value;

/// What a consumer made of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutcome {
    /// All of it is done.
    Done,
    /// Everything before the record with this sequence number is done. A number that is not in the batch means
    /// that the whole batch failed.
    FailedFrom(String),
    /// Nothing is known to be done: the function failed, or what it answered says so.
    FailedWhole,
}

impl BatchOutcome {
    /// Reads a function's response as Lambda does with `ReportBatchItemFailures`: no failures, no list and no
    /// response mean success; an identifier that names no record fails the whole batch; of several, the lowest counts.
    #[must_use]
    pub fn from_response(response: &Value) -> Self {
        let failures = match response {
            Value::Null => return Self::Done,
            Value::Object(members) => match members.get("batchItemFailures") {
                None | Some(Value::Null) => return Self::Done,
                Some(Value::Array(failures)) => failures,
                Some(_) => return Self::FailedWhole,
            },
            _ => return Self::FailedWhole,
        };
        let numbers: Option<Vec<&str>> = failures.iter().map(sequence_number).collect();
        match numbers {
            None => Self::FailedWhole,
            Some(numbers) => match numbers.into_iter().min_by_key(|number| magnitude(number)) {
                None => Self::Done,
                Some(lowest) => Self::FailedFrom(lowest.to_owned()),
            },
        }
    }
}

fn sequence_number(failure: &Value) -> Option<&str> {
    let number = failure.get("itemIdentifier")?.as_str()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Orders sequence numbers, which are too long for an integer, by their value.
fn magnitude(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}
