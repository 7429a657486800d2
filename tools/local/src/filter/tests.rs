//! Tests of the filter patterns.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Pattern;

fn check(pattern: Value, event: Value, expected: bool) {
    let parsed = Pattern::parse(&pattern.to_string()).unwrap();
    assert_eq!(parsed.matches(&event), expected, "{pattern} on {event}");
}

fn refused(pattern: &str) -> String {
    Pattern::parse(pattern).unwrap_err().to_string()
}

#[test]
fn a_value_is_matched_exactly() {
    check(json!({"a": ["x"]}), json!({"a": "x"}), true);
    check(json!({"a": ["x"]}), json!({"a": "X"}), false);
    check(json!({"a": ["x"]}), json!({}), false);
    check(json!({"a": ["x", "y"]}), json!({"a": "y"}), true);
    check(json!({"a": [""]}), json!({"a": ""}), true);
    check(json!({"a": [1]}), json!({"a": 1}), true);
    check(json!({"a": [1]}), json!({"a": "1"}), false);
    check(json!({"a": [null]}), json!({"a": null}), true);
    check(json!({"a": [null]}), json!({}), false);
    check(json!({"a": [true]}), json!({"a": true}), true);
}

#[test]
fn every_key_must_match() {
    let pattern = json!({"a": {"b": ["x"], "c": ["y"]}, "d": ["z"]});
    check(pattern.clone(), json!({"a": {"b": "x", "c": "y"}, "d": "z", "e": 1}), true);
    check(pattern.clone(), json!({"a": {"b": "x", "c": "y"}}), false);
    check(pattern.clone(), json!({"a": "x", "d": "z"}), false);
    check(pattern, json!("a"), false);
}

#[test]
fn one_element_of_an_array_is_enough() {
    check(json!({"a": ["x"]}), json!({"a": ["w", "x"]}), true);
    check(json!({"a": ["x"]}), json!({"a": ["w"]}), false);
    check(json!({"a": [{"anything-but": ["x"]}]}), json!({"a": ["x", "y"]}), true);
    check(json!({"a": {"b": ["x"]}}), json!({"a": [{"b": "w"}, {"b": "x"}]}), true);
    check(json!({"a": {"b": ["x"], "c": ["y"]}}), json!({"a": [{"b": "x"}, {"c": "y"}]}), false);
}

#[test]
fn existence_is_asked_of_leaves() {
    check(json!({"a": [{"exists": true}]}), json!({"a": "x"}), true);
    check(json!({"a": [{"exists": true}]}), json!({"a": null}), true);
    check(json!({"a": [{"exists": true}]}), json!({"b": 1}), false);
    check(json!({"a": [{"exists": true}]}), json!({"a": {"b": 1}}), false);
    check(json!({"a": [{"exists": true}]}), json!({"a": []}), false);
    check(json!({"a": [{"exists": false}]}), json!({}), true);
    check(json!({"a": [{"exists": false}]}), json!({"a": 1}), false);
    check(json!({"a": {"b": [{"exists": false}]}}), json!({}), true);
    check(json!({"a": {"b": [{"exists": false}]}}), json!({"a": {"c": 1}}), true);
    check(json!({"a": {"b": [{"exists": false}]}}), json!({"a": {"b": 1}}), false);
    check(json!({"a": [{"exists": false}, "x"]}), json!({"a": "x"}), true);
}

#[test]
fn operators_do_as_documented() {
    check(json!({"a": [{"prefix": "+1"}]}), json!({"a": "+1555"}), true);
    check(json!({"a": [{"prefix": "+1"}]}), json!({"a": "+44"}), false);
    check(json!({"a": [{"prefix": "1"}]}), json!({"a": 1}), false);
    check(json!({"a": [{"equals-ignore-case": "alpha"}]}), json!({"a": "ALPHA"}), true);
    check(json!({"a": [{"equals-ignore-case": "alpha"}]}), json!({"a": "beta"}), false);
    check(json!({"a": [{"anything-but": "x"}]}), json!({"a": "y"}), true);
    check(json!({"a": [{"anything-but": ["x", "y"]}]}), json!({"a": "y"}), false);
    check(json!({"a": [{"anything-but": ["x"]}]}), json!({}), false);
    check(json!({"a": [{"anything-but": [1]}]}), json!({"a": 2}), true);
}

#[test]
fn numbers_are_compared_as_numbers_and_text_never_is() {
    check(json!({"a": [{"numeric": ["=", 5]}]}), json!({"a": 5.0}), true);
    check(json!({"a": [{"numeric": [">", 0, "<=", 5]}]}), json!({"a": 5}), true);
    check(json!({"a": [{"numeric": [">", 0, "<=", 5]}]}), json!({"a": 0}), false);
    check(json!({"a": [{"numeric": [">=", 5]}]}), json!({"a": 4.9}), false);
    check(json!({"a": [{"numeric": ["<", 5]}]}), json!({"a": 4.9}), true);
    check(json!({"a": [{"numeric": ["=", 5]}]}), json!({"a": "5"}), false);
}

#[test]
fn or_needs_one_of_its_patterns_beside_the_other_keys() {
    let pattern = json!({"a": ["x"], "$or": [{"b": ["y"]}, {"c": {"d": ["z"]}}]});
    check(pattern.clone(), json!({"a": "x", "b": "y"}), true);
    check(pattern.clone(), json!({"a": "x", "c": {"d": "z"}}), true);
    check(pattern.clone(), json!({"a": "x"}), false);
    check(pattern, json!({"b": "y"}), false);
}

#[test]
fn what_lambda_would_not_understand_is_refused_by_name() {
    assert_eq!(
        refused(r#"{"dynamodb": {"state": [{"wildcard": "*x"}]}}"#),
        "unknown filter operator `wildcard` at `dynamodb.state`"
    );
    assert_eq!(refused(r#"{"a": "x"}"#), "`a` must be an object or an array, and not empty");
    assert_eq!(refused(r#"{"a": [{"exists": "no"}]}"#), "`a.exists` must be true or false");
    assert_eq!(refused("[]"), "`the pattern` must be an object");
    for pattern in [
        "{}",
        "{",
        r#"{"a": {}}"#,
        r#"{"a": []}"#,
        r#"{"a": [["x"]]}"#,
        r#"{"a": [{}]}"#,
        r#"{"a": [{"prefix": "x", "exists": true}]}"#,
        r#"{"a": [{"prefix": 1}]}"#,
        r#"{"a": [{"anything-but": []}]}"#,
        r#"{"a": [{"anything-but": ["x", 1]}]}"#,
        r#"{"a": [{"numeric": []}]}"#,
        r#"{"a": [{"numeric": ["=", "5"]}]}"#,
        r#"{"a": [{"numeric": ["<", 5, ">", 1]}]}"#,
        r#"{"a": [{"numeric": ["=", 5, "="]}]}"#,
        r#"{"$or": [{"a": ["x"]}]}"#,
        r#"{"$or": {"a": ["x"]}}"#,
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
}

fn name() -> impl Strategy<Value = String> {
    let names =
        vec!["a", "b", "$or", "exists", "prefix", "anything-but", "numeric", "equals-ignore-case", "="];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        name().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in ".*") {
        let _ = Pattern::parse(&text);
    }

    #[test]
    fn any_pattern_that_parses_answers_for_any_event(pattern in value(), event in value()) {
        if let Ok(pattern) = Pattern::parse(&pattern.to_string()) {
            let _ = pattern.matches(&event);
        }
    }
}
