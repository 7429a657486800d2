//! The issuer's routes.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::{CLIENT_ID, Issuer};

type Fields = BTreeMap<String, String>;

/// The issuer, over HTTP.
pub fn router(issuer: Issuer) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/keys", get(keys))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/revoke", post(revoke))
        .with_state(issuer)
}

/// Counts what is asked; nothing is answered while the issuer is silent.
fn is_heard(issuer: &Issuer, route: &str) -> bool {
    let mut inner = issuer.inner();
    *inner.asked.entry(route.to_owned()).or_default() += 1;
    !inner.is_silent
}

async fn configuration(State(issuer): State<Issuer>) -> Response {
    if !is_heard(&issuer, "configuration") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let url = issuer.inner().url.clone();
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "revocation_endpoint": format!("{url}/revoke"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    }))
    .into_response()
}

async fn keys(State(issuer): State<Issuer>) -> Response {
    if !is_heard(&issuer, "keys") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Json(issuer.inner().keys.told()).into_response()
}

/// Leads whoever sits before the browser back, with a code; whom nobody asked for is told so here, and led nowhere.
async fn authorize(State(issuer): State<Issuer>, Query(asked): Query<Fields>) -> Response {
    let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    if !is_heard(&issuer, "authorize") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut inner = issuer.inner();
    if said("client_id") != CLIENT_ID || !inner.leads_back_to(said("redirect_uri")) {
        return (StatusCode::BAD_REQUEST, "this client or its address is not known").into_response();
    }
    let is_as_it_must_be = said("response_type") == "code"
        && said("code_challenge_method") == "S256"
        && said("code_challenge").len() == 43
        && said("state").len() >= 32
        && said("nonce").len() >= 32
        && said("scope").split(' ').any(|scope| scope == "openid");
    if !is_as_it_must_be {
        return (StatusCode::BAD_REQUEST, "this is no safe request").into_response();
    }
    let told = match inner.code(said("nonce"), said("code_challenge")) {
        Some(code) => format!("code={code}"),
        None => "error=access_denied".to_owned(),
    };
    let to = format!("{}?{told}&state={}", said("redirect_uri"), said("state"));
    Redirect::to(&to).into_response()
}

async fn token(State(issuer): State<Issuer>, body: String) -> Response {
    if !is_heard(&issuer, "token") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let sent = form(&body);
    let said = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let mut inner = issuer.inner();
    if said("client_id") != CLIENT_ID {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    let tokens = match said("grant_type") {
        "authorization_code" if inner.leads_back_to(said("redirect_uri")) => {
            inner.redeem(said("code"), said("code_verifier"))
        }
        "refresh_token" => inner.renew(said("refresh_token")),
        _ => None,
    };
    match tokens {
        Some(tokens) => Json(tokens).into_response(),
        None => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response(),
    }
}

async fn revoke(State(issuer): State<Issuer>, body: String) -> StatusCode {
    if let Some(renewal) = form(&body).get("token") {
        issuer.inner().renewals.remove(renewal);
    }
    StatusCode::OK
}

fn form(body: &str) -> Fields {
    let query = format!("http://form.local/?{body}").parse().unwrap_or_default();
    Query::<Fields>::try_from_uri(&query).map(|query| query.0).unwrap_or_default()
}
