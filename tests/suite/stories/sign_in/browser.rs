//! A browser at the deployed console: it keeps cookies as browsers do, and follows the issuer's redirects.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method};
use lambda_http::Body as LambdaBody;
use local::edge::Incoming;
use local::issuer::router;

use crate::world::{Answer, World};

pub(crate) const CONSOLE: &str = "https://api.example/console";

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser<'w> {
    pub(crate) world: &'w World,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new() }
    }

    /// Somebody of these groups signs in, in a browser of his own.
    pub(crate) async fn of(world: &'w World, name: &str, groups: &[&str]) -> Self {
        world.stack.issuer.seat(name, groups);
        let mut browser = Self::new(world);
        let answer = browser.opens("").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        browser
    }

    /// Opens a page, and follows wherever it leads.
    pub(crate) async fn opens(&mut self, page: &str) -> Answer {
        let mut answer = self.asks(page).await;
        for _ in 0..5 {
            let Some(to) = location(&answer) else { return answer };
            answer = self.follows(&to).await;
        }
        panic!("it leads on and on");
    }

    /// Follows one redirect.
    pub(crate) async fn follows(&mut self, to: &str) -> Answer {
        if let Some(page) = to.strip_prefix(CONSOLE) {
            return self.asks(page.trim_start_matches('/')).await;
        }
        self.issuer(to).await
    }

    /// Asks for a page, and goes nowhere.
    pub(crate) async fn asks(&mut self, page: &str) -> Answer {
        self.sends(Method::GET, page, &[], "").await
    }

    /// Sends a form with the token of the page that it stands on.
    pub(crate) async fn posts(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token().await;
        let encode = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let fields = fields.iter().map(|(name, value)| format!("&{name}={}", encode(value)));
        let body = format!("form_token={token}{}", fields.collect::<String>());
        self.sends(Method::POST, page, &[("origin", "https://api.example")], &body).await
    }

    /// What the forms of this session hold; nothing if there is none.
    pub(crate) async fn form_token(&mut self) -> String {
        let page = self.asks("switches").await.text;
        let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap_or_default();
        token.split('"').next().unwrap_or_default().to_owned()
    }

    pub(crate) async fn sends(
        &mut self,
        method: Method,
        page: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut all = HeaderMap::new();
        all.insert("host", "api.example".parse().unwrap());
        if !cookies.is_empty() {
            all.insert("cookie", cookies.join("; ").parse().unwrap());
        }
        for (name, value) in headers {
            all.insert(*name, value.parse().unwrap());
        }
        let uri = format!("/console/{page}").parse().unwrap();
        let incoming = Incoming { method, uri, headers: all, body: body.to_owned().into() };
        let (parts, body) = self.world.stack.deployed_console(&incoming).await.into_parts();
        let text = match body {
            LambdaBody::Text(text) => text,
            _ => String::new(),
        };
        self.keeps(&parts.headers);
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Keeps what it is told to, if that is as `__Host-` cookies must be.
    fn keeps(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{line}");
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                assert!(attributes.split("; ").any(|other| other == attribute), "{line}");
            }
            assert!(!attributes.to_lowercase().contains("domain"), "{line}");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Asks the issuer, which knows who sits here.
    pub(crate) async fn issuer(&self, url: &str) -> Answer {
        use tower::ServiceExt as _;
        let request = http::Request::get(url).body(Body::empty()).unwrap();
        let answer = router(self.world.stack.issuer.clone()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Goes to the issuer and stays before the way back: the address that the issuer leads to.
    pub(crate) async fn is_led_back_to(&mut self, page: &str) -> String {
        let away = location(&self.asks(page).await).expect("the issuer is asked");
        location(&self.issuer(&away).await).expect("it leads back")
    }
}

/// Where an answer leads.
pub(crate) fn location(answer: &Answer) -> Option<String> {
    let location = answer.headers.get("location").and_then(|value| value.to_str().ok());
    location.map(str::to_owned)
}
