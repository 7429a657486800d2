//! What is refused of a policy, and what is said of it.

use super::*;
use crate::verdict::Code;
use proptest::prelude::*;

#[track_caller]
fn refused(json: &str, field: &str) {
    let errors = parse(json).unwrap_err();
    assert!(errors.iter().any(|error| error.field == field), "{json}: {errors:?}");
}

#[test]
fn the_default_policy_is_valid_and_an_empty_document_is_the_default() {
    assert_eq!(parse("{}").unwrap(), Policy::default());
    let written = serde_json::to_string(&Policy::default()).unwrap();
    assert_eq!(parse(&written).unwrap(), Policy::default());
}

#[test]
fn what_is_wrong_is_told_by_field() {
    refused(r#"{"served_countries": []}"#, "served_countries");
    refused(r#"{"default_country": "FR"}"#, "default_country");
    refused(r#"{"channels": ["callback"]}"#, "channels");
    refused(r#"{"rules": {"number-pending": "off"}}"#, "rules.number-pending");
    refused(
        r#"{"limits": {"per_address": {"requests_max": 0, "window_seconds": 3600}}}"#,
        "limits.per_address.requests_max",
    );
    refused(r#"{"dial": {"ring_timeout_seconds": 90}}"#, "dial.ring_timeout_seconds");
    refused(r#"{"budgets": {"usd_per_minute": {"+1876": -1}}}"#, "budgets.usd_per_minute.+1876");
    refused("[]", "");
    refused(r#"{"dial": []}"#, "dial");
    refused(r#"{"limits": {"per_number": [3, 86400]}}"#, "limits.per_number");
    refused(r#"{"limits": {"per_number": {"requests_max": "many"}}}"#, "limits.per_number.requests_max");
    refused(r#"{"served_countries": ["US", 7]}"#, "served_countries.1");
}

#[test]
fn what_a_policy_names_must_exist_and_a_stored_one_is_read_all_the_same() {
    for (json, field) in [
        (r#"{"served_countries": ["US", "UK"]}"#, "served_countries.1"),
        (r#"{"served_countries": ["us", "AQ"]}"#, "served_countries.1"),
        (r#"{"served_countries": ["US", "ZZ"], "default_country": "ZZ"}"#, "default_country"),
        (r#"{"served_address_countries": ["EU"]}"#, "served_address_countries.0"),
        (r#"{"budgets": {"usd_per_minute": {"+4407": 0.1}}}"#, "budgets.usd_per_minute.+4407"),
        (r#"{"budgets": {"usd_per_minute": {"+999": 0.1}}}"#, "budgets.usd_per_minute.+999"),
        (r#"{"budgets": {"usd_per_minute": {"+1876": 0}}}"#, "budgets.usd_per_minute.+1876"),
        (r#"{"budgets": {"usd_per_minute_otherwise": 0.0}}"#, "budgets.usd_per_minute_otherwise"),
    ] {
        refused(json, field);
        assert!(parse_stored(json).is_ok(), "{json}");
    }
    for prefix in ["+1", "+4", "+44", "+446", "+4407", "+999", "+1247555010000"] {
        let json = format!(r#"{{"numbers": {{"let_in": ["{prefix}"]}}}}"#);
        refused(&json, &format!("numbers.let_in.{prefix}"));
        assert!(parse_stored(&json).is_ok(), "{json}");
    }
    for prefix in ["+1247", "+4461"] {
        assert!(parse(&format!(r#"{{"numbers": {{"let_in": ["{prefix}"]}}}}"#)).is_ok(), "{prefix}");
    }
    let told = parse(r#"{"served_countries": ["UK"], "default_country": null}"#).unwrap_err();
    assert!(told[0].reason.contains("is it GB?"), "{told:?}");
    refused(
        r#"{"budgets": {"usd_per_minute": {"+1876": 0.1, "+1 876": 0.2}}}"#,
        "budgets.usd_per_minute.+1876",
    );
}

/// The default policy with another number in this field.
fn with(field: &str, number: i64) -> String {
    let mut policy = serde_json::to_value(Policy::default()).unwrap();
    *policy.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = number.into();
    policy.to_string()
}

#[test]
fn numbers_have_bounds() {
    let asks = |subject| (format!("limits.per_{subject}.requests_max"), 1..=i64::from(ASKS_MAX));
    let (windows, percent) = (60..=86_400 * 7, 0..=i64::from(PERCENT_MAX));
    let fields = ["address", "account", "number"].map(asks).into_iter();
    let fields = fields.chain([
        ("limits.per_number.window_seconds".to_owned(), windows.clone()),
        ("newcomers.window_seconds".to_owned(), windows.clone()),
        ("newcomers.scarce_percent".to_owned(), 0..=100),
        ("proof.ripe_seconds".to_owned(), windows),
        ("proof.good_call_seconds".to_owned(), 1..=3_600),
        ("proof.room_times".to_owned(), 1..=100),
        ("held.usual_carrier_share_percent".to_owned(), 0..=100),
        ("line.lookups_per_address_percent".to_owned(), 0..=100),
        ("budgets.reserve_percent".to_owned(), 0..=100),
        ("budgets.reserve_from_strangers_percent".to_owned(), 0..=100),
        ("budgets.further_numbers_percent".to_owned(), 0..=100),
        ("budgets.range_best_day_percent".to_owned(), percent.clone()),
        ("waste.account.share_percent".to_owned(), percent.clone()),
        ("marks.carrier.share_percent".to_owned(), percent),
        ("fan_out.countries_per_address_max".to_owned(), 1..=i64::from(u32::MAX)),
        ("fan_out.numbers_per_ipv6_line_max".to_owned(), 1..=i64::from(u32::MAX)),
        ("blocks.first_seconds".to_owned(), 60..=i64::from(Policy::default().blocks.longest_seconds)),
        ("blocks.account_first_seconds".to_owned(), 60..=i64::from(BLOCK_SECONDS_MAX)),
        ("blocks.scarce_first_seconds".to_owned(), 60..=i64::from(BLOCK_SECONDS_MAX)),
        ("blocks.longest_seconds".to_owned(), {
            i64::from(Policy::default().blocks.first_seconds)..=i64::from(BLOCK_SECONDS_MAX)
        }),
        ("budgets.estimated_call_minutes".to_owned(), 1..=1_440),
        ("budgets.cost_per_day_max_usd".to_owned(), 0..=1_000_000_000),
        ("dial.deadline_seconds".to_owned(), 60..=86_400),
        ("dial.ring_timeout_seconds".to_owned(), 15..=60),
        ("dial.calls_per_second_max".to_owned(), 1..=1_000),
        ("dial.call_seconds_max".to_owned(), 60..=86_400),
        ("retention_days".to_owned(), 1..=3_650),
        ("line.cache_days".to_owned(), 1..=365),
    ]);
    for (field, bounds) in fields {
        for number in [*bounds.start(), *bounds.end()] {
            assert_eq!(parse(&with(&field, number)).err(), None, "{field}");
        }
        for number in [bounds.start() - 1, bounds.end() + 1] {
            let what_is_wrong = parse(&with(&field, number)).unwrap_err();
            assert!(what_is_wrong.iter().any(|wrong| wrong.field == field), "{field}: {what_is_wrong:?}");
        }
    }
}

#[test]
fn an_unknown_key_code_or_type_is_refused_with_its_name() {
    for (json, says) in [
        (r#"{"served_contries": ["US"]}"#, "served_contries"),
        (r#"{"rules": {"country-mismach": "off"}}"#, "country-mismach"),
        (r#"{"guests": "maybe"}"#, "maybe"),
        ("[]", "policy"),
        ("{", "EOF"),
    ] {
        let errors = parse(json).unwrap_err();
        assert!(errors[0].reason.to_lowercase().contains(&says.to_lowercase()), "{json}: {errors:?}");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let errors = parse(r#"{"retention_days": 0, "dial": {"call_seconds_max": 1}}"#).unwrap_err();
    assert_eq!(errors.len(), 2);
}

#[test]
fn a_rule_is_enforced_unless_the_policy_says_otherwise() {
    let policy = parse(r#"{"rules": {"guest": "off", "country-mismatch": "shadow"}}"#).unwrap();
    assert_eq!(policy.mode(Code::Guest), super::super::Mode::Off);
    assert_eq!(policy.mode(Code::CountryMismatch), super::super::Mode::Shadow);
    assert_eq!(policy.mode(Code::DenyListed), super::super::Mode::Enforce);
}

proptest! {
    #[test]
    fn no_document_makes_reading_it_panic(json in ".*") {
        let _ = parse(&json);
    }
}
