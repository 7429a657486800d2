//! What a scenario's file may say, and what is told of a mistake.

use local::carrier::{Line, LineType};
use serde_json::json;

use super::*;

/// A scenario that is right.
const RIGHT: &str = r#"
name = "right"
about = "somebody asks"
seed = 1
duration_minutes = 60

[policy]
[policy.limits.per_address]
requests_max = 5

[operator]
marks_share = 0.5
marks_after_minutes = 10

[[traffic]]
label = "customers"
fraud = false
start_minute = 0
end_minute = 60
requests_per_hour = 10
numbers = [{ prefixes = ["+1206", "+1425"], digits = 11, count = 20 }]
addresses = [{ network = "203.0.112.0/30", count = 4 }]
call = { answered = 0.8, agent = 1, seconds = [60, 600] }
"#;

#[test]
fn what_is_left_out_takes_its_default() {
    let scenario = Scenario::parse(RIGHT).unwrap();
    let customers = &scenario.traffic[0];
    assert_eq!(
        (scenario.warmup_minutes, customers.pairing, customers.spelling),
        (0, Pairing::Person, Spelling::E164)
    );
    assert_eq!((customers.signed_in.get(), customers.repeat_clicks.get()), (0.0, 0.0));
    assert_eq!(customers.line(), Line::new(LineType::Mobile, "Carrier A"));
    assert_eq!((customers.accounts, customers.address_country), (None, None));
}

#[test]
fn a_mistake_is_told_with_its_place_and_its_reason() {
    // What stands in the right scenario, what stands there instead, and what is told.
    let mistakes = [
        ("seed = 1", "sede = 1", "unknown field `sede`"),
        ("seed = 1", "seed = -1", "invalid value"),
        ("seed = 1", "", "missing field `seed`"),
        ("label =", "labels =", "unknown field `labels`"),
        ("marks_share = 0.5", "marks_share = 1.5", "a share is within 0 and 1"),
        ("answered = 0.8", "answered = -0.1", "a share is within 0 and 1"),
        ("requests_per_hour = 10", "requests_per_hour = 0", "a rate is more than 0"),
        ("requests_per_hour = 10", "requests_per_hour = nan", "a rate is more than 0"),
        ("end_minute = 60", "end_minute = 0", "traffic `customers`, end_minute: is not after start_minute"),
        ("end_minute = 60", "end_minute = 61", "is after the end of the scenario"),
        ("duration_minutes = 60", "duration_minutes = 60\nwarmup_minutes = 61", "warmup_minutes: is longer"),
        ("seconds = [60, 600]", "seconds = [600, 60]", "from not after to"),
        ("seconds = [60, 600]", "seconds = [60]", "invalid length 1"),
        ("count = 20", "count = 0", "count: a pool holds 1 to"),
        ("digits = 11", "digits = 4", "digits: a number has 6 to 15 digits"),
        (r#""+1425""#, r#""1425""#, "prefix: `1425` is not `+`"),
        (r#""+1425""#, r#""+1206""#, "+1206 stands there twice"),
        (r#"prefixes = ["+1206", "+1425"]"#, "prefixes = []", "either `prefix` or `prefixes`"),
        (
            r#"network = "203.0.112.0/30", count = 4"#,
            r#"network = "203.0.112.0/30", count = 5"#,
            "has room for 4 addresses, not 5",
        ),
        (r#"network = "203.0.112.0/30""#, r#"network = "203.0.112.0""#, "invalid IP address syntax"),
        ("addresses = [{", "addresses = []\nadress = [{", "unknown field `adress`"),
        ("call =", "line = { type = \"fax\", carrier = \"A\" }\ncall =", "unknown variant `fax`"),
        ("call =", "pairing = \"random\"\ncall =", "unknown variant `random`"),
        ("call =", "address_country = \"USA\"\ncall =", "a country code is two letters"),
        ("requests_max = 5", "requests_max = 5000", "limits.per_address"),
        ("requests_max = 5", "requests_max = \"5\"", "policy: "),
        ("[policy]", "[policy]\nguest = \"allow\"", "unknown field `guest`"),
        ("[[traffic]]", "[[trafic]]", "unknown field `trafic`"),
        ("call =", "token = 2\ncall =", "a share is within 0 and 1"),
        ("call =", "growth_per_day = 0\ncall =", "a growth is within 0.1 and 10"),
        ("call =", "marks = { spam = 0.6, wrong_person = 0.6, after_minutes = 1 }\ncall =", "more than 1"),
        ("call =", "marks = { prank = 0.6, after_minutes = 1 }\ncall =", "unknown field `prank`"),
        (
            "call =",
            "numbers_of = \"strangers\"\ncall =",
            "numbers: name at least one pool, or `numbers_of` alone",
        ),
        ("addresses =", "askers_of = \"strangers\"\n# addresses =", "askers_of: names no traffic"),
        ("addresses =", "askers_of = \"customers\"\n# addresses =", "askers_of: names no traffic"),
        ("addresses =", "# addresses =", "addresses: name at least one pool, or `askers_of` alone"),
    ];
    for (right, wrong, told) in mistakes {
        assert!(RIGHT.contains(right), "{right}");
        let error = Scenario::parse(&RIGHT.replacen(right, wrong, 1)).unwrap_err().to_string();
        assert!(error.contains(told), "{wrong}: {error}");
    }
    let digits = RIGHT.replacen("digits = 11, count = 20", "digits = 6, count = 400", 1);
    assert!(Scenario::parse(&digits).unwrap_err().to_string().contains("has room for 100 numbers, not 200"));
    let (_, traffic) = RIGHT.split_once("[[traffic]]").unwrap();
    let twice = format!("{RIGHT}[[traffic]]{traffic}");
    assert!(Scenario::parse(&twice).unwrap_err().to_string().contains("there are two of this name"));
}

#[test]
fn fraud_is_marked_as_the_operator_does_unless_a_traffic_says_otherwise() {
    let honest = Scenario::parse(RIGHT).unwrap();
    assert_eq!(honest.marks(&honest.traffic[0]), Marks::default());
    let fraud = Scenario::parse(&RIGHT.replacen("fraud = false", "fraud = true", 1)).unwrap();
    let marks = fraud.marks(&fraud.traffic[0]);
    assert_eq!((marks.spam.get(), marks.wrong_person.get(), marks.after_minutes), (0.5, 0.0, 10));
    let own = "marks = { wrong_person = 0.25, after_minutes = 3 }\ncall =";
    let own = Scenario::parse(&RIGHT.replacen("call =", own, 1)).unwrap();
    let marks = own.marks(&own.traffic[0]);
    assert_eq!((marks.spam.get(), marks.wrong_person.get(), marks.after_minutes), (0.0, 0.25, 3));
}

#[test]
fn how_many_requests_to_expect_follows_from_rates_and_growth() {
    let expected =
        |key: &str| Scenario::parse(&RIGHT.replacen("call =", key, 1)).unwrap().expected_requests();
    assert_eq!(expected("call ="), 10);
    assert_eq!(expected("repeat_clicks = 0.5\ncall ="), 15);
    let days =
        RIGHT.replace("_minutes = 60", "_minutes = 4320").replace("end_minute = 60", "end_minute = 4320");
    let days = days.replacen("call =", "growth_per_day = 2\ncall =", 1);
    assert_eq!(Scenario::parse(&days).unwrap().expected_requests(), 240 + 480 + 960);
}

#[test]
fn a_file_error_names_the_file() {
    let error = Scenario::read(Path::new("no/such.toml")).unwrap_err().to_string();
    assert!(error.starts_with("no/such.toml: cannot be read"), "{error}");
}

#[test]
fn the_policy_is_the_default_with_the_scenarios_keys_and_the_drafts_over_it() {
    let scenario = Scenario::parse(RIGHT).unwrap();
    let own = Document::of(&scenario, &Map::new()).unwrap().policy;
    let default = tollgate::policy::Policy::default();
    assert_eq!(own.guests, tollgate::policy::Guests::Allow);
    assert_eq!((own.limits.per_address.requests_max, own.limits.per_address.window_seconds), (5, 3_600));
    assert_eq!((&own.limits.per_account, &own.budgets), (&default.limits.per_account, &default.budgets));

    let draft = json!({ "limits": { "per_address": { "requests_max": 7 } }, "rules": { "guest": "off" } });
    let draft = Document::of(&scenario, draft.as_object().unwrap()).unwrap().policy;
    assert_eq!((draft.limits.per_address.requests_max, draft.rules.len()), (7, 1));

    let wrong = json!({ "limits": { "per_adress": {} } });
    let refused = Document::of(&scenario, wrong.as_object().unwrap()).unwrap_err().to_string();
    assert!(refused.contains("per_adress"), "{refused}");
}

#[test]
fn the_scenarios_of_this_folder_are_right_and_named_as_their_files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 25, "{files:?}");
    for file in files {
        let scenario = Scenario::read(&file).unwrap();
        assert_eq!(file.file_stem().unwrap().to_str(), Some(scenario.name.as_str()));
    }
}
