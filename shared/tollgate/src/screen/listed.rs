//! The deny and trust list. Trust is looked at first and recorded; it waives what it may when findings are settled.

use jiff::Timestamp;

use crate::entry::{Effect, Entry, Listing};
use crate::line::LineFact;
use crate::verdict::{Code, Finding};

pub(super) fn findings(listings: &[Listing], line: &LineFact, now: Timestamp) -> Vec<Finding> {
    let found = |effect, code| {
        matching(listings, line, now)
            .filter(move |listing| listing.effect == effect)
            .map(move |listing| Finding::about(code, listing.entry.key()))
    };
    found(Effect::Trust, Code::Trusted).chain(found(Effect::Deny, Code::DenyListed)).collect()
}

/// Whether a trust entry holds.
pub(super) fn is_trusted(listings: &[Listing], line: &LineFact, now: Timestamp) -> bool {
    matching(listings, line, now).any(|listing| listing.effect == Effect::Trust)
}

/// The listings that hold now. All carriers' listings are among the facts; only that of the number's own counts.
fn matching<'a>(
    listings: &'a [Listing],
    line: &'a LineFact,
    now: Timestamp,
) -> impl Iterator<Item = &'a Listing> {
    let counts = |listing: &&Listing| listing.effect == Effect::Deny || listing.entry.can_be_trusted();
    let live = listings.iter().filter(move |listing| listing.is_live(now)).filter(counts);
    live.filter(move |listing| match &listing.entry {
        Entry::Carrier(listed) => match line {
            LineFact::Known(line) => {
                line.carrier.as_ref().is_some_and(|carrier| carrier.key() == listed.key())
            }
            LineFact::NotAsked | LineFact::Unavailable => false,
        },
        _ => true,
    })
}
