//! Countries, by the two letters that ISO 3166-1 gives them. Numbers, addresses and the policy all name countries;
//! this type makes sure that they name them alike.

mod names;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::names::UnnamedCountry;

/// A country or territory: an ISO 3166-1 alpha-2 code, always in upper case.
///
/// What is stored or told by the edge may be any two letters: the list changes, and a code that nobody has matches
/// nothing. What an operator writes must name a country: [`CountryCode::of_numbers`], [`CountryCode::of_addresses`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Reads two ASCII letters, in either case.
    ///
    /// # Errors
    /// When the text is anything but two ASCII letters.
    pub fn parse(text: &str) -> Result<Self, CountryCodeError> {
        match text.as_bytes() {
            &[first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => Err(CountryCodeError),
        }
    }

    /// The two upper-case letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Two ASCII letters are always UTF-8, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The text is not a country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country code is two letters, such as `DE`")]
pub struct CountryCodeError;

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CountryCode {
    type Err = CountryCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<CountryCode> for String {
    fn from(country: CountryCode) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn either_case_names_the_same_country() {
        assert_eq!(CountryCode::parse("de"), CountryCode::parse("DE"));
        assert_eq!(CountryCode::parse("Jm").unwrap().as_str(), "JM");
    }

    #[test]
    fn anything_but_two_ascii_letters_is_refused() {
        for text in ["", "D", "DEU", "D1", "49", "D ", " DE", "ÄB", "Ä", "ＤＥ", "001", "ZZ\n"] {
            assert_eq!(CountryCode::parse(text), Err(CountryCodeError), "{text:?}");
        }
    }

    #[test]
    fn a_country_is_stored_as_its_letters() {
        let country: CountryCode = serde_json::from_str("\"gb\"").unwrap();
        assert_eq!(serde_json::to_string(&country).unwrap(), "\"GB\"");
        assert!(serde_json::from_str::<CountryCode>("\"GBR\"").is_err());
        assert!(serde_json::from_str::<CountryCode>("44").is_err());
    }

    #[test]
    fn a_country_shows_as_its_letters() {
        let country = CountryCode::parse("jm").unwrap();
        assert_eq!((format!("{country}"), format!("{country:?}")), ("JM".to_owned(), "JM".to_owned()));
    }

    #[test]
    fn countries_sort_as_their_text_does() {
        let mut countries = ["US", "DE", "JM", "DZ"].map(|text| CountryCode::parse(text).unwrap());
        countries.sort();
        assert_eq!(countries.map(String::from), ["DE", "DZ", "JM", "US"]);
    }

    proptest! {
        #[test]
        fn whatever_parses_is_its_own_canonical_form(text in "\\PC{0,4}|[A-Za-z]{2}") {
            if let Ok(country) = CountryCode::parse(&text) {
                prop_assert_eq!(country.to_string(), text.to_ascii_uppercase());
                prop_assert_eq!(CountryCode::parse(country.as_str()), Ok(country));
            }
        }
    }
}
