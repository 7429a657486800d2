//! Which prefixes a number can begin with: an entry or a price under any other would stand there and match nothing.

use rlibphonenumber::PHONE_NUMBER_UTIL;
use thiserror::Error;

use super::{DIGITS_MAX, NumberPrefix, plan};

/// What people dial before a number within a country, or wrote there once; numbers are freed of it.
const TRUNK_DIGITS: [char; 3] = ['0', '1', '8'];

/// What people write within a number and numbers are freed of, where the first digit alone does not tell it, and how such numbers
/// begin. Russia's and Kazakhstan's trunk digit 8, which also begins their codes 80 to 88: none begins with 89. Argentina's
/// mobile prefix 15 behind Buenos Aires' area code, where no fixed line begins with it. The library would have to try each
/// completion, and takes an area code that nobody has yet for none.
const WRITTEN: [(&str, &str); 2] = [("+789", "+79"), ("+541115", "+54911")];

const BEGINNINGS: &str = include_str!("beginnings.txt");

/// Why no number begins with a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSuchPrefix {
    /// No calling code does.
    #[error("no number begins so: there is no such country code")]
    CallingCode,
    /// No number of the calling code goes on with this digit. Often it is a trunk prefix, which numbers are freed of.
    #[error("no number of +{code} goes on with {digit}{hint}")]
    FirstDigit {
        /// The calling code.
        code: &'static str,
        /// The digit after it.
        digit: char,
        /// What may be meant, in words; or nothing.
        hint: String,
    },
    /// No exchange of the North American plan begins so.
    #[error("no exchange of +1 begins with 0 or 1")]
    Exchange,
    /// Numbers that people write so begin otherwise.
    #[error("numbers that people write so begin with {0}")]
    Written(NumberPrefix),
    /// No number of the calling code has so many digits.
    #[error("no number of +{0} has so many digits")]
    TooLong(&'static str),
}

impl NumberPrefix {
    /// Whether a number can begin so. Only the calling code, the digit after it and the length are looked at: which area
    /// codes are in service changes too often for that.
    ///
    /// # Errors
    /// When none can.
    pub fn check(&self) -> Result<(), NoSuchPrefix> {
        let digits = self.0.trim_start_matches('+');
        let plan = plans().find(|(code, _)| digits.starts_with(code) || code.starts_with(digits));
        let (code, firsts) = plan.ok_or(NoSuchPrefix::CallingCode)?;
        let Some(national) = digits.strip_prefix(code) else { return Ok(()) };
        let Some(digit) = national.chars().next() else { return Ok(()) };
        if !begins(firsts, national) {
            let meant = Self(format!("+{code}{}", national.trim_start_matches(digit)));
            let is_meant =
                TRUNK_DIGITS.contains(&digit) && meant.0.len() > code.len() + 1 && meant.check().is_ok();
            let hint = is_meant.then(|| format!("; write {meant}, as numbers are written"));
            return Err(NoSuchPrefix::FirstDigit { code, digit, hint: hint.unwrap_or_default() });
        }
        if !plan::has_exchange(&self.0) {
            return Err(NoSuchPrefix::Exchange);
        }
        if let Some(written) = self.written_otherwise() {
            return Err(NoSuchPrefix::Written(written));
        }
        let longest = DIGITS_MAX.saturating_sub(code.len());
        let fits = (national.len()..=longest).any(|length| is_possible(code, &completed(national, length)));
        if fits { Ok(()) } else { Err(NoSuchPrefix::TooLong(code)) }
    }

    /// How numbers begin that people write with these digits.
    fn written_otherwise(&self) -> Option<Self> {
        WRITTEN.iter().find_map(|(written, meant)| {
            let rest = self.0.strip_prefix(written)?;
            Some(Self(format!("{meant}{rest}")))
        })
    }

    /// Whether it may be a whole country's, or a great part of one: a calling code has up to three digits.
    pub(crate) fn is_wide(&self) -> bool {
        self.0.len() < "+1234".len()
    }
}

/// Each calling code, and what national numbers begin with.
fn plans() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = BEGINNINGS.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).filter_map(|plan| plan.split_once(':'))
}

/// Whether a national number may begin with these digits. What it may begin with is single digits, and after commas two
/// of them.
fn begins(firsts: &str, national: &str) -> bool {
    let (single, pairs) = firsts.split_once(',').unwrap_or((firsts, ""));
    national.starts_with(|digit| single.contains(digit))
        || pairs
            .split(',')
            .any(|pair| !pair.is_empty() && (national.starts_with(pair) || pair.starts_with(national)))
}

/// The digits, completed to so many.
fn completed(digits: &str, length: usize) -> String {
    format!("{digits:2<length$}")
}

/// Whether a plan has numbers of so many digits.
fn is_possible(code: &str, national: &str) -> bool {
    let zeros = national.len() - national.trim_start_matches('0').len();
    let number = rlibphonenumber::PhoneNumber {
        country_code: code.parse().unwrap_or_default(),
        national_number: national.parse().unwrap_or_default(),
        italian_leading_zero: Some(zeros > 0),
        number_of_leading_zeros: i32::try_from(zeros).ok(),
        ..Default::default()
    };
    PHONE_NUMBER_UTIL.is_possible_number(&number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::PhoneNumber;

    fn check(text: &str) -> Result<(), NoSuchPrefix> {
        NumberPrefix::parse(text).unwrap().check()
    }

    #[test]
    fn whatever_a_number_begins_with_is_a_prefix() {
        for (_, _, e164) in super::super::tests::examples::rows() {
            let number = PhoneNumber::from_e164(e164).unwrap();
            for prefix in number.prefixes() {
                assert_eq!(prefix.check(), Ok(()), "{prefix}");
            }
        }
    }

    #[test]
    fn every_calling_code_has_its_beginnings() {
        let known: Vec<_> =
            PHONE_NUMBER_UTIL.get_supported_calling_codes().map(|code| code.to_string()).collect();
        assert_eq!(known.len(), plans().count());
        assert!(plans().all(|(code, _)| known.iter().any(|known| known == code)));
    }

    #[test]
    fn an_area_code_of_tomorrow_is_a_prefix() {
        for text in ["+1 247", "+44 7999", "+39 06", "+39 3", "+225 07", "+378 0549", "+7 800"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_trunk_prefix_is_told_with_what_is_meant() {
        for (text, meant) in [
            ("+4407", "+447"),
            ("+49 0176", "+49176"),
            ("+91 098", "+9198"),
            ("+33 06", "+336"),
            ("+1 1 876", "+1876"),
            ("+521 55", "+5255"),
        ] {
            let told = check(text).unwrap_err().to_string();
            assert!(told.contains(&format!("write {meant},")), "{told}");
        }
        assert_eq!(check("+4461").unwrap_err().to_string(), "no number of +44 goes on with 6");
        assert_eq!(check("+440").unwrap_err().to_string(), "no number of +44 goes on with 0");
    }

    #[test]
    fn what_no_number_begins_with_is_no_prefix() {
        assert_eq!(check("+999"), Err(NoSuchPrefix::CallingCode));
        assert_eq!(check("+210"), Err(NoSuchPrefix::CallingCode));
        assert_eq!(check("+120655501000"), Err(NoSuchPrefix::TooLong("1")));
        assert!(matches!(check("+1044"), Err(NoSuchPrefix::FirstDigit { .. })));
    }
}
