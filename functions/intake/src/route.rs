//! Which resource a request means, and by which door it came.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use tollgate::request::RequestId;

/// By which door a request came. API Gateway cannot make signing in optional on one, so there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The open one: `/callbacks`.
    Guest,
    /// The one behind an authorizer: `/account/callbacks`.
    Account,
}

/// What a request means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The channels to offer before the form is shown.
    Options,
    /// All requests: where a new one is posted.
    Callbacks,
    /// One request; no id if the text cannot be one.
    Callback(Option<RequestId>),
}

/// A resource, and the door to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) access: Access,
    pub(crate) resource: Resource,
}

impl Access {
    /// Where a request is found that came by this door.
    pub(crate) fn location(self, id: RequestId) -> String {
        match self {
            Self::Guest => format!("/callbacks/{id}"),
            Self::Account => format!("/account/callbacks/{id}"),
        }
    }
}

impl Resource {
    /// The methods it has, as the `Allow` header lists them.
    pub(crate) fn methods(&self) -> &'static str {
        match self {
            Self::Options => "GET, OPTIONS",
            Self::Callbacks => "POST, OPTIONS",
            Self::Callback(_) => "GET, DELETE, OPTIONS",
        }
    }
}

impl Route {
    /// The route of a request: by the resource that API Gateway matched, which has no stage and no base path before
    /// it; without one, by the path less its stage. The id is the path's last segment in any case.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let RequestContext::ApiGatewayV1(context) = request.request_context_ref()? else { return None };
        let raw = Some(request.raw_http_path()).filter(|path| !path.is_empty());
        let path = raw.unwrap_or(request.uri().path());
        let matched =
            context.resource_path.as_deref().filter(|path| !path.is_empty() && !path.contains("+}"));
        Self::parse(matched.unwrap_or_else(|| without_stage(path, context.stage.as_deref())), path)
    }

    fn parse(resource: &str, path: &str) -> Option<Self> {
        let segments: Vec<_> = resource.split('/').filter(|segment| !segment.is_empty()).collect();
        let (access, rest) = match segments.as_slice() {
            ["account", rest @ ..] => (Access::Account, rest),
            rest => (Access::Guest, rest),
        };
        let resource = match rest {
            ["callback-options"] => Resource::Options,
            ["callbacks"] => Resource::Callbacks,
            ["callbacks", _] => {
                let last = path.split('/').rfind(|segment| !segment.is_empty()).unwrap_or_default();
                Resource::Callback(RequestId::parse(last).ok())
            }
            _ => return None,
        };
        Some(Self { access, resource })
    }
}

fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    rest.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
    use lambda_http::{Body, http};

    use super::*;

    const ID: &str = "00112233445566778899aabbccddeeff";

    fn route(resource: Option<&str>, path: &str) -> Option<Route> {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.resource_path = resource.map(str::to_owned);
        context.stage = Some("prod".to_owned());
        let request = http::Request::builder().uri(path).body(Body::Empty).unwrap();
        Route::of(&request.with_request_context(RequestContext::ApiGatewayV1(context)))
    }

    #[test]
    fn a_route_is_the_same_behind_a_stage_a_base_path_or_nothing() {
        let callback = Resource::Callback(RequestId::parse(ID).ok());
        for (access, prefix) in [(Access::Guest, ""), (Access::Account, "/account")] {
            let expected = Some(Route { access, resource: callback.clone() });
            let template = format!("{prefix}/callbacks/{{id}}");
            let path = format!("{prefix}/callbacks/{ID}");
            for mounted in
                [path.clone(), format!("/prod{path}"), format!("/account{path}"), format!("/a/b{path}/")]
            {
                assert_eq!(route(Some(&template), &mounted), expected, "{mounted}");
            }
            assert_eq!(route(None, &path), expected);
            assert_eq!(route(None, &format!("/prod{path}")), expected);
            assert_eq!(route(Some("/{proxy+}"), &path), expected);
        }
    }

    #[test]
    fn what_is_no_resource_has_no_route() {
        for path in
            ["/", "/callback", "/callbacks/a/b", "/account", "/account/account/callbacks", "/prodcallbacks"]
        {
            assert_eq!(route(None, path), None, "{path}");
        }
        let request = http::Request::builder().uri("/callbacks").body(Body::Empty).unwrap();
        assert_eq!(Route::of(&request), None);
    }

    #[test]
    fn a_text_that_cannot_be_an_id_is_no_id() {
        for text in ["abc", "%2e%2e", "AABBCCDDEEFF00112233445566778899"] {
            let route = route(Some("/callbacks/{id}"), &format!("/callbacks/{text}")).unwrap();
            assert_eq!(route.resource, Resource::Callback(None), "{text}");
        }
    }
}
