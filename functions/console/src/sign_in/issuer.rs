//! The issuer of tokens: what it says of itself, its keys, and what is asked of it. Any OpenID Connect provider with a public
//! client (PKCE, no secret).

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::Mutex;
use tollgate_aws::services::fetch::{Fetch, may_be_asked, written};

use super::attempt::Attempt;
use super::secret;
use super::token::{self, Expected, Person, TokenError};

/// How long what the issuer says of itself is kept, keys included: a key that it withdraws is believed no longer than that.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);
/// A key that is not known has the keys read anew, at most so often: whoever invents keys must not have us ask on and on.
const KEYS_ASKED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The issuer, and who this console is to it.
pub(super) struct Issuer {
    pub(super) url: String,
    pub(super) client_id: String,
    pub(super) scopes: String,
    pub(super) role_claim: String,
    /// Where it leads back to: said to it twice, letter by letter.
    pub(super) redirect_uri: String,
    pub(super) fetch: Fetch,
    pub(super) known: Mutex<Option<Known>>,
}

/// What the issuer said of itself.
#[derive(Debug, Clone)]
pub(super) struct Known {
    endpoints: Endpoints,
    keys: JwkSet,
    read_at: Timestamp,
    keys_read_at: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: Option<String>,
}

/// Whom the issuer vouches for, and what it is asked again with.
pub(super) struct Vouched {
    pub(super) person: Person,
    pub(super) renewal: Option<String>,
}

/// Why the issuer vouches for nobody.
#[derive(Debug, Error)]
pub(super) enum IssuerError {
    /// Nobody knows; it can be asked again.
    #[error("{asked} of the issuer: {reason}")]
    Silent { asked: &'static str, reason: String },
    /// It says no.
    #[error("the issuer refuses")]
    Refused,
    /// What it gave shows nothing.
    #[error("the issuer's token shows nothing: {0}")]
    Token(#[from] TokenError),
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    refresh_token: Option<String>,
}

impl Issuer {
    /// Where a browser is sent to sign in.
    pub(super) async fn door(&self, attempt: &Attempt, now: Timestamp) -> Result<String, IssuerError> {
        let known = self.known(now).await?;
        let challenge = secret::challenge(&attempt.verifier);
        let fields = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scopes),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let door = known.endpoints.authorization_endpoint;
        let mark = if door.contains('?') { '&' } else { '?' };
        Ok(format!("{door}{mark}{}", written(&fields)))
    }

    /// Redeems the code that a browser brought.
    pub(super) async fn redeem(
        &self,
        code: &str,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Vouched, IssuerError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("client_id", &self.client_id),
            ("code_verifier", &attempt.verifier),
        ];
        self.vouched(&form, Some(&attempt.nonce), now).await
    }

    /// Asks whether it still vouches for somebody. What it gives along takes the place of `renewal`, if it does.
    pub(super) async fn renew(
        &self,
        renewal: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Vouched, IssuerError> {
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", renewal), ("client_id", &self.client_id)];
        let mut vouched = self.vouched(&form, None, now).await?;
        if vouched.person.subject != subject {
            return Err(TokenError::Audience.into());
        }
        vouched.renewal.get_or_insert_with(|| renewal.to_owned());
        Ok(vouched)
    }

    /// Has it forget what it gave. It is no worse if it cannot: nobody has it any more.
    pub(super) async fn forget(&self, renewal: &str, now: Timestamp) {
        let Ok(known) = self.known(now).await else { return };
        let Some(endpoint) = known.endpoints.revocation_endpoint else { return };
        let form = [("token", renewal), ("token_type_hint", "refresh_token"), ("client_id", &self.client_id)];
        if let Err(error) = self.fetch.send_form(&endpoint, &form).await {
            tracing::warn!(%error, "the issuer could not be told that somebody has signed out");
        }
    }

    async fn vouched(
        &self,
        form: &[(&str, &str)],
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<Vouched, IssuerError> {
        let known = self.known(now).await?;
        let answer = self.fetch.send_form(&known.endpoints.token_endpoint, form).await;
        let answer = answer.map_err(silent("tokens"))?;
        let tokens: Tokens = match answer.status {
            200 => read("tokens", &answer.body)?,
            400 | 401 | 403 => return Err(IssuerError::Refused),
            status => return Err(silent("tokens")(format!("status {status}"))),
        };
        let token = tokens.id_token.ok_or(IssuerError::Refused)?;
        let expected =
            Expected { issuer: &self.url, client_id: &self.client_id, role_claim: &self.role_claim, nonce };
        let person = match token::verify(&token, &known.keys, expected, now) {
            Err(TokenError::UnknownKey) => {
                token::verify(&token, &self.newer_keys(now).await?, expected, now)?
            }
            verified => verified?,
        };
        Ok(Vouched { person, renewal: tokens.refresh_token.filter(|text| !text.is_empty()) })
    }

    /// What the issuer says of itself.
    async fn known(&self, now: Timestamp) -> Result<Known, IssuerError> {
        let mut kept = self.known.lock().await;
        if let Some(known) = kept.as_ref().filter(|known| now.duration_since(known.read_at).abs() < KEPT_FOR)
        {
            return Ok(known.clone());
        }
        let url = format!("{}/.well-known/openid-configuration", self.url.trim_end_matches('/'));
        let endpoints: Endpoints = self.said("configuration", &url).await?;
        if endpoints.issuer != self.url {
            return Err(silent("configuration")("it calls itself otherwise".to_owned()));
        }
        let named = [&endpoints.authorization_endpoint, &endpoints.token_endpoint, &endpoints.jwks_uri];
        if !named.into_iter().all(|url| may_be_asked(url)) {
            return Err(silent("configuration")("it names an address without TLS".to_owned()));
        }
        let keys = self.said("keys", &endpoints.jwks_uri).await?;
        let known = Known { endpoints, keys, read_at: now, keys_read_at: now };
        *kept = Some(known.clone());
        Ok(known)
    }

    /// The keys, read anew unless that was done just now.
    async fn newer_keys(&self, now: Timestamp) -> Result<JwkSet, IssuerError> {
        let mut kept = self.known.lock().await;
        let Some(known) = kept.as_mut() else { return Err(TokenError::UnknownKey.into()) };
        if now.duration_since(known.keys_read_at).abs() < KEYS_ASKED_EVERY {
            return Ok(known.keys.clone());
        }
        known.keys_read_at = now;
        known.keys = self.said("keys", &known.endpoints.jwks_uri).await?;
        Ok(known.keys.clone())
    }

    async fn said<T: DeserializeOwned>(&self, asked: &'static str, url: &str) -> Result<T, IssuerError> {
        let answer = self.fetch.read(url).await.map_err(silent(asked))?;
        match answer.status {
            200 => read(asked, &answer.body),
            status => Err(silent(asked)(format!("status {status}"))),
        }
    }
}

fn read<T: DeserializeOwned>(asked: &'static str, body: &str) -> Result<T, IssuerError> {
    // Without what serde quotes of it: there may be a token in it.
    serde_json::from_str(body).map_err(|error| silent(asked)(format!("{:?} in its answer", error.classify())))
}

fn silent<E: ToString>(asked: &'static str) -> impl FnOnce(E) -> IssuerError {
    move |error| IssuerError::Silent { asked, reason: error.to_string() }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).finish_non_exhaustive()
    }
}
