//! Policies of the first release: still read where they are stored, and told what has changed where they are saved.

use super::*;
use crate::policy::{Guests, Policy, PolicyError, Tolerance};
use crate::verdict::Code;

/// The default policy of the first release, as its API wrote it.
const FIRST_RELEASE: &str = include_str!("first-release.json");

fn errors(json: &str) -> Vec<PolicyError> {
    Policy::parse(json).unwrap_err()
}

#[test]
fn a_policy_that_the_first_release_stored_is_read_without_what_is_gone() {
    let policy = Policy::parse_stored(FIRST_RELEASE).unwrap();
    // What it says holds, whatever the default is today.
    assert_eq!(policy.waste.address, Tolerance { floor: 3, share_percent: 200 });
    assert_eq!(policy.fan_out.numbers_per_address_max, 15);
    assert_eq!(policy.line.lookups_per_day_max, 3_000);
    // How long it rings was said with every call, chosen or not.
    assert_eq!(policy.dial.ring_timeout_seconds, None);
    // What it could not say takes its default.
    assert_eq!((policy.held, policy.newcomers), (Policy::default().held, Policy::default().newcomers));
    assert_eq!(policy.waste.ipv6_line, Policy::default().waste.ipv6_line);
}

#[test]
fn whoever_saves_it_again_is_told_of_each_key_that_is_gone_and_what_took_its_place() {
    let errors = errors(FIRST_RELEASE);
    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    let gone: Vec<_> = RETIRED.iter().map(Retired::field).collect();
    assert_eq!(fields, gone);
    assert!(errors.iter().all(|error| error.reason.starts_with("gone: ")), "{errors:?}");
}

#[test]
fn what_took_the_place_of_a_key_exists() {
    let today = serde_json::to_value(Policy::default()).unwrap();
    for retired in &RETIRED {
        let words = retired.instead.split([' ', ',', ';', ':']);
        let named: Vec<_> = words.filter(|word| word.contains('.')).collect();
        assert!(!named.is_empty(), "{}", retired.field());
        for field in named {
            assert!(today.pointer(&format!("/{}", field.replace('.', "/"))).is_some(), "{field}");
        }
        let gone = format!("/{}/{}", retired.part, retired.key);
        assert!(today.pointer(&gone).is_none(), "{gone} is a key of today");
    }
}

#[test]
fn what_is_wrong_beside_is_told_too() {
    let errors = errors(r#"{"limits": {"per_country": 7}, "dial": []}"#);
    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["dial", "limits.per_country"]);
}

#[test]
fn a_stored_policy_is_held_to_everything_else() {
    for json in [
        "[]",
        "{",
        r#"{"limits": []}"#,
        r#"{"limits": {"per_planet": 1}}"#,
        r#"{"served_countries": []}"#,
        r#"{"per_range": 1}"#,
    ] {
        let fields =
            |errors: Vec<PolicyError>| errors.into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert_eq!(fields(Policy::parse_stored(json).unwrap_err()), fields(errors(json)), "{json}");
    }
    let policy = Policy::parse_stored(r#"{"guests": "allow", "limits": {"per_block": "nonsense"}}"#).unwrap();
    assert_eq!(policy, Policy { guests: Guests::Allow, ..Policy::default() });
}

#[test]
fn a_rule_of_the_first_release_may_stand_in_what_is_stored_and_is_refused_in_what_is_saved() {
    for code in Code::ALL.iter().filter(|code| code.is_retired()) {
        let json = format!(r#"{{"rules": {{"{}": "shadow"}}}}"#, code.as_str());
        assert_eq!(Policy::parse_stored(&json), Ok(Policy::default()));
        let field = format!("rules.{}", code.as_str());
        assert_eq!(
            Policy::parse(&json).unwrap_err().iter().map(|error| &error.field).collect::<Vec<_>>(),
            [&field]
        );
    }
}
