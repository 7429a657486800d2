//! Metrics: what happened, counted in memory and sent to CloudWatch once per batch. Never on the visitor's path, and a
//! failure to send fails nothing: it is logged, and what was counted goes with the next batch.
//!
//! Each stack has a namespace of its own, so that no stack's alarms hear of another's. Each metric has at most one dimension, so
//! that the bill stays small and alarms can name it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use jiff::Timestamp;
use tollgate::budget::Budget;
use tollgate::outcome::{CallEnd, Outcome};
use tollgate::state::{Failure, StateName};
use tollgate::verdict::{Cause, Code, Finding, Standing};

use crate::environment::{self, EnvironmentError};
use crate::error::StoreError;

/// The most that a batch waits for CloudWatch.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

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

    fn unit(self) -> StandardUnit {
        match self {
            Self::AnsweredSeconds | Self::OldestClaimSeconds => StandardUnit::Seconds,
            Self::BudgetUsedPercent(_) | Self::CallsToOneRange | Self::CallsFromOneNetwork => {
                StandardUnit::Percent
            }
            _ => StandardUnit::Count,
        }
    }
}

/// The metrics of one execution environment.
#[derive(Debug)]
pub struct Metrics {
    to: Destination,
    counted: Mutex<BTreeMap<Metric, f64>>,
}

/// Where metrics go.
#[derive(Debug)]
enum Destination {
    CloudWatch {
        client: Client,
        namespace: String,
    },
    /// Nowhere: they stay here to be looked at.
    Kept,
}

impl Metrics {
    /// Metrics for CloudWatch, under `METRICS_NAMESPACE`, if `METRICS` is `on`, and for nobody otherwise.
    ///
    /// # Errors
    /// When `METRICS` is neither `on` nor `off`, or is `on` without a namespace.
    pub fn from_environment(config: &SdkConfig) -> Result<Self, EnvironmentError> {
        let on = environment::choice("METRICS", &[("on", true), ("off", false)], false)?;
        if !on {
            return Ok(Self::kept());
        }
        let namespace = environment::required("METRICS_NAMESPACE")?;
        Ok(Self::new(Destination::CloudWatch { client: Client::new(config), namespace }))
    }

    /// Metrics that are kept, to be looked at.
    #[must_use]
    pub fn kept() -> Self {
        Self::new(Destination::Kept)
    }

    fn new(to: Destination) -> Self {
        Self { to, counted: Mutex::new(BTreeMap::new()) }
    }

    /// Counts one.
    pub fn count(&self, metric: Metric) {
        self.add(metric, 1.0);
    }

    /// Adds to a sum.
    pub fn add(&self, metric: Metric, value: f64) {
        *self.counted().entry(metric).or_default() += value;
    }

    /// Sets a value that is no sum.
    pub fn set(&self, metric: Metric, value: f64) {
        self.counted().insert(metric, value);
    }

    /// Counts a decision and the findings that led to it.
    pub fn decided(&self, state: StateName, findings: &[Finding]) {
        self.count(Metric::Decisions(state));
        let mut causes = BTreeSet::new();
        for finding in findings.iter().filter(|finding| finding.certainty.turns_away()) {
            match finding.standing {
                Standing::Enforced => {
                    self.count(Metric::Findings(finding.code));
                    causes.extend(Cause::of(finding.code));
                }
                Standing::Shadow => self.count(Metric::ShadowFindings(finding.code)),
                Standing::Waived => {}
            }
        }
        for cause in causes {
            self.count(Metric::HeldBack(cause));
        }
    }

    /// Counts a call that has ended.
    pub fn ended(&self, end: &CallEnd) {
        self.count(Metric::CallsEnded(end.outcome()));
        let seconds = u32::try_from(end.answered_seconds()).unwrap_or(u32::MAX);
        self.add(Metric::AnsweredSeconds, f64::from(seconds));
    }

    /// What was counted and not sent.
    #[must_use]
    pub fn kept_counts(&self) -> BTreeMap<Metric, f64> {
        self.counted().clone()
    }

    /// Takes what was counted and not sent: it is counted here no more.
    #[must_use]
    pub fn take(&self) -> BTreeMap<Metric, f64> {
        std::mem::take(&mut *self.counted())
    }

    /// Sends what was counted. Called once at the end of a batch.
    pub async fn send(&self, now: Timestamp) {
        let Destination::CloudWatch { client, namespace } = &self.to else { return };
        let counted = self.take();
        if counted.is_empty() {
            return;
        }
        let at = DateTime::from_millis(now.as_millisecond());
        let data = counted.iter().map(|(metric, value)| datum(*metric, *value, at)).collect();
        let timeouts = TimeoutConfig::builder().operation_timeout(SEND_TIMEOUT).build();
        let sent = client
            .put_metric_data()
            .namespace(namespace)
            .set_metric_data(Some(data))
            .customize()
            .config_override(aws_sdk_cloudwatch::config::Builder::new().timeout_config(timeouts))
            .send()
            .await;
        if let Err(error) = sent {
            let error = StoreError::service("PutMetricData")(error);
            tracing::warn!(%error, "metrics go with the next batch");
            let mut kept = self.counted();
            for (metric, value) in counted {
                match metric {
                    Metric::BudgetUsedPercent(_)
                    | Metric::OldestClaimSeconds
                    | Metric::CallsToOneRange
                    | Metric::CallsFromOneNetwork => {}
                    metric => *kept.entry(metric).or_default() += value,
                }
            }
        }
    }

    fn counted(&self) -> MutexGuard<'_, BTreeMap<Metric, f64>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn datum(metric: Metric, value: f64, at: DateTime) -> MetricDatum {
    let dimension =
        metric.dimension().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    MetricDatum::builder()
        .metric_name(metric.name())
        .set_dimensions(dimension.map(|dimension| vec![dimension]))
        .timestamp(at)
        .unit(metric.unit())
        .value(value)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_counts_what_was_enforced_apart_from_what_would_have_been() {
        let metrics = Metrics::kept();
        let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::CountryMismatch) };
        let waived = Finding { standing: Standing::Waived, ..Finding::new(Code::Guest) };
        let findings = [Finding::new(Code::Trusted), Finding::new(Code::DenyListed), shadow, waived];
        metrics.decided(StateName::Refused, &findings);
        metrics.decided(StateName::Refused, &[]);
        let expected = BTreeMap::from([
            (Metric::Decisions(StateName::Refused), 2.0),
            (Metric::Findings(Code::DenyListed), 1.0),
            (Metric::ShadowFindings(Code::CountryMismatch), 1.0),
        ]);
        assert_eq!(metrics.kept_counts(), expected);
    }

    #[test]
    fn a_request_is_held_back_once_by_each_cause_however_many_findings_it_has() {
        let metrics = Metrics::kept();
        let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::MarkedRange) };
        let findings = [Code::MarkedAddress, Code::MarkedAccount, Code::TooManyFromAddress, Code::DenyListed];
        let findings: Vec<_> = findings.map(Finding::new).into_iter().chain([shadow]).collect();
        metrics.decided(StateName::Refused, &findings);
        let counts = metrics.take();
        let held = counts.iter().filter(|(metric, _)| metric.name() == "HeldBack");
        let held: Vec<_> = held.map(|(metric, count)| (metric.dimension(), *count)).collect();
        assert_eq!(held, [(Some(("Cause", "limits")), 1.0), (Some(("Cause", "marks")), 1.0)]);
        assert_eq!(metrics.kept_counts(), BTreeMap::new());
    }
}
