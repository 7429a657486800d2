//! What goes wrong on the way between a function and what it calls, and how often.

use local::connect::StartFault;
use local::wire::{Call, Fate, ServiceName};
use serde_json::{Value, json};

use crate::chance::{below, happens, one_of};

/// How often things go wrong in a schedule, each in a thousand times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    /// A call is lost, or its answer, or it is answered with an error.
    pub(crate) calls: u32,
    /// A call sets out only when time has passed.
    pub(crate) slow: u32,
    /// The invocation is cut off before a call.
    pub(crate) cut_off: u32,
    /// An order to Connect is answered with one of [`ORDER_FAULTS`].
    pub(crate) orders: u32,
    /// A contact event is lost.
    pub(crate) events_lost: u32,
    /// A contact event is delivered twice.
    pub(crate) events_repeated: u32,
    /// Connect does not say whose contact it is.
    pub(crate) whose: u32,
}

/// How an order to call may be answered instead of well.
const ORDER_FAULTS: [StartFault; 9] = [
    StartFault::Throttle,
    StartFault::LimitExceeded,
    StartFault::DestinationNotAllowed,
    StartFault::OutboundContactNotPermitted,
    StartFault::InvalidParameter,
    StartFault::InternalError,
    StartFault::InternalErrorAfterPlacing,
    StartFault::Hang,
    StartFault::HangAfterPlacing,
];

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// As the wire knows it, under a name for the figures.
    Fate(&'static str, Fate),
    /// It is lost to its sender, and arrives later.
    Late,
    /// Connect answers this.
    Order(StartFault),
}

impl Weather {
    /// Some weather. Every eighth is fair: what goes wrong then goes wrong by the order of things alone.
    pub(crate) fn drawn() -> Self {
        if below(8) == 0 {
            return Self::fair();
        }
        Self {
            calls: one_of(&[0, 10, 30, 80, 150]),
            slow: one_of(&[0, 15, 50]),
            cut_off: one_of(&[0, 0, 5, 15, 40]),
            orders: one_of(&[0, 100, 300, 600]),
            events_lost: one_of(&[0, 100, 500]),
            events_repeated: one_of(&[0, 200, 500]),
            whose: one_of(&[0, 0, 300]),
        }
    }

    /// Weather in which only contact events have a hard time: nothing else can keep a call from being closed.
    pub(crate) fn of_events() -> Self {
        Self { slow: 300, whose: 900, ..Self::fair() }
    }

    /// Weather in which calls are slow at times.
    pub(crate) fn slow() -> Self {
        Self { slow: 50, ..Self::fair() }
    }

    fn fair() -> Self {
        Self { calls: 0, slow: 0, cut_off: 0, orders: 0, events_lost: 0, events_repeated: 0, whose: 0 }
    }

    /// What happens to this call.
    pub(crate) fn trouble(self, call: &Call) -> Option<Trouble> {
        if is_order(call) && happens(self.orders) {
            return Some(Trouble::Order(one_of(&ORDER_FAULTS)));
        }
        if call.operation.starts_with("GET /contact/attributes") && happens(self.whose) {
            return Some(Trouble::Fate(
                "whose call it is is not told",
                connect_error(500, "InternalServiceException"),
            ));
        }
        // There are few transactions among many calls, and most depends on them.
        let often = if call.operation == "TransactWriteItems" { 3 * self.calls } else { self.calls };
        if !happens(often) {
            return None;
        }
        Some(match (call.service, call.operation.as_str()) {
            (ServiceName::DynamoDb, "TransactWriteItems") => transaction_trouble(call),
            (ServiceName::DynamoDb, "PutItem" | "UpdateItem" | "DeleteItem") if below(4) == 0 => {
                Trouble::Fate(
                    "meets a transaction",
                    dynamodb_error(400, "TransactionConflictException", &json!({})),
                )
            }
            (ServiceName::DynamoDb, _) => dynamodb_trouble(),
            (ServiceName::Connect | ServiceName::Carrier | ServiceName::Issuer, _) => match below(4) {
                0 => Trouble::Fate("lost", Fate::Lost),
                1 => Trouble::Fate("answer lost", Fate::AnswerLost),
                2 => Trouble::Fate("throttled", connect_error(429, "TooManyRequestsException")),
                _ => Trouble::Fate("internal error", connect_error(500, "InternalServiceException")),
            },
        })
    }
}

/// Whether a call orders Connect to call somebody.
pub(crate) fn is_order(call: &Call) -> bool {
    call.service == ServiceName::Connect && call.operation.ends_with("/outbound-voice")
}

fn dynamodb_trouble() -> Trouble {
    match below(6) {
        0 => Trouble::Fate("lost", Fate::Lost),
        1 | 2 => Trouble::Fate("answer lost", Fate::AnswerLost),
        3 => Trouble::Late,
        4 => Trouble::Fate("throttled", dynamodb_error(400, "ThrottlingException", &json!({}))),
        _ => Trouble::Fate("internal error", dynamodb_error(500, "InternalServerError", &json!({}))),
    }
}

/// A transaction may meet another one, too; the engine does them one after another.
fn transaction_trouble(call: &Call) -> Trouble {
    let cancelled = |code: &str| {
        let input: Value = serde_json::from_slice(&call.input).unwrap_or_default();
        let items = input["TransactItems"].as_array().map_or(1, Vec::len);
        let met = below(u32::try_from(items).unwrap_or(1)) as usize;
        let reasons: Vec<_> =
            (0..items).map(|place| json!({ "Code": if place == met { code } else { "None" } })).collect();
        dynamodb_error(400, "TransactionCanceledException", &json!({ "CancellationReasons": reasons }))
    };
    match below(9) {
        0 | 1 => Trouble::Fate("transaction conflict", cancelled("TransactionConflict")),
        2 => Trouble::Fate("transaction throttled", cancelled("ThrottlingError")),
        3 => Trouble::Fate(
            "transaction in progress",
            dynamodb_error(400, "TransactionInProgressException", &json!({})),
        ),
        _ => dynamodb_trouble(),
    }
}

fn dynamodb_error(status: u16, code: &str, more: &Value) -> Fate {
    let mut body = more.clone();
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{code}"));
    body["message"] = json!("told in a schedule");
    Fate::Answered { status, body: body.to_string() }
}

fn connect_error(status: u16, code: &str) -> Fate {
    Fate::Answered { status, body: json!({ "__type": code, "Message": "told in a schedule" }).to_string() }
}
