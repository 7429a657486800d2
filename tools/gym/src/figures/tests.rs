//! The figures of a few requests made by hand.

use jiff::SignedDuration;
use local::connect::CallPlan;
use serde_json::json;
use tollgate::number::PhoneNumber;
use tollgate::verdict::{Code, Finding};

use super::*;
use crate::fate::Dial;

const SCENARIO: &str = r#"
name = "by-hand"
about = "two customers and a pumper"
seed = 1
duration_minutes = 60
warmup_minutes = 10

[[traffic]]
label = "customers"
fraud = false
start_minute = 0
end_minute = 60
requests_per_hour = 1
numbers = [{ prefix = "+1206", digits = 11, count = 2 }]
addresses = [{ network = "203.0.112.0/30", count = 2 }]
call = { answered = 1, agent = 1, seconds = [60, 60] }

[[traffic]]
label = "pumper"
fraud = true
start_minute = 0
end_minute = 60
requests_per_hour = 1
numbers = [{ prefix = "+1712", digits = 11, count = 1 }]
addresses = [{ network = "203.0.113.0/30", count = 1 }]
call = { answered = 1, agent = 1, seconds = [60, 60] }
"#;

fn asked(traffic: usize, minute: i64, number: &str, talk_seconds: u32) -> Asked {
    Asked {
        at: SignedDuration::from_mins(minute),
        traffic,
        number: PhoneNumber::from_e164(number).unwrap(),
        spelled: number.to_owned(),
        address: "203.0.113.1".parse().unwrap(),
        account: None,
        anonymous: false,
        token: false,
        is_repeat: false,
        call: CallPlan { ring_seconds: 3, talk_seconds, answered: talk_seconds > 0, agent: true },
        marking: None,
    }
}

fn dialed(from: i64, to: i64) -> Fate {
    Fate::dialed(Dial { at: SignedDuration::from_mins(from), ended: SignedDuration::from_mins(to) })
}

fn kept(came_to: CameTo, findings: Vec<Finding>) -> Fate {
    Fate { came_to, state: "redirected", dial: None, findings }
}

#[test]
fn figures_are_what_the_format_says() {
    let [ada, bob, pumped] = ["+12065550100", "+12065550101", "+17125550100"];
    let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::TooManyFromBlock) };
    let many = || Finding::new(Code::TooManyFromAddress);
    let played = [
        // Before the warm-up is over: not reported, but the callback pends on.
        (asked(0, 9, ada, 200), dialed(10, 14)),
        (asked(0, 12, ada, 60), kept(CameTo::Duplicate, vec![Finding::new(Code::NumberPending)])),
        // The call is over by now, and Bob's says nothing about Ada's.
        (asked(0, 20, bob, 0), dialed(20, 30)),
        (asked(0, 21, ada, 60), kept(CameTo::Redirected, vec![many(), many(), shadow])),
        // A second click, dialed as well.
        (Asked { is_repeat: true, ..asked(0, 22, bob, 61) }, dialed(31, 33)),
        (asked(1, 23, pumped, 60), dialed(24, 25)),
        (asked(1, 25, pumped, 600), kept(CameTo::Refused, vec![many(), Finding::new(Code::DenyListed)])),
        (asked(1, 26, pumped, 600), kept(CameTo::Refused, vec![])),
    ];
    let (asked, fates): (Vec<_>, Vec<_>) = played.into_iter().unzip();
    let figures = Figures::count(&Scenario::parse(SCENARIO).unwrap(), "tollgate", &asked, &fates);
    // Ada talked before the hour was up; Bob was never reached.
    let known = json!({ "requested": 1, "served": 0, "served_share": 0.0 });
    let new = json!({ "requested": 2, "served": 2, "served_share": 1.0 });
    let people = json!({
        "known": known, "new": new, "known_during_fraud": known, "new_during_fraud": new,
    });
    let mut expected = json!({
        "scenario": "by-hand", "guard": "tollgate",
        "traffic": [
            { "label": "customers", "fraud": false, "requested": 4, "repeats": 1, "served": 2, "turned_away": 1,
              "dialed": 2, "dialed_share": 0.3333, "redirected": 1, "refused": 0, "duplicate": 1, "billed_minutes": 3,
              "last_dial_minute": 31 },
            { "label": "pumper", "fraud": true, "requested": 3, "repeats": 0, "served": 1, "turned_away": 2,
              "dialed": 1, "dialed_share": 0.3333, "redirected": 0, "refused": 2, "duplicate": 0, "billed_minutes": 1,
              "last_dial_minute": 24 },
        ],
        "fraud": { "requested": 3, "dialed": 1, "dialed_share": 0.3333, "billed_minutes": 1, "last_dial_minute": 24 },
        "honest": { "requested": 3, "dialed": 2, "served_share": 0.6667, "redirected": 1 },
        "findings": { "deny-listed": 1, "too-many-from-address": 2 },
    });
    for place in ["/traffic/0", "/honest"] {
        let figures = expected.pointer_mut(place).unwrap().as_object_mut().unwrap();
        figures.extend(people.as_object().unwrap().clone());
    }
    assert_eq!(serde_json::to_value(&figures).unwrap(), expected);
}

#[test]
fn whoever_talked_before_is_told_apart_from_others_and_so_is_the_time_of_fraud() {
    let [ada, bob] = ["+12065550100", "+12065550101"];
    // The pumper of this scenario begins at half past.
    let text = SCENARIO.replacen("fraud = true\nstart_minute = 0", "fraud = true\nstart_minute = 30", 1);
    let unanswered = |minute| asked(0, minute, bob, 0);
    let elsewhere = Asked { address: "203.0.113.2".parse().unwrap(), ..asked(0, 40, ada, 60) };
    let voicemail = CallPlan { agent: false, ..asked(0, 0, bob, 60).call };
    let turned_away = || kept(CameTo::Redirected, vec![]);
    let played = [
        // In the warm-up: it counts for what is known of Ada.
        (asked(0, 1, ada, 60), dialed(1, 3)),
        (unanswered(11), dialed(11, 12)),
        (asked(0, 12, ada, 60), turned_away()),
        // Bob was called, and nobody talked with an agent.
        (Asked { call: voicemail, ..asked(0, 13, bob, 60) }, dialed(13, 14)),
        (unanswered(35), turned_away()),
        (asked(0, 36, ada, 60), dialed(36, 38)),
        // Somebody else who asks for Ada's number.
        (elsewhere, turned_away()),
    ];
    let (asked, fates): (Vec<_>, Vec<_>) = played.into_iter().unzip();
    let figures = Figures::count(&Scenario::parse(&text).unwrap(), "tollgate", &asked, &fates);
    let People { known, new, known_during_fraud, new_during_fraud } = figures.honest.people;
    assert_eq!((known.requested, known.served_share), (2, Some(0.5)));
    assert_eq!((new.requested, new.served), (4, 2));
    assert_eq!((known_during_fraud.requested, known_during_fraud.served), (1, 1));
    assert_eq!((new_during_fraud.requested, new_during_fraud.served), (2, 0));
}

#[test]
fn of_nobody_nothing_was_dialed_and_all_were_served() {
    let figures = Figures::count(&Scenario::parse(SCENARIO).unwrap(), "none", &[], &[]);
    assert_eq!((figures.fraud.dialed_share, figures.honest.served_share), (0.0, 1.0));
    assert_eq!(figures.fraud.last_dial_minute, None);
    // A share of nobody is not told.
    let known = serde_json::to_value(figures.honest.people.known).unwrap();
    assert_eq!(known, json!({ "requested": 0, "served": 0, "served_share": null }));
}

#[test]
fn a_call_is_billed_in_whole_minutes_at_least_one() {
    let call = |answered, talk_seconds| CallPlan { ring_seconds: 3, talk_seconds, answered, agent: true };
    let billed: Vec<_> = [(true, 1), (true, 60), (true, 61), (true, 0), (false, 600)]
        .map(|(answered, s)| billed_minutes(&call(answered, s)))
        .into();
    assert_eq!(billed, [1, 1, 2, 1, 1]);
}
