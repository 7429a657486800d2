//! Plain text: a network, an address or an `AS64500` a line, as lists of networks are published. What follows `#` or `;`
//! is a comment.
//!
//! Spamhaus' DROP lists are JSON objects, one a line (`cidr` or `asn`); the list of Tor's exits names each address in a
//! line of its own (`ExitAddress`) among lines about the relay. Both are read as they come.

use serde::Deserialize;
use tollgate::entry::Entry;
use tollgate::network::Network;

use super::encoding::numbered;
use super::{Defaults, Draft, Line};
use crate::entries::form::allowed;

/// What begins the lines of a list of Tor's exits that name no address.
const ABOUT_A_RELAY: [&str; 5] = ["ExitNode", "Published", "LastStatus", "Downloaded", "@type"];

/// Reads plain text.
pub(in crate::entries) fn plain(body: &[u8], defaults: &Defaults) -> Vec<Line> {
    let mut lines = vec![];
    for (number, text) in numbered(body) {
        let entry = text.and_then(|text| entry(&text, defaults));
        let Some(read) = entry.transpose() else { continue };
        let read = read.and_then(|entry| draft(entry, defaults));
        lines.push(Line { number, read });
    }
    lines
}

fn draft(entry: Entry, defaults: &Defaults) -> Result<Draft, String> {
    Ok(Draft {
        effect: allowed(&entry, defaults.effect.ok_or("no effect is given")?)?,
        entry,
        reason: defaults.reason.clone().ok_or("no reason is given")?,
        expires_at: defaults.expires_at,
    })
}

/// What a line lists, if anything.
fn entry(line: &str, defaults: &Defaults) -> Result<Option<Entry>, String> {
    if line.starts_with('{') {
        return of_json(line, defaults);
    }
    let text = line.split(['#', ';']).next().unwrap_or_default().trim();
    let mut words = text.split_ascii_whitespace();
    match words.next() {
        None => Ok(None),
        Some(word) if ABOUT_A_RELAY.contains(&word) => Ok(None),
        Some("ExitAddress") => network(words.next().unwrap_or_default()).map(Some),
        Some(word) => match system(word) {
            Some(asn) => listed(&format!("asn#{asn}"), defaults),
            None => network(text).map(Some),
        },
    }
}

/// The number of an autonomous system, as lists write it: `AS64500`.
fn system(word: &str) -> Option<&str> {
    let (letters, digits) = word.split_at_checked(2)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (letters.eq_ignore_ascii_case("as") && is_number).then_some(digits)
}

/// A line of Spamhaus' lists. One of each tells about the list itself.
fn of_json(line: &str, defaults: &Defaults) -> Result<Option<Entry>, String> {
    #[derive(Deserialize)]
    struct Listed {
        cidr: Option<String>,
        asn: Option<u32>,
        r#type: Option<String>,
    }
    let listed: Listed = serde_json::from_str(line)
        .map_err(|_not_json| "not a JSON object in one line, with `cidr` or `asn`")?;
    match (listed.cidr, listed.asn, listed.r#type.as_deref()) {
        (Some(cidr), ..) => network(&cidr).map(Some),
        (None, Some(asn), _) => self::listed(&format!("asn#{asn}"), defaults),
        (None, None, Some("metadata")) => Ok(None),
        (None, None, _) => Err("the JSON object has neither `cidr` nor `asn`".to_owned()),
    }
}

fn listed(key: &str, defaults: &Defaults) -> Result<Option<Entry>, String> {
    Entry::parse_new(key, &defaults.numbers).map(Some).map_err(|error| error.to_string())
}

fn network(text: &str) -> Result<Entry, String> {
    Network::parse(text).map(Entry::Network).map_err(|error| match hint(text) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

/// What to do with a line of a form that is known, and not read.
fn hint(text: &str) -> Option<&'static str> {
    let first = text.split([',', ';', '\t', ' ']).next().unwrap_or_default();
    let addresses = text.split(['-', ' ', '\t']).filter(|word| Network::parse(word).is_ok()).count();
    if text.starts_with(['[', '"', '}', ']']) {
        Some("of JSON, one object a line is read; or send one network a line")
    } else if text.contains(',') || first == "entry" {
        Some("is this CSV? Send it as text/csv, with a first line that names the columns")
    } else if ["number", "prefix", "country", "net", "address-country", "asn", "account", "carrier"]
        .contains(&text)
    {
        Some("is this an entry? Send it as text/csv, with a first line `entry`; here a # begins a comment")
    } else if addresses > 1 {
        Some("is this a range? Write it as networks, such as 203.0.113.0/24")
    } else if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("is this the number of an autonomous system? Write AS before it")
    } else if text.starts_with('+') {
        Some("is this a phone number? Write prefix# or number# before it")
    } else {
        None
    }
}
