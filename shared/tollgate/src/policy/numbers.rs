//! Of the policy: which numbers are taken beyond those that the library knows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::number::{NumberPrefix, PhoneNumber};

/// Which numbers are taken beyond those that the library knows: a plan changes before the library does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Numbers {
    /// Prefixes under which a number of a length that its plan has is taken, though the library knows no such number.
    pub let_in: BTreeSet<NumberPrefix>,
}

impl Numbers {
    /// Whether a number stands under one of the prefixes.
    #[must_use]
    pub fn lets_in(&self, number: &PhoneNumber) -> bool {
        self.let_in.iter().any(|prefix| prefix.covers(number))
    }
}
