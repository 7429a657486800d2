//! What a record tells that no policy decides.

use jiff::Timestamp;

use crate::country::CountryCode;
use crate::entry::{Effect, Entry, Listing};
use crate::evidence::End;
use crate::line::LineFact;
use crate::outcome::CallEnd;
use crate::record::Record;
use crate::state::{Ending, State};
use crate::switches::KillSwitches;
use crate::text::{Author, CarrierName, Reason};
use crate::verdict::Code;

/// What followed once a request was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// A call, which came to this.
    Call(End),
    /// A call whose end nobody heard.
    Lost,
    /// Connect would not place the call.
    Failed,
    /// No call: it was withdrawn, or too late.
    NoCall { ended_at: Timestamp },
    /// Nobody knows: it was not approved then.
    Unknown,
}

impl Course {
    pub(super) fn of(record: &Record) -> Self {
        let request = &record.request;
        match &record.state {
            State::Ended(Ending::Closed { end: Some(end), .. }) => Self::Call(End::of(end)),
            State::Ended(Ending::Closed { end: None, .. })
            | State::Approved
            | State::Dialing(_)
            | State::InCall { .. } => Self::Lost,
            State::Ended(Ending::Cancelled) => {
                Self::NoCall { ended_at: record.cancelled_at.unwrap_or(request.deadline) }
            }
            State::Ended(Ending::Expired) => Self::NoCall { ended_at: request.deadline },
            State::Ended(Ending::Failed { .. }) => Self::Failed,
            State::Received
            | State::Duplicate { .. }
            | State::Ended(Ending::Refused | Ending::Redirected) => Self::Unknown,
        }
    }

    /// Whether a dialer claims it.
    pub(super) fn is_dialed(self) -> bool {
        !matches!(self, Self::NoCall { .. })
    }
}

/// How the call ended, as it was heard.
pub(super) fn call_end(record: &Record) -> Option<&CallEnd> {
    match &record.state {
        State::Ended(Ending::Closed { end, .. }) => end.as_ref(),
        _ => None,
    }
}

/// The number's carrier.
pub(super) fn carrier(record: &Record) -> Option<&CarrierName> {
    record.line.as_ref().and_then(|line| line.carrier.as_ref())
}

/// The number's line.
pub(super) fn line(record: &Record) -> LineFact {
    match &record.line {
        Some(line) => LineFact::Known(line.clone()),
        None if subjects(record, Code::LineUnavailable).next().is_some() => LineFact::Unavailable,
        None => LineFact::NotOffered,
    }
}

/// The listings that were found.
pub(super) fn listings(record: &Record) -> Vec<Listing> {
    let of = |effect, code| {
        subjects(record, code).flatten().filter_map(move |key| {
            Some(Listing {
                entry: Entry::parse(key).ok()?,
                effect,
                reason: Reason::parse("as recorded").ok()?,
                author: Author::parse("the record").ok()?,
                added_at: record.request.received_at,
                expires_at: None,
            })
        })
    };
    of(Effect::Trust, Code::Trusted).chain(of(Effect::Deny, Code::DenyListed)).collect()
}

/// The kill switches that were found on.
pub(super) fn switches(record: &Record) -> KillSwitches {
    let found = || subjects(record, Code::KillSwitch).flatten();
    let country = |subject: &str| CountryCode::parse(subject.strip_prefix("country#")?).ok();
    KillSwitches {
        all: found().any(|subject| subject == "all"),
        countries: found().filter_map(country).collect(),
    }
}

/// What the findings of a code are about.
fn subjects(record: &Record, code: Code) -> impl Iterator<Item = Option<&str>> {
    record
        .findings
        .iter()
        .filter(move |finding| finding.code == code)
        .map(|finding| finding.subject.as_deref())
}
