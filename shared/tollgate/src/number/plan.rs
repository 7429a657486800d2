//! What the numbering plans say of a number, beside whether it exists.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber as Found, Region};

use super::error::{PhoneNumberError, UnsupportedCharacter};
use super::{NumberPrefix, PhoneNumber};
use crate::country::CountryCode;

/// Plans whose countries have little in common but the calling code.
const OF_SEVERAL_NATIONS: [i32; 2] = [1, 7];

/// The United States and their territories: who lives in one of them may have a number of another.
const UNITED_STATES: [&str; 6] = ["US", "PR", "VI", "GU", "AS", "MP"];

/// Mexico: what people wrote before a number of ten digits until 2019 and write still. Mobiles from abroad had the 1.
const OF_MEXICO: (&str, usize, [&str; 4]) = ("+52", 10, ["1", "01", "044", "045"]);

/// Finds a number of a length that its plan has.
pub(super) fn find(text: &str, default_country: Option<CountryCode>) -> Result<Found, PhoneNumberError> {
    let found = parse(text, default_country)?;
    let found = match without_old_prefix(&found) {
        Some(text) => parse(&text, None)?,
        None => found,
    };
    if PHONE_NUMBER_UTIL.is_possible_number(&found) { Ok(found) } else { Err(PhoneNumberError::Impossible) }
}

fn parse(text: &str, default_country: Option<CountryCode>) -> Result<Found, PhoneNumberError> {
    let region = default_country.and_then(region);
    let found = PHONE_NUMBER_UTIL.parse(text, region).map_err(|_unreadable| PhoneNumberError::Impossible)?;
    if found.extension.is_some() {
        return Err(PhoneNumberError::UnsupportedCharacter(UnsupportedCharacter::Extension));
    }
    Ok(found)
}

/// A number of Mexico without what its plan has given up, if there is any of it.
fn without_old_prefix(found: &Found) -> Option<String> {
    let (code, length, prefixes) = OF_MEXICO;
    let e164 = PHONE_NUMBER_UTIL.format(found, rlibphonenumber::PhoneNumberFormat::E164);
    let national = e164.strip_prefix(code)?;
    let (before, number) = national.split_at_checked(national.len().checked_sub(length)?)?;
    prefixes.contains(&before).then(|| format!("{code}{number}"))
}

/// The country of a region; none for what no country has.
pub(super) fn country(region: Region) -> Option<CountryCode> {
    CountryCode::parse(&region.as_region_str()).ok()
}

fn region(country: CountryCode) -> Option<Region> {
    Region::from_code(country.as_str()).ok()
}

pub(super) fn countries(number: &PhoneNumber) -> Vec<CountryCode> {
    let mut countries: Vec<_> = number.country.into_iter().collect();
    let Ok(found) = parse(&number.e164, None) else { return countries };
    if !OF_SEVERAL_NATIONS.contains(&found.country_code) {
        let regions = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(found.country_code);
        let others = regions.into_iter().flatten().filter(|region| is_valid_for(&found, *region));
        countries.extend(others.filter_map(country).filter(|other| number.country != Some(*other)));
    }
    countries
}

pub(super) fn is_at_home(number: &PhoneNumber, country: CountryCode) -> bool {
    if number.country == Some(country) {
        return true;
    }
    let (Some(region), Ok(found)) = (region(country), parse(&number.e164, None)) else { return false };
    if PHONE_NUMBER_UTIL.get_country_code_for_region(region) != Some(found.country_code) {
        return false;
    }
    let is_of = |states: [&str; 6]| {
        let one = |country: CountryCode| states.contains(&country.as_str());
        one(country) && number.country.is_some_and(one)
    };
    !OF_SEVERAL_NATIONS.contains(&found.country_code) || is_of(UNITED_STATES)
}

fn is_valid_for(found: &Found, region: Region) -> bool {
    PHONE_NUMBER_UTIL.is_valid_number_for_region(found, region)
}

impl NumberPrefix {
    /// Whether a number in E.164 form begins so.
    pub(super) fn begins(&self, e164: &str) -> bool {
        e164.starts_with(&self.0)
    }
}

/// Whether the exchange of a number, or what a prefix has of it, can be one: in the North American plan it begins with 2 to 9
/// in every area code, those of tomorrow included. Elsewhere nothing is known of exchanges.
pub(super) fn has_exchange(e164: &str) -> bool {
    // Canada's 310 is followed by four digits alone.
    let national = e164.strip_prefix("+1").filter(|national| !national.starts_with("310"));
    let exchange = national.and_then(|national| national.chars().nth(3));
    exchange.is_none_or(|first| !matches!(first, '0' | '1'))
}
