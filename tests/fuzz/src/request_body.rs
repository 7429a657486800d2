//! The body of `POST /callbacks`. It is taken exactly if it is what the documentation says, and what is stored is then what
//! was asked, whether it is accepted or another channel is offered; else nothing is stored, and the answer repeats no number.

use lambda_http::Body;
use serde_json::{Map, Value};
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;
use tollgate::reply::Answered;
use tollgate::state::{Ending, State};
use tollgate::text::VisitorText;
use tollgate_aws::tables::requests::{Stored, from_image};

use crate::api::{INTAKE, NOW, ask_intake, assert_is_problem, digits_in_a_row, json_of, request};
use crate::tables;

/// Asserts what must hold of any body.
pub fn check(bytes: &[u8]) {
    let posted = request(&INTAKE[0]).expect("a recorded event is a request");
    let body = if bytes.is_empty() { Body::Empty } else { Body::Binary(bytes.to_vec()) };
    let (response, calls) = ask_intake(posted.map(|_recorded| body), tables::empty);
    match response.status().as_u16() {
        taken @ (200 | 202) => {
            let Stored { record, answered, .. } = stored(&tables::put(&calls));
            let asked = record.request;
            let country = asked.number.country();
            let wanted = wanted(bytes).expect("what is taken is what the documentation says");
            assert_eq!((asked.number, asked.name, asked.topic), wanted);
            assert_eq!(asked.received_at, NOW);
            if taken == 202 {
                assert_eq!((answered, record.state), (Answered::Accepted, State::Received));
                assert_eq!(json_of(&response)["id"], asked.id.to_string());
            } else {
                // The caller's network is in the United States, and the number is not.
                assert!(country.is_some_and(|country| country.as_str() != "US"));
                assert_eq!(
                    (answered, record.state),
                    (Answered::Redirected, State::Ended(Ending::Redirected))
                );
                let told = json_of(&response);
                assert_eq!((&told["status"], &told["id"]), (&Value::from("redirected"), &Value::Null));
            }
        }
        400 | 413 | 422 => {
            assert_is_problem(&response);
            assert!(calls.is_empty(), "nothing is stored of what is refused");
            let told = json_of(&response).to_string();
            assert!(digits_in_a_row(&told) < 5, "{told}");
            // Of two fields of one name only the reader of the body knows.
            assert!(wanted(bytes).is_none() || told.contains("same field twice"), "{told}");
        }
        other => panic!("{other}: {}", json_of(&response)),
    }
}

/// Reads an item that was put.
pub(crate) fn stored(item: &Value) -> Stored {
    from_image(serde_json::from_value(item.clone()).unwrap()).expect("what is written can be read")
}

type Wanted = (PhoneNumber, Option<VisitorText>, Option<VisitorText>);

/// What a body asks for, if it is what the documentation says.
fn wanted(body: &[u8]) -> Option<Wanted> {
    let fields: Map<String, Value> = serde_json::from_slice(body).ok().filter(|_| body.len() <= 4_096)?;
    let known = ["phoneNumber", "country", "name", "topic"];
    let known = fields.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string());
    let number = fields.get("phoneNumber").filter(|_| known)?.as_str()?;
    let text = |name| fields.get(name).and_then(Value::as_str).map(VisitorText::parse).transpose().ok();
    let country = fields.get("country").and_then(Value::as_str).filter(|country| !country.is_empty());
    let country = CountryCode::parse(country.unwrap_or("US")).ok()?;
    Some((PhoneNumber::parse(number, Some(country)).ok()?, text("name")?, text("topic")?))
}
