//! The deny and trust list. Trust is looked at first and recorded; it waives what it may when findings are settled.

use jiff::Timestamp;

use super::Case;
use crate::entry::{Effect, Entry, Listing};
use crate::line::LineFact;
use crate::verdict::{Code, Finding};

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let (listings, line, now) = (&case.facts.listings, &case.facts.line, case.now);
    let found = |effect, code| {
        matching(listings, line, now)
            .filter(move |listing| listing.effect == effect)
            .map(move |listing| Finding::about(code, listing.entry.key()))
    };
    found(Effect::Trust, Code::Trusted).chain(found(Effect::Deny, Code::DenyListed)).collect()
}

/// What the lists say of a request, on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    /// Who asks is trusted: an account, a network.
    pub(super) asker_trusted: bool,
    /// What is asked for is trusted: a number, a prefix, a country, a carrier.
    pub(super) number_trusted: bool,
    /// Who asks is denied.
    pub(super) asker_denied: bool,
}

impl Listed {
    pub(super) fn of(listings: &[Listing], line: &LineFact, now: Timestamp) -> Self {
        let is = |effect, of_asker| {
            matching(listings, line, now)
                .any(|listing| listing.effect == effect && listing.entry.names_the_asker() == of_asker)
        };
        Self {
            asker_trusted: is(Effect::Trust, true),
            number_trusted: is(Effect::Trust, false),
            asker_denied: is(Effect::Deny, true),
        }
    }

    /// Whether an operator vouches for the call.
    pub(super) fn is_trusted(self) -> bool {
        self.asker_trusted || self.number_trusted
    }

    /// Whether trust waives a finding. Trust in who asks waives whatever it may. Trust in what is asked for waives what speaks
    /// against the number, never what speaks against who asks for it: a stranger could have a trusted number called else.
    pub(super) fn waives(self, code: Code) -> bool {
        let of_number = self.number_trusted
            && code.is_waived_by_trust_in_number()
            && !(code == Code::DenyListed && self.asker_denied);
        (self.asker_trusted && code.is_waived_by_trust()) || of_number
    }
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
                line.carrier.as_ref().is_some_and(|carrier| carrier.names_the_same_as(listed))
            }
            LineFact::NotAsked | LineFact::NotOffered | LineFact::Unavailable => false,
        },
        _ => true,
    })
}
