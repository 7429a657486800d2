//! Prefixes of phone numbers: what a deny list holds, from a whole country code to one single number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DIGITS_MAX, PhoneNumber, SHOWN_CHARACTERS_MAX, is_plus_and_digits, masked};

/// The first digits that numbers have in common: `+` and 1 to 15 digits, the first of which is not 0.
///
/// A prefix may be a whole number, so `Debug` shows no more than its first digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NumberPrefix(pub(super) String);

impl NumberPrefix {
    /// Reads a prefix; spaces and dashes between the digits are dropped.
    ///
    /// # Errors
    /// When the rest is not `+` and 1 to 15 digits, the first of which is not 0.
    pub fn parse(text: &str) -> Result<Self, NumberPrefixError> {
        let prefix = text.replace([' ', '-'], "");
        if is_plus_and_digits(&prefix, 1, DIGITS_MAX) { Ok(Self(prefix)) } else { Err(NumberPrefixError) }
    }

    /// Every prefix of the number, shortest first.
    pub(super) fn all_of(number: &PhoneNumber) -> impl Iterator<Item = Self> + '_ {
        let shortest = "+1".len();
        let e164 = number.e164();
        (shortest..=e164.len()).filter_map(|end| e164.get(..end)).map(|text| Self(text.to_owned()))
    }

    /// The prefixes that are shorter, the shortest first.
    #[must_use]
    pub fn around(&self) -> Vec<Self> {
        (2..self.0.len()).filter_map(|end| self.0.get(..end)).map(|text| Self(text.to_owned())).collect()
    }

    /// The prefix as logs may show it, since it may be a whole number: `+1876`, but `+1876***`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, SHOWN_CHARACTERS_MAX)
    }

    /// Whether every number under it is under the other, too.
    #[must_use]
    pub fn is_under(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Whether the number starts with these digits.
    #[must_use]
    pub fn covers(&self, number: &PhoneNumber) -> bool {
        number.e164().starts_with(&self.0)
    }
}

/// The text is not a prefix of phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a prefix is `+` and 1 to 15 digits, the first of which is not 0")]
pub struct NumberPrefixError;

impl fmt::Display for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl FromStr for NumberPrefix {
    type Err = NumberPrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for NumberPrefix {
    type Error = NumberPrefixError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<NumberPrefix> for String {
    fn from(prefix: NumberPrefix) -> Self {
        prefix.0
    }
}
