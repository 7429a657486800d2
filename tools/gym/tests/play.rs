//! Small scenarios, played to their end against the whole suite.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Output};

use gym::budgets;
use gym::fate::CameTo;
use gym::player::{Played, play};
use gym::rules;
use gym::scenario::{Document, Scenario};
use gym::traffic::{Asked, requests};
use serde_json::{Map, Value, json};
use tollgate::verdict::Code;

/// Customers of whom each asks once an hour or so from a place of his own, with these lines instead of the usual ones.
fn scenario(policy: &str, traffic: &str) -> Scenario {
    let text = format!(
        r#"
        name = "played"
        about = "told in a test"
        seed = 3
        duration_minutes = 10
        {policy}
        [[traffic]]
        label = "customers"
        fraud = false
        start_minute = 0
        end_minute = 10
        numbers = [{{ prefix = "+1206", digits = 11, count = 500 }}]
        addresses = [{{ network = "203.0.0.0/16", count = 500 }}]
        pairing = "once"
        address_country = "US"
        {traffic}"#
    );
    Scenario::parse(&text).unwrap()
}

const CALLS: &str = "requests_per_hour = 120\ncall = { answered = 0.7, agent = 0.8, seconds = [20, 90] }";

async fn played(scenario: &Scenario) -> (Vec<Asked>, Played, Document) {
    let document = Document::of(scenario, &Map::new()).unwrap();
    let asked = requests(scenario, document.policy.default_country).unwrap();
    let played = play(scenario, &asked, &document, |_| {}).await.unwrap();
    (asked, played, document)
}

fn count(played: &Played, came_to: CameTo) -> usize {
    played.fates.iter().filter(|fate| fate.came_to == came_to).count()
}

#[tokio::test]
async fn every_customer_is_called_and_each_call_goes_as_was_drawn() {
    let scenario = scenario("", CALLS);
    let (asked, played, _) = played(&scenario).await;
    assert!(asked.len() > 10);
    assert_eq!((played.calls.len(), count(&played, CameTo::Dialed)), (asked.len(), asked.len()));
    for (asked, fate) in asked.iter().zip(&played.fates) {
        let dial = fate.dial.unwrap();
        let lasts = if asked.call.answered { 3 + asked.call.talk_seconds } else { 60 };
        assert_eq!((dial.ended - dial.at).as_secs(), i64::from(lasts));
        assert!((0..2).contains(&(dial.at - asked.at).as_secs()), "{dial:?}");
    }
}

/// Customers, and a script that asks from one place for the numbers of one exchange that nobody answers.
fn attacked() -> Scenario {
    let text = r#"
        name = "attacked"
        about = "told in a test"
        seed = 5
        duration_minutes = 120
        [operator]
        marks_share = 0.5
        marks_after_minutes = 10
        [[traffic]]
        label = "customers"
        fraud = false
        start_minute = 0
        end_minute = 120
        requests_per_hour = 40
        numbers = [{ prefixes = ["+1206", "+1212", "+1303"], digits = 11, count = 500 }]
        addresses = [{ network = "203.0.0.0/16", count = 500 }]
        address_country = "US"
        call = { answered = 0.8, agent = 0.9, seconds = [30, 300] }
        [[traffic]]
        label = "pump"
        fraud = true
        start_minute = 30
        end_minute = 120
        requests_per_hour = 60
        numbers = [{ prefix = "+1712555", digits = 11, count = 300 }]
        addresses = [{ network = "198.51.100.0/26", count = 40 }]
        address_country = "US"
        call = { answered = 0.7, agent = 0.5, seconds = [30, 300] }"#;
    Scenario::parse(text).unwrap()
}

#[tokio::test]
async fn the_rules_alone_let_through_whom_the_suite_lets_through() {
    let scenario = attacked();
    let (asked, suite, document) = played(&scenario).await;
    let rules = rules::play(&scenario, &asked, &document.policy).unwrap();
    let fates = suite.fates.iter().zip(&rules);
    let apart = fates.clone().filter(|(suite, rules)| suite.came_to != rules.came_to).count();
    // The suite dials a moment later, so a call that ends while another is asked for may be seen by one of them alone.
    assert!(apart * 50 <= asked.len(), "{apart} of {}", asked.len());
    assert!(rules.iter().any(|fate| fate.came_to == CameTo::Refused), "nobody was turned away");
    assert!(rules.iter().any(|fate| fate.came_to == CameTo::Dialed), "nobody was called");
}

#[tokio::test]
async fn what_the_edge_and_the_carrier_tell_is_heard() {
    let (_, anonymous, _) = played(&scenario("", &format!("{CALLS}\nanonymous_network = 1"))).await;
    assert_eq!(count(&anonymous, CameTo::Redirected), anonymous.fates.len());
    assert!(anonymous.fates.iter().all(|fate| fate.findings[0].code == Code::AnonymousNetwork));

    let voip = "line = { type = \"voip\", carrier = \"Cloud\" }";
    let (_, voip, _) = played(&scenario("", &format!("{CALLS}\n{voip}"))).await;
    assert!(voip.fates.iter().all(|fate| fate.findings.iter().any(|finding| finding.code == Code::VoipLine)));
    assert!(voip.calls.is_empty());
}

#[tokio::test]
async fn a_second_click_while_the_callback_pends_is_a_duplicate() {
    let calls =
        "requests_per_hour = 60\nrepeat_clicks = 1\ncall = { answered = 1, agent = 1, seconds = [90, 90] }";
    let (asked, played, _) = played(&scenario("", calls)).await;
    let again = asked.iter().zip(&played.fates).filter(|(asked, _)| asked.is_repeat);
    assert!(again.clone().count() > 3);
    assert!(again.clone().all(|(_, fate)| fate.came_to == CameTo::Duplicate));
    assert_eq!(count(&played, CameTo::Dialed) * 2, asked.len());
}

#[tokio::test]
async fn with_every_rule_off_calls_are_bounded_by_the_budgets_exactly() {
    let off: Vec<_> = Code::ALL.iter().filter(|code| code.can_be_off()).map(|code| code.as_str()).collect();
    let off: Vec<_> = off.iter().map(|code| format!("{code} = \"off\"")).collect();
    let budgets = "[policy.budgets]\ncalls_per_minute_max = 4\ncalls_per_hour_max = 17\nreserve_percent = 0\nreserve_from_strangers_percent = 0";
    let policy = format!("[policy.rules]\n{}\n{budgets}\n", off.join("\n"));
    let calls = "requests_per_hour = 600\ncall = { answered = 1, agent = 1, seconds = [5, 9] }";
    let (asked, played, document) = played(&scenario(&policy, calls)).await;
    assert!(asked.len() > 80, "{}", asked.len());
    assert_eq!((played.calls.len(), count(&played, CameTo::Dialed)), (17, 17));
    let used = budgets::used(&played.calls, &document.policy);
    let most = |budget: &str| used.iter().find(|used| used.budget == budget).unwrap().most;
    assert_eq!((most("calls-per-minute"), most("calls-per-hour")), (4, 17));
    assert!(used.iter().all(|used| !used.is_exceeded()));
}

#[tokio::test]
async fn calls_are_placed_no_faster_than_connect_takes_them() {
    let calls = "requests_per_hour = 6000\ncall = { answered = 1, agent = 1, seconds = [5, 9] }";
    let mut burst = scenario("[policy.budgets]\ncalls_per_minute_max = 1000\n", calls);
    burst.traffic[0].end_minute = 1;
    let (_, played, _) = played(&burst).await;
    assert!(played.calls.len() > 50, "{}", played.calls.len());
    let gaps = played.calls.windows(2).map(|two| two[1].started_at.duration_since(two[0].started_at));
    assert!(gaps.min().unwrap().as_millis() >= 555);
}

#[tokio::test]
async fn a_request_that_expired_takes_no_turn_from_those_who_come_after_it() {
    // A turn each ten seconds: of a hundred who ask in the first minute, all but a few expire in the second.
    let policy = "[policy.dial]\ncalls_per_second_max = 0.1\ndeadline_seconds = 60\n";
    let calls = "requests_per_hour = 6000\ncall = { answered = 1, agent = 1, seconds = [5, 9] }";
    let mut burst = scenario(policy, calls);
    burst.traffic[0].end_minute = 1;
    let mut late = burst.traffic[0].clone();
    late.label = "late".to_owned();
    (late.start_minute, late.end_minute) = (4, 10);
    late.requests_per_hour = 60.0.try_into().unwrap();
    burst.traffic.push(late);
    let (asked, played, _) = played(&burst).await;
    let of = |place: usize| asked.iter().zip(&played.fates).filter(move |(asked, _)| asked.traffic == place);
    assert!(of(0).filter(|(_, fate)| fate.dial.is_none()).count() > 50);
    assert!(of(1).count() > 2 && of(1).all(|(_, fate)| fate.dial.is_some()));
}

fn gym(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    Command::new(env!("CARGO_BIN_EXE_gym")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_file_gives_the_same_report_to_the_byte() {
    let (once, again) = (gym(&["--json", "small.toml"]), gym(&["--json", "."]));
    assert!(once.status.success(), "{}", text(&once.stderr));
    assert_eq!(text(&once.stdout), text(&again.stdout));
    let guards = ["none", "one-pending", "sample-rate-limiter", "tollgate"];
    let lines: Vec<Value> =
        text(&once.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["guard"].as_str().unwrap()).collect::<Vec<_>>(), guards);
    let [none, .., tollgate] = lines.as_slice() else { panic!("no guards") };
    assert_eq!((&none["scenario"], &none["fraud"]["dialed_share"]), (&json!("small"), &json!(1.0)));
    assert!(tollgate["fraud"]["dialed"].as_u64() < none["fraud"]["dialed"].as_u64());
    for line in &lines {
        for traffic in line["traffic"].as_array().unwrap() {
            let sum =
                ["dialed", "redirected", "refused", "duplicate"].map(|key| traffic[key].as_u64().unwrap());
            assert_eq!(traffic["requested"].as_u64().unwrap(), sum.iter().sum::<u64>());
        }
    }
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let played = |threads| {
        gym(&["--json", "--guard", "tollgate", "--seeds", "3", "--threads", threads, "small.toml", "."])
    };
    let (one, two) = (played("1"), played("2"));
    assert!(one.status.success(), "{}", text(&one.stderr));
    assert_eq!(text(&one.stdout), text(&two.stdout));
    // The same scenario twice, and of each one object.
    let lines: Vec<&str> = text(&one.stdout).lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], lines[1]);
}

#[test]
fn several_seeds_come_to_their_mean_and_their_worst() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let small =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/small.toml"));
    let dialed = |seed: u64| {
        let file = folder.join(format!("seed-{seed}.toml"));
        let text = small.as_ref().unwrap().replacen("seed = 5", &format!("seed = {seed}"), 1);
        std::fs::write(&file, text).unwrap();
        let told = gym(&["--json", "--guard", "tollgate", file.to_str().unwrap()]);
        let figures: Value = serde_json::from_slice(&told.stdout).unwrap();
        figures["fraud"]["dialed"].as_f64().unwrap()
    };
    let each = [5, 6].map(dialed);
    let told = gym(&["--json", "--guard", "tollgate", "--seeds", "2", "small.toml"]);
    let both: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&both["seeds"], &both["guard"]), (&json!(2), &json!("tollgate")));
    let of = |whose: &str| {
        both["figures"].as_array().unwrap().iter().find(|figures| figures["of"] == whose).unwrap().clone()
    };
    let fraud = of("all fraud");
    assert_eq!(fraud["mean"]["dialed"].as_f64(), Some(each.iter().sum::<f64>() / 2.0));
    assert_eq!(fraud["worst"]["dialed"].as_f64(), Some(each[0].max(each[1])));
    assert!(of("customers")["mean"]["new_served_share"].is_number() && fraud["worst"]["requested"].is_null());

    let table = gym(&["--guard", "tollgate", "--seeds", "2", "small.toml"]);
    let rows: Vec<&str> = text(&table.stdout).lines().collect();
    assert!(rows[0].starts_with("| scenario | guard | traffic |"), "{rows:?}");
    assert!(rows[2].starts_with("| small | tollgate | customers |"), "{rows:?}");
    assert!(rows[3].starts_with("| small | tollgate | script |") && rows.len() == 4, "{rows:?}");
}

#[test]
fn the_table_tells_which_rule_did_what_and_a_trace_each_request() {
    let told = gym(&["--guard", "tollgate", "--trace", "script", "small.toml"]);
    let told = text(&told.stdout);
    for expected in [
        "small: a dozen customers",
        "tollgate",
        "redirected by country-mismatch",
        "budgets kept: ",
        "45.80.12.",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let lines = told.lines().filter(|line| line.starts_with("00:0")).count();
    assert!(lines > 30, "{lines}");
}

#[test]
fn a_play_is_held_to_the_table_that_was_written_of_it() {
    let table = Path::new(env!("CARGO_TARGET_TMPDIR")).join("held.json");
    let _ = std::fs::remove_file(&table);
    let file = table.to_str().unwrap();
    assert!(gym(&["--guard", "tollgate", "--write", file, "small.toml"]).status.success());
    let held = || gym(&["--quick", "--guard", "tollgate", "--held-to", file, "."]);
    assert!(held().status.success(), "{}", text(&held().stderr));

    let mut rows: Vec<Value> = serde_json::from_slice(&std::fs::read(&table).unwrap()).unwrap();
    let served = rows.iter_mut().find(|row| row["figure"] == "served_share").unwrap();
    let was = served["value"].as_f64().unwrap();
    (served["value"], served["slack"]) = (json!(was + 0.2), json!(0.1));
    std::fs::write(&table, serde_json::to_vec(&rows).unwrap()).unwrap();
    let worse = held();
    let told = format!("small, customers, served_share: was {}, is {was}, with a slack of 0.1", was + 0.2);
    assert!(!worse.status.success() && text(&worse.stderr).contains(&told), "{}", text(&worse.stderr));
}

#[test]
fn a_draft_policy_is_laid_over_and_a_mistake_ends_it_with_its_file() {
    let draft = Path::new(env!("CARGO_TARGET_TMPDIR")).join("draft.json");
    std::fs::write(&draft, r#"{"guests": "redirect"}"#).unwrap();
    let tried = gym(&["--json", "--guard", "tollgate", "--policy", draft.to_str().unwrap(), "small.toml"]);
    let figures: Value = serde_json::from_str(text(&tried.stdout)).unwrap();
    assert!(figures["findings"]["guest"].as_u64() > Some(30), "{figures}");

    std::fs::write(&draft, r#"{"guest": "redirect"}"#).unwrap();
    let refused = gym(&["--policy", draft.to_str().unwrap(), "small.toml"]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("unknown field `guest`"), "{}", text(&refused.stderr));
    let none = gym(&["none.toml"]);
    assert!(!none.status.success() && text(&none.stderr).starts_with("none.toml: cannot be read"));
}
