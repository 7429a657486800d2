//! Marks: what an operator says of a request flows back into the rules. However often it is said, it counts once.

use futures::future::join_all;
use http::Method;
use local::connect::CallPlan;
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, TALK_SECONDS, Visitor, World, account, talks, world};

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

/// What a subject's calls came to: how many went well, were wasted, were marked.
async fn past(world: &World, subject: &str) -> [u64; 3] {
    let mut past = [0; 3];
    for (sum, came_to) in past.iter_mut().zip(["good", "wasted", "marked"]) {
        *sum = world.tallied(subject, came_to).await;
    }
    past
}

#[tokio::test]
async fn a_marked_call_falls_on_who_asked_for_it_and_on_nobody_else() {
    let world = world().await;
    let id = pumper().is_called(&world, NUMBER).await;
    let bystander = somebody(1).is_called(&world, "+12065560100").await;
    assert_eq!(marks(&world, &id, "spam").await.status, 204);

    for subject in [HERE, "block#203.0.113.0/24", "account#pumper", "number#+12065550100", "range#+1206555"] {
        assert_eq!(past(&world, subject).await, [0, 0, 1], "{subject}: the call counts as good no more");
    }
    let elsewhere = pumper().asks_and_waits(&world, "+12065570100").await;
    assert_eq!(
        elsewhere,
        (StateName::Refused, vec!["marked-address", "marked-account", "too-much-waste-from-account"])
    );
    for (n, number) in [(2, "+12065550177"), (3, NUMBER), (4, "+12065580100")] {
        let others = somebody(n).asks_and_waits(&world, number).await;
        assert_eq!(others, (StateName::Closed, vec![]), "{number}: one mark says nothing of where it went");
    }

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
async fn a_range_is_closed_to_strangers_once_two_askers_pumped_it() {
    let world = world().await;
    for n in [1, 2] {
        let id = somebody(n).is_called(&world, &format!("+1206555010{n}")).await;
        marks(&world, &id, "spam").await;
    }
    assert_eq!(past(&world, "range#+1206555").await, [0, 0, 2]);
    let neighbor = somebody(3).asks_and_waits(&world, "+12065550177").await;
    assert_eq!(neighbor, (StateName::Refused, vec!["marked-range"]));
    let owner = somebody(4).with_verified_number("+12065550178");
    assert_eq!(
        owner.asks_and_waits(&world, "+12065550178").await.0,
        StateName::Closed,
        "its owner has proved that he is"
    );
    assert_eq!(
        somebody(5).asks_and_waits(&world, "+12065560100").await,
        (StateName::Closed, vec![]),
        "another range"
    );
}

#[tokio::test]
async fn one_asker_with_many_addresses_cannot_close_a_range() {
    let world = world().await;
    let mut policy = crate::limits::only(json!({}), json!({}));
    crate::limits::rules(&mut policy, json!({ "marked-account": "off" }));
    world.policy(policy).await;
    for n in 0..5 {
        let pumper = pumper().at(&format!("192.{n}.2.66"));
        let id = pumper.is_called(&world, &format!("+1206555010{n}")).await;
        marks(&world, &id, "spam").await;
    }
    assert_eq!(somebody(30).asks_and_waits(&world, "+12065550177").await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn a_number_is_closed_to_strangers_once_two_askers_misused_it_but_not_to_its_owner() {
    let world = world().await;
    let owner = somebody(9);
    owner.is_called(&world, NUMBER).await;
    for n in [1, 2] {
        let id = somebody(n).is_called(&world, NUMBER).await;
        marks(&world, &id, "spam").await;
    }
    let stranger = somebody(3).asks_and_waits(&world, NUMBER).await;
    assert!(stranger.1.contains(&"marked-number"), "{stranger:?}");
    let (state, found) = somebody(4).with_verified_number(NUMBER).asks_and_waits(&world, NUMBER).await;
    assert_eq!(state, StateName::Closed, "{found:?}: a verified own number outranks it");
    world.pass(2 * 3_600).await;
    assert_eq!(
        owner.asks_and_waits(&world, NUMBER).await.0,
        StateName::Closed,
        "who has talked with it before is called"
    );
}

#[tokio::test]
async fn a_mark_on_a_call_of_two_seconds_shuts_its_asker_alone() {
    let world = world().await;
    let firm = ["+12065550100", "+12065550101", "+12065550102"];
    for (n, number) in firm.into_iter().enumerate() {
        world.stack.connect.plan_for(number, talks(2));
        let id = somebody(n).is_called(&world, number).await;
        assert_eq!(marks(&world, &id, "spam").await.status, 204);
        let again = somebody(n).asks_and_waits(&world, "+12065570100").await;
        assert_eq!(
            again,
            (StateName::Refused, vec!["marked-address", "marked-account", "too-much-waste-from-account"])
        );
    }
    // For all that others share it is a wasted call: it says nothing of where it went.
    assert_eq!(past(&world, "range#+1206555").await, [0, 3, 0]);
    for number in ["+12065559876", firm[0]] {
        let neighbor = account(number).at(&format!("198.18.1{}.9", number.get(10..).unwrap_or_default()));
        assert_eq!(neighbor.asks_and_waits(&world, number).await, (StateName::Closed, vec![]), "{number}");
    }
}

#[tokio::test]
async fn a_wrong_person_once_is_a_slip_and_twice_a_mark() {
    let world = world().await;
    let mut policy = crate::limits::only(json!({}), json!({}));
    policy["waste"]["account"] = json!({ "floor": 10, "share_percent": 0 });
    world.policy(policy).await;
    let first = pumper().is_called(&world, NUMBER).await;
    assert_eq!(marks(&world, &first, "wrong-person").await.status, 204);
    assert_eq!(past(&world, HERE).await, [0, 1, 0], "a wasted call");
    assert_eq!(
        somebody(1).asks_and_waits(&world, NUMBER).await.0,
        StateName::Closed,
        "and nothing for the number"
    );

    let second = pumper().is_called(&world, "+12065560100").await;
    assert_eq!(marks(&world, &second, "wrong-person").await.status, 204);
    let third = pumper().asks_and_waits(&world, "+12065570100").await;
    assert_eq!(third, (StateName::Refused, vec!["marked-address", "marked-account"]));
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    assert_eq!(changes["changes"][0]["action"], "mark-wrong-person");
}

#[tokio::test]
async fn the_same_wrong_person_twice_is_one_slip() {
    let world = world().await;
    world.policy(crate::limits::only(json!({}), json!({}))).await;
    for _ in 0..2 {
        let id = pumper().is_called(&world, NUMBER).await;
        marks(&world, &id, "wrong-person").await;
    }
    assert_eq!(pumper().asks_and_waits(&world, "+12065570100").await, (StateName::Closed, vec![]));
}

#[tokio::test]
async fn a_mark_counts_once_however_often_and_by_how_many_it_is_sent() {
    let world = world().await;
    let id = pumper().is_called(&world, NUMBER).await;
    let answers = join_all((0..5).map(|_| marks(&world, &id, "spam"))).await;
    assert!(answers.iter().all(|answer| [204, 409].contains(&answer.status)), "{answers:?}");
    assert!(answers.iter().any(|answer| answer.status == 204));
    assert_eq!(marks(&world, &id, "spam").await.status, 204);
    assert_eq!(past(&world, HERE).await, [0, 0, 1]);
}

#[tokio::test]
async fn a_mark_that_is_taken_back_leaves_nothing_behind() {
    for (plan, before) in [(talks(TALK_SECONDS), [1, 0, 0]), (CallPlan::unanswered(), [0, 1, 0])] {
        let world = world().await;
        world.stack.connect.plan_for(NUMBER, plan);
        let id = pumper().is_called(&world, NUMBER).await;
        assert_eq!(past(&world, HERE).await, before);
        assert_eq!(marks(&world, &id, "legitimate").await.status, 204);
        assert_eq!(past(&world, HERE).await, before, "that it was legitimate changes nothing by itself");
        assert_eq!(marks(&world, &id, "spam").await.status, 204);
        assert_eq!(past(&world, HERE).await[2], 1);
        world.pass(7 * 86_400).await;
        assert_eq!(marks(&world, &id, "legitimate").await.status, 204);
        assert_eq!(past(&world, HERE).await, before);
    }
}

#[tokio::test]
async fn an_address_that_many_share_bears_a_mark_in_twenty() {
    let world = world().await;
    world.policy(crate::limits::only(json!({}), json!({}))).await;
    for n in 0..20 {
        account(&format!("customer-{n}"))
            .at(ADDRESS)
            .is_called(&world, &format!("+1206{}0100", crate::by_hand::exchange(n)))
            .await;
    }
    let id = pumper().is_called(&world, NUMBER).await;
    assert_eq!(marks(&world, &id, "spam").await.status, 204);
    let customer = account("customer-0").at(ADDRESS);
    assert_eq!(customer.asks_and_waits(&world, "+12062220100").await, (StateName::Closed, vec![]));
    let the_pumper = pumper().asks_and_waits(&world, "+12065570100").await;
    assert_eq!(
        the_pumper,
        (StateName::Refused, vec!["marked-account"]),
        "his account has no past to bear it"
    );
    let second = account("another").at(ADDRESS).is_called(&world, "+12065580100").await;
    marks(&world, &second, "spam").await;
    assert_eq!(
        customer.asks_and_waits(&world, "+12065590100").await,
        (StateName::Refused, vec!["marked-address"])
    );
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
            json!({ "mark": "spam", "reason": "\u{3164}" }),
        )
        .await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn a_mark_is_written_over_what_was_seen_alone() {
    use tollgate::record::MarkKind;
    use tollgate::text::Author;
    use tollgate_aws::transitions::marks::{self as table, Marked};

    let world = world().await;
    let id = pumper().is_called(&world, NUMBER).await;
    let seen = world.record(&id).await;
    marks(&world, &id, "spam").await;
    world.pass(1).await;
    let author = Author::parse("dave").unwrap();
    for kind in [MarkKind::Spam, MarkKind::Legitimate] {
        let late = table::mark(&world.stack.tables, &seen, kind, &author, world.now()).await;
        assert_eq!(late.unwrap(), Marked::Overtaken);
    }
    assert_eq!(past(&world, HERE).await, [0, 0, 1]);
}
