//! The facts on which a request is decided, as gathered at one moment.

use std::collections::BTreeMap;

use crate::counter::{Asked, Count, Subject};
use crate::entry::Listing;
use crate::history::History;
use crate::line::LineFact;
use crate::request::RequestId;
use crate::switches::KillSwitches;
use crate::text::CarrierName;

/// The facts on which a request is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Listings found under the request's keys, and those of all carriers, expired or not.
    pub listings: Vec<Listing>,
    /// The kill switches.
    pub switches: KillSwitches,
    /// The number's line and carrier.
    pub line: LineFact,
    /// What the asking side has asked for.
    pub asking: Asking,
    /// Calls to the number.
    pub number: Calls,
    /// Calls to its range.
    pub range: Calls,
    /// Calls to its country.
    pub country: Calls,
    /// Calls to carriers, by [`CarrierName::key`].
    pub carriers: BTreeMap<String, Calls>,
    /// What became of earlier requests and calls.
    pub histories: Histories,
    /// The request that holds the number's claim, if any.
    pub pending: Option<RequestId>,
}

/// The pasts of all subjects of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histories {
    /// Of the address.
    pub address: History,
    /// Of its block.
    pub block: History,
    /// Of the account; of a guest, empty.
    pub account: History,
    /// Of the number.
    pub number: History,
    /// Of its range.
    pub range: History,
    /// Of its country.
    pub country: History,
    /// Of all carriers, by [`CarrierName::key`].
    pub carriers: BTreeMap<String, History>,
}

/// What each subject of the asking side has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// The address.
    pub address: AskCount,
    /// Its block.
    pub block: AskCount,
    /// The account; none for a guest.
    pub account: Option<AskCount>,
}

/// What one subject has asked for in this window, up to and including the request, and in the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskCount {
    /// In this window.
    pub this: Asked,
    /// In the last window.
    pub last: Asked,
}

/// Calls to one subject of the asked side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Approved.
    pub approved: Count,
    /// Distinct addresses that asked for them, other than the request's own.
    pub addresses: Count,
}

impl Facts {
    /// Calls to a carrier; none yet if it is not counted.
    #[must_use]
    pub fn carrier(&self, carrier: &CarrierName) -> Calls {
        self.carriers.get(&carrier.key()).copied().unwrap_or_default()
    }
}

impl Histories {
    /// That of one of the request's subjects; none of a carrier of which nothing is known.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Option<&History> {
        match subject {
            Subject::Address(_) => Some(&self.address),
            Subject::Block(_) => Some(&self.block),
            Subject::Account(_) => Some(&self.account),
            Subject::Number(_) => Some(&self.number),
            Subject::Range(_) => Some(&self.range),
            Subject::Carrier(carrier) => self.carrier(carrier),
            Subject::Country(_) => Some(&self.country),
        }
    }

    /// A carrier's, if anything is known of it.
    #[must_use]
    pub fn carrier(&self, carrier: &CarrierName) -> Option<&History> {
        self.carriers.get(&carrier.key())
    }
}
