//! People: all that is stored of one, shown, or erased as far as it may be. A person is named in the body, never in a path,
//! since paths are logged on their way.

mod body;
mod export;
mod form;

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::people::{self, Erasure};
use serde::Serialize;
use tollgate_aws::tables::Tables;

use self::body::PersonBody;
use crate::asked::Asked;
use crate::problem::Failure;
use crate::{entries, reply};

/// Shows what is stored of a person, a part of the tables at a time.
pub(crate) async fn export(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let wanted = asked.json::<PersonBody>()?.read()?;
    let part = people::read(tables, &asked.operator, &wanted, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &export::exported(tables, &wanted, part, asked.now).await?))
}

/// Erases what is stored of a person, a part of the tables at a time. It is safe to repeat.
pub(crate) async fn erase(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&[])?;
    let wanted = asked.json::<PersonBody>()?.read()?;
    let erasure = people::erase(tables, &asked.operator, &wanted, asked.now).await?;
    Ok(reply::json(StatusCode::OK, &Told::of(erasure)))
}

/// What became of a part of what is stored of a person.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    erased: Count,
    at_their_end: u32,
    kept: Kept,
    /// The `after` of the next part; none on the last.
    next: Option<String>,
}

/// How much was erased.
#[derive(Debug, Serialize)]
struct Count {
    requests: u32,
    calls: u32,
    changes: u32,
}

/// What stays for now.
#[derive(Debug, Serialize)]
struct Kept {
    entries: Vec<entries::Shown>,
    counts: Vec<KeptCounts>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptCounts {
    subject: String,
    window: String,
    kept_until: Option<Timestamp>,
}

impl Told {
    fn of(erasure: Erasure) -> Self {
        let Erasure { requests, calls, changes, at_their_end, entries, counts, next } = erasure;
        let counts = counts.into_iter().map(|row| KeptCounts {
            subject: row.subject,
            window: row.window,
            kept_until: row.expires_at,
        });
        Self {
            erased: Count { requests, calls, changes },
            at_their_end,
            kept: Kept {
                entries: entries.iter().map(entries::Shown::of).collect(),
                counts: counts.collect(),
            },
            next: next.map(|place| place.to_text()),
        }
    }
}
