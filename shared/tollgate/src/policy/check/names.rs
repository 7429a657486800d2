//! What a policy may not say, although an earlier version let it: names of nothing, bounds that bound nothing, and a deny
//! list that is off. A stored policy is not asked, since it must be read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PolicyError;
use crate::number::NoSuchPrefix;
use crate::policy::{Mode, Policy};

/// What is wrong with the names in a policy that reads well; `given` is the document it was read from.
pub(super) fn check(policy: &Policy, given: &Value) -> Vec<PolicyError> {
    let mut wrong = vec![];
    let mut note = |field: String, reason: String| wrong.push(PolicyError { field, reason });
    for (at, country) in policy.served_countries.iter().enumerate() {
        if let Err(error) = country.check_numbers() {
            note(place(given, "served_countries", country.as_str(), at), error.to_string());
        }
    }
    for (at, country) in policy.served_address_countries.iter().enumerate() {
        if let Err(error) = country.check_addresses() {
            note(place(given, "served_address_countries", country.as_str(), at), error.to_string());
        }
    }
    if let Some(Err(error)) = policy.default_country.map(crate::country::CountryCode::check_numbers) {
        note("default_country".to_owned(), error.to_string());
    }
    for prefix in &policy.numbers.let_in {
        let field = || format!("numbers.let_in.{prefix}");
        match prefix.check() {
            _ if prefix.is_wide() => {
                note(field(), "too much would be let in; write at least four digits".to_owned());
            }
            // A plan may open another first digit; what is only written in another way it never opens.
            Err(NoSuchPrefix::FirstDigit { hint, .. }) if hint.is_empty() => {}
            Err(error) => note(field(), error.to_string()),
            Ok(()) => {}
        }
    }
    let prices = policy.budgets.usd_per_minute.iter();
    let prices = prices.map(|(prefix, usd)| (format!("budgets.usd_per_minute.{prefix}"), *usd));
    let otherwise = ("budgets.usd_per_minute_otherwise".to_owned(), policy.budgets.usd_per_minute_otherwise);
    for (field, usd) in prices.chain([otherwise]) {
        if usd <= 0.0 {
            note(
                field,
                "more than 0: calls without a price would never count against the budget of dollars"
                    .to_owned(),
            );
        }
    }
    for (code, mode) in &policy.rules {
        if code.has_mode() && *mode == Mode::Off && !code.can_be_off() {
            let reason = "the list cannot be turned off, only be put in shadow mode; remove the entries that should not hold";
            note(format!("rules.{}", code.as_str()), reason.to_owned());
        }
    }
    let written = given.pointer("/budgets/usd_per_minute").and_then(Value::as_object);
    let mut times = BTreeMap::new();
    for text in written.into_iter().flat_map(serde_json::Map::keys) {
        let field = format!("budgets.usd_per_minute.{text}");
        let Ok(prefix) = crate::number::NumberPrefix::parse(text) else { continue };
        if let Err(error) = prefix.check() {
            note(field, error.to_string());
        } else if let Some(before) = times.insert(prefix, text) {
            note(field, format!("the same prefix as {before}, so its price is told twice"));
        }
    }
    wrong
}

/// Where a country stands in the list that was written; without one, where it stands in the set.
fn place(given: &Value, list: &str, country: &str, at: usize) -> String {
    let written = given.get(list).and_then(Value::as_array);
    let is_it = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(country));
    let found = written.and_then(|written| written.iter().position(is_it));
    format!("{list}.{}", found.unwrap_or(at))
}
