//! Numbers, as they are typed, read and told apart.

use proptest::prelude::*;

use super::*;

pub(super) mod examples;
mod plans;

fn country(text: &str) -> CountryCode {
    CountryCode::parse(text).unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, None).unwrap()
}

fn check_refused(text: &str, expected: PhoneNumberError) {
    assert_eq!(PhoneNumber::parse(text, None), Err(expected), "{text:?}");
    assert_eq!(PhoneNumber::parse(text, Some(country("US"))), Err(expected), "{text:?} from the US");
}

#[test]
fn every_written_form_of_a_number_is_the_same_number() {
    for text in
        ["+12024561414", "+1 (202) 456-1414", "+1.202.456.1414", "  +1 202 456 1414  ", "+1 1 202 456 1414"]
    {
        assert_eq!(number(text).e164(), "+12024561414", "{text}");
    }
}

#[test]
fn a_trunk_zero_after_the_country_code_is_dropped() {
    assert_eq!(number("+44 (0)20 7031 3000").e164(), "+442070313000");
    assert_eq!(number("+4402070313000").e164(), "+442070313000");
}

#[test]
fn a_number_whose_canonical_form_cannot_be_read_is_refused() {
    // Without the trunk prefix, which is 8 or 0 in Belarus, +375 8102935866 is left, and that begins with a trunk prefix again.
    check_refused("+375 0810 2935866", PhoneNumberError::Invalid);
}

#[test]
fn a_plus_outranks_the_default_country() {
    let parsed = PhoneNumber::parse("+4402070313000", Some(country("US"))).unwrap();
    assert_eq!(parsed.e164(), "+442070313000");
}

#[test]
fn a_national_form_needs_a_default_country() {
    for (text, from, e164) in [
        ("(206) 555-0100", "US", "+12065550100"),
        ("1 (206) 555-0100", "US", "+12065550100"),
        ("011 44 20 7031 3000", "US", "+442070313000"),
        ("020 7031 3000", "GB", "+442070313000"),
        ("030 901820", "DE", "+4930901820"),
    ] {
        assert_eq!(PhoneNumber::parse(text, Some(country(from))).unwrap().e164(), e164);
        assert_eq!(PhoneNumber::parse(text, None), Err(PhoneNumberError::NotInternational));
    }
}

#[test]
fn a_default_country_without_a_plan_finds_no_number() {
    assert_eq!(PhoneNumber::parse("206 555 0100", Some(country("ZZ"))), Err(PhoneNumberError::Impossible));
}

#[test]
fn extensions_are_refused() {
    for text in [
        "+1 (202) 456-1414 ext 9",
        "+1 (202) 456-1414 EXT. 9",
        "+12024561414x9",
        "+12024561414,,123#",
        "+12024561414;ext=9",
        "+12024561414#9",
        "+12024561414*9",
    ] {
        check_refused(text, PhoneNumberError::UnsupportedCharacter(UnsupportedCharacter::Extension));
    }
}

#[test]
fn a_refusal_says_what_is_not_supported() {
    for (text, says) in [
        ("+12024561414 ext 9", "extensions"),
        ("+1 800 FLOWERS", "letters"),
        ("++12024561414", "only at the start"),
        ("+１２０２４５６１４１４", "the digits 0 to 9"),
        ("+12024561414/5", "spaces and `().-`"),
    ] {
        let error = PhoneNumber::parse(text, None).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn what_a_lenient_parser_would_turn_into_digits_is_refused() {
    use UnsupportedCharacter::{Letter, NotAscii, Other, Plus};
    for (text, class) in [
        ("+１２０２４５６１４１４", NotAscii),
        ("＋12024561414", NotAscii),
        ("+١٢٠٢٤٥٦١٤١٤", NotAscii),
        ("\u{200b}+12024561414", NotAscii),
        ("+1202456\u{200b}1414", NotAscii),
        ("+1202456\u{202e}1414", NotAscii),
        ("+1202456\u{a0}1414", NotAscii),
        ("++12024561414", Plus),
        ("+1 202+4561414", Plus),
        ("+ 12024561414", Plus),
        ("+(1) 2024561414", Plus),
        ("+3367a829916", Letter),
        ("+1 800 FLOWERS", Letter),
        ("tel:+12024561414;phone-context=evil.example", Letter),
        ("someone@example.com", Letter),
        ("+12024561414\n{\"admin\":true}", Other),
        ("+1202\t4561414", Other),
        ("+12024561414/5", Other),
        ("+12024561414\0", Other),
    ] {
        check_refused(text, PhoneNumberError::UnsupportedCharacter(class));
    }
}

#[test]
fn a_text_without_a_number_is_empty() {
    check_refused("", PhoneNumberError::Empty);
    check_refused("   ", PhoneNumberError::Empty);
}

#[test]
fn a_text_longer_than_any_number_is_refused() {
    let written = |separators: usize| format!("+1 (202) 456-1414{}", "-".repeat(separators));
    assert_eq!(number(&written(9)).e164(), "+12024561414");
    check_refused(&written(10), PhoneNumberError::TooLong);
    let letters = PhoneNumberError::UnsupportedCharacter(UnsupportedCharacter::Letter);
    check_refused(&"A".repeat(64), letters);
    check_refused(&"A".repeat(65), PhoneNumberError::TooLong);
    check_refused(&"+1".repeat(1_000), PhoneNumberError::TooLong);
    check_refused(&"x".repeat(100_000), PhoneNumberError::TooLong);
}

#[test]
fn a_number_that_cannot_exist_is_refused() {
    for text in
        ["+", "+1", "+0 202 456 1414", "+1202456", "+120245614145", "+999 123 456 789", "+1 ( ) - . -"]
    {
        check_refused(text, PhoneNumberError::Impossible);
    }
    for text in ["+10000000000", "+3367829916", "+4420000000"] {
        assert!(
            matches!(
                PhoneNumber::parse(text, None),
                Err(PhoneNumberError::Impossible | PhoneNumberError::Invalid)
            ),
            "{text}"
        );
    }
    check_refused("+1 000 000 0000", PhoneNumberError::Invalid);
}

#[test]
fn plus_one_is_many_countries() {
    for (text, expected) in [
        ("+12024561414", "US"),
        ("+16132345678", "CA"),
        ("+18765123456", "JM"),
        ("+18092345678", "DO"),
        ("+14734031234", "GD"),
        ("+12684641234", "AG"),
        ("+12843001234", "VG"),
        ("+16492311234", "TC"),
        ("+17582845678", "LC"),
        ("+17844301234", "VC"),
    ] {
        assert_eq!(number(text).country(), Some(country(expected)), "{text}");
    }
}

#[test]
fn a_number_that_a_plan_shares_counts_as_its_main_country() {
    let shared = number("+1 800 234 5678");
    assert_eq!((shared.country(), shared.kind()), (Some(country("US")), NumberKind::TollFree));
}

#[test]
fn codes_of_no_country_have_a_kind_by_code() {
    for (text, kind) in [
        ("+80012345678", NumberKind::TollFree),
        ("+80812345678", NumberKind::SharedCost),
        ("+870301234567", NumberKind::Satellite),
        ("+878101234567890", NumberKind::PersonalNumber),
        ("+881612345678", NumberKind::Satellite),
        ("+8823421234", NumberKind::GlobalNetwork),
        ("+883510012345", NumberKind::GlobalNetwork),
        ("+979123456789", NumberKind::PremiumRate),
    ] {
        let number = number(text);
        assert_eq!((number.country(), number.kind()), (None, kind), "{text}");
    }
}

#[test]
fn a_range_is_the_number_without_four_digits() {
    assert_eq!(number("+12065550100").range().to_string(), "+1206555");
    assert_eq!(NumberRange::parse("+1206555"), Ok(number("+12065550199").range()));
    for text in ["", "1206555", "+1", "+123456789012", "+0206555", "+1 206 555", "+120655x"] {
        assert_eq!(NumberRange::parse(text), Err(NumberRangeError), "{text:?}");
    }
}

#[test]
fn the_prefixes_of_a_number_go_from_one_digit_to_all() {
    let prefixes: Vec<String> = number("+18765123456").prefixes().map(String::from).collect();
    assert_eq!(prefixes.len(), 11);
    assert_eq!(&prefixes[..4], ["+1", "+18", "+187", "+1876"]);
    assert_eq!(prefixes[10], "+18765123456");
}

#[test]
fn a_prefix_covers_the_numbers_that_start_with_it() {
    let jamaica = NumberPrefix::parse("+1 876").unwrap();
    assert!(jamaica.covers(&number("+18765123456")));
    assert!(!jamaica.covers(&number("+12024561414")));
}

#[test]
fn a_prefix_is_written_in_one_way() {
    assert_eq!(NumberPrefix::parse("+1-876 51").unwrap().to_string(), "+187651");
    for text in ["", "+", "1876", "+0", "+1876x", "+(1)", "++1", "+1234567890123456", "+１"] {
        assert_eq!(NumberPrefix::parse(text), Err(NumberPrefixError), "{text:?}");
    }
}

#[test]
fn debug_shows_no_more_of_a_number_than_masked() {
    let number = number("+12065550100");
    assert_eq!(number.masked(), "+1206*******");
    assert_eq!(format!("{number:?}"), "+1206*******");
    assert_eq!(format!("{:?}", number.range()), "+1206***");
    assert_eq!(format!("{:?}", number.prefixes().last()), "Some(+1206*******)");
    assert_eq!(format!("{:?}", NumberPrefix::parse("+1876")), "Ok(+1876)");
    assert_eq!(self::number("+24762889").masked(), "+247*****");
}

#[test]
fn a_stored_number_is_read_only_in_its_canonical_form() {
    assert_eq!(PhoneNumber::from_e164("+12024561414"), Ok(number("+12024561414")));
    for text in ["+1 2024561414", " +12024561414", "+4402070313000", "+541115234567 89"] {
        assert_eq!(PhoneNumber::from_e164(text), Err(PhoneNumberError::NotCanonical), "{text}");
    }
    assert_eq!(PhoneNumber::from_e164("2024561414"), Err(PhoneNumberError::NotInternational));
}

#[test]
fn a_number_is_stored_as_its_text() {
    let stored: PhoneNumber = serde_json::from_str("\"+18765123456\"").unwrap();
    assert_eq!(stored.country(), Some(country("JM")));
    assert_eq!(serde_json::to_string(&stored).unwrap(), "\"+18765123456\"");
    let error = serde_json::from_str::<PhoneNumber>("\"+1 8765123456\"").unwrap_err().to_string();
    assert!(!error.contains("8765123456"), "an error repeats no number: {error}");
}

#[test]
fn a_kind_has_one_name() {
    for kind in [
        NumberKind::FixedLine,
        NumberKind::Mobile,
        NumberKind::FixedLineOrMobile,
        NumberKind::TollFree,
        NumberKind::PremiumRate,
        NumberKind::SharedCost,
        NumberKind::Voip,
        NumberKind::PersonalNumber,
        NumberKind::Pager,
        NumberKind::Uan,
        NumberKind::Voicemail,
        NumberKind::Satellite,
        NumberKind::GlobalNetwork,
        NumberKind::Unknown,
    ] {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
    }
}

/// Numbers that numbering plans have, with up to four digits changed.
fn near_an_example() -> impl Strategy<Value = String> {
    let examples: Vec<&str> = examples::rows().map(|(_, _, e164)| e164).collect();
    (prop::sample::select(examples), 0..10_000_u32).prop_map(|(e164, tail)| {
        let kept: String = e164.chars().take(e164.len() - 4).collect();
        format!("{kept}{tail:04}")
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_door_panic(text in any::<String>()) {
        let _number = PhoneNumber::parse(&text, None);
        let _number = PhoneNumber::parse(&text, CountryCode::parse("US").ok());
        let _prefix = NumberPrefix::parse(&text);
        let _range = NumberRange::parse(&text);
    }

    #[test]
    fn a_number_is_its_own_canonical_form(text in "\\+[1-9][0-9 ().-]{6,24}|\\+[1-9][0-9]{6,14}") {
        if let Ok(number) = PhoneNumber::parse(&text, None) {
            prop_assert_eq!(PhoneNumber::from_e164(number.e164()), Ok(number));
        }
    }

    #[test]
    fn a_national_form_leads_to_a_canonical_number(
        text in "[0-9 ().-]{3,26}",
        from in prop::sample::select(vec!["US", "GB", "DE", "IT", "AR", "MX", "BR", "TT", "AQ"]),
    ) {
        if let Ok(number) = PhoneNumber::parse(&text, CountryCode::parse(from).ok()) {
            prop_assert_eq!(PhoneNumber::from_e164(number.e164()), Ok(number));
        }
    }

    #[test]
    fn numbers_near_an_example_keep_what_the_type_promises(text in near_an_example()) {
        if let Ok(number) = PhoneNumber::parse(&text, None) {
            let read_back = PhoneNumber::from_e164(number.e164()).unwrap();
            prop_assert_eq!((read_back.country(), read_back.kind()), (number.country(), number.kind()));
            prop_assert!(is_plus_and_digits(number.e164(), DIGITS_MIN, DIGITS_MAX));
            prop_assert!(number.prefixes().all(|prefix| prefix.covers(&number)));
            prop_assert_eq!(number.prefixes().count(), number.e164().len() - 1);
            prop_assert_eq!(NumberRange::parse(number.range().as_str()), Ok(number.range()));
            prop_assert!(number.masked().ends_with("*****"));
            prop_assert!(number.range().as_str().starts_with(number.masked().trim_end_matches('*')));
        }
    }
}
