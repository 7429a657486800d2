//! The HTTP faces of the stand-in: Pinpoint speaks restJson1, End User Messaging SMS (voice v2) speaks awsJson1.0.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Carriers, Line, LineType, Lookup};

const CARRIER_LOOKUP: &str = "PinpointSMSVoiceV2.CarrierLookup";

/// Both faces: `POST /v1/phone/number/validate` is Pinpoint, `POST /` is voice v2.
pub fn router(carriers: Carriers) -> Router {
    Router::new()
        .route("/v1/phone/number/validate", post(pinpoint))
        .route("/", post(voice_v2))
        .with_state(carriers)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Question {
    phone_number: String,
    iso_country_code: Option<String>,
}

impl Question {
    /// The number in E.164 form. Both services take it in looser forms, too.
    fn number(&self) -> Option<String> {
        let digits: String = self.phone_number.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty() && !digits.starts_with('0')).then(|| format!("+{digits}"))
    }
}

async fn pinpoint(State(carriers): State<Carriers>, body: Bytes) -> Response {
    let fails = |status: StatusCode, code: &'static str, message: &str| {
        let body = json!({"Message": message, "RequestID": "stand-in"});
        (status, [("x-amzn-errortype", code)], Json(body)).into_response()
    };
    let Ok(question) = serde_json::from_slice::<Question>(&body) else {
        return fails(
            StatusCode::BAD_REQUEST,
            "BadRequestException",
            "the body is not a NumberValidateRequest",
        );
    };
    let Some(number) = question.number() else {
        return fails(StatusCode::BAD_REQUEST, "BadRequestException", "the phone number is not valid");
    };
    match carriers.look_up(&number) {
        Lookup::Found(line) => Json(validation(&question, &number, &line)).into_response(),
        Lookup::Fails => {
            fails(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerErrorException", "internal failure")
        }
        Lookup::Hangs => std::future::pending().await,
    }
}

fn validation(question: &Question, number: &str, line: &Line) -> Value {
    let (name, code) = wire(line.line_type);
    let invalid = line.line_type == LineType::Invalid;
    without_nulls(json!({
        "Carrier": (!line.carrier.is_empty()).then_some(&line.carrier),
        "CleansedPhoneNumberE164": (!invalid).then_some(number),
        "OriginalPhoneNumber": question.phone_number,
        "OriginalCountryCodeIso2": question.iso_country_code,
        "PhoneType": name,
        "PhoneTypeCode": code,
    }))
}

async fn voice_v2(State(carriers): State<Carriers>, headers: HeaderMap, body: Bytes) -> Response {
    let fails = |status: StatusCode, code: &str, message: &str| {
        let code = format!("com.amazonaws.pinpointsmsvoicev2#{code}");
        json_1_0(status, &json!({"__type": code, "Message": message}))
    };
    if headers.get("x-amz-target").is_none_or(|target| target != CARRIER_LOOKUP) {
        return fails(StatusCode::BAD_REQUEST, "UnknownOperationException", "the operation is not known");
    }
    let Ok(question) = serde_json::from_slice::<Question>(&body) else {
        return fails(
            StatusCode::BAD_REQUEST,
            "ValidationException",
            "the body is not a CarrierLookupRequest",
        );
    };
    let Some(number) = question.number() else {
        return fails(StatusCode::BAD_REQUEST, "ValidationException", "the phone number is not valid");
    };
    match carriers.look_up(&number) {
        Lookup::Found(line) => {
            let carrier = (!line.carrier.is_empty()).then_some(&line.carrier);
            let body = json!({
                "E164PhoneNumber": number,
                "PhoneNumberType": wire(line.line_type).0,
                "Carrier": carrier,
                "OriginalPhoneNumber": question.phone_number,
            });
            json_1_0(StatusCode::OK, &without_nulls(body))
        }
        Lookup::Fails => {
            fails(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException", "internal failure")
        }
        Lookup::Hangs => std::future::pending().await,
    }
}

fn json_1_0(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response()
}

/// AWS leaves out what it does not know.
fn without_nulls(mut body: Value) -> Value {
    if let Some(object) = body.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    body
}

/// The name that both services use for a type of line, and Pinpoint's code for it.
fn wire(line_type: LineType) -> (&'static str, u8) {
    match line_type {
        LineType::Mobile => ("MOBILE", 0),
        LineType::Landline => ("LANDLINE", 1),
        LineType::Voip => ("VOIP", 2),
        LineType::Invalid => ("INVALID", 3),
        LineType::Other => ("OTHER", 4),
        LineType::Prepaid => ("PREPAID", 5),
    }
}
