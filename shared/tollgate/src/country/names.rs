//! Which codes name a country: a control that takes a code of nobody guards nothing.

use std::sync::LazyLock;

use rlibphonenumber::PHONE_NUMBER_UTIL;
use thiserror::Error;

use super::{CountryCode, CountryCodeError};

/// The codes of ISO 3166-1, and `XK`, which the standard leaves to its users and all sources use for Kosovo.
const NAMES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

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
        let named = NAMES.split(' ').any(|name| name == self.as_str());
        if named || NUMBERED.contains(&self) { Ok(()) } else { Err(UnnamedCountry::Nobody(self)) }
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
        assert_eq!(NAMES.split(' ').count(), 250);
        for name in NAMES.split(' ') {
            assert!(CountryCode::of_addresses(name).is_ok(), "{name}");
        }
        assert!(NUMBERED.len() >= 245);
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
