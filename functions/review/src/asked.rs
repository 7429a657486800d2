//! Who asks, when, and with what: the parts of a request that are not its path, read at the door.

mod query;

use jiff::Timestamp;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::http::{HeaderMap, request};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use operations::operator::{Operator, Role};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use tollgate::text::Author;

use crate::problem::Problem;

pub(crate) use query::Query;

/// The largest body, in bytes: about what fits into Lambda's 6 MB once API Gateway has wrapped it.
const BODY_BYTES_MAX: usize = 5_000_000;
/// The largest JSON body, in bytes. The largest kind is a policy, and its item holds no more than 400 KB.
const JSON_BYTES_MAX: usize = 256_000;

/// Who asks, when, and with what.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) operator: Operator,
    pub(crate) now: Timestamp,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    body: Body,
}

/// Who asks, as API Gateway's IAM authorization tells it: the ARN, or else the unique id. What he may do is IAM's to say,
/// route by route.
pub(crate) fn operator(request: &Request) -> Result<Operator, Problem> {
    let known = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            let identity = &context.identity;
            let names = [&identity.user_arn, &identity.caller, &identity.user];
            names.into_iter().flatten().find_map(|name| Author::parse(name).ok())
        }
        _ => None,
    };
    let operator = known.map(|author| Operator { author, role: Role::Admin });
    operator.ok_or_else(|| {
        tracing::error!("a call came without an identity; the route must have IAM authorization");
        Problem::no_identity()
    })
}

impl Asked {
    /// Reads what came with the request.
    pub(crate) fn read(request: Request, operator: Operator, now: Timestamp) -> Result<Self, Problem> {
        let query = Query::read(request.query_string_parameters_ref())?;
        let (request::Parts { headers, .. }, body) = request.into_parts();
        if bytes(&body).len() > BODY_BYTES_MAX {
            return Err(Problem::too_large(format!("a body has at most {BODY_BYTES_MAX} bytes")));
        }
        Ok(Self { operator, now, query, headers, body })
    }

    /// The body as it came. API Gateway tells it as text or in base64, which is decoded by now.
    pub(crate) fn body(&self) -> &[u8] {
        bytes(&self.body)
    }

    /// The body as text of a size that JSON may have.
    pub(crate) fn json_text(&self) -> Result<&str, Problem> {
        if self.body().len() > JSON_BYTES_MAX {
            return Err(Problem::too_large(format!("a JSON body has at most {JSON_BYTES_MAX} bytes")));
        }
        // Some clients begin a text with a byte order mark, which JSON has not.
        let body = self.body();
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        std::str::from_utf8(body).map_err(|error| Problem::unreadable_body(error.to_string()))
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(self.json_text()?).map_err(|error| Problem::unreadable_body(error.to_string()))
    }

    /// The type of the body in lower case, without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        value.split(';').next().map(|media_type| media_type.trim().to_ascii_lowercase())
    }
}

/// Reads an optional text of a body: one that is empty or null is absent.
pub(crate) fn filled<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(value)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

fn bytes(body: &Body) -> &[u8] {
    body.as_ref()
}
