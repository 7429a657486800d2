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
pub struct Compared {
    /// Under the policy that holds.
    pub current: Counts,
    /// Under the draft.
    pub draft: Counts,
    /// The requests that would come to something else, by what decides on them.
    pub changed: Vec<Changed>,
    /// Some of them, masked.
    pub examples: Vec<Example>,
}

/// How many requests come to what.
#[derive(Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named as `CameTo` is")]
pub struct Counts {
    pub approved: u64,
    pub duplicate: u64,
    pub redirected: u64,
    pub refused: u64,
}

/// Requests that would come to something else, for one reason.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// What decides: the draft's finding or, where the draft approves, that of the policy that holds.
    pub code: Option<Code>,
    /// What they come to under the policy that holds.
    pub current: CameTo,
    /// What they come to under the draft.
    pub draft: CameTo,
    /// How many.
    pub requests: u64,
}

/// One request that would come to something else.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as a request's and a change's")]
pub struct Example {
    pub id: RequestId,
    pub received_at: Timestamp,
    pub number: String,
    pub address: String,
    pub code: Option<Code>,
    pub current: CameTo,
    pub draft: CameTo,
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
