//! Reading the lines of an import, each for itself: a broken one hides no other.
//!
//! Two forms are taken. In CSV, a first line names the columns (`entry`, and as wanted `effect`, `reason`,
//! `expires_at`). In plain text, each line is a network or an address; what follows `#` or `;` is a comment.

use jiff::Timestamp;
use tollgate::entry::{Effect, Entry};
use tollgate::network::Network;
use tollgate::text::Reason;

use super::form::{allowed, effect};
use crate::asked::moment_ahead;
use crate::csv;

/// The columns of a CSV file, in the order of an export.
pub(super) const COLUMNS: [&str; 4] = ["entry", "effect", "reason", "expires_at"];

/// What lines say that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) effect: Option<Effect>,
    pub(super) reason: Option<Reason>,
    pub(super) expires_at: Option<Timestamp>,
}

/// A line that holds something, or should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    /// What it says; or why that cannot be told.
    pub(super) read: Result<Draft, String>,
}

/// An entry to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) entry: Entry,
    pub(super) effect: Effect,
    pub(super) reason: Reason,
    pub(super) expires_at: Option<Timestamp>,
}

/// Reads plain text.
pub(super) fn plain(body: &[u8], defaults: &Defaults) -> Vec<Line> {
    let mut lines = vec![];
    for (number, text) in numbered(body) {
        let read = text.map(|text| text.split(['#', ';']).next().unwrap_or_default().trim());
        if read.as_ref().is_ok_and(|text| text.is_empty()) {
            continue;
        }
        let read = read.and_then(|text| network(text, defaults));
        lines.push(Line { number, read });
    }
    lines
}

fn network(text: &str, defaults: &Defaults) -> Result<Draft, String> {
    let network = Network::parse(text).map_err(|error| error.to_string())?;
    Ok(Draft {
        entry: Entry::Network(network),
        effect: defaults.effect.ok_or("no effect is given")?,
        reason: defaults.reason.clone().ok_or("no reason is given")?,
        expires_at: defaults.expires_at,
    })
}

/// Reads CSV.
///
/// # Errors
/// When the first line does not name the columns; nothing can be read then.
pub(super) fn csv(body: &[u8], defaults: &Defaults, now: Timestamp) -> Result<Vec<Line>, String> {
    let mut filled = numbered(body).filter(|(_, text)| text.as_ref().map_or(true, |text| !text.is_empty()));
    let (_, head) = filled.next().ok_or("the body is empty")?;
    let columns = columns(head?)?;
    let read = |text: &str| draft(text, &columns, defaults, now);
    Ok(filled.map(|(number, text)| Line { number, read: text.and_then(read) }).collect())
}

/// Which column is where.
fn columns(head: &str) -> Result<Vec<String>, String> {
    let columns = csv::cells(head)?;
    let columns: Vec<String> = columns.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let known = columns.iter().all(|name| COLUMNS.contains(&name.as_str()));
    let distinct: std::collections::BTreeSet<_> = columns.iter().collect();
    if known && distinct.len() == columns.len() && columns.iter().any(|name| name == "entry") {
        return Ok(columns);
    }
    Err(format!("the first line names the columns: {}, of which only entry is required", COLUMNS.join(",")))
}

fn draft(text: &str, columns: &[String], defaults: &Defaults, now: Timestamp) -> Result<Draft, String> {
    let cells = csv::cells(text)?;
    if cells.len() != columns.len() {
        return Err(format!("there are {} cells under {} columns", cells.len(), columns.len()));
    }
    let cell = |name: &str| {
        let found = columns.iter().zip(&cells).find(|(column, _)| *column == name);
        found.map(|(_, cell)| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let entry = cell("entry").ok_or("no entry is given")?;
    let entry = Entry::parse(entry).map_err(|error| error.to_string())?;
    let in_column = |name: &'static str| move |error: &dyn ToString| format!("{name}: {}", error.to_string());
    let effect = cell("effect").map(effect).transpose().map_err(|e| in_column("effect")(&e))?;
    let reason = cell("reason").map(Reason::parse).transpose().map_err(|e| in_column("reason")(&e))?;
    let expires_at = cell("expires_at").map(|text| moment_ahead(text, now)).transpose();
    let expires_at = expires_at.map_err(|e| in_column("expires_at")(&e))?;
    let effect = effect.or(defaults.effect).ok_or("no effect is given")?;
    Ok(Draft {
        effect: allowed(&entry, effect)?,
        entry,
        reason: reason.or_else(|| defaults.reason.clone()).ok_or("no reason is given")?,
        expires_at: expires_at.or(defaults.expires_at),
    })
}

/// The lines with their numbers, without the white space around them; each is UTF-8 for itself. A byte order mark, which
/// spreadsheets write, is none of the first line.
fn numbered(body: &[u8]) -> impl Iterator<Item = (usize, Result<&str, String>)> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.split(|byte| *byte == b'\n').zip(1..).map(|(line, number)| {
        let text = std::str::from_utf8(line).map(str::trim).map_err(|_not_text| "not UTF-8 text".to_owned());
        (number, text)
    })
}

#[cfg(test)]
mod tests;
