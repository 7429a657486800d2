//! Silence: whatever becomes of a request, its visitor is told the same, byte for byte.

use local::carrier::{Line, LineType};
use local::connect::StartFault;
use serde_json::json;
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, Visitor, World, account, world};

/// A premium-rate number of the United States.
const PREMIUM: &str = "+19002345678";

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Called,
    DenyListed,
    Premium,
    Unserved,
    KillSwitched,
    NotInService,
    Duplicate,
    Failed,
    Expired,
}

const FATES: [Fate; 9] = [
    Fate::Called,
    Fate::DenyListed,
    Fate::Premium,
    Fate::Unserved,
    Fate::KillSwitched,
    Fate::NotInService,
    Fate::Duplicate,
    Fate::Failed,
    Fate::Expired,
];

impl Fate {
    /// A world in which the next request meets this fate.
    async fn world(self) -> World {
        let world = world().await;
        match self {
            Self::Called | Self::Premium | Self::Unserved | Self::Expired => {}
            Self::DenyListed => world.list("deny", &format!("number#{NUMBER}")).await,
            Self::KillSwitched => world.kill_switches(true, &[]).await,
            Self::NotInService => {
                world.stack.carriers.set(NUMBER, Line::new(LineType::Invalid, ""));
            }
            Self::Duplicate => {
                account("bob").at("198.51.100.8").asks(&world, NUMBER).await;
                world.screen().await;
            }
            Self::Failed => world.stack.connect.fail_all(Some(StartFault::DestinationNotAllowed)),
        }
        world
    }

    fn number(self) -> &'static str {
        match self {
            Self::Premium => PREMIUM,
            Self::Unserved => "+18765230123",
            _ => NUMBER,
        }
    }

    /// Alice, at home where the number is; intake would offer her another channel at once otherwise.
    fn alice(self) -> Visitor {
        account("alice").in_country(if self == Self::Unserved { "JM" } else { "US" })
    }

    fn state(self) -> StateName {
        match self {
            Self::Called => StateName::Closed,
            Self::Duplicate => StateName::Duplicate,
            Self::Failed => StateName::Failed,
            Self::Expired => StateName::Expired,
            _ => StateName::Refused,
        }
    }

    /// Lets time pass with all that happens meanwhile; for one that is to expire, the stream stands still until then.
    async fn pass(self, world: &World, seconds: i64, age: i64) {
        if self == Self::Expired && age <= 900 {
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

/// The ages at which a visitor looks; the deadline is at 900 seconds.
const AGES: [i64; 9] = [0, 1, 59, 300, 899, 900, 901, 3_600, 86_400];

#[tokio::test]
async fn every_fate_is_told_alike_at_every_age_and_when_it_is_withdrawn_at_last() {
    let mut told = vec![];
    for fate in FATES {
        let world = fate.world().await;
        let alice = fate.alice();
        let answer = alice.asks_for(&world, fate.number()).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let mut answers = vec![seen(&answer, &id)];
        let mut before = 0;
        for age in AGES {
            fate.pass(&world, age - before, age).await;
            before = age;
            let look = alice.looks(&world, &id).await;
            let status = if age < 900 { "accepted" } else { "ended" };
            assert_eq!(look.json(), json!({ "id": id, "status": status }), "{fate:?} at {age} s");
            answers.push(seen(&look, &id));
        }
        assert_eq!(world.state(&id).await, fate.state(), "{fate:?}");
        for answer in [alice.withdraws(&world, &id).await, alice.looks(&world, &id).await] {
            answers.push(seen(&answer, &id));
        }
        told.push((fate, answers));
    }
    let (_, called) = &told[0];
    assert_eq!(called[0].0, 202);
    assert_eq!(called[0].2, r#"{"id":"ID","status":"accepted"}"#);
    assert!(told.iter().all(|(fate, answers)| answers == called || panic!("{fate:?}: {answers:#?}")));
}

#[tokio::test]
async fn every_fate_is_told_alike_when_it_is_withdrawn_early() {
    let mut told = vec![];
    for fate in FATES {
        let world = fate.world().await;
        let alice = fate.alice();
        let id = alice.asks(&world, fate.number()).await;
        fate.pass(&world, 10, 10).await;
        let mut answers = vec![seen(&alice.withdraws(&world, &id).await, &id)];
        assert_eq!(answers[0].0, 204, "{fate:?}");
        for seconds in [0, 60, 900, 86_400] {
            world.pass(seconds).await;
            let look = alice.looks(&world, &id).await;
            assert_eq!(look.json(), json!({ "id": id, "status": "cancelled" }), "{fate:?}");
            answers.push(seen(&look, &id));
            answers.push(seen(&alice.withdraws(&world, &id).await, &id));
        }
        told.push((fate, answers));
    }
    let (_, called) = &told[0];
    assert!(told.iter().all(|(fate, answers)| answers == called || panic!("{fate:?}: {answers:#?}")));
}

#[tokio::test]
async fn a_redirected_request_shows_the_other_channels_at_every_age_and_was_answered_like_all() {
    let called = Fate::Called.world().await;
    let alice = account("alice");
    let usual = alice.asks_for(&called, NUMBER).await;
    let usual = seen(&usual, usual.json()["id"].as_str().unwrap());

    let world = world().await;
    world.stack.carriers.set(NUMBER, Line::new(LineType::Voip, "Example VoIP"));
    let answer = alice.asks_for(&world, NUMBER).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(seen(&answer, &id), usual);
    for seconds in [0, 899, 1, 86_400] {
        world.pass(seconds).await;
        let look = alice.looks(&world, &id).await;
        let channels = json!(["chat", "call-in"]);
        assert_eq!(look.json(), json!({ "id": id, "status": "redirected", "channels": channels }));
    }
    assert_eq!(world.calls(), []);
}
