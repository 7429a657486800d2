//! Every bad body, and what is told of it.

use proptest::prelude::*;

use tollgate::country::CountryCode;

use super::*;

fn parse(body: &[u8], default_country: Option<CountryCode>) -> Result<Asked, Problem> {
    super::parse(body, &Policy { default_country, ..Policy::default() })
}

fn us() -> Option<CountryCode> {
    CountryCode::parse("US").ok()
}

#[track_caller]
fn refused(body: &str, name: &str, status: u16) -> String {
    let problem = parse(body.as_bytes(), us()).unwrap_err();
    assert_eq!((problem.name(), problem.status().as_u16()), (name, status), "{body}");
    serde_json::to_string(&problem.details()).unwrap()
}

#[test]
fn a_full_and_a_bare_body_are_read() {
    let asked = parse(br#"{"phoneNumber":"(206) 555-0100","name":" Ada ","topic":"Bills"}"#, us()).unwrap();
    assert_eq!(asked.number.e164(), "+12065550100");
    assert_eq!(asked.name.unwrap().as_str(), "Ada");
    assert_eq!(asked.topic.unwrap().as_str(), "Bills");
    let asked = parse(br#" {"phoneNumber":"+12065550100"} "#, None).unwrap();
    assert_eq!((asked.name, asked.topic), (None, None));
}

#[test]
fn what_is_no_json_object_is_malformed() {
    for body in
        ["", " ", "{", "null", "[]", "7", "\"+12065550100\"", "{\"phoneNumber\":\"+12065550100\",", "{}{}"]
    {
        refused(body, "malformed-body", 400);
    }
    refused(&"[".repeat(1_000), "malformed-body", 400);
    refused(&format!("{{\"phoneNumber\":{}", "[".repeat(1_000)), "malformed-body", 400);
    assert!(parse(b"{\"phoneNumber\":\"\xff\"}", us()).is_err());
    let twice = r#"{"phoneNumber":"+12065550100","phoneNumber":"+12065550101"}"#;
    refused(twice, "malformed-body", 400);
}

#[test]
fn a_body_is_as_long_as_allowed_and_no_longer() {
    let body = |bytes: usize| format!("{:<bytes$}", r#"{"phoneNumber":"+12065550100"}"#);
    assert!(parse(body(BODY_BYTES_MAX).as_bytes(), us()).is_ok());
    refused(&body(BODY_BYTES_MAX + 1), "body-too-large", 413);
}

#[test]
fn each_bad_field_is_named() {
    let long = "x".repeat(201);
    let name = |name: &str| format!(r#"{{"phoneNumber":"+12065550100","name":"{name}"}}"#);
    for (body, problem, field) in [
        ("{}".to_owned(), "missing-field", "phoneNumber"),
        (r#"{"name":"Ada"}"#.to_owned(), "missing-field", "phoneNumber"),
        (r#"{"phoneNumber":12065550100}"#.to_owned(), "wrong-type", "phoneNumber"),
        (r#"{"phoneNumber":null}"#.to_owned(), "wrong-type", "phoneNumber"),
        (r#"{"phoneNumber":["+12065550100"]}"#.to_owned(), "wrong-type", "phoneNumber"),
        (r#"{"phoneNumber":"+12065550100","name":7}"#.to_owned(), "wrong-type", "name"),
        (r#"{"phoneNumber":"+12065550100","topic":{}}"#.to_owned(), "wrong-type", "topic"),
        (r#"{"phoneNumber":"+12065550100","country":1}"#.to_owned(), "wrong-type", "country"),
        (r#"{"phoneNumber":"+12065550100","country":"USA"}"#.to_owned(), "invalid-country", "country"),
        (r#"{"phoneNumber":""}"#.to_owned(), "invalid-phone-number", "phoneNumber"),
        (r#"{"phoneNumber":"+1206555"}"#.to_owned(), "invalid-phone-number", "phoneNumber"),
        (r#"{"phoneNumber":"call me"}"#.to_owned(), "invalid-phone-number", "phoneNumber"),
        (r#"{"phoneNumber":"+12065550100;ext=1"}"#.to_owned(), "invalid-phone-number", "phoneNumber"),
        (name("\\u3164"), "invalid-text", "name"),
        (name("\\u0000"), "invalid-text", "name"),
        (name(&long), "invalid-text", "name"),
        (r#"{"phoneNumber":"+12065550100","phone_number":"x"}"#.to_owned(), "unknown-field", "phone_number"),
    ] {
        let details = refused(&body, problem, 422);
        assert!(details.contains(&format!(r#""field":"{field}""#)), "{details}");
        assert!(details.contains(&format!(r#""type":"urn:tollgate:problem:{problem}""#)), "{details}");
    }
    let details = refused(r#"{"+12065550100":"x"}"#, "unknown-field", 422);
    assert!(!details.contains("field\":"), "{details}");
}

#[test]
fn an_optional_field_that_is_empty_or_null_is_absent_and_a_byte_order_mark_is_skipped() {
    for body in [
        r#"{"phoneNumber":"+12065550100","name":"","topic":"  "}"#,
        r#"{"phoneNumber":"+12065550100","name":null,"topic":null,"country":null}"#,
        "\u{feff}{\"phoneNumber\":\"+12065550100\"}",
    ] {
        let asked = parse(body.as_bytes(), us()).unwrap();
        assert_eq!((asked.number.e164(), asked.name, asked.topic), ("+12065550100", None, None), "{body}");
    }
    refused(r#"{"phoneNumber":"+12065550100","name":"","name":null}"#, "malformed-body", 400);
}

#[test]
fn a_national_number_needs_a_default_country() {
    let problem = parse(br#"{"phoneNumber":"2065550100"}"#, None).unwrap_err();
    assert_eq!(problem.name(), "invalid-phone-number");
}

#[test]
fn a_national_number_is_one_of_the_country_that_is_named_and_a_plus_always_wins() {
    for (body, read) in [
        (r#"{"phoneNumber":"020 7946 0958","country":"GB"}"#, "+442079460958"),
        (r#"{"country":"gb","phoneNumber":"020 7946 0958"}"#, "+442079460958"),
        (r#"{"phoneNumber":"(206) 555-0100","country":""}"#, "+12065550100"),
        (r#"{"phoneNumber":"+1 206 555 0100","country":"GB"}"#, "+12065550100"),
    ] {
        assert_eq!(parse(body.as_bytes(), us()).unwrap().number.e164(), read, "{body}");
    }
    refused(r#"{"phoneNumber":"020 7946 0958","country":"ZZ"}"#, "invalid-phone-number", 422);
}

proptest! {
    #[test]
    fn no_bytes_at_all_are_too_much(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body, us());
    }

    #[test]
    fn no_object_at_all_is_too_much(
        fields in prop::collection::vec(("phoneNumber|country|name|topic|\\PC{0,12}", "\\PC{0,30}"), 0..4),
    ) {
        let fields: Vec<_> = fields
            .iter()
            .map(|(field, value)| format!("{}:{}", Value::from(field.as_str()), Value::from(value.as_str())))
            .collect();
        let _ = parse(format!("{{{}}}", fields.join(",")).as_bytes(), us());
    }

    #[test]
    fn no_error_repeats_the_number(
        number in "\\+?[0-9]{5,15}",
        form in 0..8usize,
    ) {
        let bodies = [
            format!(r#"{{"phoneNumber":"{number}x"}}"#),
            format!(r#"{{"phoneNumber":"{number}","name":"\u3164"}}"#),
            format!(r#"{{"phoneNumber":{}}}"#, number.trim_start_matches('+')),
            format!(r#"{{"phoneNumber":["{number}"]}}"#),
            format!(r#"{{"{number}":"{number}"}}"#),
            format!(r#"{{"name":"{number}"}}"#),
            format!(r#""{number}""#),
            format!(r#"{{"phoneNumber":"{number}" "{number}"#),
        ];
        let problem = parse(bodies[form].as_bytes(), us()).unwrap_err();
        let told = format!("{problem:?} {}", serde_json::to_string(&problem.details()).unwrap());
        prop_assert!(!told.contains(number.trim_start_matches('+')), "{}", told);
    }
}
