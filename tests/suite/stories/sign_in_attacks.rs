//! What is tried against the sign-in of the deployed console, and comes to nothing.

use http::Method;
use local::issuer::Flaw;

use crate::sign_in::browser::{Browser, CONSOLE, location};
use crate::world::world;

const SESSION: &str = "__Host-tollgate";

#[tokio::test]
async fn a_false_token_lets_nobody_in() {
    let world = world().await;
    for flaw in Flaw::ALL.into_iter().filter(|flaw| *flaw != Flaw::OtherPerson) {
        world.stack.issuer.seat("mallory", &["tollgate-viewer"]);
        world.stack.issuer.spoil(flaw);
        let mut browser = Browser::new(&world);
        let page = browser.opens("").await;
        assert_eq!(page.status, 403, "{flaw:?}");
        assert!(browser.cookies.is_empty(), "{flaw:?}");
    }
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    assert_eq!(browser.asks("").await.status, 200, "and a true one does");
}

#[tokio::test]
async fn a_false_token_renews_no_session() {
    let world = world().await;
    // The nonce was the attempt's, which is over.
    let of_attempts = [Flaw::OtherNonce, Flaw::NoNonce];
    for flaw in Flaw::ALL.into_iter().filter(|flaw| !of_attempts.contains(flaw)) {
        let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
        world.pass(130).await;
        world.stack.issuer.spoil(flaw);
        assert_eq!(browser.asks("").await.status, 303, "{flaw:?}");
    }
}

#[tokio::test]
async fn a_session_that_somebody_else_chose_is_never_taken_on() {
    let world = world().await;
    let planted = "a".repeat(64);
    world.stack.issuer.seat("sue", &["tollgate-admin"]);
    let mut victim = Browser::new(&world);
    victim.cookies.insert(SESSION.to_owned(), planted.clone());
    assert_eq!(victim.opens("").await.status, 200);
    assert_ne!(victim.cookies[SESSION], planted);

    // Not even one that is somebody's: it ends, and the new one is another.
    let mut attacker = Browser::of(&world, "mallory", &["tollgate-viewer"]).await;
    world.stack.issuer.seat("sue", &["tollgate-admin"]);
    let mut victim = Browser::new(&world);
    let led_back = victim.is_led_back_to("").await;
    victim.cookies.insert(SESSION.to_owned(), attacker.cookies[SESSION].clone());
    victim.follows(&led_back).await;
    assert_ne!(victim.cookies[SESSION], attacker.cookies[SESSION]);
    assert_eq!(attacker.asks("").await.status, 303, "what the browser held before has ended");
}

#[tokio::test]
async fn nobody_is_signed_in_as_somebody_else_by_a_link() {
    let world = world().await;
    world.stack.issuer.seat("mallory", &["tollgate-viewer"]);
    let led_back = Browser::new(&world).is_led_back_to("").await;
    // The victim follows the attacker's link, with an attempt of his own or with none.
    let mut victim = Browser::new(&world);
    assert_eq!(victim.follows(&led_back).await.status, 403);
    victim.asks("").await;
    assert_eq!(victim.follows(&led_back).await.status, 403);
    assert!(!victim.cookies.contains_key(SESSION));

    // Nor with the attacker's code in the victim's own attempt: the challenge is another's.
    let own = victim.is_led_back_to("").await;
    let code = |url: &str| url.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let mixed = own.replace(&code(&own), &code(&led_back));
    assert_eq!(victim.follows(&mixed).await.status, 403);
    assert!(!victim.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn what_has_led_in_once_leads_in_no_more() {
    let world = world().await;
    for is_careless in [false, true] {
        world.stack.issuer.seat("sue", &["tollgate-viewer"]);
        if is_careless {
            world.stack.issuer.redeem_twice();
        }
        let mut browser = Browser::new(&world);
        let led_back = browser.is_led_back_to("").await;
        let mut copy = browser.clone();
        assert_eq!(browser.follows(&led_back).await.status, 303);
        assert_eq!(copy.follows(&led_back).await.status, 403, "a careless issuer: {is_careless}");
        assert!(!copy.cookies.contains_key(SESSION));
    }
}

#[tokio::test]
async fn a_state_or_an_issuer_of_somebody_elses_leads_nobody_in() {
    let world = world().await;
    world.stack.issuer.seat("sue", &["tollgate-viewer"]);
    let mut browser = Browser::new(&world);
    let led_back = browser.is_led_back_to("").await;
    let state = led_back.split("state=").nth(1).unwrap().to_owned();
    let other = "b".repeat(64);
    let same_beginning = format!("{}{}", state.split_at(8).0, other.split_at(8).1);
    for false_one in [
        led_back.replace(&state, &other),
        led_back.replace(&state, &same_beginning),
        led_back.replace(&state, ""),
        led_back.split("&state").next().unwrap().to_owned(),
        format!("{led_back}&iss=https%3A%2F%2Fissuer.evil.example"),
        format!("{CONSOLE}/callback"),
    ] {
        assert_eq!(browser.follows(&false_one).await.status, 403, "{false_one}");
    }
    assert_eq!(browser.follows(&led_back).await.status, 303, "and the true one does");
}

#[tokio::test]
async fn the_way_back_leads_to_a_page_of_the_console_and_nowhere_else() {
    let world = world().await;
    world.stack.issuer.seat("sue", &["tollgate-viewer"]);
    for path in
        ["/evil.example", "https://evil.example", "%2F%2Fevil.example", "%5C%5Cevil.example", "@evil.example"]
    {
        let mut browser = Browser::new(&world);
        let led_back = browser.is_led_back_to(path).await;
        let to = location(&browser.follows(&led_back).await).unwrap();
        assert!(to.starts_with("https://api.example/console/"), "{path}: {to}");
    }
    // What an attacker has written into the browser's own cookie.
    for back in ["https://evil.example", "//evil.example", "\\\\evil.example", ".evil.example", "..%2f..%2fx"]
    {
        let mut browser = Browser::new(&world);
        let led_back = browser.is_led_back_to("").await;
        let (name, value) = browser.cookies.pop_first().unwrap();
        let encoded: String = back.bytes().map(|byte| format!("%{byte:02X}")).collect();
        browser.cookies.insert(name, format!("{value}{encoded}"));
        let to = location(&browser.follows(&led_back).await).unwrap();
        assert!(to.starts_with("https://api.example/console/"), "{back}: {to}");
    }
}

#[tokio::test]
async fn a_cookie_from_a_neighboring_host_is_nobodys_session() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let session = browser.cookies[SESSION].clone();
    // A neighbor can plant a cookie without the prefix, or, in a browser of old, one beside ours.
    let mut without = Browser::new(&world);
    without.cookies.insert("tollgate".to_owned(), session.clone());
    assert_eq!(without.asks("").await.status, 303);
    let twice = format!("{SESSION}={session}; {SESSION}={}", "c".repeat(64));
    assert_eq!(Browser::new(&world).sends(Method::GET, "", &[("cookie", &twice)], "").await.status, 303);
    assert_eq!(browser.asks("").await.status, 200);
}

#[tokio::test]
async fn no_page_before_or_after_the_sign_in_may_be_framed_or_kept() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let mut stranger = Browser::new(&world);
    for answer in [
        browser.asks("").await,
        stranger.asks("").await,
        stranger.asks("callback?state=x&code=y").await,
        stranger.sends(Method::POST, "switches", &[], "").await,
        browser.posts("sign-out", &[]).await,
    ] {
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!((header("x-frame-options"), header("cache-control")), ("DENY".into(), "no-store".into()));
        assert!(!answer.text.contains("<script"));
    }
}

#[tokio::test]
async fn whoever_is_barred_by_the_issuer_is_out_within_five_minutes() {
    let world = world().await;
    let mut browser = Browser::of(&world, "mallory", &["tollgate-admin"]).await;
    world.pass(60).await;
    world.stack.issuer.bar("mallory");
    world.pass(300).await;
    let fields = [("act", "none"), ("reason", "x")];
    assert_eq!(browser.posts("switches", &fields).await.status, 401);
    assert_eq!(browser.opens("").await.status, 403);
    // Nor when he is out of every group.
    let mut browser = Browser::of(&world, "eve", &["tollgate-admin"]).await;
    world.stack.issuer.seat("eve", &["staff"]);
    world.pass(300).await;
    assert!(browser.opens("").await.text.contains("No role here"));
}

#[tokio::test]
async fn a_form_of_another_website_or_of_another_session_does_nothing() {
    let world = world().await;
    let mut browser = Browser::of(&world, "sue", &["tollgate-supervisor"]).await;
    let mut other = Browser::of(&world, "bob", &["tollgate-supervisor"]).await;
    let (own, others) = (browser.form_token().await, other.form_token().await);
    assert_ne!(own, others);
    for (origin, token, site) in [
        ("https://evil.example", own.as_str(), "cross-site"),
        ("https://api.example", &others, "same-origin"),
        ("https://api.example", "", "same-origin"),
        ("https://api.example", &own, "same-site"),
    ] {
        for (page, form) in [("switches", "&act=none&reason=x"), ("sign-out", "")] {
            let headers = [("origin", origin), ("sec-fetch-site", site)];
            let answer =
                browser.sends(Method::POST, page, &headers, &format!("form_token={token}{form}")).await;
            assert!([403, 404].contains(&answer.status), "{page} {origin}: {}", answer.status);
        }
    }
    assert_eq!(browser.asks("sign-out").await.status, 404, "nor does a link sign anybody out");
    assert_eq!(browser.asks("").await.status, 200);
}

#[tokio::test]
async fn what_tells_the_open_console_who_asks_tells_the_deployed_one_nothing() {
    let world = world().await;
    let mut stranger = Browser::new(&world);
    let headers = [("x-local-operator", "sue;admin"), ("x-local-account", "sue")];
    let answer = stranger.sends(Method::GET, "", &headers, "").await;
    assert_eq!(answer.status, 303);
    assert!(location(&answer).unwrap().starts_with("https://issuer.example/authorize?"));
    let form = [headers[0], ("origin", "https://api.example")];
    assert_eq!(stranger.sends(Method::POST, "switches", &form, "act=none&reason=x").await.status, 401);
}

#[tokio::test]
async fn whoever_reads_the_table_of_sessions_can_take_nobodys_place() {
    let world = world().await;
    let browser = Browser::of(&world, "sue", &["tollgate-viewer"]).await;
    let tables = &world.stack.tables;
    let rows = tables.client.scan().table_name(&tables.names.sessions).send().await.unwrap();
    let told = format!("{:?}", rows.items());
    assert_eq!(rows.items().len(), 2, "the session and its attempt");
    assert!(!told.contains(&browser.cookies[SESSION]) && !told.contains("renewal-"), "{told}");
}
