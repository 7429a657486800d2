//! What happens to each request, one line a step, masked: read from the stream, like any other consumer.

use jiff::tz::TimeZone;
use serde_json::Value;
use tollgate::outcome::CallEnd;
use tollgate::record::Record;
use tollgate::state::{Attempt, Dialing, Ending, Retry, State};
use tollgate::verdict::{Finding, Standing};
use tollgate_aws::tables::requests::from_image;

use crate::stack::{Error, Stack};
use crate::stream::{BatchOutcome, Consumer, Pump, Start};

const NAME: &str = "printer";

/// Prints what happens to each request.
#[derive(Debug)]
pub(super) struct Printer {}

impl Printer {
    /// Begins at the end of the stream: what was printed before is not printed again.
    pub(super) fn new(stack: &Stack) -> Result<Self, Error> {
        let all =
            Consumer { name: NAME.to_owned(), patterns: vec![], batch_size: 100, retry_attempts_max: 0 };
        stack.with_pump(|pump| {
            pump.subscribe(all, Start::TrimHorizon);
            while let Some(batch) = pump.next_batch(NAME)? {
                pump.report(&batch, BatchOutcome::Done)?;
            }
            Ok(Self {})
        })
    }

    /// Prints the next batch. False if there is none.
    pub(super) fn next(&mut self, pump: &mut Pump) -> Result<bool, crate::stream::Error> {
        let Some(batch) = pump.next_batch(NAME)? else { return Ok(false) };
        let records = batch.event.get("Records").and_then(Value::as_array);
        for record in records.into_iter().flatten() {
            if let Some(line) = line(record) {
                println!("{line}");
            }
        }
        pump.report(&batch, BatchOutcome::Done)?;
        Ok(true)
    }
}

/// The line of a record; none if nothing changed that a person would want to know.
fn line(record: &Value) -> Option<String> {
    let image = |name: &str| {
        let image = record.pointer(&format!("/dynamodb/{name}"))?;
        from_image(serde_json::from_value(image.clone()).ok()?).ok()
    };
    let new = image("NewImage")?.record;
    let old = image("OldImage").map(|stored| stored.record);
    let step = match &old {
        Some(old) if old.state == new.state && old.cancelled_at == new.cancelled_at => return None,
        Some(old) if old.cancelled_at != new.cancelled_at => "withdrawn by the visitor".to_owned(),
        Some(old) => format!("{} -> {}", old.state.name().as_str(), describe(&new.state)),
        None => describe(&new.state),
    };
    let time = tollgate_aws::clock::Clock::System.now().to_zoned(TimeZone::UTC).strftime("%H:%M:%S");
    let Record { request, .. } = &new;
    let id: String = request.id.to_string().chars().take(8).collect();
    let number = request.number.masked();
    let from = request.caller.address.masked();
    let why = why(&new.findings);
    Some(format!("{time} {id} {number} from {from}: {step}{why}"))
}

fn describe(state: &State) -> String {
    let name = state.name().as_str();
    match state {
        State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Waiting), .. }) => {
            format!("{name} (Connect is busy, waits)")
        }
        State::Dialing(Dialing { attempt: Attempt::NotPlaced(Retry::Due), .. }) => {
            format!("{name} (once more)")
        }
        State::Ended(Ending::Closed { end: Some(end), .. }) => format!("{name} ({})", call(end)),
        State::Ended(Ending::Closed { end: None, .. }) => format!("{name} (given up as lost)"),
        State::Ended(Ending::Failed { failure }) => format!("{name} ({failure:?})"),
        _ => name.to_owned(),
    }
}

fn call(end: &CallEnd) -> String {
    format!("{}, {} s", end.outcome().as_str(), end.answered_seconds())
}

fn why(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let standing = match finding.standing {
            Standing::Enforced => "",
            Standing::Shadow => " (shadow)",
            Standing::Waived => " (waived)",
        };
        let about = finding.masked().subject.map(|subject| format!(" {subject}")).unwrap_or_default();
        let measure =
            finding.measure.map(|m| format!(" {} of {} in {} s", m.value, m.limit, m.window_seconds));
        format!("{}{about}{}{standing}", finding.code.as_str(), measure.unwrap_or_default())
    };
    if findings.is_empty() {
        String::new()
    } else {
        format!("  [{}]", findings.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}
