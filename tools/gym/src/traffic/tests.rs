//! What is drawn from a seed.

use std::collections::{BTreeMap, BTreeSet};

use super::streams::Streams;
use super::*;

/// A scenario with this traffic: `customers`, 300 an hour for ten hours, with these keys instead of the usual ones.
fn scenario(keys: &[(&str, &str)]) -> Scenario {
    let mut traffic = BTreeMap::from([
        ("label", r#""customers""#),
        ("fraud", "false"),
        ("start_minute", "60"),
        ("end_minute", "660"),
        ("requests_per_hour", "300"),
        ("numbers", r#"[{ prefix = "+1206", digits = 11, count = 300 }]"#),
        ("addresses", r#"[{ network = "203.0.112.0/20", count = 100 }]"#),
        ("call", "{ answered = 0.8, agent = 0.5, seconds = [60, 120] }"),
    ]);
    traffic.extend(keys.iter().copied());
    let traffic: String = traffic.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    let head = "name = \"x\"\nabout = \"x\"\nseed = 7\nduration_minutes = 700\n[[traffic]]\n";
    Scenario::parse(&format!("{head}{traffic}")).unwrap()
}

fn drawn(keys: &[(&str, &str)]) -> Vec<Asked> {
    requests(&scenario(keys), CountryCode::parse("US").ok()).unwrap()
}

/// Whether a share of these holds, give or take what chance allows for thousands.
#[track_caller]
fn about(asked: &[Asked], share: f64, holds: impl Fn(&Asked) -> bool) {
    let found = asked.iter().filter(|asked| holds(asked)).count() as f64 / asked.len() as f64;
    assert!((found - share).abs() < 0.03, "{found} instead of {share}");
}

#[test]
fn the_same_seed_gives_the_same_requests_and_another_seed_others() {
    assert_eq!(drawn(&[]), drawn(&[]));
    let other = Scenario { seed: 8, ..scenario(&[]) };
    assert_ne!(drawn(&[]), requests(&other, None).unwrap());
}

#[test]
fn a_traffic_that_is_added_leaves_the_others_as_they_were() {
    let mut both = scenario(&[]);
    both.traffic.push(scenario(&[("label", r#""strangers""#)]).traffic.remove(0));
    let all = requests(&both, None).unwrap();
    let (customers, strangers): (Vec<_>, Vec<_>) = all.into_iter().partition(|asked| asked.traffic == 0);
    assert_eq!(customers, drawn(&[]));
    assert_ne!(customers[0].number, strangers[0].number);
}

#[test]
fn arrivals_come_in_their_time_in_order_and_as_often_as_said() {
    let asked = drawn(&[]);
    assert!(asked.is_sorted_by_key(|asked| asked.at));
    assert!(asked.iter().all(|asked| (60..660).contains(&asked.minute())));
    // Poisson: the standard deviation of 3000 is 55.
    assert!((2_800..3_200).contains(&asked.len()), "{}", asked.len());
}

#[test]
fn calls_go_as_often_each_way_as_said() {
    let asked = drawn(&[]);
    about(&asked, 0.8, |asked| asked.call.answered);
    about(&asked, 0.5, |asked| asked.call.agent);
    about(&asked, 0.5, |asked| asked.call.talk_seconds < 90);
    assert!(asked.iter().all(|asked| (60..=120).contains(&asked.call.talk_seconds)));
}

#[test]
fn a_person_always_asks_from_the_same_address_and_account() {
    let asked = drawn(&[("signed_in", "1"), ("own_number", "0.3")]);
    let mut people = BTreeMap::new();
    for asked in &asked {
        let account = asked.account.as_ref().unwrap();
        let of = (asked.address, account.id.clone());
        assert_eq!(people.entry(asked.number.clone()).or_insert(of.clone()), &of);
    }
    assert!(people.len() > 290, "{}", people.len());
    let accounts: BTreeSet<_> = people.values().map(|(_, account)| account).collect();
    let addresses: BTreeSet<_> = people.values().map(|(address, _)| address).collect();
    assert_eq!((accounts.len(), addresses.len()), (people.len(), 100));
    about(&asked, 0.3, |asked| asked.account.as_ref().is_some_and(|account| account.owns_number));
}

#[test]
fn free_people_ask_for_any_number_from_any_address() {
    let asked = drawn(&[("pairing", r#""free""#), ("signed_in", "0.5"), ("accounts", "5")]);
    let pairs: BTreeSet<_> = asked.iter().map(|asked| (&asked.number, asked.address)).collect();
    assert!(pairs.len() > 2_500, "{}", pairs.len());
    let accounts: BTreeSet<_> = asked.iter().filter_map(|asked| Some(&asked.account.as_ref()?.id)).collect();
    assert_eq!(accounts.len(), 5);
    about(&asked, 0.5, |asked| asked.account.is_some());
}

#[test]
fn each_number_and_address_is_used_once_before_any_is_used_again() {
    let two =
        r#"[{ prefix = "+1206", digits = 11, count = 200 }, { prefix = "+1425", digits = 11, count = 100 }]"#;
    let asked = drawn(&[("pairing", r#""once""#), ("numbers", two)]);
    let numbers = |from, to| asked[from..to].iter().map(|asked| &asked.number).collect::<BTreeSet<_>>();
    assert_eq!(numbers(0, 300).len(), 300);
    assert_eq!(asked[0].number, asked[300].number);
    assert_eq!(asked[..100].iter().map(|asked| asked.address).collect::<BTreeSet<_>>().len(), 100);
    // In proportion, not one pool after the other.
    assert!(
        (10..60)
            .contains(&asked[..100].iter().filter(|asked| asked.number.e164().starts_with("+1425")).count())
    );
}

#[test]
fn numbers_are_distinct_valid_and_of_their_prefixes_and_addresses_of_their_network() {
    let both = r#"[{ prefixes = ["+1206", "+1425"], digits = 11, count = 100 }, { prefix = "+3719000", digits = 11, count = 50 }]"#;
    let scenario = scenario(&[
        ("numbers", both),
        ("addresses", r#"[{ network = "2001:db8:1:5600::/56", count = 200 }]"#),
    ]);
    let streams = Streams::of(1, "x");
    let numbers = numbers::draw(&scenario.traffic[0].numbers, &mut streams.about("numbers")).unwrap();
    let with = |prefix: &str| numbers.iter().filter(|number| number.e164().starts_with(prefix)).count();
    assert_eq!((with("+1206"), with("+1425"), with("+3719000")), (50, 50, 50));
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 150);
    assert!(numbers.iter().all(|number| number.e164().len() == 12));

    let addresses = addresses::draw(&scenario.traffic[0].addresses, &mut streams.about("addresses"));
    let network: ipnet::IpNet = "2001:db8:1:5600::/56".parse().unwrap();
    assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), 200);
    assert!(addresses.iter().all(|address| network.contains(address)));
}

#[test]
fn a_pool_is_filled_to_the_last_number_and_no_further() {
    let full = drawn(&[
        ("numbers", r#"[{ prefix = "+12065550", digits = 11, count = 1000 }]"#),
        ("requests_per_hour", "1"),
    ]);
    assert!(!full.is_empty());
    let streams = Streams::of(1, "x");
    let mut pool = scenario(&[]).traffic.remove(0).numbers;
    pool[0].prefixes = vec!["+120655501".to_owned()];
    pool[0].count = 101;
    let error = numbers::draw(&pool, &mut streams.about("numbers")).unwrap_err();
    assert!(error.contains("begins with +120655501"), "{error}");
    // No number of the plan begins so.
    pool[0].prefixes = vec!["+1155".to_owned()];
    assert!(numbers::draw(&pool, &mut streams.about("numbers")).is_err());
}

#[test]
fn the_same_person_clicks_again_within_a_minute() {
    let asked = drawn(&[("repeat_clicks", "0.25"), ("signed_in", "0.5")]);
    let (again, first): (Vec<_>, Vec<_>) = asked.into_iter().partition(|asked| asked.is_repeat);
    let share = again.len() as f64 / first.len() as f64;
    assert!((share - 0.25).abs() < 0.02, "{share}");
    for again in &again {
        let is_before = |first: &&Asked| {
            let gap = (again.at - first.at).as_millis();
            (5_000..=60_000).contains(&gap)
                && (&first.number, first.address, &first.account)
                    == (&again.number, again.address, &again.account)
        };
        assert!(first.iter().any(|first| is_before(&first)), "{:?}", again.at);
    }
    // Clicks again do not change who clicks first.
    let alone = drawn(&[("signed_in", "0.5")]);
    assert_eq!(first, alone);
}

#[test]
fn a_varied_spelling_is_another_form_of_the_same_number() {
    let numbers = r#"[{ prefix = "+12065550143", digits = 11, count = 1 }]"#;
    let asked = drawn(&[("spelling", r#""varied""#), ("numbers", numbers), ("requests_per_hour", "120")]);
    let us = CountryCode::parse("US").ok();
    let forms: BTreeSet<_> = asked.iter().map(|asked| asked.spelled.as_str()).collect();
    for form in &forms {
        assert_eq!(PhoneNumber::parse(form, us).unwrap().e164(), "+12065550143", "{form}");
    }
    for form in ["+12065550143", "2065550143", "(206) 555-0143", "206-555-0143", "+1 (206) 555-0143"] {
        assert!(forms.contains(form), "{form}");
    }
    let abroad = r#"[{ prefix = "+4420794", digits = 12, count = 50 }]"#;
    for asked in drawn(&[("spelling", r#""varied""#), ("numbers", abroad), ("requests_per_hour", "20")]) {
        assert_eq!(PhoneNumber::parse(&asked.spelled, us).as_ref(), Ok(&asked.number), "{}", asked.spelled);
    }
}

#[test]
fn calls_are_marked_as_often_each_way_as_said_and_only_those_that_reached_an_agent() {
    let marks = ("marks", "{ spam = 0.5, wrong_person = 0.3, after_minutes = 20 }");
    let asked = drawn(&[marks]);
    let (reached, missed): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|asked| asked.call.answered && asked.call.agent);
    assert!(missed.iter().all(|asked| asked.marking.is_none()));
    let is = |asked: &Asked, mark| asked.marking.is_some_and(|marking| marking.mark == mark);
    about(&reached, 0.5, |asked| is(asked, Mark::Spam));
    about(&reached, 0.3, |asked| is(asked, Mark::WrongPerson));
    let after = reached.iter().filter_map(|asked| asked.marking).map(|marking| marking.after.as_mins());
    assert!(after.clone().count() > 500 && after.clone().all(|minutes| minutes == 20));
    // A token is a matter of its own.
    about(&drawn(&[marks, ("token", "0.4")]), 0.4, |asked| asked.token);
}

#[test]
fn a_mistyped_request_is_for_anothers_number_from_the_persons_own_place() {
    let keys = [("signed_in", "1"), ("own_number", "1")];
    let wrong = "{ share = 0.1, call = { answered = 1, agent = 1, seconds = [7, 7] }, marks = { wrong_person = 1, after_minutes = 5 } }";
    let (right, asked) = (drawn(&keys), drawn(&[keys[0], keys[1], ("mistyped", wrong)]));
    about(&asked, 0.1, |asked| asked.call.talk_seconds == 7);
    for (meant, asked) in right.iter().zip(&asked) {
        assert_eq!((meant.at, meant.address), (asked.at, asked.address));
        let is_mistyped = asked.call.talk_seconds == 7;
        assert_eq!(meant.number != asked.number, is_mistyped);
        assert_eq!(asked.account.as_ref().unwrap().owns_number, !is_mistyped);
        assert_eq!(asked.marking.is_some_and(|marking| marking.mark == Mark::WrongPerson), is_mistyped);
    }
}

#[test]
fn one_traffic_may_ask_for_anothers_numbers_and_another_from_its_addresses_and_accounts() {
    let mut all = scenario(&[("signed_in", "1")]);
    let elsewhere = ("addresses", r#"[{ network = "198.51.0.0/20", count = 100 }]"#);
    let strangers = [("label", r#""strangers""#), ("pairing", r#""free""#), elsewhere];
    all.traffic.push(scenario(&strangers).traffic.remove(0));
    all.traffic.push(
        scenario(&[("label", r#""farmed""#), ("pairing", r#""once""#), ("signed_in", "1")]).traffic.remove(0),
    );
    all.traffic[1].numbers = vec![];
    all.traffic[1].numbers_of = Some("customers".to_owned());
    all.traffic[2].addresses = vec![];
    all.traffic[2].askers_of = Some("customers".to_owned());
    let asked = requests(&all, None).unwrap();
    let of = |place: usize| asked.iter().filter(move |asked| asked.traffic == place);
    let numbers = |place| of(place).map(|asked| &asked.number).collect::<BTreeSet<_>>();
    let addresses = |place| of(place).map(|asked| asked.address).collect::<BTreeSet<_>>();
    let accounts = |place| of(place).map(|asked| &asked.account).collect::<BTreeSet<_>>();
    assert_eq!((numbers(0), addresses(0)), (numbers(1), addresses(2)));
    assert!(numbers(0).is_disjoint(&numbers(2)) && addresses(0).is_disjoint(&addresses(1)));
    assert_eq!(accounts(0), accounts(2));
}

#[test]
fn a_traffic_that_grows_asks_so_many_times_as_often_each_day() {
    let mut growing = scenario(&[("requests_per_hour", "10"), ("growth_per_day", "2.0")]);
    growing.traffic[0].end_minute = 60 + 5 * 1_440;
    let asked = requests(&growing, None).unwrap();
    assert!(asked.is_sorted_by_key(|asked| asked.at));
    for day in 0..5 {
        let from = 60 + day * 1_440;
        let count =
            asked.iter().filter(|asked| (from..from + 1_440).contains(&asked.minute())).count() as f64;
        let expected = 240.0 * 2_f64.powi(i32::try_from(day).unwrap());
        assert!((count - expected).abs() < 4.0 * expected.sqrt(), "{count} instead of {expected}");
    }
}
