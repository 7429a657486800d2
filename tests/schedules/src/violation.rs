//! What must always hold, and what was found not to.

use std::fmt;

/// What must always hold; `ARCHITECTURE.md` has the words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "named as in ARCHITECTURE.md")]
pub enum Invariant {
    OneLiveCall,
    OneCallPerRequest,
    NoOrphan,
    NoLoss,
    BudgetExact,
    EvidenceExact,
    Monotone,
    /// No handler panics, and no task waits for ever.
    NoPanic,
}

impl Invariant {
    fn name(self) -> &'static str {
        match self {
            Self::OneLiveCall => "one-live-call",
            Self::OneCallPerRequest => "one-call-per-request",
            Self::NoOrphan => "no-orphan",
            Self::NoLoss => "no-loss",
            Self::BudgetExact => "budget-exact",
            Self::EvidenceExact => "evidence-exact",
            Self::Monotone => "monotone",
            Self::NoPanic => "no-panic",
        }
    }
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What does not hold.
    pub invariant: Invariant,
    /// In which way.
    pub how: String,
}

/// All that must not be, in the order in which it was found.
pub(crate) type Violations = Vec<Violation>;

impl Violation {
    pub(crate) fn of(invariant: Invariant, how: impl Into<String>) -> Self {
        Self { invariant, how: how.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.name(), self.how)
    }
}
