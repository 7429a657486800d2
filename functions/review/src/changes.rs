//! The record of changes, shown by UTC day.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::moment;
use serde::Serialize;
use tollgate::text::{Author, Reason};
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::changes::{self, Action, Change};

use crate::asked::Asked;
use crate::problem::Failure;
use crate::reply;

/// As many changes of a day as are shown; with the longest reasons, far below what Lambda may answer.
const CHANGES_MAX: usize = 1_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    changed_at: Timestamp,
    author: &'a Author,
    action: Action,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Reason>,
}

impl<'a> Shown<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            changed_at: change.changed_at,
            author: &change.author,
            action: change.action,
            subject: &change.subject,
            reason: change.reason.as_ref(),
        }
    }
}

/// Shows the changes of a day, the newest first; today's if none is named.
pub(crate) async fn list(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    #[derive(Serialize)]
    struct Changes<'a> {
        day: Date,
        changes: Vec<Shown<'a>>,
        /// How many older ones there are.
        omitted: usize,
    }
    asked.query.only(&["day"])?;
    let day = asked.query.parsed("day", moment::parse_day)?;
    let day = day.unwrap_or_else(|| asked.now.to_zoned(TimeZone::UTC).date());

    let changes = changes::of_day(tables, day, asked.now).await?;
    let told = Changes {
        day,
        changes: changes.iter().take(CHANGES_MAX).map(Shown::of).collect(),
        omitted: changes.len().saturating_sub(CHANGES_MAX),
    };
    Ok(reply::json(StatusCode::OK, &told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_with_who_what_and_why() {
        let change = Change {
            changed_at: "2026-01-31T09:30:00Z".parse().unwrap(),
            author: Author::parse("arn:aws:iam::123456789012:user/ada").unwrap(),
            action: Action::DenyEntry,
            subject: "prefix#+1876".to_owned(),
            reason: Reason::parse("pumped traffic").ok(),
        };
        insta::assert_json_snapshot!(Shown::of(&change), @r#"
        {
          "changedAt": "2026-01-31T09:30:00Z",
          "author": "arn:aws:iam::123456789012:user/ada",
          "action": "deny-entry",
          "subject": "prefix#+1876",
          "reason": "pumped traffic"
        }
        "#);
    }
}
