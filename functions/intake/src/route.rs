//! Which resource a request means, and by which door it came.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use tollgate::request::RequestId;

use crate::widget::Wanted;

/// By which door a request came. API Gateway cannot make signing in optional on one, so there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The open one: `/callbacks`.
    Guest,
    /// The one behind an authorizer: `/account/callbacks`.
    Account,
}

/// What a visitor's request means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The channels to offer before the form is shown.
    Options,
    /// All requests: where a new one is posted.
    Callbacks,
    /// One request; no id if the text cannot be one.
    Callback(Option<RequestId>),
}

/// Where a request leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// To a resource, by the door to it.
    Visitors { access: Access, resource: Resource },
    /// To a file of the widget; none if there is no such file.
    Widget(Option<Wanted>),
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

impl Route {
    /// The methods there are, as the `Allow` header lists them.
    pub(crate) fn methods(&self) -> &'static str {
        match self {
            Self::Visitors { resource: Resource::Options, .. } => "GET, OPTIONS",
            Self::Visitors { resource: Resource::Callbacks, .. } => "POST, OPTIONS",
            Self::Visitors { resource: Resource::Callback(_), .. } => "GET, DELETE, OPTIONS",
            // A browser loads a script without asking whether it may.
            Self::Widget(_) => "GET",
        }
    }

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
        let mut of_path = path.split('/').filter(|segment| !segment.is_empty()).rev();
        let last = of_path.next().unwrap_or_default();
        let (access, rest) = match segments.as_slice() {
            ["widget", "versions.json"] => return Some(Self::Widget(Some(Wanted::Versions))),
            ["widget", _, _] => {
                return Some(Self::Widget(Wanted::parse(of_path.next().unwrap_or_default(), last)));
            }
            ["account", rest @ ..] => (Access::Account, rest),
            rest => (Access::Guest, rest),
        };
        let resource = match rest {
            ["callback-options"] => Resource::Options,
            ["callbacks"] => Resource::Callbacks,
            ["callbacks", _] => Resource::Callback(RequestId::parse(last).ok()),
            _ => return None,
        };
        Some(Self::Visitors { access, resource })
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
            let expected = Some(Route::Visitors { access, resource: callback.clone() });
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
    fn the_widget_is_found_behind_a_stage_and_by_no_other_door() {
        let of = |resource, path| route(Some(resource), path);
        let script = of("/widget/{version}/{file}", "/prod/widget/1/lang-de.js");
        assert_eq!(script, Some(Route::Widget(Wanted::parse("1", "lang-de.js"))));
        assert_ne!(script, Some(Route::Widget(None)));
        let versions = Some(Route::Widget(Some(Wanted::Versions)));
        assert_eq!(of("/widget/versions.json", "/prod/widget/versions.json"), versions);
        assert_eq!(of("/widget/{version}/{file}", "/prod/widget/9/lang-de.js"), Some(Route::Widget(None)));
        assert_eq!(route(None, "/account/widget/1/lang-de.js"), None);
        assert_eq!(route(None, "/widget/1"), None);
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
            let route = route(Some("/callbacks/{id}"), &format!("/callbacks/{text}"));
            let expected = Route::Visitors { access: Access::Guest, resource: Resource::Callback(None) };
            assert_eq!(route, Some(expected), "{text}");
        }
    }
}
