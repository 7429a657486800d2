//! Short texts from outside: a visitor's name and topic, an account's id, a contact's id. Bounded and free of control
//! characters, so that they can be shown to an agent, stored as keys and compared.
//!
//! What people write for people may hold whatever its script needs; what is compared holds no invisible character at all.

mod visible;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing that can be seen.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit, in characters.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// A line break, tab, escape or other control character; or an invisible one that its script has no use for.
    #[error("must not hold control characters, or invisible ones that hide or turn around what it says")]
    ControlCharacter,
}

/// A text that people write for people.
fn written(text: &str, characters_max: usize) -> Result<String, TextError> {
    let text = bounded(text, characters_max)?;
    if !visible::is_harmless(text) {
        return Err(TextError::ControlCharacter);
    }
    if visible::is_blank(text) { Err(TextError::Empty) } else { Ok(text.to_owned()) }
}

/// A text that is compared.
fn compared(text: &str, characters_max: usize) -> Result<String, TextError> {
    let text = bounded(text, characters_max)?;
    if text.chars().any(is_control_or_format) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// A text that is stored: it was let in, perhaps by an earlier version with other rules.
fn stored(text: &str, characters_max: usize) -> Result<String, TextError> {
    bounded(text, characters_max).map(str::to_owned)
}

fn bounded(text: &str, characters_max: usize) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().count() > characters_max {
        return Err(TextError::TooLong(characters_max));
    }
    Ok(text)
}

/// Control characters, and the invisible ones that turn text around or hide in it.
fn is_control_or_format(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $check:ident, $stored:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text after trimming it.
            ///
            /// # Errors
            /// When it is empty, too long, or holds what cannot be seen.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                $check(text, $max).map(Self)
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
                $stored(&text, $max).map(Self)
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
    200,
    written,
    stored
);
bounded_text!(
    /// The id of a signed-in account, as its identity provider tells it (a Cognito `sub`).
    AccountId,
    128,
    compared,
    compared
);
bounded_text!(
    /// Amazon Connect's id of a contact (at most 256 characters in its API).
    ContactId,
    256,
    compared,
    compared
);
bounded_text!(
    /// A carrier's name as the lookup service spells it; compared without regard to case or to how wide its spaces are.
    CarrierName,
    100,
    compared,
    compared
);
bounded_text!(
    /// Who changed something: an operator's IAM ARN or user name.
    Author,
    256,
    compared,
    compared
);
bounded_text!(
    /// Why an operator changed something.
    Reason,
    500,
    written,
    stored
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
    /// The form under which carriers are stored and counted: in lower case, one character for one. So it is a name
    /// itself: no longer than the name, and in the same form wherever a letter stands.
    #[must_use]
    pub fn key(&self) -> String {
        let lower = |character: char| match character.to_lowercase() {
            mut one if one.len() == 1 => one.next().unwrap_or(character),
            _several => character,
        };
        self.0.chars().map(lower).collect()
    }

    /// The same name with one space for several, as a new one is written down. What is stored keeps its key: under another
    /// one nobody would find it again.
    #[must_use]
    pub fn with_single_spaces(&self) -> Self {
        Self(self.0.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whether both name one carrier, without regard to case or to how wide the spaces are.
    #[must_use]
    pub fn names_the_same_as(&self, other: &Self) -> bool {
        self.with_single_spaces().key() == other.with_single_spaces().key()
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
    fn names_of_one_carrier_may_have_wider_spaces_and_keep_their_keys() {
        let [wide, narrow, other] = ["Example  Vo\u{a0}IP", "example vo ip", "examplevo ip"]
            .map(|name| CarrierName::parse(name).unwrap());
        assert!(wide.names_the_same_as(&narrow) && !wide.names_the_same_as(&other));
        assert_eq!(wide.with_single_spaces().key(), narrow.key());
        assert_eq!(wide.key(), "example  vo\u{a0}ip", "its calls and its entry are stored under it");
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
            assert_eq!(AccountId::parse(text), Err(TextError::ControlCharacter), "{text:?}");
        }
        // An account's id is compared: two that look alike are one.
        assert_eq!(AccountId::parse("a\u{200d}b"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_text_of_which_nothing_is_seen_is_empty_and_was_once_let_in() {
        assert_eq!(VisitorText::parse("\u{3164}"), Err(TextError::Empty));
        assert_eq!(Reason::parse("\u{2800}"), Err(TextError::Empty));
        let stored: VisitorText = serde_json::from_str("\"\u{3164}\"").unwrap();
        assert_eq!(stored.as_str(), "\u{3164}");
    }
}
