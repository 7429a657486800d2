//! What is known of a subject's past, and whether it is blocked for a while; an operator may lift the block.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use tollgate::counter::Subject;
use tollgate::history::{Block, Day, History};
use tollgate::text::Reason;
use tollgate_aws::changes::Action;
use tollgate_aws::histories;
use tollgate_aws::tables::Tables;

use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::{changes, reply};

/// A subject's past, as an operator sees it.
#[derive(Debug, Serialize)]
struct Shown {
    subject: String,
    /// The latest first.
    days: Vec<ShownDay>,
    /// The latest block, over or not; none if there was none of late or it was lifted.
    block: Option<ShownBlock>,
}

#[derive(Debug, Serialize)]
struct ShownDay {
    day: Date,
    good: u64,
    wasted: u64,
    marked: u64,
}

#[derive(Debug, Serialize)]
struct ShownBlock {
    strikes: u32,
    until: Timestamp,
    /// Whether it still holds.
    holds: bool,
}

impl Shown {
    fn of(subject: &Subject, past: &History, now: Timestamp) -> Self {
        let days = past.days.iter().rev().map(|(day, tally)| ShownDay {
            day: date(*day),
            good: tally.good,
            wasted: tally.wasted,
            marked: tally.marked,
        });
        let block = standing(past).map(|block| ShownBlock {
            strikes: block.strikes,
            until: block.until,
            holds: past.blocked(now).is_some(),
        });
        Self { subject: subject.key(), days: days.collect(), block }
    }
}

/// Shows a subject's past. That nothing is known of it is an answer, too.
pub(crate) async fn show(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let subject = named(key)?;
    let past = histories::get(tables, &subject, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &Shown::of(&subject, &past, asked.now)))
}

/// Lifts a subject's block, and forgets those before it: the next is the first again.
pub(crate) async fn lift(tables: &Tables, asked: &Asked, key: &str) -> Result<Response<Body>, Failure> {
    asked.query.only(&["reason"])?;
    let subject = named(key)?;
    let reason = asked.query.parsed("reason", Reason::parse)?;
    let reason = reason.ok_or_else(|| Problem::query("reason", "say why"))?;
    let past = histories::get(tables, &subject, asked.now).await?;
    standing(&past).ok_or_else(|| Problem::not_found("there is no block of this subject"))?;

    changes::record(tables, asked, Action::LiftBlock, subject.key(), Some(&reason)).await?;
    histories::set_block(tables, &subject, Block::lifted(asked.now), asked.now).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The latest block, over or not, unless it was lifted.
fn standing(past: &History) -> Option<Block> {
    past.block.filter(|block| block.strikes > 0)
}

fn named(key: &str) -> Result<Subject, Problem> {
    Subject::parse(key).map_err(|error| {
        let errors = vec![FieldError { field: "subject".to_owned(), reason: error.to_string() }];
        Problem::invalid("the path does not name a subject", errors)
    })
}

fn date(day: Day) -> Date {
    day.begins_at().to_zoned(TimeZone::UTC).date()
}
