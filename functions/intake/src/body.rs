//! The body of `POST /callbacks`: foreign JSON, read into types once. No error repeats what was sent, since that may be
//! a phone number, in a value or even in a field's name.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;
use tollgate::policy::Policy;
use tollgate::text::VisitorText;

use crate::problem::{FieldProblem, Problem};

/// The longest body that is read, in bytes. JSON may spell a character as two escapes of six bytes, so that the longest
/// name and topic take 4,800.
const BODY_BYTES_MAX: usize = 8_192;

/// The fields.
const PHONE_NUMBER: &str = "phoneNumber";
const COUNTRY: &str = "country";
const NAME: &str = "name";
const TOPIC: &str = "topic";

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) number: PhoneNumber,
    pub(crate) name: Option<VisitorText>,
    pub(crate) topic: Option<VisitorText>,
}

/// Reads a body. A number without `+` is one of the country that is named, or else of the policy's default one.
pub(crate) fn parse(body: &[u8], policy: &Policy) -> Result<Asked, Problem> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Problem::BodyTooLarge { bytes_max: BODY_BYTES_MAX });
    }
    // Some clients begin a text with a byte order mark, which JSON has not.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let fields: Fields = serde_json::from_slice(body).map_err(|error| {
        Problem::MalformedBody(match error.classify() {
            Category::Data => "the body is not a JSON object",
            Category::Syntax | Category::Eof | Category::Io => "the body is not JSON",
        })
    })?;
    let (mut number, mut country, mut name, mut topic) = (None, None, None, None);
    let nothing = Value::String(String::new());
    for (field, value) in &fields.0 {
        let (field, place) = match field.as_str() {
            PHONE_NUMBER => (PHONE_NUMBER, &mut number),
            COUNTRY => (COUNTRY, &mut country),
            NAME => (NAME, &mut name),
            TOPIC => (TOPIC, &mut topic),
            other => return Err(Problem::Field(FieldProblem::Unknown { field: harmless(other) })),
        };
        // A form sends its empty fields along.
        let value = if value.is_null() && field != PHONE_NUMBER { &nothing } else { value };
        let text = value.as_str().ok_or(Problem::Field(FieldProblem::NotText { field }))?;
        if place.replace(text).is_some() {
            return Err(Problem::MalformedBody("the body has the same field twice"));
        }
    }
    let number = number.ok_or(Problem::Field(FieldProblem::Missing { field: PHONE_NUMBER }))?;
    let country = country.filter(|text| !text.is_empty()).map(CountryCode::parse).transpose();
    let country = country.map_err(|_error| Problem::Field(FieldProblem::Country { field: COUNTRY }))?;
    let number = PhoneNumber::parse_with(number, country.or(policy.default_country), &policy.numbers.let_in)
        .map_err(|error| Problem::Field(FieldProblem::PhoneNumber { field: PHONE_NUMBER, error }))?;
    Ok(Asked { number, name: text(NAME, name)?, topic: text(TOPIC, topic)? })
}

fn text(field: &'static str, text: Option<&str>) -> Result<Option<VisitorText>, Problem> {
    let parsed = text.filter(|text| !text.trim().is_empty()).map(VisitorText::parse).transpose();
    parsed.map_err(|error| Problem::Field(FieldProblem::Text { field, error }))
}

/// A field's name, if it may be repeated: short, and of letters alone, so that it holds no number.
fn harmless(field: &str) -> Option<String> {
    let is_harmless = field.len() <= 40 && field.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    is_harmless.then(|| field.to_owned())
}

/// The fields of an object as they stand there, so that none hides behind another of its name.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = vec![];
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
#[path = "body/tests.rs"]
mod tests;
