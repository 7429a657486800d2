//! The operators' console: what a supervisor sees of an attack, and how two clicks end it.

use http::Method;
use local::connect::CallPlan;
use serde_json::Value;
use tollgate::state::StateName;

use crate::world::{Answer, NUMBER, World, account, talks, world};

pub(crate) const HOST: &str = "api.example";

/// What somebody at the console sees and does.
pub(crate) struct Desk<'w> {
    pub(crate) world: &'w World,
    operator: &'static str,
}

/// A supervisor's desk.
pub(crate) fn desk(world: &World) -> Desk<'_> {
    Desk { world, operator: "sue;supervisor" }
}

impl<'w> Desk<'w> {
    pub(crate) fn of(self, operator: &'static str) -> Self {
        Self { operator, ..self }
    }

    pub(crate) async fn sees(&self, page: &str) -> Answer {
        let headers = [("x-local-operator", self.operator.to_owned())];
        self.world.send(Method::GET, &format!("/console/{page}"), &headers, "").await
    }

    /// Sends a form of a page, with what that page gives along.
    pub(crate) async fn sends(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let fields: Vec<_> =
            [("form_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.sends_from(page, "https://api.example", &fields).await
    }

    pub(crate) async fn sends_from(&self, page: &str, origin: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let headers = [
            ("x-local-operator", self.operator.to_owned()),
            ("host", HOST.to_owned()),
            ("origin", origin.to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ];
        self.world.send(Method::POST, &format!("/console/{page}"), &headers, body.join("&")).await
    }

    async fn token(&self) -> String {
        self.world.stack.functions.form_token.clone()
    }
}

/// Where a form leads.
pub(crate) fn leads_to(answer: &Answer) -> (u16, String) {
    let location = answer.headers.get("location").and_then(|value| value.to_str().ok());
    (answer.status, location.unwrap_or_default().to_owned())
}

/// Somebody has numbers of a range called that nobody answers, each asker once; customers were called before.
async fn attack(world: &World) {
    for n in 0..30 {
        let number = format!("+1206{}0100", 200 + n);
        account(&format!("customer-{n}")).at(&format!("198.51.{n}.7")).asks_and_waits(world, &number).await;
    }
    for n in 0..15 {
        let number = format!("+1712770{:04}", 137 + n * 577);
        world.stack.connect.plan_for(&number, CallPlan { answered: false, ..talks(0) });
        account(&format!("pumper-{n}")).at(&format!("203.{n}.113.9")).asks_and_waits(world, &number).await;
    }
}

#[tokio::test]
async fn a_quiet_day_says_so() {
    let world = world().await;
    account("ada").is_called(&world, NUMBER).await;
    let overview = desk(&world).sees("").await;
    assert_eq!(overview.status, 200);
    assert!(overview.text.contains("Nothing stands out."), "{}", overview.text);
    assert!(overview.text.contains("Kill switches off"));
}

#[tokio::test]
async fn two_clicks_end_an_attack() {
    let world = world().await;
    // The rules would ration it: the operator does so here.
    world.policy(crate::limits::only(serde_json::json!({}), serde_json::json!({}))).await;
    attack(&world).await;
    let desk = desk(&world);
    let overview = desk.sees("").await;
    assert!(overview.text.contains("Review and deny +1 712 770 …"), "{}", overview.text);

    let proposals = desk.sees("proposals").await.text;
    assert!(proposals.contains("No customer would be met."), "{proposals}");
    let accepted = desk
        .sends(
            "proposals",
            &[
                ("proposed", "prefix#+1712770"),
                ("entry", "prefix#+1712770"),
                ("kind", "deny"),
                ("bad", "15"),
                ("days", "1"),
                ("reason", "15 calls that nobody took"),
                ("decision", "accept"),
            ],
        )
        .await;
    assert_eq!(leads_to(&accepted), (303, "/console/proposals?done=denied".to_owned()));

    let next = account("pumper-99").at("203.99.113.9").asks_and_waits(&world, "+17127701999").await;
    assert_eq!(next, (StateName::Refused, vec!["deny-listed"]), "it holds for the very next request");
    let overview = desk.sees("").await;
    assert!(overview.text.contains("Nothing stands out."), "{}", overview.text);
    let changes = world.operator(Method::GET, "/review/changes", serde_json::Value::Null).await.json();
    let change = &changes["changes"][0];
    assert_eq!((change["action"].as_str(), change["author"].as_str()), (Some("deny-entry"), Some("sue")));
}

#[tokio::test]
async fn a_form_of_another_website_changes_nothing() {
    let world = world().await;
    let desk = desk(&world);
    let token = world.stack.functions.form_token.clone();
    let entry = [("kind", "prefix"), ("value", "+1712770"), ("effect", "deny"), ("reason", "x")];
    let with = |token: &str| {
        [vec![("form_token", token.to_owned())], entry.map(|(n, v)| (n, v.to_owned())).to_vec()].concat()
    };
    for (origin, token) in [
        ("https://evil.example", token.as_str()),
        ("null", token.as_str()),
        ("https://api.example", ""),
        ("https://api.example", "0123456789abcdef0123456789abcdef"),
    ] {
        let fields = with(token);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(desk.sends_from("lists", origin, &fields).await.status, 403, "{origin} {token}");
    }
    let listed = world.operator(Method::GET, "/review/entries", serde_json::Value::Null).await.json();
    assert_eq!(listed["entries"], serde_json::json!([]));
}

#[tokio::test]
async fn a_viewer_sees_no_number_and_changes_nothing() {
    let world = world().await;
    let id = account("ada").at("203.0.113.9").is_called(&world, NUMBER).await;
    let viewer = desk(&world).of("vic;viewer");
    for page in ["", "requests", &format!("requests/{id}"), "proposals", "lists", "switches"] {
        let page = viewer.sees(page).await;
        assert_eq!(page.status, 200);
        for hidden in ["555 0100", "5550100", "203.0.113.9", "name=\"form_token\""] {
            let is_form = hidden.starts_with("name");
            assert!(!page.text.contains(hidden) || is_form, "{hidden}: {}", page.text);
        }
    }
    // Nor does a filter tell whom it has found.
    for is in ["number:%2B12065550100", "range:%2B120655501", "address:203.0.113.9", "network:203.0.113.0/24"]
    {
        let page = viewer.sees(&format!("requests?is={is}")).await;
        assert_eq!(page.status, 422, "{is}");
        assert!(page.text.contains("cannot filter by it"), "{is}");
        let csv = viewer.sees(&format!("requests.csv?is={is}")).await;
        assert!(
            csv.status != 200 || csv.text.lines().count() == 2,
            "the one request, filtered by nothing: {is}"
        );
    }
    for (page, fields) in [
        ("lists", vec![("kind", "prefix"), ("value", "+1712770"), ("effect", "deny"), ("reason", "x")]),
        ("switches", vec![("act", "all"), ("confirmation", "stop all calls"), ("reason", "x")]),
        (&format!("requests/{id}"), vec![("mark", "spam")]),
    ] {
        assert_eq!(viewer.sends(page, &fields).await.status, 403, "{page}");
    }
    let changes = world.operator(Method::GET, "/review/changes", serde_json::Value::Null).await.json();
    assert_eq!(changes["changes"], serde_json::json!([]));
}

#[tokio::test]
async fn a_request_is_marked_from_its_page_and_from_the_list() {
    let world = world().await;
    let id = account("ada").is_called(&world, NUMBER).await;
    let other = account("bob").at("198.51.100.7").is_called(&world, "+12065560100").await;
    let desk = desk(&world);
    let page = desk.sees(&format!("requests/{id}")).await;
    assert!(page.text.contains("Call to +1 206 555 0100 in which an agent talked"), "{}", page.text);
    let marked = desk.sends(&format!("requests/{id}"), &[("mark", "spam"), ("reason", "silence")]).await;
    assert_eq!(leads_to(&marked), (303, format!("/console/requests/{id}?done=marked")));
    assert!(desk.sees(&format!("requests/{id}")).await.text.contains("by sue at"));

    let listed = desk.sends("requests", &[("mark", "legitimate"), ("id", &other)]).await;
    assert_eq!(leads_to(&listed), (303, "/console/requests?done=marked".to_owned()));
    let shown = world
        .operator(Method::GET, &format!("/review/requests/{other}"), serde_json::Value::Null)
        .await
        .json();
    assert_eq!(shown["operatorMark"]["mark"], "legitimate");
}

#[tokio::test]
async fn requests_are_filtered_by_what_they_share() {
    let world = world().await;
    account("ada").is_called(&world, NUMBER).await;
    account("bob").at("198.51.100.7").is_called(&world, "+13035550100").await;
    let desk = desk(&world);
    for (query, shown, hidden) in [
        ("is=range:%2B1206555", "+1 206 555 0100", "+1 303 555 0100"),
        ("not=range:%2B1206555", "+1 303 555 0100", "+1 206 555 0100"),
        ("is=number:%2B13035550100", "+1 303 555 0100", "+1 206 555 0100"),
        ("is=account:ada&is=came-to:talked", "+1 206 555 0100", "+1 303 555 0100"),
    ] {
        let page = desk.sees(&format!("requests?{query}")).await.text;
        let list = page.split("id=\"tops\"").next().unwrap();
        let rows = list.split("<tbody").nth(1).unwrap();
        assert!(rows.contains(shown) && !rows.contains(hidden), "{query}: {rows}");
    }
    let typed = desk.sees("requests?field=number&how=is&value=%2B1+303+555+0100").await;
    assert_eq!(leads_to(&typed), (303, "/console/requests?is=number%3A%2B13035550100".to_owned()));
    let wrong = desk.sees("requests?field=number&how=is&value=12").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value-error"), "{}", wrong.text);
}

#[tokio::test]
async fn entries_are_added_found_and_removed() {
    let world = world().await;
    let desk = desk(&world);
    let fields =
        [("kind", "prefix"), ("value", "+1712770"), ("effect", "deny"), ("holds", "7"), ("reason", "pumped")];
    assert_eq!(leads_to(&desk.sends("lists", &fields).await), (303, "/console/lists?done=denied".to_owned()));
    let page = desk.sees("lists?search=1+712+770").await.text;
    assert!(page.contains("prefix#+1712770") && page.contains("pumped"), "{page}");
    assert!(desk.sees("lists?search=1876").await.text.contains("No entry matches."));

    // Nothing that stands is turned around unasked.
    let mut turned = fields.to_vec();
    turned.iter_mut().filter(|(name, _)| *name == "effect").for_each(|(_, effect)| *effect = "trust");
    let answer = desk.sends("lists", &turned).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("on the list as deny"), "{}", answer.text);
    let stands = world.operator(Method::GET, "/review/entries/prefix%23%2B1712770", Value::Null).await.json();
    assert_eq!((&stands["effect"], &stands["reason"]), (&"deny".into(), &"pumped".into()), "as it was");
    turned.push(("replace", "true"));
    assert_eq!(leads_to(&desk.sends("lists", &turned).await), (303, "/console/lists?done=listed".to_owned()));

    let wrong = [("kind", "prefix"), ("value", "+999"), ("effect", "trust"), ("reason", " ")];
    let answer = desk.sends("lists", &wrong).await;
    assert_eq!(answer.status, 422);
    for told in ["no such country code", "reason-error", "value=\"+999\""] {
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
    }
    let removed = desk.sends("lists/remove", &[("entry", "prefix#+1712770"), ("reason", "over")]).await;
    assert_eq!(leads_to(&removed), (303, "/console/lists?done=removed".to_owned()));
    assert!(desk.sees("lists").await.text.contains("Nobody is listed."));
}

#[tokio::test]
async fn everything_is_stopped_with_a_typed_word_alone() {
    let world = world().await;
    let desk = desk(&world);
    let hasty =
        desk.sends("switches", &[("act", "all"), ("confirmation", "yes"), ("reason", "attack")]).await;
    assert_eq!(hasty.status, 422);
    assert!(hasty.text.contains("Nothing was stopped."), "{}", hasty.text);
    let stopped = desk
        .sends("switches", &[("act", "all"), ("confirmation", "stop all calls"), ("reason", "attack")])
        .await;
    assert_eq!(leads_to(&stopped), (303, "/console/switches?done=switched".to_owned()));
    assert!(desk.sees("").await.text.contains("Kill switch on: no calls at all."));
    assert_eq!(account("ada").asks_for(&world, NUMBER).await.json()["status"], "redirected");
    desk.sends("switches", &[("act", "none"), ("reason", "over")]).await;
    let wrong =
        desk.sends("switches", &[("act", "countries"), ("countries", "US Jamaica"), ("reason", "x")]).await;
    assert_eq!(wrong.status, 422);
    desk.sends("switches", &[("act", "countries"), ("countries", "us, jm"), ("reason", "x")]).await;
    assert!(desk.sees("lists").await.text.contains("no calls to JM US"));
}

#[tokio::test]
async fn no_page_loads_or_sends_anything_elsewhere() {
    let world = world().await;
    let desk = desk(&world);
    for page in ["", "requests", "proposals", "lists", "switches", "nowhere"] {
        let answer = desk.sees(page).await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(header("cache-control"), "no-store");
        for banned in ["<script", " style=", "onclick", "http://", "https://"] {
            assert!(!answer.text.contains(banned), "{page}: {banned}");
        }
        assert!(answer.text.len() < 60_000, "{page}: {} bytes", answer.text.len());
        assert_eq!(answer.status, if page == "nowhere" { 404 } else { 200 });
    }
    let style = desk.sees("").await.text;
    let style = style.split("/console/").find(|part| part.starts_with("assets/console-")).unwrap();
    let style = desk.sees(style.split('"').next().unwrap()).await;
    assert_eq!(style.status, 200);
    assert!(style.headers["cache-control"].to_str().unwrap().contains("immutable"));
}
