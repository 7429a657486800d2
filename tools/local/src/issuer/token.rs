//! What an id token says, and the ways in which one may be false.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::CLIENT_ID;
use super::keys::Keys;

/// How long a token holds, in seconds.
const SECONDS: i64 = 300;

/// A way in which a token is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as they are")]
pub enum Flaw {
    OtherIssuer,
    OtherAudience,
    /// Made for us and for others, and it does not say who asked.
    SeveralAudiences,
    /// Made for us and for others, one of whom asked.
    OtherParty,
    Expired,
    NotYet,
    OtherNonce,
    NoNonce,
    NoSignature,
    /// `none`, in another spelling.
    NoSignatureSpelledOtherwise,
    /// By HMAC, with the public key as its secret.
    HmacByPublicKey,
    /// By a key of somebody else, under the name of the issuer's.
    ForeignKey,
    UnknownKey,
    /// The role was changed after it was signed.
    Tampered,
    /// An access token.
    AccessToken,
    AccessTokenOfCognito,
    CriticalExtension,
    NoExpiry,
    OtherPerson,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::OtherIssuer,
        Self::OtherAudience,
        Self::SeveralAudiences,
        Self::OtherParty,
        Self::Expired,
        Self::NotYet,
        Self::OtherNonce,
        Self::NoNonce,
        Self::NoSignature,
        Self::NoSignatureSpelledOtherwise,
        Self::HmacByPublicKey,
        Self::ForeignKey,
        Self::UnknownKey,
        Self::Tampered,
        Self::AccessToken,
        Self::AccessTokenOfCognito,
        Self::CriticalExtension,
        Self::NoExpiry,
        Self::OtherPerson,
    ];
}

/// What is said.
pub(super) struct Said<'a> {
    pub(super) issuer: &'a str,
    pub(super) subject: &'a str,
    pub(super) nonce: Option<&'a str>,
    pub(super) claims: &'a Map<String, Value>,
    pub(super) now: Timestamp,
}

/// Writes a token.
pub(super) fn write(said: &Said<'_>, keys: &Keys, flaw: Option<Flaw>) -> String {
    let (header, claims) = (header(keys, flaw), claims(said, flaw));
    let message = format!("{}.{}", encode(&header), encode(&Value::Object(claims.clone())));
    let signature = match flaw {
        Some(Flaw::NoSignature | Flaw::NoSignatureSpelledOtherwise) => vec![],
        Some(Flaw::HmacByPublicKey) => keys.sign_by_what_is_public(&message),
        Some(Flaw::ForeignKey | Flaw::UnknownKey) => keys.sign_by(&keys.foreign, &message),
        _ => keys.sign(&message),
    };
    let signature = URL_SAFE_NO_PAD.encode(signature);
    if flaw == Some(Flaw::Tampered) {
        let mut raised = claims;
        raised.insert("cognito:groups".to_owned(), json!(["tollgate-admin"]));
        return format!("{}.{}.{signature}", encode(&header), encode(&Value::Object(raised)));
    }
    format!("{message}.{signature}")
}

fn header(keys: &Keys, flaw: Option<Flaw>) -> Value {
    let (algorithm, id) = match flaw {
        Some(Flaw::NoSignature) => ("none", keys.id()),
        Some(Flaw::NoSignatureSpelledOtherwise) => ("nOnE", keys.id()),
        Some(Flaw::HmacByPublicKey) => ("HS256", keys.id()),
        Some(Flaw::ForeignKey) => ("ES256", keys.id()),
        Some(Flaw::UnknownKey) => ("ES256", "invented"),
        _ => (keys.algorithm(), keys.id()),
    };
    let kind = if flaw == Some(Flaw::AccessToken) { "at+jwt" } else { "JWT" };
    match flaw {
        Some(Flaw::CriticalExtension) => json!({ "alg": algorithm, "kid": id, "typ": kind, "crit": ["exp"] }),
        _ => json!({ "alg": algorithm, "kid": id, "typ": kind }),
    }
}

fn claims(said: &Said<'_>, flaw: Option<Flaw>) -> Map<String, Value> {
    let now = said.now.as_second();
    let mut claims = said.claims.clone();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", json!(said.issuer));
    set("sub", json!(format!("id-of-{}", said.subject)));
    set("aud", json!(CLIENT_ID));
    set("iat", json!(now));
    set("exp", json!(now + SECONDS));
    if let Some(nonce) = said.nonce {
        set("nonce", json!(nonce));
    }
    match flaw {
        Some(Flaw::OtherIssuer) => drop(set("iss", json!("https://issuer.evil.example"))),
        Some(Flaw::OtherAudience) => drop(set("aud", json!("another-client"))),
        Some(Flaw::SeveralAudiences) => drop(set("aud", json!([CLIENT_ID, "another-client"]))),
        Some(Flaw::OtherParty) => {
            set("aud", json!([CLIENT_ID, "another-client"]));
            set("azp", json!("another-client"));
        }
        Some(Flaw::Expired) => drop(set("exp", json!(now - 61))),
        Some(Flaw::NotYet) => drop(set("nbf", json!(now + 120))),
        Some(Flaw::OtherNonce) => drop(set("nonce", json!("0".repeat(64)))),
        Some(Flaw::AccessTokenOfCognito) => drop(set("token_use", json!("access"))),
        Some(Flaw::OtherPerson) => drop(set("sub", json!("id-of-somebody-else"))),
        Some(Flaw::NoNonce) => drop(claims.remove("nonce")),
        Some(Flaw::NoExpiry) => drop(claims.remove("exp")),
        _ => {}
    }
    claims
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
