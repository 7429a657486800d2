//! Two replays of the same requests, beside each other.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tollgate::policy::Policy;
use tollgate::record::Record;
use tollgate::replay::{CameTo, Decision, Replay};
use tollgate::request::RequestId;
use tollgate::verdict::Code;

/// How many requests are shown that would come to something else.
const EXAMPLES_MAX: usize = 50;

/// What requests come to under the policy that holds, and under the draft.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
    current: Counts,
    draft: Counts,
    /// The requests that would come to something else, by what decides on them.
    changed: Vec<Changed>,
    examples: Vec<Example>,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    approved: u64,
    duplicate: u64,
    redirected: u64,
    refused: u64,
}

#[derive(Debug, Serialize)]
struct Changed {
    /// What decides: the draft's finding or, where the draft approves, that of the policy that holds.
    code: Option<Code>,
    current: CameTo,
    draft: CameTo,
    requests: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    id: RequestId,
    received_at: Timestamp,
    number: String,
    address: String,
    code: Option<Code>,
    current: CameTo,
    draft: CameTo,
}

/// Replays the requests under both policies. They are in the order in which they were received.
pub(super) fn compare(records: &[Record], current: Policy, draft: Policy) -> Compared {
    let (mut current, mut draft) = (Replay::new(current), Replay::new(draft));
    let mut changed = BTreeMap::<(Option<Code>, CameTo, CameTo), u64>::new();
    let mut compared =
        Compared { current: Counts::default(), draft: Counts::default(), changed: vec![], examples: vec![] };
    for record in records {
        let (before, after) = (current.take(record), draft.take(record));
        compared.current.count(before.came_to);
        compared.draft.count(after.came_to);
        if before.came_to == after.came_to {
            continue;
        }
        let code = after.decided_by().or(before.decided_by());
        *changed.entry((code, before.came_to, after.came_to)).or_default() += 1;
        if compared.examples.len() < EXAMPLES_MAX {
            compared.examples.push(Example::of(record, code, &before, &after));
        }
    }
    let shown = |((code, current, draft), requests)| Changed { code, current, draft, requests };
    compared.changed = changed.into_iter().map(shown).collect();
    compared
}

impl Counts {
    fn count(&mut self, came_to: CameTo) {
        let count = match came_to {
            CameTo::Approved => &mut self.approved,
            CameTo::Duplicate => &mut self.duplicate,
            CameTo::Redirected => &mut self.redirected,
            CameTo::Refused => &mut self.refused,
        };
        *count += 1;
    }
}

impl Example {
    fn of(record: &Record, code: Option<Code>, current: &Decision, draft: &Decision) -> Self {
        let request = &record.request;
        Self {
            id: request.id,
            received_at: request.received_at,
            number: request.number.masked(),
            address: request.caller.address.masked(),
            code,
            current: current.came_to,
            draft: draft.came_to,
        }
    }
}
