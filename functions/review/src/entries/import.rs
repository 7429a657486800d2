//! The import of many entries from one file. Entries that are listed already are replaced; of two lines for one entry the
//! last counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use tollgate::entry::Listing;
use tollgate::text::{Author, Reason};
use tollgate_aws::changes::Action;
use tollgate_aws::deny_list;
use tollgate_aws::tables::Tables;

use super::form::effect;
use super::lines::{self, Defaults, Line};
use crate::asked::{Asked, moment_ahead};
use crate::changes;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// The most lines of an import. A new table takes 4,000 writes a second, and API Gateway waits 29 seconds.
const LINES_MAX: usize = 25_000;
/// As many refused lines as are told one by one.
const REFUSED_SHOWN_MAX: usize = 100;

/// An import, as read and judged.
#[derive(Debug)]
struct Import {
    listings: Vec<Listing>,
    refused: Vec<Refused>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Refused {
    line: usize,
    reason: String,
}

/// Imports the entries of a body in CSV or plain text; with `dryRun`, only says what would be imported.
pub(crate) async fn import(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&["effect", "reason", "expiresAt", "dryRun"])?;
    let dry_run = asked.query.flag("dryRun")?;
    let defaults = defaults(asked)?;

    let import = Import::of(read(asked, &defaults)?, &asked.author, asked.now)?;

    if !dry_run {
        let subject = format!("{} entries", import.listings.len());
        changes::record(tables, asked, Action::ImportEntries, subject, defaults.reason.as_ref()).await?;
        deny_list::add(tables, &import.listings).await?;
    }
    Ok(told(&import, dry_run))
}

fn defaults(asked: &Asked) -> Result<Defaults, Problem> {
    Ok(Defaults {
        effect: asked.query.parsed("effect", effect)?,
        reason: asked.query.parsed("reason", Reason::parse)?,
        expires_at: asked.query.parsed("expiresAt", |text| moment_ahead(text, asked.now))?,
    })
}

fn read(asked: &Asked, defaults: &Defaults) -> Result<Vec<Line>, Problem> {
    let lines = match asked.media_type().as_deref() {
        Some("text/csv") => lines::csv(asked.body(), defaults, asked.now)
            .map_err(|reason| Problem::invalid(reason, vec![]))?,
        Some("text/plain") => {
            // In plain text no line can say it, so it is said once and not of every line.
            let missing = |name| Problem::query(name, "plain text needs it");
            defaults.effect.ok_or_else(|| missing("effect"))?;
            defaults.reason.as_ref().ok_or_else(|| missing("reason"))?;
            lines::plain(asked.body(), defaults)
        }
        _ => return Err(Problem::media_type("send text/csv or text/plain")),
    };
    if lines.len() > LINES_MAX {
        return Err(Problem::too_large(format!("an import has at most {LINES_MAX} lines; send it in parts")));
    }
    Ok(lines)
}

impl Import {
    /// What the lines come to. Lines of which none can be read are not an import.
    fn of(lines: Vec<Line>, author: &Author, now: Timestamp) -> Result<Self, Problem> {
        let (mut listings, mut refused) = (BTreeMap::new(), vec![]);
        for Line { number, read } in lines {
            match read {
                Ok(draft) => {
                    let listing = Listing {
                        entry: draft.entry,
                        effect: draft.effect,
                        reason: draft.reason,
                        author: author.clone(),
                        added_at: now,
                        expires_at: draft.expires_at,
                    };
                    listings.insert(listing.entry.key(), listing);
                }
                Err(reason) => refused.push(Refused { line: number, reason }),
            }
        }
        if listings.is_empty() {
            let shown = refused.into_iter().take(REFUSED_SHOWN_MAX);
            let errors = shown.map(|r| FieldError { field: format!("line {}", r.line), reason: r.reason });
            return Err(Problem::invalid("no line of the body is an entry", errors.collect()));
        }
        Ok(Self { listings: listings.into_values().collect(), refused })
    }
}

fn told(import: &Import, dry_run: bool) -> Response<Body> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told<'a> {
        imported: usize,
        refused: Vec<&'a Refused>,
        refused_count: usize,
        dry_run: bool,
    }
    let told = Told {
        imported: import.listings.len(),
        refused: import.refused.iter().take(REFUSED_SHOWN_MAX).collect(),
        refused_count: import.refused.len(),
        dry_run,
    };
    reply::json(StatusCode::OK, &told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(body: &str) -> Result<Import, Problem> {
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        let defaults = Defaults {
            effect: effect("deny").ok(),
            reason: Reason::parse("drop list").ok(),
            expires_at: None,
        };
        Import::of(lines::plain(body.as_bytes(), &defaults), &Author::parse("ada").unwrap(), now)
    }

    #[test]
    fn an_entry_named_twice_is_one_entry() {
        let import = import("203.0.113.0/24\n203.0.113.0/24\n203.0.113.9\n").unwrap();
        assert_eq!(import.listings.len(), 2);
    }

    #[test]
    fn at_most_a_hundred_refused_lines_are_told_and_all_are_counted() {
        let import = import(&format!("203.0.113.0/24\n{}", "x\n".repeat(150))).unwrap();
        let Body::Text(body) = told(&import, true).into_body() else { panic!("not text") };
        let told: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&told["imported"], &told["refusedCount"]), (&1.into(), &150.into()));
        assert_eq!(
            (told["refused"].as_array().unwrap().len(), &told["refused"][0]["line"]),
            (100, &2.into())
        );
        assert_eq!(told["dryRun"], true);
    }

    #[test]
    fn a_body_without_any_entry_is_no_import() {
        assert_eq!(import("").unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(import("\u{0}PNG\nIHDR").unwrap_err().fields(), ["line 1", "line 2"]);
    }

    #[test]
    fn ten_thousand_networks_are_one_import() {
        let networks: String = (0..10_862).map(|n| format!("10.{}.{}.0/24\n", n / 256, n % 256)).collect();
        assert_eq!(import(&networks).unwrap().listings.len(), 10_862);
    }
}
