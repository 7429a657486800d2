//! Phone numbers. Whatever a visitor types becomes either one canonical E.164 number that can exist, or an error that
//! the visitor can mend; after this door there are no strings. What a number is (its country and kind), and the
//! groups it belongs to (its range and its prefixes), is known from the number alone.

mod begins;
mod error;
mod kind;
mod plan;
mod prefix;
mod range;
mod typed;

use std::collections::BTreeSet;
use std::fmt;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat};
use serde::{Deserialize, Serialize};

pub use self::begins::NoSuchPrefix;
pub use self::error::{PhoneNumberError, UnsupportedCharacter};
pub use self::kind::NumberKind;
pub use self::prefix::{NumberPrefix, NumberPrefixError};
pub use self::range::{NumberRange, NumberRangeError};
use self::typed::Typed;
use crate::country::CountryCode;

/// Fewest digits of a number, its country code included. Two forms of the same number must not differ in whether
/// they are taken, so this is the shortest canonical text that [`PhoneNumber::parse`] lets in.
const DIGITS_MIN: usize = 6;

/// Most digits of a number, its country code included (ITU-T E.164).
const DIGITS_MAX: usize = 15;

/// Most characters of a number that logs may show: `+` and four digits tell the country, and some of its area.
const SHOWN_CHARACTERS_MAX: usize = 5;

/// A phone number that can exist, in canonical E.164 form: `+`, country code, national number, digits only.
///
/// There is no `Display`, and `Debug` is masked, so that a number is never logged by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber {
    // First, so that numbers sort by it. The other fields follow from it.
    e164: String,
    country: Option<CountryCode>,
    kind: NumberKind,
}

impl PhoneNumber {
    /// Reads what a visitor typed: `+1 (206) 555-0100`, or a national form when `default_country` is given.
    ///
    /// The parser behind this door does its best to find a number in anything; so the door first refuses all but
    /// ASCII digits, spaces and `().-`. Spaces at both ends are dropped. A `+` outranks the default country. What
    /// the plan of the number's country rewrites (a trunk `0` after the country code) is rewritten here as well.
    ///
    /// # Errors
    /// When the text is not of that form, or no number of that form can exist.
    pub fn parse(text: &str, default_country: Option<CountryCode>) -> Result<Self, PhoneNumberError> {
        Self::read(text, default_country, &|_unlisted| false)
    }

    /// The same, and lets in what the library does not know yet: a number of a length that its plan has, under one of
    /// these prefixes.
    ///
    /// # Errors
    /// As [`PhoneNumber::parse`].
    pub fn parse_with(
        text: &str,
        default_country: Option<CountryCode>,
        let_in: &BTreeSet<NumberPrefix>,
    ) -> Result<Self, PhoneNumberError> {
        Self::read(text, default_country, &|e164| let_in.iter().any(|prefix| prefix.begins(e164)))
    }

    /// Reads a number that is looked for: it may have been let in once, whatever the policy says now.
    ///
    /// # Errors
    /// When the text is not of the form of a number, or its plan has none of this length.
    pub fn parse_any(text: &str) -> Result<Self, PhoneNumberError> {
        Self::read(text, None, &|_unlisted| true)
    }

    /// Reads a stored number, which must be canonical to the letter. It may have been let in once.
    ///
    /// # Errors
    /// When [`PhoneNumber::parse_any`] refuses the text, or would have written it differently.
    pub fn from_e164(text: &str) -> Result<Self, PhoneNumberError> {
        let number = Self::parse_any(text)?;
        if number.e164 == text { Ok(number) } else { Err(PhoneNumberError::NotCanonical) }
    }

    fn read(
        text: &str,
        default_country: Option<CountryCode>,
        lets_in: &dyn Fn(&str) -> bool,
    ) -> Result<Self, PhoneNumberError> {
        let typed = Typed::read(text, default_country)?;
        let number = Self::look_up(typed.text, typed.country, lets_in)?;
        // The canonical form must stand for itself: else one line would have two names, each with its own counters.
        if number.e164 != typed.text && Self::look_up(&number.e164, None, lets_in)? != number {
            return Err(PhoneNumberError::Invalid);
        }
        Ok(number)
    }

    /// Asks the numbering plans. The text holds only characters that [`Typed`] lets through.
    fn look_up(
        text: &str,
        default_country: Option<CountryCode>,
        lets_in: &dyn Fn(&str) -> bool,
    ) -> Result<Self, PhoneNumberError> {
        let found = plan::find(text, default_country)?;
        let e164 = PHONE_NUMBER_UTIL.format(&found, PhoneNumberFormat::E164).into_owned();
        if !is_plus_and_digits(&e164, DIGITS_MIN, DIGITS_MAX) {
            return Err(PhoneNumberError::Impossible);
        }
        if PHONE_NUMBER_UTIL.is_valid_number(&found) {
            let region = PHONE_NUMBER_UTIL.get_region_for_number(&found);
            let kind = NumberKind::amended(&e164).unwrap_or_else(|| NumberKind::of(&found));
            let kind = kind.of_exchange(&e164).unwrap_or(kind);
            return Ok(Self { e164, country: region.and_then(plan::country), kind });
        }
        let is_whole =
            PHONE_NUMBER_UTIL.is_possible_number_with_reason(&found) == Ok(NumberLengthType::IsPossible);
        if !is_whole || !plan::has_exchange(&e164) || !lets_in(&e164) {
            return Err(PhoneNumberError::Invalid);
        }
        let region = PHONE_NUMBER_UTIL.get_region_for_country_code(found.country_code);
        // A new area code changes nothing of what the exchange tells.
        let kind = NumberKind::FixedLineOrMobile.of_exchange(&e164).unwrap_or(NumberKind::Unlisted);
        Ok(Self { e164, country: region.and_then(plan::country), kind })
    }

    /// The canonical text, for storage and for dialing. Not for logs: see [`PhoneNumber::masked`].
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The country that the number belongs to, by its digits: `+1 876` is Jamaica, not the United States.
    ///
    /// `None` for codes that no country has, such as satellite networks. Numbers that a plan shares between its
    /// countries count as the main one: `+1 800` as the United States, Jersey's `+44 800` as the United Kingdom; all of them
    /// are [`PhoneNumber::countries`].
    #[must_use]
    pub fn country(&self) -> Option<CountryCode> {
        self.country
    }

    /// Every country that the number may belong to, the main one first: some plans do not tell all of theirs apart, such as
    /// Guadeloupe's mobiles from those of Saint Martin. What +1 has in common is nobody's phone, and counts as its main one.
    #[must_use]
    pub fn countries(&self) -> Vec<CountryCode> {
        plan::countries(self)
    }

    /// Whether people in this country may well have the number: it may be the country's, or one of another country under
    /// the same calling code that is one with it but in name. North America's +1 and the +7 of Russia and Kazakhstan
    /// are plans of countries that have little in common, prices least of all; there only the digits count.
    #[must_use]
    pub fn is_at_home_in(&self, country: CountryCode) -> bool {
        plan::is_at_home(self, country)
    }

    /// What the number is used for, by its digits.
    #[must_use]
    pub fn kind(&self) -> NumberKind {
        self.kind
    }

    /// The number without its last four digits: what pumped traffic is usually spread over.
    #[must_use]
    pub fn range(&self) -> NumberRange {
        NumberRange::of(self)
    }

    /// Every prefix of the number, from one digit to all of them, shortest first.
    pub fn prefixes(&self) -> impl Iterator<Item = NumberPrefix> + '_ {
        NumberPrefix::all_of(self)
    }

    /// The number as logs may show it: `+1206*******`. At least the last five digits are hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown = self.range().as_str().len().saturating_sub(1);
        masked(&self.e164, shown)
    }
}

/// Shows the first characters of a text, at most `shown_max` and [`SHOWN_CHARACTERS_MAX`], and a `*` for each other.
fn masked(text: &str, shown_max: usize) -> String {
    let shown = shown_max.min(SHOWN_CHARACTERS_MAX);
    text.chars().enumerate().map(|(at, character)| if at < shown { character } else { '*' }).collect()
}

/// Whether the text is `+`, then between `min` and `max` ASCII digits of which the first is not 0.
fn is_plus_and_digits(text: &str, min: usize, max: usize) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (min..=max).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_e164(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.e164
    }
}

#[cfg(test)]
mod tests;
