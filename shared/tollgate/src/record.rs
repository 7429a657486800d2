//! A request as it is kept: what was asked, how far it has come, and what was found on the way.

use jiff::Timestamp;

use crate::line::Line;
use crate::request::CallbackRequest;
use crate::state::State;
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
}
