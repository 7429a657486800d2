//! A request as it is kept: what was asked, how far it has come, and what was found on the way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::line::Line;
use crate::request::CallbackRequest;
use crate::state::State;
use crate::text::Author;
use crate::verdict::Finding;

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What was asked.
    pub request: CallbackRequest,
    /// How far it has come.
    pub state: State,
    /// What the rules found, and what ended it.
    pub findings: Vec<Finding>,
    /// The number's line, if it was looked up.
    pub line: Option<Line>,
    /// When the requester withdrew it. Kept apart from the state: it shows at once, and holds if the dial has not begun.
    pub cancelled_at: Option<Timestamp>,
    /// What an operator said of it.
    pub mark: Option<Mark>,
}

/// What an operator said of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What it was.
    pub kind: MarkKind,
    /// When that was said.
    pub marked_at: Timestamp,
    /// By whom.
    pub marked_by: Author,
}

/// What a request was, in an operator's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// Fraud or nuisance.
    Spam,
    /// A customer's.
    Legitimate,
}

impl MarkKind {
    /// The kind's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Legitimate => "legitimate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_stored_under_its_name() {
        for kind in [MarkKind::Spam, MarkKind::Legitimate] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
