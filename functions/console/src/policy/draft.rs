//! A draft of the policy: as a document was typed, or as the modes of its rules were chosen.

use serde_json::Value;
use tollgate::policy::{Policy, PolicyError};
use tollgate::verdict::Code;

use crate::form::Fields;

/// A draft, with the policy that it is or all that is wrong with it.
pub(super) struct Draft {
    pub(super) document: String,
    pub(super) policy: Result<Policy, Vec<PolicyError>>,
}

impl Draft {
    pub(super) fn of(document: &str) -> Self {
        Self { document: document.to_owned(), policy: Policy::parse(document) }
    }

    /// The policy that holds, with the modes that a form says.
    pub(super) fn with_rules(current: &Policy, form: &Fields) -> Self {
        let mut policy = current.clone();
        for code in Code::ALL.iter().copied().filter(|code| code.has_mode()) {
            let mode = form.one(&format!("rule:{}", code.as_str()));
            let mode = mode.and_then(|mode| serde_json::from_value(Value::String(mode.to_owned())).ok());
            match mode {
                // What a policy says by default is not written.
                Some(tollgate::policy::Mode::Enforce) => drop(policy.rules.remove(&code)),
                Some(mode) => drop(policy.rules.insert(code, mode)),
                None => {}
            }
        }
        Self::of(&written(&policy))
    }
}

/// A policy as it is edited: every key, one a line.
pub(super) fn written(policy: &Policy) -> String {
    serde_json::to_string_pretty(policy).unwrap_or_default()
}
