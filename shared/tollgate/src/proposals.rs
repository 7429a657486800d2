//! Proposals: entries of the deny list that would end what is going on, each with the evidence for it and with whom it would
//! hit. A person decides; nothing is listed by itself.
//!
//! 1. [`suspects`] counts the requests of a day by everything that the deny list can express, and keeps what has enough of
//!    them, and enough that went badly. Refused requests are volume, not badness: else rules would prove themselves.
//! 2. Whoever can reads the calls of each suspect before that day ([`Past`]).
//! 3. [`propose`] tests each: are there more than its own past lets expect, and are its calls worse than all others'? Of all
//!    tests of a run one in a hundred that pass may be by chance. It then covers the requests with as few entries as it can,
//!    and of entries one within the other takes the narrowest that keeps nearly all.
//!
//! A proposal under which customers were called of late is to be watched, not denied in one click.

mod candidates;
mod chance;
mod choose;
mod evidence;
mod label;
mod past;

use jiff::Timestamp;

use crate::entry::{Effect, Entry, Listing};
use crate::record::Record;
use crate::request::RequestId;
use crate::verdict::Code;

pub use candidates::{Suspect, Suspects, suspects};
pub use choose::propose;
pub use label::Label;
pub use past::Past;

/// The fewest requests that something must have.
pub const SUPPORT_MIN: usize = 5;
/// The fewest of them that must have gone badly.
pub const BAD_MIN: usize = 3;
/// How many times as bad as elsewhere calls must be, at the lower end of what chance allows.
pub const RISK_RATIO_MIN: f64 = 3.0;
/// How many of the tests that pass may pass by chance.
pub const FALSE_DISCOVERIES: f64 = 0.01;
/// The most proposals of a run.
pub const PROPOSALS_MAX: usize = 20;
/// How many days an entry holds at first, when it comes again, and from then on.
pub const DAYS: [u32; 3] = [1, 7, 30];

/// What a proposal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// To deny: no customer would be met.
    Deny,
    /// To look at: customers were called there, or nobody can tell.
    Watch,
}

/// A proposal to list an entry, with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What would be listed.
    pub entry: Entry,
    /// What is asked for.
    pub kind: Kind,
    /// When the first of its bad requests came.
    pub since: Timestamp,
    /// The evidence.
    pub evidence: Evidence,
    /// Whom it would hit.
    pub collateral: Collateral,
    /// The same, narrower and wider, with what each would hit.
    pub choices: Vec<Choice>,
}

/// What speaks for a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Over how many hours it was looked.
    pub window_hours: u32,
    /// The requests within that time.
    pub requests: usize,
    /// Those of them that were called.
    pub calls: usize,
    /// How many calls its past lets expect within that time.
    pub expected_calls: f64,
    /// How often so many would come by chance.
    pub volume_chance: f64,
    /// Requests that went badly, here and elsewhere.
    pub bad: Compared,
    /// Requests that went well, here and elsewhere.
    pub good: Compared,
    /// How often the calls here would be so much worse by chance.
    pub badness_chance: f64,
    /// How many times as bad as elsewhere they are: the least that chance allows, the figure itself, and the most.
    pub risk_ratio: [f64; 3],
    /// What calls that were paid for in vain cost within the time, in millionths of a dollar.
    pub lost_micro_usd: u64,
    /// The same within the last hour.
    pub lost_micro_usd_last_hour: u64,
    /// Requests of the last hour.
    pub requests_last_hour: usize,
    /// How many different numbers were asked for.
    pub numbers: usize,
    /// How many different lines asked.
    pub lines: usize,
    /// How many different accounts asked.
    pub accounts: usize,
    /// How many requests were of guests.
    pub guests: usize,
    /// What else they share, with how many of them do.
    pub with: Vec<(Entry, usize)>,
    /// Requests of each of the last 24 hours, the oldest first.
    pub hours: [u32; 24],
    /// The rules that spoke of them, and whether any of it counted.
    pub caught_by: Vec<(Code, usize, bool)>,
    /// Some of them, the newest first.
    pub samples: Vec<RequestId>,
}

/// How many are within what is proposed, and how many are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as the type says")]
pub struct Compared {
    pub here: usize,
    pub elsewhere: usize,
}

/// Whom an entry would hit that behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collateral {
    /// Calls that went well, of the last 24 hours and of what is known of the time before.
    pub good_calls: usize,
    /// Requests of an account for its own, verified number.
    pub verified_own: usize,
    /// Over how many days calls were looked for; none where no index finds them, and only the last 24 hours are known.
    pub days_known: Option<u32>,
}

/// An entry that an operator may take instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The entry.
    pub entry: Entry,
    /// Whether it lists less than, as much as or more than what is proposed.
    pub reach: Reach,
    /// How many requests of the last 24 hours it would have met.
    pub requests: usize,
    /// How many of them went well.
    pub good: usize,
}

/// How far an entry reaches, beside the one that is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "as the type says")]
pub enum Reach {
    Narrower,
    Proposed,
    Wider,
}

impl Proposal {
    /// How many days the entry is to hold, if it was accepted so often before.
    #[must_use]
    pub fn days(accepted_before: u32) -> u32 {
        let [first, again, last] = DAYS;
        match accepted_before {
            0 => first,
            1 => again,
            _ => last,
        }
    }
}

/// Whether a deny entry that holds covers an entry already.
#[must_use]
pub fn is_listed(entry: &Entry, listings: &[Listing], now: Timestamp) -> bool {
    listings
        .iter()
        .filter(|listing| listing.effect == Effect::Deny && listing.is_live(now))
        .any(|listing| covers(&listing.entry, entry))
}

/// The entries that would list all that an entry lists: itself, and those around it that operators write.
#[must_use]
pub fn covering(entry: &Entry) -> Vec<Entry> {
    let wider = match entry {
        Entry::Prefix(prefix) => prefix.around().into_iter().map(Entry::Prefix).collect(),
        Entry::Number(number) => {
            let prefixes = number.prefixes().map(Entry::Prefix);
            prefixes.chain(number.countries().into_iter().map(Entry::Country)).collect()
        }
        Entry::Network(network) => candidates::lengths(network)
            .iter()
            .map(|length| Entry::Network(network.widened(*length)))
            .collect(),
        _ => vec![],
    };
    [vec![entry.clone()], wider].concat()
}

/// Whether all that the second lists is listed by the first.
#[must_use]
pub fn covers(wide: &Entry, narrow: &Entry) -> bool {
    match (wide, narrow) {
        (Entry::Prefix(wide), Entry::Prefix(narrow)) => narrow.is_under(wide),
        (Entry::Prefix(wide), Entry::Number(number)) => wide.covers(number),
        (Entry::Country(country), Entry::Number(number)) => number.countries().contains(country),
        (Entry::Network(wide), Entry::Network(narrow)) => {
            wide.is_ipv4() == narrow.is_ipv4()
                && wide.prefix_length() <= narrow.prefix_length()
                && narrow.widened(wide.prefix_length()) == *wide
        }
        (wide, narrow) => wide == narrow,
    }
}

/// Whether an entry lists a request.
#[must_use]
pub fn lists(entry: &Entry, record: &Record) -> bool {
    let request = &record.request;
    match entry {
        Entry::Number(number) => request.number == *number,
        Entry::Prefix(prefix) => prefix.covers(&request.number),
        Entry::Country(country) => request.number.countries().contains(country),
        Entry::Network(network) => network.contains(request.caller.address),
        Entry::AddressCountry(country) => request.caller.country.country() == Some(*country),
        Entry::Asn(asn) => request.caller.asn == Some(*asn),
        Entry::Account(account) => request.caller.account.as_ref().is_some_and(|own| own.id == *account),
        Entry::Carrier(carrier) => {
            let of = record.line.as_ref().and_then(|line| line.carrier.as_ref());
            of.is_some_and(|of| of.names_the_same_as(carrier))
        }
    }
}

#[cfg(test)]
mod tests;
