//! The console behind a sign-in: whoever comes without a session is sent to the issuer of tokens (OpenID Connect, code flow with
//! PKCE), and led back to the page that he asked for. The deployed console has this door and no other.
//!
//! - [`SignIn`]: how it is set up; [`handle`]: answers one request
//! - `attempt`: what a browser keeps until the issuer leads back; `cookies`: how; `secret`: what nobody can guess
//! - `issuer`: what is asked of the issuer; `token`, `signature`: whether what it gives is true
//! - `session`: who is signed in, and whether he still is; `page`: what whoever is not sees

mod attempt;
mod cookies;
mod issuer;
mod page;
mod secret;
mod session;
mod signature;
mod token;

use jiff::Timestamp;
use lambda_http::http::header::SET_COOKIE;
use lambda_http::http::{HeaderMap, HeaderValue, Method};
use lambda_http::{Body, Request, Response};
use thiserror::Error;
use tokio::sync::Mutex;
use tollgate_aws::services::fetch::{Fetch, may_be_asked};
use tollgate_aws::tables::Tables;

use crate::answer::Answer;
use crate::visit::{self, Visit};
use crate::{Console, Session, assets, guard};
use attempt::Attempt;
use issuer::{Issuer, IssuerError};
use page::Told;
use secret::Held;
use session::Found;

/// How the sign-in is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The console's address, as browsers write it: `https://…/console`.
    pub url: String,
    /// The issuer, letter by letter as it calls itself.
    pub issuer: String,
    /// Who the console is to the issuer.
    pub client_id: String,
    /// What is asked for: `openid`, and what the issuer wants for the name, the groups and a refresh token.
    pub scopes: String,
    /// The claim that names the groups.
    pub role_claim: String,
}

/// The console's address or the issuer's is not https, and not one of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the addresses of the console and of its issuer begin with https://")]
pub struct NotSecret;

/// The door.
#[derive(Debug)]
pub struct SignIn {
    url: String,
    /// The path of the console on its host.
    root: String,
    issuer: Issuer,
}

/// An answer, and what the browser is to keep or forget.
struct Led {
    answer: Answer,
    cookies: Vec<Option<HeaderValue>>,
}

impl SignIn {
    /// A door.
    ///
    /// # Errors
    /// When others on the way could read what is said at it.
    pub fn new(setup: Setup, fetch: Fetch) -> Result<Self, NotSecret> {
        if !may_be_asked(&setup.url) || !may_be_asked(&setup.issuer) {
            return Err(NotSecret);
        }
        let url = setup.url.trim_end_matches('/').to_owned();
        let (_scheme, rest) = url.split_once("://").ok_or(NotSecret)?;
        let root = rest.split_once('/').map_or_else(String::new, |(_host, path)| format!("/{path}"));
        let issuer = Issuer {
            url: setup.issuer,
            client_id: setup.client_id,
            scopes: setup.scopes,
            role_claim: setup.role_claim,
            redirect_uri: format!("{url}/callback"),
            fetch,
            known: Mutex::new(None),
        };
        Ok(Self { url, root, issuer })
    }

    fn told(&self, told: Told) -> Led {
        Led { answer: told.page(&self.root), cookies: vec![] }
    }
}

/// Answers a request: of whoever is signed in as [`crate::handle`] does, of anybody else with the way to the issuer.
pub async fn handle(request: Request, sign_in: &SignIn, console: &Console, now: Timestamp) -> Response<Body> {
    let path = visit::place(&request).map(|(_root, path)| path);
    let path = path.unwrap_or_else(|| "nowhere".to_owned());
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    if let (true, Some(name)) = (is_get, path.strip_prefix("assets/")) {
        let asset = assets::named(name).map(Answer::Asset);
        return asset.unwrap_or_else(|| Told::NotFound.page(&sign_in.root)).into_response();
    }
    let led = if is_get && path == "callback" {
        come_back(&request, sign_in, &console.tables, now).await
    } else {
        match found(request.headers(), sign_in, &console.tables, now).await {
            Found::Is(session) if path == "sign-out" => {
                sign_out(request, &session, sign_in, console, now).await
            }
            Found::Is(session) => return crate::handle(request, &session, console, now).await,
            Found::Nobody if is_get => send_away(&request, &path, sign_in, now).await,
            Found::Nobody => sign_in.told(Told::FormLost),
            Found::Unknown => sign_in.told(Told::Unavailable),
        }
    };
    led.into_response()
}

async fn found(headers: &HeaderMap, sign_in: &SignIn, tables: &Tables, now: Timestamp) -> Found {
    let Some(held) = held(headers) else { return Found::Nobody };
    match session::find(tables, &sign_in.issuer, &held, now).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "the session cannot be looked up");
            Found::Unknown
        }
    }
}

fn held(headers: &HeaderMap) -> Option<Held> {
    Held::parse(&cookies::read(headers, cookies::SESSION)?)
}

/// Sends a browser to the issuer, to come back to the page that it asked for.
async fn send_away(request: &Request, path: &str, sign_in: &SignIn, now: Timestamp) -> Led {
    let query = visit::written(visit::query(request).iter());
    let back = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let Some(attempt) = Attempt::new(&back) else { return sign_in.told(Told::Unavailable) };
    match sign_in.issuer.door(&attempt, now).await {
        Ok(door) => {
            let cookie =
                cookies::keep(&cookies::of_attempt(&attempt.state), &attempt.written(), attempt::SECONDS);
            Led { answer: Answer::See(door), cookies: vec![cookie] }
        }
        Err(error) => {
            tracing::error!(%error, "nobody can sign in");
            sign_in.told(Told::Unavailable)
        }
    }
}

/// Takes in whom the issuer led back.
async fn come_back(request: &Request, sign_in: &SignIn, tables: &Tables, now: Timestamp) -> Led {
    let query = visit::query(request);
    let (state, code) = (query.one("state").unwrap_or_default(), query.one("code"));
    let is_from_elsewhere = query.one("iss").is_some_and(|issuer| issuer != sign_in.issuer.url);
    let attempt = Attempt::read(request.headers(), state).filter(|_| !is_from_elsewhere);
    let (Some(attempt), Some(code)) = (attempt, code) else {
        tracing::warn!("somebody came back who was not sent from here, or whom the issuer refused");
        return sign_in.told(Told::NotSignedIn);
    };
    let spent = cookies::forget(&cookies::of_attempt(state));
    let mut led = match sign_in.issuer.redeem(code, &attempt, now).await {
        Ok(vouched) => match vouched.person.role {
            Some(role) => {
                let key = secret::digest(state);
                match session::begin(tables, &vouched, role, &key, now).await {
                    Ok(Some(held)) => let_in(request, &held, &attempt, sign_in, tables, now).await,
                    Ok(None) => sign_in.told(Told::NotSignedIn),
                    Err(error) => {
                        tracing::error!(%error, "no session can be begun");
                        sign_in.told(Told::Unavailable)
                    }
                }
            }
            None => sign_in.told(Told::NoRole),
        },
        Err(error @ IssuerError::Silent { .. }) => {
            tracing::error!(%error, "nobody can sign in");
            sign_in.told(Told::Unavailable)
        }
        Err(error) => {
            tracing::warn!(%error, "somebody was not let in");
            sign_in.told(Told::NotSignedIn)
        }
    };
    led.cookies.push(spent);
    led
}

/// Leads on to the page that was asked for. What this browser held before ends.
async fn let_in(
    request: &Request,
    new: &Held,
    attempt: &Attempt,
    sign_in: &SignIn,
    tables: &Tables,
    now: Timestamp,
) -> Led {
    if let Some(before) = held(request.headers())
        && let Err(error) = session::end(tables, &sign_in.issuer, &before, now).await
    {
        tracing::error!(%error, "the session before cannot be ended");
    }
    let cookie = cookies::keep(cookies::SESSION, new.as_str(), session::LASTS.as_secs());
    Led { answer: Answer::See(format!("{}/{}", sign_in.url, attempt.back)), cookies: vec![cookie] }
}

/// Ends a session, if a page of its own asks for it.
async fn sign_out(
    request: Request,
    session: &Session,
    sign_in: &SignIn,
    console: &Console,
    now: Timestamp,
) -> Led {
    let before = held(request.headers());
    let visit = Visit::read(request, session, console, now);
    let is_asked =
        visit.is_ok_and(|visit| visit.method == Method::POST && guard::is_our_own_form(&visit).is_ok());
    let (true, Some(held)) = (is_asked, before) else { return sign_in.told(Told::NotFound) };
    if let Err(error) = session::end(&console.tables, &sign_in.issuer, &held, now).await {
        tracing::error!(%error, "nobody can sign out");
        return sign_in.told(Told::Unavailable);
    }
    Led { answer: Told::SignedOut.page(&sign_in.root), cookies: vec![cookies::forget(cookies::SESSION)] }
}

impl Led {
    fn into_response(self) -> Response<Body> {
        let mut response = self.answer.into_response();
        for cookie in self.cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
