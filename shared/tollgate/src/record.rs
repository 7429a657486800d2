//! A request as it is kept: what was asked, how far it has come, and what was found on the way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::budget::Reserved;
use crate::counter::{Subject, Window};
use crate::evidence::Admission;
use crate::line::Line;
use crate::outcome::CallEnd;
use crate::policy::Policy;
use crate::request::CallbackRequest;
use crate::state::{Ending, State};
use crate::text::{Author, ContactId};
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
    /// The terms on which it was approved.
    pub terms: Option<Terms>,
    /// When the requester withdrew it. Kept apart from the state: it shows at once, and holds if the dial has not begun.
    pub cancelled_at: Option<Timestamp>,
    /// What an operator said of it.
    pub mark: Option<Mark>,
}

impl Record {
    /// What is reserved for the call that may live; none if there is no such call, or nobody knows what was reserved for it.
    #[must_use]
    pub fn reserved(&self) -> Option<Reserved> {
        self.state.dialed_at()?;
        self.terms.as_ref()?.reserved
    }

    /// How the request ends with its call: with the excuse that it was withdrawn before that, if it was.
    #[must_use]
    pub fn closed(&self, contact_id: ContactId, end: CallEnd) -> Ending {
        Ending::Closed { contact_id: Some(contact_id), end: Some(end.withdrawn_at(self.cancelled_at)) }
    }
}

/// The terms on which a request is approved, for the dial and for whoever gives back what was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// On what it is let through.
    pub admission: Admission,
    /// How many calls its number's range may have on the day.
    pub range_calls_per_day_max: u32,
    /// The window in which a newcomer's place is counted.
    pub newcomers_window_seconds: u32,
    /// Whether the number is a further one of an asker who is known for others: such calls share a part of the day's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub further: bool,
    /// Whose places the approval took, and over which window: they go back there, whatever the policy says by then.
    pub taken: Vec<Taken>,
    /// What the claim of its call reserved of the day's cost; none before it, or if an earlier version claimed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Reserved>,
}

/// A place that an approval took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// In whose count.
    pub subject: Subject,
    /// In which window.
    pub window: Window,
}

impl Terms {
    /// The terms of a request that an earlier version approved: those of a stranger.
    #[must_use]
    pub fn unwritten(policy: &Policy) -> Self {
        Self {
            admission: Admission::Stranger,
            range_calls_per_day_max: policy.budgets.calls_per_range_per_day_max,
            newcomers_window_seconds: policy.newcomers.window_seconds,
            further: false,
            taken: vec![],
            reserved: None,
        }
    }
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
    /// Somebody was called who had not asked for it. People mistype; whoever does it again has others called.
    WrongPerson,
}

impl MarkKind {
    /// The kind's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Legitimate => "legitimate",
            Self::WrongPerson => "wrong-person",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_stored_under_its_name() {
        for kind in [MarkKind::Spam, MarkKind::Legitimate, MarkKind::WrongPerson] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
