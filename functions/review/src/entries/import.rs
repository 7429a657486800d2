//! The import of many entries from one file. Entries that are listed already are replaced, and what that changes is told; but
//! what is denied is not trusted so, nor what is trusted denied, unless it is said. Of two lines that contradict each other
//! the stricter counts, wherever it stands, and the other is told: a denial over trust, the longer of two denials, the
//! shorter of two trusts.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use operations::entries::{self, Opposite};
use operations::moment;
use serde::Serialize;
use tollgate::entry::{Effect, Listing};
use tollgate::policy::Numbers;
use tollgate::text::{Author, Reason};
use tollgate_aws::tables::Tables;

use super::form::effect;
use super::lines::{self, Defaults, Line};
use crate::asked::Asked;
use crate::problem::{Failure, FieldError, Problem};
use crate::reply;

/// The most lines of an import. A new table takes 4,000 writes a second, and API Gateway waits 29 seconds.
const LINES_MAX: usize = 25_000;
/// As many refused lines as are told one by one.
const REFUSED_SHOWN_MAX: usize = 100;
/// As many entries whose effect or end is changed as are told one by one.
const CHANGED_SHOWN_MAX: usize = 100;

/// An import, as read and judged.
#[derive(Debug)]
struct Import {
    /// What is to be listed, by its key, and the line that says it.
    listings: BTreeMap<String, (usize, Listing)>,
    refused: Vec<Refused>,
}

/// What an import does to a list.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effects {
    added: usize,
    changed: Vec<Changed>,
    unchanged: usize,
}

/// An entry that is listed, and comes to say something else.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Changed {
    line: usize,
    entry: String,
    before: Holds,
    after: Holds,
}

/// What an entry says, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Holds {
    effect: Effect,
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Refused {
    line: usize,
    reason: String,
}

/// Imports the entries of a body in CSV or plain text; with `dryRun`, only says what would be imported.
pub(crate) async fn import(tables: &Tables, asked: &Asked) -> Result<Response<Body>, Failure> {
    asked.query.only(&["effect", "reason", "expiresAt", "dryRun", "replace"])?;
    let dry_run = asked.query.flag("dryRun")?;
    let opposite = if asked.query.flag("replace")? { Opposite::GivesWay } else { Opposite::Stands };
    let defaults = Defaults { numbers: entries::numbers(tables).await, ..defaults(asked)? };

    let mut import = Import::of(read(asked, &defaults)?, &asked.operator.author, asked.now)?;
    let entries: Vec<_> = import.listings().map(|listing| listing.entry.clone()).collect();
    let standing = entries::standing(tables, &entries, asked.now).await?;
    let effects = import.held_against(&standing, opposite)?;

    if !dry_run {
        let (listings, reason) = (import.listings().cloned().collect::<Vec<_>>(), defaults.reason.as_ref());
        entries::import(tables, &asked.operator, &listings, reason, asked.now).await?;
    }
    Ok(told(&import, &effects, dry_run))
}

fn defaults(asked: &Asked) -> Result<Defaults, Problem> {
    Ok(Defaults {
        effect: asked.query.parsed("effect", effect)?,
        reason: asked.query.parsed("reason", Reason::parse)?,
        expires_at: asked.query.parsed("expiresAt", |text| moment::parse_ahead(text, asked.now))?,
        numbers: Numbers::default(),
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
        _ => {
            return Err(Problem::media_type(
                "send text/csv, or text/plain for a list of networks, one a line (JSON lines among them)",
            ));
        }
    };
    if lines.len() > LINES_MAX {
        return Err(Problem::too_large(format!("an import has at most {LINES_MAX} lines; send it in parts")));
    }
    Ok(lines)
}

impl Import {
    /// What the lines come to. Lines of which none can be read are not an import.
    fn of(lines: Vec<Line>, author: &Author, now: Timestamp) -> Result<Self, Problem> {
        let (mut listings, mut refused) = (BTreeMap::<String, (usize, Listing)>::new(), vec![]);
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
                    let (counts, other) = match listings.remove(&listing.entry.key()) {
                        Some(before) => stricter(before, (number, listing)),
                        None => ((number, listing), None),
                    };
                    refused.extend(other.map(|line| contradicted(line, &counts)));
                    listings.insert(counts.1.entry.key(), counts);
                }
                Err(reason) => refused.push(Refused { line: number, reason }),
            }
        }
        let import = Self { listings, refused };
        if import.listings.is_empty() {
            Err(import.nothing("no line of the body is an entry"))
        } else {
            Ok(import)
        }
    }

    fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.listings.values().map(|(_, listing)| listing)
    }

    /// What it does to what stands. Where that says the opposite, and is to stand, the line is refused; if nothing else is left, all
    /// of it is.
    fn held_against(
        &mut self,
        standing: &BTreeMap<String, Listing>,
        opposite: Opposite,
    ) -> Result<Effects, Problem> {
        let mut effects = Effects::default();
        for (key, (line, listing)) in std::mem::take(&mut self.listings) {
            let before = standing.get(&key);
            let turned = before.and_then(|before| entries::turned(before, &listing));
            if let (Some(stands), Opposite::Stands) = (turned, opposite) {
                self.refused.push(Refused { line, reason: opposed(stands) });
                continue;
            }
            match before.map(Holds::of) {
                None => effects.added += 1,
                Some(before) if before == Holds::of(&listing) => effects.unchanged += 1,
                Some(before) => {
                    let after = Holds::of(&listing);
                    effects.changed.push(Changed { line, entry: key.clone(), before, after });
                }
            }
            self.listings.insert(key, (line, listing));
        }
        effects.changed.sort_by_key(|changed| changed.line);
        self.refused.sort_by_key(|refused| refused.line);
        if self.listings.is_empty() {
            return Err(self.nothing("no line is imported: the list says the opposite, and it stands"));
        }
        Ok(effects)
    }

    /// That nothing is imported, and why.
    fn nothing(&self, detail: &str) -> Problem {
        let shown = self.refused.iter().take(REFUSED_SHOWN_MAX);
        let errors =
            shown.map(|r| FieldError { field: format!("line {}", r.line), reason: r.reason.clone() });
        Problem::invalid(detail, errors.collect())
    }
}

impl Holds {
    fn of(listing: &Listing) -> Self {
        // Moments are stored in milliseconds, and compared as they are stored.
        let stored = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        Self { effect: listing.effect, expires_at: listing.expires_at.map(stored) }
    }
}

fn opposed(stands: Effect) -> String {
    let says = stands.as_str();
    format!("it is on the list as {says} already, which stands; to turn it around, import with replace=true")
}

/// Of two lines for one entry the one that counts, and the number of the other if the two contradict each other.
fn stricter(before: (usize, Listing), later: (usize, Listing)) -> ((usize, Listing), Option<usize>) {
    // The stricter is the greater: what never expires holds longer than anything.
    let strictness = |(_, listing): &(usize, Listing)| {
        let holds = (listing.expires_at.is_none(), listing.expires_at);
        match listing.effect {
            Effect::Deny => (1, Some(holds), None),
            Effect::Trust => (0, None, Some(Reverse(holds))),
        }
    };
    match strictness(&later).cmp(&strictness(&before)) {
        Ordering::Equal => (later, None),
        Ordering::Greater => (later, Some(before.0)),
        Ordering::Less => (before, Some(later.0)),
    }
}

fn contradicted(line: usize, (counts, listing): &(usize, Listing)) -> Refused {
    let says = listing.effect.as_str();
    let reason = format!("line {counts} says otherwise of the same entry ({says}), and the stricter counts");
    Refused { line, reason }
}

fn told(import: &Import, effects: &Effects, dry_run: bool) -> Response<Body> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told<'a> {
        imported: usize,
        added: usize,
        changed: Vec<&'a Changed>,
        changed_count: usize,
        unchanged: usize,
        refused: Vec<&'a Refused>,
        refused_count: usize,
        dry_run: bool,
    }
    let told = Told {
        imported: import.listings.len(),
        added: effects.added,
        changed: effects.changed.iter().take(CHANGED_SHOWN_MAX).collect(),
        changed_count: effects.changed.len(),
        unchanged: effects.unchanged,
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
            ..Defaults::default()
        };
        Import::of(lines::plain(body.as_bytes(), &defaults), &Author::parse("ada").unwrap(), now)
    }

    #[test]
    fn an_entry_named_twice_is_one_entry() {
        let import = import("203.0.113.0/24\n203.0.113.0/24\n203.0.113.9\n").unwrap();
        assert_eq!(import.listings.len(), 2);
    }

    fn import_csv(lines: &str) -> Import {
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        let body = format!("entry,effect,reason,expires_at\n{lines}");
        let lines = lines::csv(body.as_bytes(), &Defaults::default(), now).unwrap();
        Import::of(lines, &Author::parse("ada").unwrap(), now).unwrap()
    }

    #[test]
    fn of_lines_that_contradict_each_other_the_stricter_counts_and_the_other_is_told() {
        let (deny, trust) = ("prefix#+1876,deny,x", "prefix#+1 876,trust,y");
        for (first, second, line) in [
            (deny, trust, 3),
            (trust, deny, 2),
            ("prefix#+1876,deny,x", "prefix#+1876,deny,y,2026-06-30T00:00:00Z", 3),
            ("prefix#+1876,trust,x", "prefix#+1876,trust,y,2026-06-30T00:00:00Z", 2),
            ("prefix#+1876,deny,x,2026-05-30T00:00:00Z", "prefix#+1876,deny,y,2026-06-30T00:00:00Z", 2),
        ] {
            let import = import_csv(&format!("{first}\n{second}\n"));
            assert_eq!((import.listings.len(), import.refused.len()), (1, 1), "{first} {second}");
            assert_eq!(import.refused[0].line, line, "{first} {second}");
            assert!(import.refused[0].reason.contains(&format!("line {} says otherwise", 5 - line)));
            let counts = import.listings().next().unwrap();
            assert!(first != deny || second != trust || counts.effect == Effect::Deny);
        }
        assert_eq!(import_csv(&format!("{deny}\n{deny}\n")).refused, []);
        assert_eq!(import_csv(&format!("{trust}\n{deny}\n{trust}\n")).refused.len(), 2);
    }

    #[test]
    fn at_most_a_hundred_refused_lines_are_told_and_all_are_counted() {
        let mut import = import(&format!("203.0.113.0/24\n{}", "x\n".repeat(150))).unwrap();
        let effects = import.held_against(&BTreeMap::new(), Opposite::Stands).unwrap();
        let Body::Text(body) = told(&import, &effects, true).into_body() else { panic!("not text") };
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
