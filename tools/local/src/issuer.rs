//! A stand-in for an issuer of tokens (OpenID Connect): real keys, real signatures, codes that are redeemed once, PKCE, refresh
//! tokens that change with each use; and whoever holds it says who sits before the browser, and how the next token is false.
//!
//! - [`Issuer`]: who is known, and what is asked of it; `keys`: what it signs with; `token`: what a token says; `http`: its routes

mod http;
mod keys;
mod token;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use tollgate_aws::clock::Clock;

pub use http::router;
pub use keys::Algorithm;
pub use token::Flaw;

use keys::Keys;

/// Who is registered with it.
pub const CLIENT_ID: &str = "console-client";

/// A stand-in for an issuer of tokens. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Issuer(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    /// What it calls itself.
    url: String,
    /// Where it leads back to, letter by letter; none until somebody has asked, if the first one is taken at his word.
    redirect_uri: Option<String>,
    clock: Clock,
    keys: Keys,
    people: BTreeMap<String, Person>,
    /// Who sits before the browser.
    present: Option<String>,
    codes: BTreeMap<String, Grant>,
    renewals: BTreeMap<String, Grant>,
    gives_renewals: bool,
    redeems_twice: bool,
    is_silent: bool,
    flaw: Option<Flaw>,
    drawn: u64,
    asked: BTreeMap<String, u32>,
}

/// Somebody whom it knows.
#[derive(Debug, Clone, Default)]
struct Person {
    claims: Map<String, Value>,
    is_barred: bool,
}

/// What was granted to a client.
#[derive(Debug, Clone)]
struct Grant {
    person: String,
    nonce: String,
    challenge: String,
}

impl Issuer {
    /// One that calls itself `url` and leads back to `redirect_uri`; if there is none, to where it is first asked to, for a
    /// console whose address nobody knows before it is deployed.
    ///
    /// # Errors
    /// When no keys can be made.
    pub fn new(url: &str, redirect_uri: Option<&str>, clock: Clock) -> Result<Self, crate::stack::Error> {
        Ok(Self(Arc::new(Mutex::new(Inner {
            url: url.to_owned(),
            redirect_uri: redirect_uri.map(str::to_owned),
            clock,
            keys: Keys::new()?,
            people: BTreeMap::new(),
            present: None,
            codes: BTreeMap::new(),
            renewals: BTreeMap::new(),
            gives_renewals: true,
            redeems_twice: false,
            is_silent: false,
            flaw: None,
            drawn: 0,
            asked: BTreeMap::new(),
        }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody of these groups sits before the browser from now on.
    pub fn seat(&self, name: &str, groups: &[&str]) {
        self.say_of(name, &json!({ "cognito:username": name, "cognito:groups": groups }));
        self.inner().present = Some(name.to_owned());
    }

    /// Has the tokens of somebody say so.
    pub fn say_of(&self, name: &str, claims: &Value) {
        let person = Person { claims: claims.as_object().cloned().unwrap_or_default(), is_barred: false };
        self.inner().people.insert(name.to_owned(), person);
    }

    /// Nobody sits before the browser who would sign in.
    pub fn leave(&self) {
        self.inner().present = None;
    }

    /// Bars somebody: no token of his is renewed.
    pub fn bar(&self, name: &str) {
        if let Some(person) = self.inner().people.get_mut(name) {
            person.is_barred = true;
        }
    }

    /// Signs by another key of this algorithm from now on; the others are gone.
    ///
    /// # Errors
    /// When none can be made.
    pub fn rotate(&self, to: Algorithm) -> Result<(), crate::stack::Error> {
        self.inner().keys.rotate(to)
    }

    /// Makes the next token false.
    pub fn spoil(&self, flaw: Flaw) {
        self.inner().flaw = Some(flaw);
    }

    /// Whether refresh tokens are given.
    pub fn give_renewals(&self, gives: bool) {
        self.inner().gives_renewals = gives;
    }

    /// Redeems codes as often as they come, as no issuer should.
    pub fn redeem_twice(&self) {
        self.inner().redeems_twice = true;
    }

    /// Answers nothing but errors, or answers again.
    pub fn fall_silent(&self, is_silent: bool) {
        self.inner().is_silent = is_silent;
    }

    /// How often a route was asked.
    #[must_use]
    pub fn asked(&self, route: &str) -> u32 {
        self.inner().asked.get(route).copied().unwrap_or_default()
    }

    /// How many refresh tokens would be taken.
    #[must_use]
    pub fn renewals(&self) -> usize {
        self.inner().renewals.len()
    }
}

impl Inner {
    /// A text that was not there before. It need not be a secret: nobody else is on this machine's stack.
    fn draw(&mut self, kind: &str) -> String {
        self.drawn += 1;
        format!("{kind}-{}", self.drawn)
    }

    /// Whether it leads back there.
    fn leads_back_to(&mut self, redirect_uri: &str) -> bool {
        self.redirect_uri.get_or_insert_with(|| redirect_uri.to_owned()) == redirect_uri
    }

    /// A code for whoever sits before the browser.
    fn code(&mut self, nonce: &str, challenge: &str) -> Option<String> {
        let person = self.present.clone()?;
        let grant = Grant { person, nonce: nonce.to_owned(), challenge: challenge.to_owned() };
        let code = self.draw("code");
        self.codes.insert(code.clone(), grant);
        Some(code)
    }

    /// Redeems a code with what its attempt alone knows.
    fn redeem(&mut self, code: &str, verifier: &str) -> Option<Value> {
        let grant = if self.redeems_twice { self.codes.get(code).cloned() } else { self.codes.remove(code) };
        let grant = grant.filter(|grant| grant.challenge == keys::challenge(verifier))?;
        self.tokens(grant, true)
    }

    /// Renews what a refresh token stands for, which is spent by that.
    fn renew(&mut self, renewal: &str) -> Option<Value> {
        let grant = self.renewals.remove(renewal)?;
        self.tokens(grant, false)
    }

    fn tokens(&mut self, grant: Grant, with_nonce: bool) -> Option<Value> {
        let person = self.people.get(&grant.person).filter(|person| !person.is_barred)?.clone();
        let flaw = self.flaw.take();
        let nonce = with_nonce.then_some(grant.nonce.as_str());
        let said = token::Said {
            issuer: &self.url,
            subject: &grant.person,
            nonce,
            claims: &person.claims,
            now: self.clock.now(),
        };
        let token = token::write(&said, &self.keys, flaw);
        let mut answer = Map::from_iter([
            ("token_type".to_owned(), json!("Bearer")),
            ("access_token".to_owned(), json!("an access token")),
            ("id_token".to_owned(), json!(token)),
        ]);
        if self.gives_renewals {
            let renewal = self.draw("renewal");
            self.renewals.insert(renewal.clone(), grant);
            answer.insert("refresh_token".to_owned(), json!(renewal));
        }
        Some(Value::Object(answer))
    }
}
