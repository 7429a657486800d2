//! The kill switches: no calls at all, or none to some countries, from this moment on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::country::CountryCode;

/// The kill switches; off unless an operator set them. Read at dial time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KillSwitches {
    /// No calls at all.
    pub all: bool,
    /// No calls to numbers of these countries.
    pub countries: BTreeSet<CountryCode>,
}

impl KillSwitches {
    /// Whether no number of any of these countries is called: it is the same for everybody, so everybody may know.
    #[must_use]
    pub fn close_all(&self, served: &BTreeSet<CountryCode>) -> bool {
        self.all || (!served.is_empty() && served.is_subset(&self.countries))
    }
}
