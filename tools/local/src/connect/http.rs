//! The HTTP face of the stand-in: restJson1, as the AWS SDK speaks it.
//!
//! `/_faults` is not AWS: `POST` queues a fault, `DELETE` takes all of them back. For instance
//! `{"start": "throttle"}` for the next order to call, `{"start": "limit-exceeded", "all": true}` for all of them,
//! `{"event": "lose"}` for the next event, `{"event": "repeat", "next": 3}` for the next three,
//! `{"event": "lose", "kind": "DISCONNECTED"}` for the next of that kind, `{"event": "reorder"}` for the next call.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::records::record;
use super::search::Search;
use super::{Connect, EventFault, EventKind, Order, Refusal, StartAnswer, StartFault, Which};

/// The operations of Connect that Tollgate calls, and `/_faults`.
pub fn router(connect: Connect) -> Router {
    Router::new()
        .route("/contact/outbound-voice", put(start))
        .route("/contact/stop", post(stop))
        .route("/contact/attributes/{instance_id}/{contact_id}", get(attributes))
        .route("/contacts/{instance_id}/{contact_id}", get(describe))
        .route("/search-contacts", post(search))
        .route("/_faults", post(fault).delete(heal))
        .fallback(unknown)
        .with_state(connect)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [("x-amzn-errortype", self.code)], Json(json!({"Message": self.message}))).into_response()
    }
}

async fn start(State(connect): State<Connect>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let order: Order = parse(&body)?;
    match connect.start(&order) {
        StartAnswer::Placed(contact_id) => Ok(Json(json!({"ContactId": contact_id}))),
        StartAnswer::Refused(refusal) => Err(refusal),
        StartAnswer::Silence => std::future::pending().await,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stop {
    instance_id: String,
    contact_id: String,
}

async fn stop(State(connect): State<Connect>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Stop { instance_id, contact_id } = parse(&body)?;
    connect.stop(&instance_id, &contact_id)?;
    Ok(Json(json!({})))
}

type ContactPath = Path<(String, String)>;

async fn attributes(
    State(connect): State<Connect>,
    Path((instance_id, contact_id)): ContactPath,
) -> Result<Json<Value>, Refusal> {
    let state = connect.state();
    let contact = state.calls.find(&instance_id, &contact_id).ok_or_else(Refusal::not_found)?;
    Ok(Json(json!({"Attributes": contact.attributes})))
}

async fn describe(
    State(connect): State<Connect>,
    Path((instance_id, contact_id)): ContactPath,
) -> Result<Json<Value>, Refusal> {
    let now = connect.clock.now();
    let state = connect.state();
    let contact = state.calls.find(&instance_id, &contact_id).ok_or_else(Refusal::not_found)?;
    Ok(Json(json!({"Contact": record(contact, now)})))
}

async fn search(State(connect): State<Connect>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let search: Search = parse(&body)?;
    connect.search(&search).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    start: Option<StartFault>,
    #[serde(default)]
    all: bool,
    event: Option<Disturbance>,
    kind: Option<EventKind>,
    next: Option<usize>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Disturbance {
    Lose,
    Repeat,
    Reorder,
}

async fn fault(State(connect): State<Connect>, body: Bytes) -> Result<StatusCode, Refusal> {
    let order: FaultOrder = parse(&body)?;
    match (order.start, order.all) {
        (Some(fault), true) => connect.fail_all(Some(fault)),
        (Some(fault), false) => connect.fail_next(fault),
        (None, _) if order.event.is_none() => {
            return Err(Refusal::invalid_request("name a start or an event"));
        }
        (None, _) => {}
    }
    let which = order.kind.map_or(Which::Next(order.next.unwrap_or(1)), Which::Kind);
    match order.event {
        Some(Disturbance::Lose) => connect.disturb(EventFault::Lose(which)),
        Some(Disturbance::Repeat) => connect.disturb(EventFault::Repeat(which)),
        Some(Disturbance::Reorder) => connect.disturb(EventFault::Reorder),
        None => {}
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn heal(State(connect): State<Connect>) -> StatusCode {
    connect.heal();
    StatusCode::NO_CONTENT
}

async fn unknown() -> Refusal {
    Refusal::new(404, "UnknownOperationException", "The stand-in does not know this operation.")
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid_request(error.to_string()))
}
