//! Which codes name a country: a control that takes a code of nobody guards nothing.

use std::sync::LazyLock;

use rlibphonenumber::PHONE_NUMBER_UTIL;
use thiserror::Error;

use super::{CountryCode, CountryCodeError};

/// Those of ISO 3166-1 that no numbering plan knows; libphonenumber knows all others.
const WITHOUT_NUMBERS: [&str; 7] = ["AQ", "BV", "GS", "HM", "PN", "TF", "UM"];

/// Codes that people take for a country's, or that were one's, and what is meant.
const MISTAKEN: [(&str, &str); 19] = [
    ("AN", "CW, SX or BQ"),
    ("AP", "one of Asia's countries"),
    ("BU", "MM"),
    ("CS", "CZ, RS or ME"),
    ("DD", "DE"),
    ("EL", "GR"),
    ("EN", "GB"),
    ("EU", "each of its countries"),
    ("FX", "FR"),
    ("HW", "US"),
    ("JA", "JP"),
    ("KV", "XK"),
    ("SF", "FI"),
    ("SU", "RU"),
    ("SW", "SE or CH"),
    ("TP", "TL"),
    ("UK", "GB"),
    ("YU", "RS or ME"),
    ("ZR", "CD"),
];

/// The countries that have phone numbers.
static NUMBERED: LazyLock<Vec<CountryCode>> = LazyLock::new(|| {
    let regions = PHONE_NUMBER_UTIL.get_supported_regions();
    regions.filter_map(|region| CountryCode::parse(&region.as_region_str()).ok()).collect()
});

/// Why a control does not take a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnnamedCountry {
    /// Not of the form of a code.
    #[error("{0}")]
    Form(#[from] CountryCodeError),
    /// Nobody has it.
    #[error("no country has the code {0}{hint}", hint = hint(*.0))]
    Nobody(CountryCode),
    /// It is a country's that has no numbers of its own.
    #[error("{0} has no phone numbers of its own, so this would guard nothing")]
    NoNumbers(CountryCode),
}

impl CountryCode {
    /// Reads the code of a country that has phone numbers.
    ///
    /// # Errors
    /// When no country has it, or the country has no numbers of its own.
    pub fn of_numbers(text: &str) -> Result<Self, UnnamedCountry> {
        let country = Self::parse(text)?;
        country.check_numbers().map(|()| country)
    }

    /// Reads the code of a country that addresses may be in.
    ///
    /// # Errors
    /// When no country has it.
    pub fn of_addresses(text: &str) -> Result<Self, UnnamedCountry> {
        let country = Self::parse(text)?;
        country.check_addresses().map(|()| country)
    }

    /// Whether a country that has phone numbers has this code.
    pub(crate) fn check_numbers(self) -> Result<(), UnnamedCountry> {
        if NUMBERED.contains(&self) {
            return Ok(());
        }
        self.check_addresses()?;
        Err(UnnamedCountry::NoNumbers(self))
    }

    /// Whether a country has this code.
    pub(crate) fn check_addresses(self) -> Result<(), UnnamedCountry> {
        if WITHOUT_NUMBERS.contains(&self.as_str()) || NUMBERED.contains(&self) {
            Ok(())
        } else {
            Err(UnnamedCountry::Nobody(self))
        }
    }
}

fn hint(country: CountryCode) -> String {
    let meant = MISTAKEN.iter().find(|(code, _)| *code == country.as_str());
    meant.map(|(_, meant)| format!("; is it {meant}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        CountryCode::of_numbers(text).unwrap_err().to_string()
    }

    #[test]
    fn every_country_and_every_region_with_numbers_is_named() {
        // The standard has 249; Ascension, Kosovo and Tristan da Cunha have numbers and none of its codes.
        assert!(NUMBERED.len() + WITHOUT_NUMBERS.len() >= 249 + 3, "{}", NUMBERED.len());
        for name in WITHOUT_NUMBERS {
            assert!(CountryCode::of_addresses(name).is_ok(), "{name}");
            assert!(CountryCode::of_numbers(name).is_err(), "{name}");
        }
        for country in NUMBERED.iter() {
            assert_eq!(CountryCode::of_numbers(country.as_str()), Ok(*country));
        }
    }

    #[test]
    fn a_code_that_nobody_has_is_refused_with_what_may_be_meant() {
        assert_eq!(refused("uk"), "no country has the code UK; is it GB?");
        assert_eq!(refused("EL"), "no country has the code EL; is it GR?");
        assert_eq!(refused("ZZ"), "no country has the code ZZ");
        assert!(refused("USA").contains("two letters"));
        for (code, _) in MISTAKEN {
            assert!(CountryCode::of_addresses(code).is_err(), "{code}");
        }
    }

    #[test]
    fn a_country_without_numbers_is_one_for_addresses_alone() {
        assert!(refused("AQ").contains("no phone numbers"));
        assert!(CountryCode::of_addresses("AQ").is_ok());
    }
}
