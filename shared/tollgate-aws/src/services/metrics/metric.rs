//! What is counted: each metric by its name, its dimension and its unit.

use tollgate::budget::Budget;
use tollgate::outcome::Outcome;
use tollgate::state::{Failure, StateName};
use tollgate::verdict::{Cause, Code};

/// One metric, with its dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Requests that screening decided on, or that ended without a call, by the state that they entered.
    Decisions(StateName),
    /// Findings that counted against a request, by code.
    Findings(Code),
    /// Findings that would have, were their rule not in shadow mode.
    ShadowFindings(Code),
    /// Requests that were refused for what happened before, by cause; one that has several counts for each.
    HeldBack(Cause),
    /// Stream records that cannot be read.
    RecordsParked,
    /// Calls placed.
    CallsPlaced,
    /// Calls that Connect refused for good, by reason.
    CallsFailed(Failure),
    /// Calls that Connect was too busy for.
    ConnectBusy,
    /// Calls of which nobody knows whether they were placed.
    CallsUnknown,
    /// Requests that found a budget spent.
    BudgetSpent(Budget),
    /// Requests for which no carrier lookup was left.
    LookupsSpent,
    /// Requests for which the carrier lookup did not answer, or was left alone since it had not of late.
    LookupsFailed,
    /// Stored rows that cannot be read and count as full until they are mended.
    DamagedRows,
    /// How much of a budget is taken, in percent.
    BudgetUsedPercent(Budget),
    /// Calls that ended, by outcome.
    CallsEnded(Outcome),
    /// Calls that nobody answered and of which Connect did not say why, or was not asked: they count as unanswered.
    ReasonsUntold,
    /// Live calls that were stopped because their visitors withdrew them.
    CallsStopped,
    /// Seconds that ended calls were connected.
    AnsweredSeconds,
    /// Requests that upkeep had to look at.
    RequestsOverdue,
    /// Calls given up as lost.
    CallsGivenUp,
    /// Claims let go whose request did not need them.
    ClaimsReleased,
    /// Items that cannot be read.
    ItemsUnreadable,
    /// The age of the oldest claim, in seconds.
    OldestClaimSeconds,
    /// The share of the calls of late that went to the range with the most of them, in percent.
    CallsToOneRange,
    /// The share of the calls of late that the network with the most of them asked for, in percent.
    CallsFromOneNetwork,
    /// Calls that were marked only after they had counted as ripe, and so had proved something.
    MarksLate,
}

impl Metric {
    /// The metric's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decisions(_) => "Decisions",
            Self::Findings(_) => "Findings",
            Self::ShadowFindings(_) => "ShadowFindings",
            Self::HeldBack(_) => "HeldBack",
            Self::RecordsParked => "RecordsParked",
            Self::CallsPlaced => "CallsPlaced",
            Self::CallsFailed(_) => "CallsFailed",
            Self::ConnectBusy => "ConnectBusy",
            Self::CallsUnknown => "CallsUnknown",
            Self::BudgetSpent(_) => "BudgetSpent",
            Self::LookupsSpent => "LookupsSpent",
            Self::LookupsFailed => "LookupsFailed",
            Self::DamagedRows => "DamagedRows",
            Self::BudgetUsedPercent(_) => "BudgetUsedPercent",
            Self::CallsEnded(_) => "CallsEnded",
            Self::ReasonsUntold => "ReasonsUntold",
            Self::CallsStopped => "CallsStopped",
            Self::AnsweredSeconds => "AnsweredSeconds",
            Self::RequestsOverdue => "RequestsOverdue",
            Self::CallsGivenUp => "CallsGivenUp",
            Self::ClaimsReleased => "ClaimsReleased",
            Self::ItemsUnreadable => "ItemsUnreadable",
            Self::OldestClaimSeconds => "OldestClaimSeconds",
            Self::CallsToOneRange => "CallsToOneRange",
            Self::CallsFromOneNetwork => "CallsFromOneNetwork",
            Self::MarksLate => "MarksLate",
        }
    }

    /// The metric's dimension and its value, if it has one.
    #[must_use]
    pub fn dimension(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Decisions(state) => Some(("Decision", state.as_str())),
            Self::Findings(code) | Self::ShadowFindings(code) => Some(("Code", code.as_str())),
            Self::HeldBack(cause) => Some(("Cause", cause.as_str())),
            Self::CallsFailed(failure) => Some(("Failure", failure.as_str())),
            Self::BudgetSpent(budget) | Self::BudgetUsedPercent(budget) => Some(("Budget", budget.as_str())),
            Self::CallsEnded(outcome) => Some(("Outcome", outcome.as_str())),
            _ => None,
        }
    }

    /// What its value is counted in.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::AnsweredSeconds | Self::OldestClaimSeconds => Unit::Seconds,
            Self::BudgetUsedPercent(_) | Self::CallsToOneRange | Self::CallsFromOneNetwork => Unit::Percent,
            _ => Unit::Count,
        }
    }

    /// Whether it says how things are, and not how often something happened: two of its values make no sum.
    #[must_use]
    pub fn is_gauge(self) -> bool {
        matches!(
            self,
            Self::BudgetUsedPercent(_)
                | Self::OldestClaimSeconds
                | Self::CallsToOneRange
                | Self::CallsFromOneNetwork
        )
    }
}

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How often.
    Count,
    /// Seconds.
    Seconds,
    /// Hundredths of a whole.
    Percent,
}

impl Unit {
    /// As CloudWatch names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
            Self::Percent => "Percent",
        }
    }
}
