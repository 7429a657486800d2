//! Short texts from outside: a visitor's name and topic, an account's id, a contact's id. Bounded and free of control
//! characters, so that they can be shown to an agent, stored as keys and compared.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit, in characters.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// A line break, tab, escape or other control character.
    #[error("must not hold control characters")]
    ControlCharacter,
}

fn checked(text: &str, characters_max: usize) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().count() > characters_max {
        return Err(TextError::TooLong(characters_max));
    }
    if text.chars().any(is_control_or_format) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// Control characters, and the invisible ones that turn text around or hide in it.
fn is_control_or_format(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text after trimming it.
            ///
            /// # Errors
            /// When it is empty, too long, or holds control characters.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                checked(text, $max).map(Self)
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

bounded_text!(
    /// What a visitor calls himself or wants to talk about; shown to the agent, never logged.
    VisitorText,
    200
);
bounded_text!(
    /// The id of a signed-in account, as its identity provider tells it (a Cognito `sub`).
    AccountId,
    128
);
bounded_text!(
    /// Amazon Connect's id of a contact (at most 256 characters in its API).
    ContactId,
    256
);
bounded_text!(
    /// A carrier's name as the lookup service spells it; compared without regard to case.
    CarrierName,
    100
);
bounded_text!(
    /// Who changed something: an operator's IAM ARN or user name.
    Author,
    256
);
bounded_text!(
    /// Why an operator changed something.
    Reason,
    500
);

impl std::fmt::Debug for VisitorText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitorText(..)")
    }
}

macro_rules! shown {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    )*};
}
shown!(AccountId, ContactId, CarrierName, Author, Reason);

impl CarrierName {
    /// The form under which carriers are compared and counted: in lower case, one character for one. So it is a name
    /// itself: no longer than the name, and in the same form wherever a letter stands.
    #[must_use]
    pub fn key(&self) -> String {
        let lower = |character: char| match character.to_lowercase() {
            mut one if one.len() == 1 => one.next().unwrap_or(character),
            _several => character,
        };
        self.0.chars().map(lower).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_bounded() {
        assert_eq!(VisitorText::parse("  Ada  ").unwrap().as_str(), "Ada");
        assert_eq!(VisitorText::parse(" "), Err(TextError::Empty));
        assert_eq!(VisitorText::parse(&"x".repeat(201)), Err(TextError::TooLong(200)));
    }

    #[test]
    fn a_carriers_key_is_a_name_with_the_same_key() {
        for name in ["Example VoIP", "ΟΔΟΣ", "οδος", &"İ".repeat(100)] {
            let key = CarrierName::parse(name).unwrap().key();
            assert_eq!(CarrierName::parse(&key).map(|name| name.key()), Ok(key));
        }
        let key = |name| CarrierName::parse(name).unwrap().key();
        assert_eq!(key("EXAMPLE VoIP"), key("example voip"));
        assert_eq!(key("ΟΔΟΣ"), key("οδοσ"));
        // In lower case it would be two characters, an `i` and a dot above.
        assert_eq!(key("İSTANBUL"), "İstanbul");
    }

    #[test]
    fn what_a_visitor_wrote_is_not_shown() {
        assert_eq!(format!("{:?}", VisitorText::parse("Ada").unwrap()), "VisitorText(..)");
        assert_eq!(format!("{:?}", Reason::parse("pumped").unwrap()), "\"pumped\"");
    }

    #[test]
    fn control_and_direction_characters_are_refused() {
        for text in ["a\nb", "a\u{1b}[31mb", "a\u{202e}b", "a\u{0}", "\u{200b}x"] {
            assert_eq!(VisitorText::parse(text), Err(TextError::ControlCharacter), "{text:?}");
        }
    }
}
