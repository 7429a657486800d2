//! Reading the lines of an import, each for itself: a broken one hides no other.
//!
//! Two forms are taken. In CSV, a first line names the columns (`entry`, and as wanted `effect`, `reason`,
//! `expires_at`); commas, semicolons or tabs stand between the cells, as the spreadsheet of a country saves them. The other
//! is plain text: see [`mod@plain`].

mod encoding;
mod plain;

use jiff::Timestamp;
use operations::{csv, moment};
use tollgate::entry::{Effect, Entry};
use tollgate::network::Network;
use tollgate::policy::Numbers;
use tollgate::text::Reason;

use self::encoding::numbered;
pub(super) use self::plain::plain;

use super::form::{allowed, effect};

/// The columns of a CSV file, in the order of an export.
pub(super) const COLUMNS: [&str; 4] = ["entry", "effect", "reason", "expires_at"];

/// What may stand between cells, the likeliest first.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// What lines say that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) effect: Option<Effect>,
    pub(super) reason: Option<Reason>,
    pub(super) expires_at: Option<Timestamp>,
    /// Which numbers the policy lets in.
    pub(super) numbers: Numbers,
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

/// Reads CSV. Empty lines are none, nor are those that begin with `#`.
///
/// # Errors
/// When the first line does not name the columns; nothing can be read then.
pub(super) fn csv(body: &[u8], defaults: &Defaults, now: Timestamp) -> Result<Vec<Line>, String> {
    let lines = numbered(body).into_iter();
    let mut filled = lines.filter(|(_, text)| text.as_ref().map_or(true, |text| is_filled(text)));
    let (_, mut head) = filled.next().ok_or("the body is empty")?;
    let told = head.as_ref().ok().and_then(|head| separator_told(head));
    if told.is_some() {
        (_, head) = filled.next().ok_or("the body is empty")?;
    }
    let head = head?;
    let separator = told.unwrap_or_else(|| separator_of(&head));
    let columns = columns(&head, separator)?;
    let read = |text: String| draft(&text, separator, &columns, defaults, now);
    Ok(filled.map(|(number, text)| Line { number, read: text.and_then(read) }).collect())
}

/// Whether a line holds anything but separators. A spreadsheet saves a row that was emptied as separators alone.
fn is_filled(line: &str) -> bool {
    !line.starts_with('#') && line.contains(|character| !SEPARATORS.contains(&character))
}

/// What stands between the cells, as a first line of Excel's says it: `sep=;`.
fn separator_told(line: &str) -> Option<char> {
    let line = line.trim_matches('"');
    let (name, separator) = line.split_at_checked(4)?;
    let mut separator = separator.chars();
    let told = separator.next().unwrap_or('\t');
    (name.eq_ignore_ascii_case("sep=") && separator.next().is_none()).then_some(told)
}

/// What stands between the cells of the line that names the columns: whichever of them it holds.
fn separator_of(head: &str) -> char {
    SEPARATORS.into_iter().find(|separator| head.contains(*separator)).unwrap_or(',')
}

/// Which column is where. Columns without a name are none.
fn columns(head: &str, separator: char) -> Result<Vec<String>, String> {
    let columns = csv::cells(head, separator)?;
    let columns: Vec<String> = columns.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let named = || columns.iter().filter(|name| !name.is_empty());
    let known = named().all(|name| COLUMNS.contains(&name.as_str()));
    let distinct: std::collections::BTreeSet<_> = named().collect();
    if known && distinct.len() == named().count() && columns.iter().any(|name| name == "entry") {
        return Ok(columns);
    }
    let remedy = if head.starts_with('{')
        || Network::parse(head.split(['#', ';', ',', ' ']).next().unwrap_or_default()).is_ok()
    {
        "; a list of networks is sent as text/plain"
    } else {
        ""
    };
    let names = COLUMNS.join(",");
    Err(format!(
        "the first line names the columns: {names}, of which only entry is required; between them stand commas, semicolons or tabs{remedy}"
    ))
}

fn draft(
    text: &str,
    separator: char,
    columns: &[String],
    defaults: &Defaults,
    now: Timestamp,
) -> Result<Draft, String> {
    let cells = csv::cells(text, separator)?;
    // A spreadsheet leaves out the empty cells at the end of a row, or adds some.
    if cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty()) {
        return Err(format!("there are {} cells under {} columns", cells.len(), columns.len()));
    }
    let cell = |name: &str| {
        let found = columns.iter().zip(&cells).find(|(column, _)| *column == name);
        found.map(|(_, cell)| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let entry = cell("entry").ok_or("no entry is given")?;
    let entry = Entry::parse_new(entry, &defaults.numbers).map_err(|error| error.to_string())?;
    let in_column = |name: &'static str| move |error: &dyn ToString| format!("{name}: {}", error.to_string());
    let effect = cell("effect").map(effect).transpose().map_err(|e| in_column("effect")(&e))?;
    let reason = cell("reason").map(Reason::parse).transpose().map_err(|e| in_column("reason")(&e))?;
    let expires_at = cell("expires_at").map(|text| moment::parse_ahead(text, now)).transpose();
    let expires_at = expires_at.map_err(|e| in_column("expires_at")(&e))?;
    let effect = effect.or(defaults.effect).ok_or("no effect is given")?;
    Ok(Draft {
        effect: allowed(&entry, effect)?,
        entry,
        reason: reason.or_else(|| defaults.reason.clone()).ok_or("no reason is given")?,
        expires_at: expires_at.or(defaults.expires_at),
    })
}

#[cfg(test)]
mod tests;
