//! Who asks, by what of the edge can be believed.
//!
//! A header is believed only if the edge writes it itself, whatever the client sent: CloudFront's country on an
//! edge-optimized API, and AWS WAF's headers where a web ACL first writes a neutral value to each. Everything else that a
//! client can write (`X-Forwarded-For`, `Forwarded`, `Host`) is not looked at.

use std::collections::BTreeSet;

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use lambda_http::http::HeaderMap;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde_json::Value;
use thiserror::Error;
use tollgate::country::CountryCode;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::request::{Account, Caller, NetworkMark, Whereabouts};
use tollgate::text::AccountId;
use tollgate_aws::environment::{self, EnvironmentError};

use crate::origins::Origins;
pub use crate::route::Access;

const CLOUDFRONT_COUNTRY: &str = "cloudfront-viewer-country";
const CLOUDFRONT_ASN: &str = "cloudfront-viewer-asn";
const WAF_COUNTRY: &str = "x-amzn-waf-country";
const WAF_NO_COUNTRY: &str = "none";
/// So many countries have a rule in the web ACL.
const WAF_COUNTRIES_MAX: usize = 5;
const WAF_ANONYMOUS: &str = "x-amzn-waf-anonymous";
/// The source address that API Gateway's console tells when its *Test* button is pressed.
const TEST_INVOCATION: &str = "test-invoke-source-ip";
const WAF_BAD_REPUTATION: &str = "x-amzn-waf-bad-reputation";

/// What of the edge can be believed, and which websites may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Who tells the country of an address.
    pub country_from: CountryFrom,
    /// The countries that AWS WAF has rules for.
    pub countries_told: BTreeSet<CountryCode>,
    /// Whether AWS WAF stands before the API.
    pub waf: Waf,
    /// The websites that may call.
    pub origins: Origins,
    /// The app clients of the user pool whose users are let in.
    pub clients: Clients,
}

/// The app clients of the user pool whose users are let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clients {
    /// All that the pool has.
    All,
    /// These.
    Listed(Vec<String>),
}

impl Clients {
    /// Reads ids with commas between them; none lets in all.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
        let ids: Vec<_> = ids.map(str::to_owned).collect();
        if ids.is_empty() { Self::All } else { Self::Listed(ids) }
    }

    /// Whether a token is of one of them. Cognito writes its client into an id token as `aud`, into an access token as
    /// `client_id`.
    fn let_in(&self, claims: &Value) -> bool {
        let client = ["aud", "client_id"].into_iter().find_map(|name| claims.get(name)?.as_str());
        match self {
            Self::All => true,
            Self::Listed(ids) => client.is_some_and(|client| ids.iter().any(|id| id == client)),
        }
    }
}

/// Who tells the country of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountryFrom {
    /// CloudFront, which stands before an edge-optimized API.
    Cloudfront,
    /// A geo rule of AWS WAF for each served country; counts only if WAF is on.
    Waf,
    /// Nobody.
    None,
}

/// Whether AWS WAF stands before the API. If not, every header of its is a client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waf {
    /// It does, with rules that first write a neutral value to each of its headers.
    On,
    /// It does not.
    Off,
}

/// Why it cannot be told who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EdgeError {
    /// The event is not a REST API's.
    #[error("the event is not a REST API's")]
    NoContext,
    /// The event names no source address.
    #[error("the event names no source address")]
    NoSourceAddress,
    /// API Gateway's console made the event up, and no visitor did.
    #[error("the event is a test invocation of API Gateway's console")]
    TestInvocation,
    /// The door is for accounts, and the authorizer names none.
    #[error("the authorizer names no account")]
    NotSignedIn,
    /// The token is of an app client that is not let in.
    #[error("the token is of another app client")]
    OtherClient,
}

/// The countries that the web ACL has a rule for: the template gives one to each of the first five that are served.
fn countries_told(served: &str) -> BTreeSet<CountryCode> {
    served
        .split(',')
        .take(WAF_COUNTRIES_MAX)
        .filter_map(|text| CountryCode::parse(text.trim()).ok())
        .collect()
}

impl Edge {
    /// Reads `COUNTRY_FROM` (`cloudfront`, `waf` or `none`), `SERVED_COUNTRIES`, `WAF` (`on` or `off`), `ALLOWED_ORIGINS` and
    /// `APP_CLIENT_IDS`. What is not set is not believed, and lets nobody in; but without ids, all clients of the pool are let in.
    ///
    /// # Errors
    /// When one has a value that it cannot have.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let countries =
            [("cloudfront", CountryFrom::Cloudfront), ("waf", CountryFrom::Waf), ("none", CountryFrom::None)];
        Ok(Self {
            country_from: environment::choice("COUNTRY_FROM", &countries, CountryFrom::None)?,
            countries_told: countries_told(&environment::optional("SERVED_COUNTRIES").unwrap_or_default()),
            waf: environment::choice("WAF", &[("on", Waf::On), ("off", Waf::Off)], Waf::Off)?,
            origins: Origins::parse(&environment::optional("ALLOWED_ORIGINS").unwrap_or_default()),
            clients: Clients::parse(&environment::optional("APP_CLIENT_IDS").unwrap_or_default()),
        })
    }

    /// An edge-optimized API with WAF on, open to all websites.
    #[must_use]
    pub fn trusting_everything() -> Self {
        Self {
            country_from: CountryFrom::Cloudfront,
            countries_told: BTreeSet::new(),
            waf: Waf::On,
            origins: Origins::Any,
            clients: Clients::All,
        }
    }

    /// A Regional API without WAF, open to all websites.
    #[must_use]
    pub fn trusting_nothing() -> Self {
        Self { country_from: CountryFrom::None, waf: Waf::Off, ..Self::trusting_everything() }
    }

    /// Who asks, at the door `access`. The account is what an authorizer tells; at the open door there may be none.
    ///
    /// # Errors
    /// When the event does not come from the API that this function stands behind.
    pub fn caller(&self, request: &Request, access: Access) -> Result<Caller, EdgeError> {
        let Some(RequestContext::ApiGatewayV1(context)) = request.request_context_ref() else {
            return Err(EdgeError::NoContext);
        };
        if context.identity.source_ip.as_deref() == Some(TEST_INVOCATION) {
            return Err(EdgeError::TestInvocation);
        }
        let address = context.identity.source_ip.as_deref().and_then(|text| Address::parse(text).ok());
        let address = address.ok_or(EdgeError::NoSourceAddress)?;
        let account = match access {
            Access::Guest => account(context),
            Access::Account => Some(account(context).ok_or(EdgeError::NotSignedIn)?),
        };
        let claims = context.authorizer.fields.get("claims");
        if access == Access::Account && !claims.is_some_and(|claims| self.clients.let_in(claims)) {
            return Err(EdgeError::OtherClient);
        }
        Ok(Caller {
            address,
            country: self.country(request.headers()),
            asn: self.asn(request.headers()),
            marks: self.marks(request.headers()),
            account,
        })
    }

    fn country(&self, headers: &HeaderMap) -> Whereabouts {
        let header = match (self.country_from, self.waf) {
            (CountryFrom::Cloudfront, _) => CLOUDFRONT_COUNTRY,
            (CountryFrom::Waf, Waf::On) => WAF_COUNTRY,
            (CountryFrom::Waf, Waf::Off) | (CountryFrom::None, _) => return Whereabouts::Untold,
        };
        match only(headers, header) {
            // What the web ACL writes first; a rule for a country that it has one for writes over it.
            Some(WAF_NO_COUNTRY) if header == WAF_COUNTRY => Whereabouts::NoneOf(self.countries_told.clone()),
            Some(text) => CountryCode::parse(text).map_or(Whereabouts::Untold, Whereabouts::In),
            None => Whereabouts::Untold,
        }
    }

    fn asn(&self, headers: &HeaderMap) -> Option<u32> {
        match self.country_from {
            CountryFrom::Cloudfront => {
                let text = only(headers, CLOUDFRONT_ASN)?;
                text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
            }
            CountryFrom::Waf | CountryFrom::None => None,
        }
    }

    fn marks(&self, headers: &HeaderMap) -> BTreeSet<NetworkMark> {
        let told =
            [(WAF_ANONYMOUS, NetworkMark::Anonymous), (WAF_BAD_REPUTATION, NetworkMark::BadReputation)];
        match self.waf {
            Waf::On => {
                let told = told
                    .into_iter()
                    .filter(|(header, _)| headers.get_all(*header).iter().any(|v| v == "true"));
                told.map(|(_, mark)| mark).collect()
            }
            Waf::Off => BTreeSet::new(),
        }
    }
}

/// A header's value. None if it is there more than once: then somebody besides the edge wrote it. Of a header that an
/// API Gateway event repeats, lambda_http keeps the last value alone; there it is for the edge to replace a client's.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The account that the Cognito authorizer names. All values of its claims are texts.
fn account(context: &ApiGatewayProxyRequestContext) -> Option<Account> {
    let claims = context.authorizer.fields.get("claims")?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let verified = match claims.get("phone_number_verified") {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::String(text)) => text == "true",
        _ => false,
    };
    let number = text("phone_number").filter(|_| verified);
    Some(Account {
        id: AccountId::parse(text("sub")?).ok()?,
        verified_number: number.and_then(|text| PhoneNumber::parse_any(text).ok()),
    })
}

#[cfg(test)]
#[path = "edge/tests.rs"]
mod tests;
