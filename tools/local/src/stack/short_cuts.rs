//! What the SDK's client for DynamoDB need not do in process: nobody checks a signature there, there is one endpoint, and no timer
//! ever strikes. What it asks, how it retries and what it makes of an answer stays as it is.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::auth::AuthSchemeId;

/// The SDK's name for not signing at all.
const UNSIGNED: AuthSchemeId = AuthSchemeId::new("noAuth");

/// The client's configuration with all short cuts taken.
pub(super) fn taken(config: Builder, url: &str) -> Builder {
    config
        .allow_no_auth()
        .auth_scheme_preference([UNSIGNED])
        .endpoint_resolver(Here(Endpoint::builder().url(url.to_owned()).build()))
        .timeout_config(TimeoutConfig::disabled())
}

/// The one endpoint, whatever is asked.
#[derive(Debug)]
struct Here(Endpoint);

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}
