//! Those who ask: guests and signed-in visitors, with what the edge tells of them.

use http::Method;
use serde_json::{Value, json};
use tollgate::state::StateName;

use super::{Answer, World};

/// A visitor, as the edge tells of him. A guest at an American address, unless the story says otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    headers: Vec<(&'static str, String)>,
    account: Option<String>,
}

/// A signed-in visitor at an American address of his own.
pub(crate) fn account(name: &str) -> Visitor {
    let visitor = guest().header("x-local-account", name);
    Visitor { account: Some(name.to_owned()), ..visitor }
}

/// A visitor who is not signed in.
pub(crate) fn guest() -> Visitor {
    let json = ("content-type", "application/json".to_owned());
    Visitor { headers: vec![json], account: None }.at("198.51.100.7").in_country("US")
}

impl Visitor {
    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn at(self, address: &str) -> Self {
        self.header("x-local-source-ip", address)
    }

    pub(crate) fn in_country(self, country: &str) -> Self {
        self.header("x-local-country", country)
    }

    pub(crate) fn anonymous(self) -> Self {
        self.header("x-local-anonymous", "true")
    }

    pub(crate) fn of_bad_reputation(self) -> Self {
        self.header("x-local-bad-reputation", "true")
    }

    pub(crate) fn in_asn(self, asn: u32) -> Self {
        self.header("x-local-asn", asn.to_string())
    }

    pub(crate) fn with_verified_number(self, number: &str) -> Self {
        self.header("x-local-verified-number", number)
    }

    /// Sends a header of the client's own.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// What of a request the edge and the door see beside its body.
    pub(crate) fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// Where requests are posted.
    pub(crate) fn path(&self) -> &'static str {
        if self.account.is_some() { "/account/callbacks" } else { "/callbacks" }
    }

    /// Asks for a call; the answer as it comes.
    pub(crate) async fn posts(&self, world: &World, body: impl Into<Vec<u8>>) -> Answer {
        world.send(Method::POST, self.path(), &self.headers, body).await
    }

    /// Asks for a call to a number; the answer as it comes.
    pub(crate) async fn asks_for(&self, world: &World, number: &str) -> Answer {
        self.posts(world, json!({ "phoneNumber": number }).to_string()).await
    }

    /// Asks for a call to a number, is told that the request is accepted, and gets its id.
    pub(crate) async fn asks(&self, world: &World, number: &str) -> String {
        let answer = self.asks_for(world, number).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Has a call made and heard to its end; its id.
    pub(crate) async fn is_called(&self, world: &World, number: &str) -> String {
        let id = self.asks(world, number).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed, "{:?}", world.findings(&id).await);
        id
    }

    /// Asks for a call; what has become of that a minute later, and all that was found.
    pub(crate) async fn asks_and_waits(&self, world: &World, number: &str) -> (StateName, Vec<&'static str>) {
        let id = self.asks(world, number).await;
        world.pass(60).await;
        (world.state(&id).await, world.findings(&id).await)
    }

    /// Looks at a request.
    pub(crate) async fn looks(&self, world: &World, id: &str) -> Answer {
        self.sends(world, Method::GET, id).await
    }

    /// Withdraws a request.
    pub(crate) async fn withdraws(&self, world: &World, id: &str) -> Answer {
        self.sends(world, Method::DELETE, id).await
    }

    /// Does something else about a request.
    pub(crate) async fn sends(&self, world: &World, method: Method, id: &str) -> Answer {
        world.send(method, &format!("{}/{id}", self.path()), &self.headers, "").await
    }

    /// Asks which channels there are.
    pub(crate) async fn channels(&self, world: &World) -> Value {
        let prefix = if self.account.is_some() { "/account" } else { "" };
        let answer = world.send(Method::GET, &format!("{prefix}/callback-options"), &self.headers, "").await;
        answer.json()["channels"].clone()
    }
}
