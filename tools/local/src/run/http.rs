//! The HTTP API, with a page to try it and a look at the calls placed.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lambda_http::Body;

use super::page;
use crate::connect;
use crate::edge::Incoming;
use crate::own::{is_own, is_this_machines};
use crate::stack::Stack;

/// API Gateway takes at most 10 MB.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The API, as clients reach it.
pub fn router(stack: Arc<Stack>) -> Router {
    let faults = connect::router(stack.connect.clone());
    page::router()
        .route("/_local/metrics", get(async |State(stack): State<Arc<Stack>>| Json(metrics(&stack))))
        .route("/_local/calls", get(async |State(stack): State<Arc<Stack>>| Json(stack.connect.calls())))
        .fallback(through_the_edge)
        .with_state(stack)
        .nest("/_local/connect", faults)
        .layer(from_fn(for_this_machine))
}

/// Turns away what another website has a browser send to the stand-ins, and whatever asks for this machine by another name.
async fn for_this_machine(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let path = request.uri().path();
    let is_for_pages = ["/_local/page.css", "/_local/page.js"].contains(&path);
    let is_ours_alone = path.starts_with("/_local/") && !is_for_pages;
    let admitted = if is_ours_alone { is_own(headers) } else { is_this_machines(headers) };
    if admitted { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

async fn through_the_edge(State(stack): State<Arc<Stack>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let incoming = Incoming { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    let (parts, body) = stack.send(&incoming).await.into_parts();
    let body = match body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => vec![],
    };
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    response
}

/// What the functions would have sent to CloudWatch, by metric and dimension.
fn metrics(stack: &Stack) -> std::collections::BTreeMap<String, f64> {
    let functions = &stack.functions;
    let all = [
        &functions.screening.metrics,
        &functions.dialing.metrics,
        &functions.contact_events.metrics,
        &functions.upkeep.metrics,
    ];
    let counts = all.into_iter().flat_map(tollgate_aws::services::metrics::Metrics::kept_counts);
    let named = counts.map(|(metric, value)| match metric.dimension() {
        Some((name, of)) => (format!("{} {name}={of}", metric.name()), value),
        None => (metric.name().to_owned(), value),
    });
    named.collect()
}

#[cfg(test)]
mod tests;
