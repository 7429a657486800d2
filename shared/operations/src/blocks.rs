//! What a subject's calls came to, and who misbehaved; an operator may forgive them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use tollgate::counter::Subject;
use tollgate::evidence::{Call, CameTo};
use tollgate::network::Network;
use tollgate::policy::Policy;
use tollgate::text::Reason;
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::Action;
use tollgate_aws::tables::{calls, settings};

use crate::change;
use crate::operator::{Operation, Operator};
use crate::refused::Refused;

/// A subject's past, as an operator sees it.
#[derive(Debug, Serialize)]
pub struct Past {
    /// The subject.
    pub subject: String,
    /// The latest first, at most a month.
    pub days: Vec<Day>,
    /// The lines whose calls were wasted or marked, those with the most first.
    pub members: Vec<Member>,
}

/// A day of it.
#[derive(Debug, Serialize)]
pub struct Day {
    /// The UTC day.
    pub day: Date,
    /// What its calls came to.
    #[serde(flatten)]
    pub calls: Tally,
}

/// A line that misbehaved.
#[derive(Debug, Serialize)]
pub struct Member {
    /// Which.
    pub line: Network,
    /// How many of its calls were wasted.
    pub wasted: u64,
    /// How many were marked.
    pub marked: u64,
}

/// How many calls came to what.
#[derive(Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named as `CameTo` is")]
pub struct Tally {
    pub live: u64,
    pub good: u64,
    pub short: u64,
    pub wasted: u64,
    pub marked: u64,
    pub neither: u64,
}

impl Tally {
    fn count(&mut self, came_to: CameTo) {
        *match came_to {
            CameTo::Live => &mut self.live,
            CameTo::Good => &mut self.good,
            CameTo::Short => &mut self.short,
            CameTo::Wasted => &mut self.wasted,
            CameTo::Marked => &mut self.marked,
            CameTo::Neither => &mut self.neither,
        } += 1;
    }
}

impl Past {
    fn of(subject: &Subject, calls: &[Call], policy: &Policy) -> Self {
        let mut days = BTreeMap::<Date, Tally>::new();
        let mut lines = BTreeMap::<Network, Tally>::new();
        for call in calls {
            let came_to = came_to(subject, call, policy);
            days.entry(date(call.dialed_at)).or_default().count(came_to);
            lines.entry(call.line).or_default().count(came_to);
        }
        let bad = lines.into_iter().filter(|(_, tally)| tally.wasted + tally.marked > 0);
        let mut members: Vec<_> =
            bad.map(|(line, Tally { wasted, marked, .. })| Member { line, wasted, marked }).collect();
        members.sort_by_key(|member| std::cmp::Reverse((member.marked, member.wasted)));
        let days = days.into_iter().rev().map(|(day, calls)| Day { day, calls }).collect();
        Self { subject: subject.key(), days, members }
    }
}

/// What a call came to for the subject: an asker bears what a range does not.
fn came_to(subject: &Subject, call: &Call, policy: &Policy) -> CameTo {
    match subject {
        Subject::Address(_) | Subject::Account(_) => call.for_asker(policy),
        Subject::Block(_) | Subject::Number(_) | Subject::Range(_) | Subject::Carrier(_) => {
            call.for_others(policy)
        }
    }
}

/// A subject's past. That nothing is known of it is an answer, too.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn past(tables: &Tables, subject: &Subject, now: Timestamp) -> Result<Past, Refused> {
    let policy = settings::policy(tables).await?.policy;
    let calls = calls::of(tables, subject, now).await?;
    Ok(Past::of(subject, &calls, &policy))
}

/// Forgives a subject's calls that were wasted or marked: they count for nobody any more.
///
/// # Errors
/// When the operator may not, nothing is held against the subject, or DynamoDB does not answer.
pub async fn lift(
    tables: &Tables,
    operator: &Operator,
    subject: &Subject,
    reason: &Reason,
    now: Timestamp,
) -> Result<(), Refused> {
    operator.must_be_allowed(Operation::LiftBlocks)?;
    let policy = settings::policy(tables).await?.policy;
    let mut bad = calls::of(tables, subject, now).await?;
    bad.retain(|call| {
        matches!(came_to(subject, call, &policy), CameTo::Short | CameTo::Wasted | CameTo::Marked)
    });
    if bad.is_empty() {
        return Err(Refused::NothingHeld);
    }
    change::record(tables, operator, Action::LiftBlock, subject.key(), Some(reason), now).await?;
    for call in bad {
        calls::forgive(tables, call.request).await?;
    }
    Ok(())
}

fn date(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}
