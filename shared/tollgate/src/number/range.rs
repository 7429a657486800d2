//! Number ranges: the blocks of ten thousand numbers in which operators hand numbers out, and in which pumped
//! traffic therefore gathers.

use std::fmt;

use super::{DIGITS_MAX, DIGITS_MIN, PhoneNumber, is_plus_and_digits, masked};

/// Digits at the end of a number that its range leaves out.
const OPEN_DIGITS: usize = 4;

/// An E.164 number without its last four digits. `Debug` is masked: few lines may share a range.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberRange(String);

impl NumberRange {
    /// Reads a range as it was stored.
    ///
    /// # Errors
    /// When the text is not `+` and as many digits as a number has without its last four.
    pub fn parse(text: &str) -> Result<Self, NumberRangeError> {
        if is_plus_and_digits(text, DIGITS_MIN - OPEN_DIGITS, DIGITS_MAX - OPEN_DIGITS) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NumberRangeError)
        }
    }

    /// The range that the number is in.
    pub(super) fn of(number: &PhoneNumber) -> Self {
        Self::around(number.e164())
    }

    /// The range around a number in E.164 form.
    #[must_use]
    pub fn around(e164: &str) -> Self {
        let kept = e164.len().saturating_sub(OPEN_DIGITS);
        Self(e164.chars().take(kept).collect())
    }

    /// The text: `+` and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The range as logs may show it: `+1206***`. At least its last digit is hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, self.0.len().saturating_sub(1))
    }
}

/// The text is not a number range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number range is `+` and 3 to 11 digits, the first of which is not 0")]
pub struct NumberRangeError;

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
