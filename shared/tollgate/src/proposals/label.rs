//! Whether a request went badly or well, as far as one can tell.

use std::collections::HashMap;

use crate::digest::{Fate, is_spam};
use crate::evidence::End;
use crate::policy::Policy;
use crate::record::Record;
use crate::state::{Ending, State};

/// Whether a request went badly or well, as far as one can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Marked as spam; or its call found nobody, or no agent.
    Bad,
    /// An agent talked for as long as the policy asks, and nobody marked it.
    Good,
    /// Anything else: not called, withdrawn, too short, or the first miss of somebody whose other call went well.
    Unknown,
}

/// The labels of requests, in their order.
pub(super) fn labels(records: &[Record], policy: &Policy) -> Vec<Label> {
    let mut labels: Vec<_> = records.iter().map(|record| label(record, policy)).collect();
    let numbers = records.iter().map(|record| record.request.number.e164());
    let mut good = HashMap::<&str, bool>::new();
    for (number, label) in numbers.clone().zip(&labels) {
        if *label == Label::Good {
            good.insert(number, true);
        }
    }
    // People miss a call and are called again.
    for ((number, label), record) in numbers.zip(&mut labels).zip(records) {
        if let Some(first) = good.get_mut(number)
            && *label == Label::Bad
            && !is_spam(record)
            && std::mem::take(first)
        {
            *label = Label::Unknown;
        }
    }
    labels
}

fn label(record: &Record, policy: &Policy) -> Label {
    if is_spam(record) || Fate::of(&record.state).is_waste() {
        return Label::Bad;
    }
    match &record.state {
        State::Ended(Ending::Closed { end: Some(end), .. }) if End::of(end).proves_something(policy) => {
            Label::Good
        }
        _ => Label::Unknown,
    }
}
