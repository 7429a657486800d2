//! Metrics: what happened, counted in memory and told to CloudWatch once per batch. Never on the visitor's path, and a
//! failure to tell fails nothing.
//!
//! Each stack has a namespace of its own, so that no stack's alarms hear of another's. Each metric has at most one dimension, so
//! that the bill stays small and alarms can name it.
//!
//! There are two ways. What is counted on the way of a request goes into the log ([`embedded`]): CloudWatch takes it from
//! there, and a batch costs the bytes of a line and no call. Upkeep, which runs once a minute whatever happens, calls
//! CloudWatch's API ([`cloudwatch`]), so that its alarms ring even where no line of a log is taken for a metric.

pub mod cloudwatch;
pub mod embedded;
mod metric;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tollgate::outcome::CallEnd;
use tollgate::state::StateName;
use tollgate::verdict::{Cause, Finding, Standing};

use crate::environment::{self, EnvironmentError};

pub use metric::{Metric, Unit};

/// What was counted, by metric.
pub type Counts = BTreeMap<Metric, f64>;

/// The metrics of one execution environment.
#[derive(Debug)]
pub struct Metrics {
    /// The namespace under which they are told in the log; without one they stay here to be looked at.
    namespace: Option<String>,
    counted: Mutex<Counts>,
}

/// The namespace of the stack's metrics, if `METRICS` is `on`.
///
/// # Errors
/// When `METRICS` is neither `on` nor `off`, or is `on` without a namespace.
pub fn namespace() -> Result<Option<String>, EnvironmentError> {
    let on = environment::choice("METRICS", &[("on", true), ("off", false)], false)?;
    on.then(|| environment::required("METRICS_NAMESPACE")).transpose()
}

impl Metrics {
    /// Metrics that are told in the log, under `METRICS_NAMESPACE`, if `METRICS` is `on`, and to nobody otherwise.
    ///
    /// # Errors
    /// When `METRICS` is neither `on` nor `off`, or is `on` without a namespace.
    pub fn in_the_log() -> Result<Self, EnvironmentError> {
        Ok(Self { namespace: namespace()?, counted: Mutex::default() })
    }

    /// Metrics that are kept, to be looked at or taken.
    #[must_use]
    pub fn kept() -> Self {
        Self { namespace: None, counted: Mutex::default() }
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
    pub fn kept_counts(&self) -> Counts {
        self.counted().clone()
    }

    /// Takes what was counted and not sent: it is counted here no more.
    #[must_use]
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.counted())
    }

    /// Tells in the log what was counted, once at the end of a batch. Nothing counted is no line.
    pub fn tell(&self, now: Timestamp) {
        let Some(namespace) = &self.namespace else { return };
        let lines = embedded::lines(&self.take(), namespace, now);
        let told = std::io::stdout().lock().write_all(lines.concat().as_bytes());
        if let Err(error) = told {
            tracing::warn!(%error, "what was counted could not be told");
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counts> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
