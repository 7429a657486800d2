//! The names of the states, in one word each, for everything that is not Rust: items, filters, logs, metrics, the wire.

use serde::{Deserialize, Serialize};

/// The names of the states, as stored, shown and filtered on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "documented on `State` and `Ending`")]
pub enum StateName {
    Received,
    Duplicate,
    Approved,
    Dialing,
    InCall,
    Closed,
    Refused,
    Redirected,
    Cancelled,
    Expired,
    Failed,
}

impl StateName {
    /// Every name, in the order of the journey.
    pub const ALL: [Self; 11] = [
        Self::Received,
        Self::Duplicate,
        Self::Approved,
        Self::Dialing,
        Self::InCall,
        Self::Closed,
        Self::Refused,
        Self::Redirected,
        Self::Cancelled,
        Self::Expired,
        Self::Failed,
    ];

    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Duplicate => "duplicate",
            Self::Approved => "approved",
            Self::Dialing => "dialing",
            Self::InCall => "in-call",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Redirected => "redirected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// The phase: 0 undecided, 1 approved, 2 dialing, 3 in-call, 4 ended. Never decreases.
    #[must_use]
    pub fn phase(self) -> u8 {
        match self {
            Self::Received | Self::Duplicate => 0,
            Self::Approved => 1,
            Self::Dialing => 2,
            Self::InCall => 3,
            Self::Closed
            | Self::Refused
            | Self::Redirected
            | Self::Cancelled
            | Self::Expired
            | Self::Failed => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_go_from_the_asking_to_the_end() {
        let of = |phase| {
            StateName::ALL.into_iter().filter(move |name| name.phase() == phase).map(StateName::as_str)
        };
        assert_eq!(of(0).collect::<Vec<_>>(), ["received", "duplicate"]);
        let way: Vec<_> = (1..4).flat_map(of).collect();
        assert_eq!(way, ["approved", "dialing", "in-call"]);
        assert_eq!(of(4).count(), 6);
    }
}
