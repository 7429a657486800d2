//! The strict check before the lenient parser: which texts are looked at as a phone number at all.

use super::error::{PhoneNumberError, UnsupportedCharacter};
use crate::country::CountryCode;

/// Longest text that is looked at, in bytes. Past it even the reason of the refusal is not worth the reading.
const TEXT_BYTES_MAX: usize = 64;

/// Most characters of a number as written: the 15 digits of E.164, `+`, and room for ten separators.
const WRITTEN_CHARACTERS_MAX: usize = 26;

/// Fewest characters of an international number as written: `+` and six digits or separators.
const INTERNATIONAL_CHARACTERS_MIN: usize = 7;

/// A text that may be a phone number: ASCII digits and separators, perhaps after a `+`.
pub(super) struct Typed<'a> {
    /// The text without the spaces around it.
    pub(super) text: &'a str,
    /// The country whose national form it is; none for an international form, which speaks for itself.
    pub(super) country: Option<CountryCode>,
}

impl<'a> Typed<'a> {
    /// Checks the form. International: `+[1-9]` and 5 to 24 of digits, space and `().-`. National, only with a
    /// default country: up to 26 of the same characters.
    pub(super) fn read(
        text: &'a str,
        default_country: Option<CountryCode>,
    ) -> Result<Self, PhoneNumberError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(PhoneNumberError::Empty);
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(PhoneNumberError::TooLong);
        }
        let international = text.strip_prefix('+');
        let rest = international.unwrap_or(text).trim_start_matches(is_supported);
        if !rest.is_empty() {
            return Err(PhoneNumberError::UnsupportedCharacter(UnsupportedCharacter::at_start_of(rest)));
        }
        if text.len() > WRITTEN_CHARACTERS_MAX {
            return Err(PhoneNumberError::TooLong);
        }
        let country = match international {
            Some(digits) => check_country_code(digits).map(|()| None)?,
            None => Some(default_country.ok_or(PhoneNumberError::NotInternational)?),
        };
        if country.is_none() && text.len() < INTERNATIONAL_CHARACTERS_MIN {
            return Err(PhoneNumberError::Impossible);
        }
        Ok(Self { text, country })
    }
}

/// Whether the character may stand in a number after its `+`.
fn is_supported(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, ' ' | '(' | ')' | '.' | '-')
}

/// A country code follows the `+` at once, and none starts with 0 (ITU-T E.164).
fn check_country_code(after_plus: &str) -> Result<(), PhoneNumberError> {
    match after_plus.chars().next() {
        Some('1'..='9') => Ok(()),
        Some('0') | None => Err(PhoneNumberError::Impossible),
        Some(_) => Err(PhoneNumberError::UnsupportedCharacter(UnsupportedCharacter::Plus)),
    }
}
