//! Who reaches the stack on this machine.

use axum::body::Body;
use tower::ServiceExt;

use super::*;
use crate::stack::Options;
use tollgate_aws::clock::Clock;

async fn status(router: &Router, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = Request::post(path);
    if !path.contains("_faults") {
        request = request.method("GET");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(r#"{"start": "throttle"}"#)).unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn nothing_of_this_machines_is_reached_from_another_website_or_by_another_name() {
    let router = router(Arc::new(Stack::start(Options::for_tests(Clock::System)).await.unwrap()));
    let own = ("host", "127.0.0.1:3000");
    for path in ["/_local/connect/_faults", "/_local/calls", "/_local/metrics", "/review/entries"] {
        for headers in [
            vec![own, ("origin", "https://evil.example")],
            vec![own, ("sec-fetch-site", "cross-site")],
            vec![("host", "evil.example:3000"), ("origin", "http://evil.example:3000")],
        ] {
            assert_eq!(status(&router, path, &headers).await, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
        assert_ne!(status(&router, path, &[own]).await, StatusCode::FORBIDDEN, "{path}");
        assert_ne!(status(&router, path, &[]).await, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/", "/console/", "/callback-options"] {
        assert_eq!(status(&router, path, &[("host", "evil.example")]).await, StatusCode::FORBIDDEN, "{path}");
        let linked = [own, ("sec-fetch-site", "cross-site")];
        assert_eq!(status(&router, path, &linked).await, StatusCode::OK, "a link leads here: {path}");
    }
}
