//! Phone numbers. Whatever is taken is canonical and stays what it is however it is written; and a second port of
//! libphonenumber takes the same numbers and writes them alike.
//!
//! The text is what a visitor types; after two letters and a colon (`DE:030 123456`), in that country. Bytes that do not begin as text
//! are taken as digits and separators.

use tollgate::country::CountryCode;
use tollgate::number::{NumberPrefix, NumberRange, PhoneNumber};

use crate::api::digits_in_a_row;

/// What a number is written with.
const CHARACTERS: [char; 17] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '+', ' ', '(', ')', '.', '-'];

/// Asserts what must hold of any text that may be a number.
pub fn check(bytes: &[u8]) {
    let text = match bytes.split_first() {
        Some((0x80.., rest)) => {
            let digits = rest.iter().map(|byte| CHARACTERS[usize::from(*byte) % CHARACTERS.len()]);
            std::iter::once('+').chain(digits).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let (country, text) = match text.split_once(':') {
        Some((country, text)) if CountryCode::parse(country).is_ok() => {
            (CountryCode::parse(country).ok(), text)
        }
        _ => (None, text.as_str()),
    };
    match PhoneNumber::parse(text, country) {
        Ok(number) => {
            is_canonical(&number);
            is_the_same_however_it_is_written(&number);
            is_in_its_range_and_prefixes(&number);
            oracle::agrees_on(&number);
        }
        Err(error) => {
            assert!(digits_in_a_row(&error.to_string()) < 3, "the error repeats a number");
        }
    }
    oracle::takes_no_other(text);
    let _ = (NumberPrefix::parse(text), NumberRange::parse(text));
}

fn is_canonical(number: &PhoneNumber) {
    let text = number.e164();
    let digits = text.strip_prefix('+').expect("a `+` comes first");
    assert!((6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
    assert_eq!(PhoneNumber::from_e164(text).as_ref(), Ok(number));
    let stored = serde_json::to_string(number).unwrap();
    assert_eq!(&serde_json::from_str::<PhoneNumber>(&stored).unwrap(), number);
    assert_eq!(number.masked().len(), text.len());
    assert!(!number.masked().contains(&text[text.len() - 5..]) && !format!("{number:?}").contains(digits));
}

fn is_the_same_however_it_is_written(number: &PhoneNumber) {
    let text = number.e164();
    let (code, rest) = text.split_at(2);
    let middle = rest.len() / 2;
    for written in [
        format!("  {text} "),
        format!("{code} {rest}"),
        format!("{code}({}) {}", &rest[..middle], &rest[middle..]),
        format!("{code}.{}-{}", &rest[..middle], &rest[middle..]),
    ] {
        for country in [None, CountryCode::parse("US").ok(), CountryCode::parse("IT").ok(), number.country()]
        {
            assert_eq!(
                PhoneNumber::parse(&written, country).as_ref(),
                Ok(number),
                "{written} in {country:?}"
            );
        }
    }
}

fn is_in_its_range_and_prefixes(number: &PhoneNumber) {
    let range = number.range();
    assert_eq!(NumberRange::parse(range.as_str()).as_ref(), Ok(&range));
    assert_eq!(range.as_str().len() + 4, number.e164().len());
    assert!(NumberPrefix::parse(range.as_str()).is_ok_and(|prefix| prefix.covers(number)));
    let prefixes: Vec<_> = number.prefixes().collect();
    assert_eq!(prefixes.len(), number.e164().len() - 1);
    for prefix in prefixes {
        assert!(prefix.covers(number));
        assert_eq!(NumberPrefix::parse(&prefix.to_string()), Ok(prefix));
    }
}

/// The second port, and where it is known to be wrong.
mod oracle {
    use phonenumber::metadata::{DATABASE, Descriptor};
    use phonenumber::{Mode, Type};
    use tollgate::number::PhoneNumber;

    /// A number of ours is one of the oracle's, and is written alike.
    pub(super) fn agrees_on(number: &PhoneNumber) {
        let text = number.e164();
        let read = phonenumber::parse(None, text);
        let told = read.as_ref().map(|read| (read.is_valid(), written(read)));
        let agrees = told
            .as_ref()
            .is_ok_and(|(is_valid, written)| (*is_valid || has_another_plan(text)) && written == text);
        assert!(
            agrees || is_known_to_be_wrong(text, told.as_ref().ok().map(|(_, written)| written.as_str())),
            "the oracle says of {text}: {told:?}"
        );
    }

    /// A canonical number of the oracle's is one of ours.
    pub(super) fn takes_no_other(text: &str) {
        let is_canonical = text.strip_prefix('+').is_some_and(|digits| {
            (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        let Some(read) = phonenumber::parse(None, text).ok().filter(|_| is_canonical) else { return };
        if written(&read) == text && is_valid_to_its_end(&read) && !has_another_plan(text) {
            let ours = PhoneNumber::parse(text, None).map(|number| number.e164().to_owned());
            assert_eq!(ours.as_deref(), Ok(text), "the oracle takes {text}");
        }
    }

    fn written(number: &phonenumber::PhoneNumber) -> String {
        number.format().mode(Mode::E164).to_string()
    }

    /// The oracle takes a number of which only the beginning fits a plan (`+634545545455`). Here the end must fit as well.
    fn is_valid_to_its_end(number: &phonenumber::PhoneNumber) -> bool {
        let Some(plan) = number.metadata(&DATABASE) else { return false };
        let national = number.national().to_string();
        let fits = |part: &Descriptor| {
            part.national_number().find(&national).is_some_and(|found| found.end() == national.len())
        };
        let kind = number.number_type(&DATABASE);
        kind != Type::Unknown
            && number.is_valid()
            && fits(plan.descriptors().general())
            && plan.descriptors().get(kind).is_some_and(fits)
    }

    /// Whether the number is of a plan that has changed since the oracle's metadata was made (9.0.33). There it only has
    /// to write the number alike, if it takes it at all.
    fn has_another_plan(text: &str) -> bool {
        // Ascension, Zimbabwe, Saint Helena, Sweden, Argentina.
        ["+247", "+263", "+290", "+46", "+54"].into_iter().any(|code| text.starts_with(code))
    }

    /// Where phonenumber 0.3 is known to be wrong about a number of ours.
    fn is_known_to_be_wrong(text: &str, written: Option<&str>) -> bool {
        match written {
            // It takes the 8 after `+7` for a trunk prefix, which no international form has (`+78000000021`); and the 900
            // of Brazil's premium-rate numbers for the prefix of a call that the other side pays (`+559000000006`);
            // and drops the zeros at the front of Japan's free ones (`+810066610004`).
            Some(written) => {
                [("+78", "+7"), ("+55900", "+55"), ("+8100", "+81")].into_iter().any(|(begins, made)| {
                    text.strip_prefix(begins).is_some_and(|rest| written == format!("{made}{rest}"))
                })
            }
            // It drops the zeros at the front, and then finds nothing (`+80000000000`); what it takes for a prefix before them.
            None => ["+800", "+78", "+55900"].into_iter().any(|begins| {
                text.strip_prefix(begins).is_some_and(|rest| rest.bytes().all(|digit| digit == b'0'))
            }),
        }
    }
}
