//! Silence: whatever becomes of a request, its visitor is told the same, byte for byte.

use jiff::Timestamp;
use local::carrier::{Line, LineType};
use local::connect::{CallPlan, StartFault};
use serde_json::json;
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, Visitor, World, account, world};

/// A premium-rate number of the United States.
const PREMIUM: &str = "+19002345678";

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Called,
    Rings,
    DenyListed,
    Premium,
    Unserved,
    KillSwitched,
    NotInService,
    Voip,
    LikeSpam,
    Duplicate,
    Failed,
    Expired,
}

pub(crate) const FATES: [Fate; 12] = [
    Fate::Called,
    Fate::Rings,
    Fate::DenyListed,
    Fate::Premium,
    Fate::Unserved,
    Fate::KillSwitched,
    Fate::NotInService,
    Fate::Voip,
    Fate::LikeSpam,
    Fate::Duplicate,
    Fate::Failed,
    Fate::Expired,
];

impl Fate {
    /// A world in which the next request meets this fate.
    async fn world(self) -> World {
        let world = world().await;
        self.awaits(&world).await;
        world
    }

    /// Makes ready what the next request is to meet.
    pub(crate) async fn awaits(self, world: &World) {
        match self {
            Self::Rings => world.stack.connect.plan_for(NUMBER, CallPlan::unanswered()),
            Self::Called | Self::Premium | Self::Unserved | Self::Expired => {}
            Self::DenyListed => world.list("deny", &format!("number#{NUMBER}")).await,
            Self::KillSwitched => {
                // For one country of two: for all it is told to everybody.
                world.policy(json!({ "served_countries": ["US", "CA"] })).await;
                world.kill_switches(false, &["US"]).await;
            }
            Self::NotInService => {
                world.stack.carriers.set(NUMBER, Line::new(LineType::Invalid, ""));
            }
            Self::Voip => world.stack.carriers.set(NUMBER, Line::new(LineType::Voip, "Example VoIP")),
            Self::LikeSpam => {
                let before = account("alice").in_country("US").asks(world, "+12065550188").await;
                world.pass(300).await;
                let mark = format!("/review/requests/{before}/mark");
                world.operator(http::Method::PUT, &mark, json!({ "mark": "spam" })).await;
            }
            Self::Duplicate => {
                account("bob").at("198.51.100.8").asks(world, NUMBER).await;
                world.screen().await;
            }
            Self::Failed => world.stack.connect.fail_all(Some(StartFault::DestinationNotAllowed)),
        }
    }

    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::Premium => PREMIUM,
            Self::Unserved => "+18765230123",
            _ => NUMBER,
        }
    }

    /// Alice, at home where the number is; intake would offer her another channel at once otherwise.
    pub(crate) fn alice(self) -> Visitor {
        account("alice").in_country(if self == Self::Unserved { "JM" } else { "US" })
    }

    fn state(self) -> StateName {
        match self {
            Self::Called | Self::Rings => StateName::Closed,
            Self::Duplicate => StateName::Duplicate,
            Self::Failed => StateName::Failed,
            Self::Expired => StateName::Expired,
            _ => StateName::Refused,
        }
    }

    /// Lets time pass with all that happens meanwhile; for one that is to expire, the stream stands still until then.
    pub(crate) async fn pass(self, world: &World, seconds: i64, age: i64) {
        if self == Self::Expired && age < CALL_BY {
            world.pass_unseen(seconds);
        } else {
            world.pass(seconds).await;
            world.upkeep().await;
        }
    }
}

/// Everything that a visitor can see of an answer, but for the id.
pub(crate) fn seen(answer: &Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    let without_id = |text: &str| text.replace(id, "ID");
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), without_id(value.to_str().unwrap()))
    };
    (answer.status, answer.headers.iter().map(header).collect(), without_id(&answer.text))
}

/// Nobody calls after this age.
const CALL_BY: i64 = 315;
/// The ages at which a visitor looks.
const AGES: [i64; 9] = [0, 1, 59, 240, 299, CALL_BY - 1, CALL_BY, 3_600, 86_400];

/// What is seen, with the moment after which nobody calls told by the age that the request has then.
fn at_an_age(
    (status, headers, text): (u16, Vec<(String, String)>, String),
    asked_at: Timestamp,
) -> (u16, Vec<(String, String)>, String) {
    let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let call_by: Timestamp = told["callBy"].as_str().unwrap().parse().unwrap();
    told["callBy"] = json!(call_by.duration_since(asked_at).as_secs());
    (status, headers, told.to_string())
}

#[tokio::test]
async fn every_fate_is_told_alike_at_every_age_and_when_it_is_withdrawn_at_last() {
    let mut told = vec![];
    for fate in FATES {
        let world = fate.world().await;
        let alice = fate.alice();
        let asked_at = world.now();
        let answer = alice.asks_for(&world, fate.number()).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let mut answers = vec![at_an_age(seen(&answer, &id), asked_at)];
        let mut before = 0;
        for age in AGES {
            fate.pass(&world, age - before, age).await;
            before = age;
            let look = alice.looks(&world, &id).await;
            let status = if age < CALL_BY { "accepted" } else { "ended" };
            assert_eq!(look.json()["status"], status, "{fate:?} at {age} s");
            answers.push(at_an_age(seen(&look, &id), asked_at));
        }
        assert_eq!(world.state(&id).await, fate.state(), "{fate:?}");
        answers.push(seen(&alice.withdraws(&world, &id).await, &id));
        answers.push(at_an_age(seen(&alice.looks(&world, &id).await, &id), asked_at));
        told.push((fate, answers));
    }
    let (_, called) = &told[0];
    assert_eq!(called[0].0, 202);
    let channels = json!(["chat", "call-in"]);
    let usual = json!({ "id": "ID", "status": "accepted", "channels": channels, "callBy": CALL_BY });
    assert_eq!(called[0].2, usual.to_string());
    assert!(told.iter().all(|(fate, answers)| answers == called || panic!("{fate:?}: {answers:#?}")));
}

#[tokio::test]
async fn every_fate_is_told_alike_when_it_is_withdrawn_early() {
    let mut told = vec![];
    for fate in FATES {
        let world = fate.world().await;
        let alice = fate.alice();
        let asked_at = world.now();
        let id = alice.asks(&world, fate.number()).await;
        fate.pass(&world, 10, 10).await;
        if matches!(fate, Fate::Called | Fate::Rings) {
            assert_eq!(world.state(&id).await, StateName::InCall, "{fate:?}: the call lives");
        }
        let mut answers = vec![seen(&alice.withdraws(&world, &id).await, &id)];
        assert_eq!(answers[0].0, 204, "{fate:?}");
        for seconds in [0, 60, 900, 86_400] {
            world.pass(seconds).await;
            let look = alice.looks(&world, &id).await;
            assert_eq!(look.json()["status"], "cancelled", "{fate:?}");
            answers.push(at_an_age(seen(&look, &id), asked_at));
            answers.push(seen(&alice.withdraws(&world, &id).await, &id));
        }
        told.push((fate, answers));
    }
    let (_, called) = &told[0];
    assert!(told.iter().all(|(fate, answers)| answers == called || panic!("{fate:?}: {answers:#?}")));
}
