//! What plans rewrite, share between countries, and have before the library knows it.

use super::*;

#[test]
fn an_argentine_mobile_is_written_in_its_international_form() {
    assert_eq!(number("+5411 15 2345 6789").e164(), "+5491123456789");
}

#[test]
fn mexicos_1_and_its_old_prefixes_are_dropped() {
    for text in [
        "+52 1 55 1234 5678",
        "+52 (1) 55-1234-5678",
        "+525512345678",
        "+52 01 55 1234 5678",
        "+52 044 55 1234 5678",
        "+52 045 55 1234 5678",
    ] {
        assert_eq!(number(text).e164(), "+525512345678", "{text}");
    }
    for text in ["1 55 1234 5678", "55 1234 5678", "01 55 1234 5678", "044 55 1234 5678"] {
        let national = PhoneNumber::parse(text, Some(country("MX")));
        assert_eq!(national.map(|number| number.e164().to_owned()), Ok("+525512345678".to_owned()), "{text}");
    }
    assert_eq!(PhoneNumber::from_e164("+5215512345678"), Err(PhoneNumberError::NotCanonical));
    check_refused("+52 1 55 1234 567", PhoneNumberError::Invalid);
}

#[test]
fn an_italian_zero_is_part_of_the_number() {
    for text in ["+39 06 1234 5678", "+390612345678"] {
        assert_eq!(number(text).e164(), "+390612345678", "{text}");
    }
    assert_eq!(PhoneNumber::parse("06 1234 5678", Some(country("IT"))).unwrap().e164(), "+390612345678");
    assert_eq!(number("+39 312 345 6789").e164(), "+393123456789");
}

#[test]
fn a_number_that_the_library_does_not_know_is_let_in_under_a_prefix_of_the_policy() {
    let prefix = |text: &str| std::collections::BTreeSet::from([NumberPrefix::parse(text).unwrap()]);
    let new = "+1 (247) 555-0100";
    assert_eq!(PhoneNumber::parse(new, None), Err(PhoneNumberError::Invalid));
    let let_in = PhoneNumber::parse_with(new, None, &prefix("+1247")).unwrap();
    assert_eq!((let_in.e164(), let_in.kind()), ("+12475550100", NumberKind::Unlisted));
    assert_eq!(let_in.country(), Some(country("US")));
    assert_eq!(
        PhoneNumber::parse_with("(247) 555-0100", Some(country("US")), &prefix("+1247")),
        Ok(let_in.clone())
    );
    // What is stored stays what it was.
    assert_eq!(PhoneNumber::from_e164("+12475550100"), Ok(let_in));
    for text in ["+1 247 555 010", "+1 247 555 01000", "+1 248 155 0100", "+1 5550100"] {
        assert!(PhoneNumber::parse_with(text, None, &prefix("+1247")).is_err(), "{text}");
    }
}

#[test]
fn a_number_belongs_to_every_country_that_its_plan_does_not_tell_apart() {
    let of = |text: &str| number(text).countries().iter().map(ToString::to_string).collect::<Vec<_>>();
    let caribbean = of("+590690001234");
    assert_eq!(caribbean.first().map(String::as_str), Some("GP"));
    assert!(["BL", "MF"].iter().all(|other| caribbean.iter().any(|of| of == other)), "{caribbean:?}");
    assert_eq!(of("+12065550100"), ["US"]);
    assert_eq!(of("+18765123456"), ["JM"]);
    assert_eq!(of("+447797712345"), ["JE"]);
    assert_eq!(of("+881612345678"), [""; 0]);
}
