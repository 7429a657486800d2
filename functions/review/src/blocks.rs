//! What a subject's calls came to, and who misbehaved; an operator may forgive them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use tollgate::counter::Subject;
use tollgate::evidence::{Call, CameTo};
use tollgate::network::Network;
use tollgate::policy::Policy;
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::tables::Tables;
use tollgate_aws::{calls, settings};

use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::{changes, reply};

/// A subject's past, as an operator sees it.
#[derive(Debug, Serialize)]
struct Shown {
    subject: String,
    /// The latest first, at most a month.
    days: Vec<ShownDay>,
    /// The lines whose calls were wasted or marked, those with the most first.
    members: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct ShownDay {
    day: Date,
    #[serde(flatten)]
    calls: Tally,
}

#[derive(Debug, Serialize)]
struct Member {
    line: Network,
    wasted: u64,
    marked: u64,
}

/// How many calls came to what.
#[derive(Debug, Default, Serialize)]
struct Tally {
    live: u64,
    good: u64,
    short: u64,
    wasted: u64,
    marked: u64,
    neither: u64,
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

impl Shown {
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
        let days = days.into_iter().rev().map(|(day, calls)| ShownDay { day, calls }).collect();
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

/// Shows a subject's past. That nothing is known of it is an answer, too.
pub(crate) async fn show(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let subject = named(key)?;
    let policy = settings::policy(tables).await?.policy;
    let calls = calls::of(tables, &subject, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&subject, &calls, &policy)))
}

/// Forgives a subject's calls that were wasted or marked: they count for nobody any more.
pub(crate) async fn lift(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["reason"])?;
    let subject = named(key)?;
    let reason = asked.query.parsed("reason", Reason::parse)?;
    let reason = reason.ok_or_else(|| Problem::query("reason", "say why"))?;
    let policy = settings::policy(tables).await?.policy;
    let mut bad = calls::of(tables, &subject, asked.now).await?;
    bad.retain(|call| {
        matches!(came_to(&subject, call, &policy), CameTo::Short | CameTo::Wasted | CameTo::Marked)
    });
    if bad.is_empty() {
        return Err(Problem::not_found("nothing is held against this subject").into());
    }
    changes::record(tables, asked, Action::LiftBlock, subject.key(), Some(&reason)).await?;
    for call in bad {
        calls::forgive(tables, call.request).await?;
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn named(key: &str) -> Result<Subject, Problem> {
    Subject::parse(key).map_err(|error| {
        let errors = vec![FieldError { field: "subject".to_owned(), reason: error.to_string() }];
        Problem::invalid("the path does not name a subject", errors)
    })
}

fn date(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}
