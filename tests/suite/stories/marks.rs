//! Marks: what an operator says of a request flows back into the rules. However often it is said, it counts once.

use futures::future::join_all;
use http::Method;
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, Visitor, World, account, world};

const ADDRESS: &str = "203.0.113.9";
const HERE: &str = "address#203.0.113.9/32";

fn pumper() -> Visitor {
    account("pumper").at(ADDRESS)
}

/// Somebody else, elsewhere.
fn somebody(n: usize) -> Visitor {
    account(&format!("somebody-{n}")).at(&format!("192.{n}.2.10"))
}

async fn marks(world: &World, id: &str, mark: &str) -> Answer {
    let body = json!({ "mark": mark, "reason": "silence on the line" });
    world.operator(Method::PUT, &format!("/review/requests/{id}/mark"), body).await
}

/// Has a call made that goes well, and its id.
async fn called(world: &World, visitor: &Visitor, number: &str) -> String {
    let id = visitor.asks(world, number).await;
    world.pass(60).await;
    assert_eq!(world.state(&id).await, StateName::Closed, "{:?}", world.findings(&id).await);
    id
}

/// What becomes of a request.
async fn asks(world: &World, visitor: &Visitor, number: &str) -> (StateName, Vec<&'static str>) {
    let id = visitor.asks(world, number).await;
    world.pass(60).await;
    (world.state(&id).await, world.findings(&id).await)
}

/// What is counted of a subject: what went well, what was wasted, what was marked.
async fn past(world: &World, subject: &str) -> [u64; 3] {
    let mut past = [0; 3];
    for (sum, counted) in past.iter_mut().zip(["good", "wasted", "marked"]) {
        *sum = world.tallied(subject, counted).await;
    }
    past
}

#[tokio::test]
async fn a_pumped_call_that_is_marked_closes_its_range_and_its_address() {
    let world = world().await;
    let id = called(&world, &pumper(), NUMBER).await;
    let bystander = called(&world, &somebody(1), "+12065560100").await;
    assert_eq!(marks(&world, &id, "spam").await.status, 204);

    for subject in [HERE, "block#203.0.113.0/24", "account#pumper", "number#+12065550100", "range#+1206555"] {
        assert_eq!(past(&world, subject).await, [0, 0, 1], "{subject}: the call counts as good no more");
    }
    assert_eq!(
        past(&world, "country#US").await,
        [1, 0, 0],
        "a country is never suspect, but the call was not good"
    );

    let neighbour = asks(&world, &somebody(2), "+12065550177").await;
    assert_eq!(neighbour, (StateName::Redirected, vec!["marked-range"]));
    let elsewhere = asks(&world, &pumper(), "+12065570100").await;
    assert_eq!(elsewhere, (StateName::Redirected, vec!["marked-address", "marked-account"]));
    assert_eq!(
        asks(&world, &somebody(3), "+12065580100").await,
        (StateName::Closed, vec![]),
        "others are called"
    );

    let shown = world.operator(Method::GET, &format!("/review/requests/{id}"), Value::Null).await.json();
    assert_eq!(shown["operatorMark"]["mark"], "spam");
    let other =
        world.operator(Method::GET, &format!("/review/requests/{bystander}"), Value::Null).await.json();
    assert_eq!(other.get("operatorMark"), None);
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    assert_eq!(
        (&changes["changes"][0]["action"], &changes["changes"][0]["subject"]),
        (&json!("mark-spam"), &json!(id))
    );
}

#[tokio::test]
async fn a_mark_counts_once_however_often_and_by_how_many_it_is_sent() {
    let world = world().await;
    let id = called(&world, &pumper(), NUMBER).await;
    let answers = join_all((0..5).map(|_| marks(&world, &id, "spam"))).await;
    assert!(answers.iter().all(|answer| [204, 409].contains(&answer.status)), "{answers:?}");
    assert!(answers.iter().any(|answer| answer.status == 204));
    assert_eq!(marks(&world, &id, "spam").await.status, 204);
    assert_eq!(past(&world, HERE).await, [0, 0, 1]);
}

#[tokio::test]
async fn a_mark_that_is_taken_back_leaves_nothing_behind() {
    for (plan, before) in [(CallPlan::default(), [1, 0, 0]), (CallPlan::unanswered(), [0, 1, 0])] {
        let world = world().await;
        world.stack.connect.plan_for(NUMBER, plan);
        let id = called(&world, &pumper(), NUMBER).await;
        assert_eq!(past(&world, HERE).await, before);
        assert_eq!(marks(&world, &id, "legitimate").await.status, 204);
        assert_eq!(past(&world, HERE).await, before, "that it was legitimate changes nothing by itself");
        assert_eq!(marks(&world, &id, "spam").await.status, 204);
        assert_eq!(past(&world, HERE).await[2], 1);
        // Meanwhile a week has passed, so that it stands in another item than what takes it back.
        world.pass(7 * 86_400).await;
        assert_eq!(marks(&world, &id, "legitimate").await.status, 204);
        assert_eq!(past(&world, HERE).await, before);
    }
}

#[tokio::test]
async fn a_mark_on_an_address_that_many_share_spreads_to_nobody() {
    let world = world().await;
    world
        .policy(json!({ "limits": { "per_address": { "requests_max": 100, "window_seconds": 3_600 } },
        "fan_out": { "numbers_per_address_max": 100 } }))
        .await;
    for n in 0..21 {
        called(&world, &account(&format!("customer-{n}")).at(ADDRESS), &format!("+1206{}0100", 400 + n))
            .await;
    }
    let id = called(&world, &pumper(), NUMBER).await;
    assert_eq!(marks(&world, &id, "spam").await.status, 204);
    let customer = account("customer-0").at(ADDRESS);
    assert_eq!(asks(&world, &customer, "+12064000100").await, (StateName::Closed, vec![]));
    let pumped = asks(&world, &somebody(1), NUMBER).await;
    assert_eq!(pumped, (StateName::Redirected, vec!["marked-number", "marked-range"]));
}

#[tokio::test]
async fn what_a_marked_address_asked_for_is_blocked_but_not_for_its_verified_owner() {
    let world = world().await;
    let strangers = "+12065560100";
    called(&world, &pumper(), strangers).await;
    let id = called(&world, &pumper(), NUMBER).await;
    assert_eq!(asks(&world, &somebody(1), strangers).await.0, StateName::Closed);
    marks(&world, &id, "spam").await;

    assert_eq!(
        asks(&world, &somebody(2), strangers).await,
        (StateName::Redirected, vec!["destination-blocked"])
    );
    let owner = somebody(3).with_verified_number(strangers);
    assert_eq!(
        asks(&world, &owner, strangers).await.0,
        StateName::Closed,
        "a verified own number outranks it"
    );
    world.pass(5 * 3_600).await;
    assert_eq!(asks(&world, &somebody(2), strangers).await.0, StateName::Closed, "the block is over");
}

#[tokio::test]
async fn nothing_is_marked_before_it_ended_or_that_nobody_knows() {
    let world = world().await;
    let id = pumper().asks(&world, NUMBER).await;
    world.settle().await;
    assert_eq!(world.state(&id).await, StateName::InCall);
    let answer = marks(&world, &id, "spam").await;
    assert_eq!((answer.status, &answer.json()["type"]), (409, &json!("urn:tollgate:problem:not-ended")));
    assert_eq!(past(&world, HERE).await, [0, 0, 0]);
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.text;
    assert!(!changes.contains("mark-spam"), "what was refused is no change: {changes}");
    assert_eq!(marks(&world, &"0".repeat(32), "spam").await.status, 404);
    assert_eq!(marks(&world, &id, "nuisance").await.status, 400);
    let answer = world
        .operator(
            Method::PUT,
            &format!("/review/requests/{id}/mark"),
            json!({ "mark": "spam", "reason": "" }),
        )
        .await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn a_mark_is_written_over_what_was_seen_alone() {
    use tollgate::policy::Policy;
    use tollgate::record::MarkKind;
    use tollgate::state::State;
    use tollgate::text::Author;
    use tollgate_aws::marks::{self as table, Marked};

    let world = world().await;
    let id = called(&world, &pumper(), NUMBER).await;
    let seen = world.record(&id).await;
    marks(&world, &id, "spam").await;
    world.pass(1).await;
    let (author, policy) = (Author::parse("dave").unwrap(), Policy::default());
    let State::Ended(ending) = &seen.state else { panic!("it has ended") };
    for kind in [MarkKind::Spam, MarkKind::Legitimate] {
        let late = table::mark(&world.stack.tables, &seen, ending, kind, &author, &policy, world.now()).await;
        assert_eq!(late.unwrap(), Marked::Overtaken);
    }
    assert_eq!(past(&world, HERE).await, [0, 0, 1]);
}
