//! What an id token says, once it is shown that the issuer made it, for this console, for this attempt, and that it still holds.

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use operations::operator::Role;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;
use tollgate::text::Author;

use super::signature;

/// The longest token that is read, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// How far clocks may be apart, in seconds.
const LEEWAY: f64 = 60.0;
/// What the names of groups begin with that are roles here: a group `admin` of something else must not be one.
pub(super) const ROLE_PREFIX: &str = "tollgate-";

/// What a token must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    /// Which claim names the groups.
    pub(super) role_claim: &'a str,
    /// What was drawn for the attempt; none when the issuer is asked again.
    pub(super) nonce: Option<&'a str>,
}

/// Whom the issuer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) author: Author,
    /// The highest of his roles, if he has one.
    pub(super) role: Option<Role>,
}

/// Why a token shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum TokenError {
    #[error("it is no signed token")]
    Malformed,
    #[error("it is signed by an algorithm that its key is not for")]
    Algorithm,
    #[error("the issuer has no such key")]
    UnknownKey,
    #[error("the signature is not the key's")]
    Signature,
    #[error("another issuer made it")]
    Issuer,
    #[error("it was made for somebody else")]
    Audience,
    #[error("it does not hold now")]
    Time,
    #[error("it was made for another attempt")]
    Nonce,
    #[error("it is not an id token")]
    Kind,
    #[error("it names nobody")]
    Nameless,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Value,
    azp: Option<String>,
    exp: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Reads a token.
pub(super) fn verify(
    token: &str,
    keys: &JwkSet,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<Person, TokenError> {
    if token.len() > BYTES_MAX {
        return Err(TokenError::Malformed);
    }
    let header = decode_header(token).map_err(|_unreadable| TokenError::Malformed)?;
    // What must be understood and is not; and what another kind of token says of itself.
    if header.crit.is_some() || header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt")) {
        return Err(TokenError::Kind);
    }
    let (key, algorithm) = key(keys, header.kid.as_deref())?;
    if header.alg != algorithm {
        return Err(TokenError::Algorithm);
    }
    let claims = signed(token, key, algorithm, expected)?;
    check(&claims, expected, now)?;
    person(&claims, expected)
}

/// The key of this id, or the only one there is. Its algorithm is its own.
fn key<'k>(keys: &'k JwkSet, id: Option<&str>) -> Result<(&'k Jwk, Algorithm), TokenError> {
    let mut usable = keys.keys.iter().filter_map(|key| Some((key, signature::algorithm(key)?)));
    let found = match id {
        Some(id) => usable.find(|(key, _)| key.common.key_id.as_deref() == Some(id)),
        None => usable.next().filter(|_| usable.next().is_none()),
    };
    found.ok_or(TokenError::UnknownKey)
}

fn signed(
    token: &str,
    key: &Jwk,
    algorithm: Algorithm,
    expected: Expected<'_>,
) -> Result<Claims, TokenError> {
    use jsonwebtoken::errors::ErrorKind;
    signature::by_ring();
    let key = DecodingKey::from_jwk(key).map_err(|_no_key| TokenError::UnknownKey)?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    // By our own `now`, below.
    validation.validate_exp = false;
    let decoded = decode::<Claims>(token, &key, &validation);
    decoded.map(|data| data.claims).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => TokenError::Algorithm,
        _ => TokenError::Malformed,
    })
}

fn check(claims: &Claims, expected: Expected<'_>, now: Timestamp) -> Result<(), TokenError> {
    // That we are among them is shown; of several, one has asked for the token.
    let is_ours_alone = claims.azp.is_some()
        || matches!(&claims.aud, Value::Array(all) if all.len() == 1)
        || claims.aud.is_string();
    if !is_ours_alone || claims.azp.as_deref().is_some_and(|party| party != expected.client_id) {
        return Err(TokenError::Audience);
    }
    let now = now.as_duration().as_secs_f64();
    let is_over = claims.exp + LEEWAY <= now || claims.nbf.is_some_and(|from| from - LEEWAY > now);
    if is_over || !claims.exp.is_finite() {
        return Err(TokenError::Time);
    }
    if expected.nonce.is_some_and(|nonce| claims.nonce.as_deref() != Some(nonce)) {
        return Err(TokenError::Nonce);
    }
    // Cognito says so of each of its tokens.
    if claims.others.get("token_use").is_some_and(|kind| kind != "id") {
        return Err(TokenError::Kind);
    }
    Ok(())
}

fn person(claims: &Claims, expected: Expected<'_>) -> Result<Person, TokenError> {
    let text = |name: &str| claims.others.get(name).and_then(Value::as_str);
    let is_verified =
        claims.others.get("email_verified").is_some_and(|told| *told == true || *told == "true");
    // Whatever a person can choose himself does not name him alone: somebody else could choose it.
    let name = match (text("email").filter(|_| is_verified), text("cognito:username")) {
        (Some(email), _) => email.to_owned(),
        (None, Some(username)) => username.to_owned(),
        (None, None) => match text("preferred_username") {
            Some(chosen) => format!("{} ({chosen})", claims.sub),
            None => claims.sub.clone(),
        },
    };
    let author = Author::parse(&name).map_err(|_no_name| TokenError::Nameless)?;
    let groups: Vec<&str> = match claims.others.get(expected.role_claim) {
        Some(Value::String(group)) => vec![group],
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let roles = groups.into_iter().filter_map(|group| Role::parse(group.strip_prefix(ROLE_PREFIX)?));
    Ok(Person { subject: claims.sub.clone(), author, role: roles.max() })
}
