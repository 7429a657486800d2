//! What newcomers share. Each of their calls that lives or was wasted holds a place; one that goes well gives its place back and
//! adds two more. So newcomers who talk are never rationed, however many come, and a flood of wasted calls rations itself.

use super::Case;
use crate::verdict::{Code, Finding};

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let newcomers = &case.policy.newcomers;
    let shares = case.facts.newcomers.beside(case.proof.admission, newcomers, case.now);
    let full = shares.into_iter().find(|(_, held, max)| held >= max);
    let finding = full.map(|(budget, held, max)| {
        let finding = Finding::about(Code::NewcomersRationed, budget.as_str());
        finding.measured(held + 1, max, newcomers.window_seconds)
    });
    finding.into_iter().collect()
}

impl Case<'_> {
    /// Whether newcomers' places are scarce: then they are shared out by asker.
    pub(super) fn scarce(&self) -> bool {
        let newcomers = &self.policy.newcomers;
        let shares = self.facts.newcomers.of_late(self.proof.admission, newcomers);
        shares.into_iter().any(|(held, max)| {
            held.saturating_mul(100) >= max.saturating_mul(u64::from(newcomers.scarce_percent))
        })
    }
}
