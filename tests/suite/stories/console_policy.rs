//! The policy at the console: a draft is tried before it is saved, and nobody saves over what he has not seen.

use http::Method;
use serde_json::{Value, json};
use tollgate::policy::{Mode, Policy};
use tollgate::verdict::Code;
use tollgate_aws::tables::settings;

use crate::console::{desk, leads_to};
use crate::world::{NUMBER, World, account, guest, world};

async fn current(world: &World) -> (u64, Policy) {
    let current = settings::policy(&world.stack.tables).await.unwrap();
    (current.version, current.policy)
}

fn allowing_guests() -> String {
    serde_json::to_string_pretty(&Policy { guests: tollgate::policy::Guests::Allow, ..Policy::default() })
        .unwrap()
}

#[tokio::test]
async fn a_draft_is_tried_on_the_last_day_and_then_saved() {
    let world = world().await;
    guest().asks_for(&world, NUMBER).await;
    let admin = desk(&world).of("ann;admin");
    let draft = allowing_guests();
    let tried = admin.sends("policy", &[("act", "document"), ("seen", "0"), ("document", &draft)]).await;
    assert_eq!(tried.status, 200);
    for told in ["guests", "allow", "would have come to something else", "Save this draft as version 1"] {
        assert!(tried.text.contains(told), "{told}: {}", tried.text);
    }
    assert_eq!(current(&world).await.0, 0, "nothing is saved by trying");
    let saved = admin.sends("policy", &[("act", "save"), ("seen", "0"), ("document", &draft)]).await;
    assert_eq!(leads_to(&saved), (303, "/console/policy?done=saved".to_owned()));
    assert_eq!(current(&world).await.0, 1);
    assert_eq!(account("ada").asks_and_waits(&world, NUMBER).await.1, Vec::<&str>::new());
}

#[tokio::test]
async fn nobody_saves_over_what_he_has_not_seen() {
    let world = world().await;
    world.policy(json!({ "retention_days": 7 })).await;
    let admin = desk(&world).of("ann;admin");
    let draft = allowing_guests();
    let stale = admin.sends("policy", &[("act", "save"), ("seen", "0"), ("document", &draft)]).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("Somebody saved version 1 meanwhile."), "{}", stale.text);
    assert!(stale.text.contains("retention_days"), "what the draft would undo is shown: {}", stale.text);
    assert_eq!(current(&world).await.1.retention_days, 7);
}

#[tokio::test]
async fn what_is_wrong_with_a_draft_is_told_and_what_was_typed_is_kept() {
    let world = world().await;
    let admin = desk(&world).of("ann;admin");
    let document = r#"{"retention_days": 0, "guest": "allow"}"#;
    let wrong = admin.sends("policy", &[("act", "document"), ("seen", "0"), ("document", document)]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("text-error") && wrong.text.contains("&quot;guest&quot;"), "{}", wrong.text);
}

#[tokio::test]
async fn the_modes_of_rules_are_chosen_one_by_one() {
    let world = world().await;
    let admin = desk(&world).of("ann;admin");
    let chosen =
        [("act", "rules"), ("seen", "0"), ("rule:unusual-carrier", "shadow"), ("rule:guest", "enforce")];
    let tried = admin.sends("policy", &chosen).await;
    assert!(tried.text.contains("unusual-carrier"), "{}", tried.text);
    let document = json!({ "rules": { "unusual-carrier": "shadow" } }).to_string();
    admin.sends("policy", &[("act", "save"), ("seen", "0"), ("document", &document)]).await;
    assert_eq!(current(&world).await.1.mode(Code::UnusualCarrier), Mode::Shadow);
}

#[tokio::test]
async fn a_supervisor_tries_a_policy_and_does_not_save_it() {
    let world = world().await;
    let desk = desk(&world);
    let draft = allowing_guests();
    let tried = desk.sends("policy", &[("act", "document"), ("seen", "0"), ("document", &draft)]).await;
    assert!(tried.text.contains("An admin can save this."), "{}", tried.text);
    assert_eq!(
        desk.sends("policy", &[("act", "save"), ("seen", "0"), ("document", &draft)]).await.status,
        403
    );
    assert_eq!(current(&world).await.0, 0);
}

#[tokio::test]
async fn changes_are_shown_by_day_and_taken_along_without_formulas() {
    let world = world().await;
    let desk = desk(&world);
    let reason = "=HYPERLINK(\"x\")";
    let fields = [("kind", "prefix"), ("value", "+1712770"), ("effect", "deny"), ("reason", reason)];
    assert_eq!(desk.sends("lists", &fields).await.status, 303);
    let page = desk.sees("changes").await.text;
    assert!(page.contains("denied") && page.contains("prefix#+1712770") && page.contains("sue"), "{page}");
    assert!(desk.sees("changes?day=2026-03-01").await.text.contains("Nothing was changed on this day."));
    assert!(desk.sees("changes?author=ann").await.text.contains("Nothing was changed on this day."));
    for file in ["changes.csv", "lists.csv"] {
        let answer = desk.sees(file).await;
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        assert!(answer.text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{file}: {}", answer.text);
    }
    account("ada").is_called(&world, NUMBER).await;
    let requests = desk.sees("requests.csv?is=account:ada").await.text;
    assert_eq!(requests.lines().count(), 2, "{requests}");
    assert!(requests.contains("'+12065550100,talked"), "{requests}");
    let masked = desk.of("vic;viewer").sees("requests.csv").await.text;
    assert!(!masked.contains("5550100") && !masked.contains("192.0.2"), "{masked}");
    let changes = world.operator(Method::GET, "/review/changes", Value::Null).await.json();
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1);
}
