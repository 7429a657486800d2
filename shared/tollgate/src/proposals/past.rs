//! What is known of a suspect before its time: the calls that it had part in.

use jiff::{SignedDuration, Timestamp};

use crate::evidence::{CALLS_SEEN_MAX, Call, CameTo};
use crate::policy::Policy;

/// How far back volume is compared.
const BASELINE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is known of a suspect before its time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// Calls of the baseline.
    pub calls: usize,
    /// The hours that they span: 14 days, or less where there were more calls than are looked at.
    pub hours: f64,
    /// Calls that went well, of up to a month.
    pub good: usize,
    /// Over how many days calls were looked for.
    pub days: u32,
}

impl Past {
    /// The past that these calls tell; they are the newest before `before`, at most [`CALLS_SEEN_MAX`] of them.
    #[must_use]
    pub fn of(calls: &[Call], before: Timestamp, policy: &Policy) -> Self {
        let hours_ago = |call: &Call| before.duration_since(call.dialed_at).as_secs_f64() / 3_600.0;
        let since = before - BASELINE;
        let within = calls.iter().filter(|call| call.dialed_at >= since);
        let baseline = BASELINE.as_secs_f64() / 3_600.0;
        let oldest = calls.iter().map(hours_ago).fold(0.0, f64::max);
        let is_cut = calls.len() >= CALLS_SEEN_MAX;
        let good = calls.iter().filter(|call| call.for_others(policy) == CameTo::Good).count();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days of a month")]
        let days = if is_cut { (oldest / 24.0).ceil().clamp(1.0, 31.0) as u32 } else { 30 };
        let hours = if is_cut { oldest.min(baseline).max(1.0) } else { baseline };
        Self { calls: within.count(), hours, good, days }
    }
}
