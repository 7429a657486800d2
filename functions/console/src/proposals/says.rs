//! A proposal in sentences: what, how much against usual, who is hit.

use tollgate::entry::Entry;
use tollgate::proposals::{Kind, Proposal};

use crate::words;

/// What goes on, as a title.
pub(crate) fn title(proposal: &Proposal, masked: bool) -> String {
    let what = words::entry(&proposal.entry, masked);
    match &proposal.entry {
        Entry::Number(_) | Entry::Prefix(_) => format!("Calls to {what} that nobody takes"),
        Entry::Country(_) => format!("Calls to {what} that nobody takes"),
        Entry::Carrier(_) => format!("Calls to numbers of {what} that nobody takes"),
        Entry::Network(_) | Entry::Asn(_) | Entry::Account(_) => {
            format!("{what} asks for calls that nobody takes")
        }
        Entry::AddressCountry(_) => format!("Calls asked for from {what} that nobody takes"),
    }
}

/// Why it is proposed.
pub(crate) fn sentence(proposal: &Proposal, masked: bool) -> String {
    let evidence = &proposal.evidence;
    let hours = match evidence.window_hours {
        1 => "in the last hour".to_owned(),
        hours => format!("in the last {hours} hours"),
    };
    let calls = words::counted(evidence.calls as u64, "call", "calls");
    let usual = words::figure(evidence.expected_calls);
    let bad = words::thousands(evidence.bad.here as u64);
    let mut said =
        format!("{calls} {hours} where {usual} are usual; {bad} found nobody, no agent, or were marked.");
    if let Some((with, count)) = evidence.with.first() {
        let share = words::percent(*count as u64, evidence.requests as u64);
        let name = match with {
            Entry::Carrier(_) => "by carrier",
            Entry::Prefix(_) => "to",
            _ => "from",
        };
        said += &format!(" {share} % {name} {}.", words::entry(with, masked));
    }
    let lines = words::counted(evidence.lines as u64, "line", "lines");
    let numbers = words::counted(evidence.numbers as u64, "number", "numbers");
    said += &format!(" {lines} asked for {numbers}. {}", whom(proposal));
    said
}

/// Whom it would hit.
pub(crate) fn whom(proposal: &Proposal) -> String {
    let collateral = &proposal.collateral;
    let known = match collateral.days_known {
        Some(days) => format!("in {} days", days.max(1)),
        None => "in 24 hours; what was before, no index tells".to_owned(),
    };
    let good = match collateral.good_calls as u64 {
        0 => "No call went well there".to_owned(),
        n => format!("{} went well there", words::counted(n, "call", "calls")),
    };
    let own = match collateral.verified_own as u64 {
        0 => String::new(),
        n => format!(" {} asked for a verified own number.", words::counted(n, "request", "requests")),
    };
    format!("{good} {known}.{own}")
}

/// The reason as it is filled in: for the record of changes, so without numbers of people.
pub(crate) fn reason(proposal: &Proposal) -> String {
    let evidence = &proposal.evidence;
    format!(
        "{} in {} h where {} are usual; {} went badly. {}",
        words::counted(evidence.calls as u64, "call", "calls"),
        evidence.window_hours,
        words::figure(evidence.expected_calls),
        evidence.bad.here,
        whom(proposal)
    )
}

/// In a word, for the note that stands first.
pub(crate) fn is_harmless(proposal: &Proposal) -> bool {
    proposal.kind == Kind::Deny
}
