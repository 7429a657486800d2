//! Why a text is not a phone number. The messages are shown to visitors and never repeat what was typed.

use std::fmt;

/// Why a text was refused as a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// There is no text, or only spaces.
    #[error("the number is empty")]
    Empty,
    /// The text is longer than any written form of a number.
    #[error("the number is too long")]
    TooLong,
    /// The text holds something besides a number, or a number in characters that are not ASCII.
    #[error("{0}")]
    UnsupportedCharacter(UnsupportedCharacter),
    /// There is no `+`, and no country is assumed.
    #[error("the number does not start with `+` and its country code")]
    NotInternational,
    /// No number has this country code, or this many digits.
    #[error("the number cannot exist: its country code or its length is wrong")]
    Impossible,
    /// The length would do, but the numbering plan has no such number.
    #[error("the number cannot exist: its country has no such number")]
    Invalid,
    /// A stored number is not written as this crate writes it.
    #[error("the stored number is not canonical E.164")]
    NotCanonical,
}

/// What kind of character was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedCharacter {
    /// `x`, `ext`, `;`, `,`, `#` or `*`: what follows would be dialed after the call is answered.
    Extension,
    /// A letter. Turning letters into digits would call someone else when the letter was a typing error.
    Letter,
    /// A `+` that does not stand at the start, or not directly before a country code.
    Plus,
    /// Anything outside ASCII: digits of other scripts and wide forms, invisible and direction characters.
    NotAscii,
    /// Any other ASCII character, line ends and tabs included.
    Other,
}

impl UnsupportedCharacter {
    /// Names the class of the first character of `rest`, which is the text from the first refused character on.
    pub(super) fn at_start_of(rest: &str) -> Self {
        let lower = rest.to_ascii_lowercase();
        if lower.starts_with("ext") || lower.starts_with(['x', ';', ',', '#', '*']) {
            return Self::Extension;
        }
        match lower.chars().next() {
            Some('+') => Self::Plus,
            Some(first) if first.is_ascii_alphabetic() => Self::Letter,
            Some(first) if first.is_ascii() => Self::Other,
            _ => Self::NotAscii,
        }
    }
}

impl fmt::Display for UnsupportedCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extension => "extensions are not supported",
            Self::Letter => "letters are not supported in a number",
            Self::Plus => "a `+` may stand only at the start of a number, directly before its country code",
            Self::NotAscii => "only the digits 0 to 9 are supported in a number",
            Self::Other => "only digits, spaces and `().-` are supported in a number",
        })
    }
}
