//! Foreign bytes made into documents. Bytes that begin as a JSON document are one, so that a kept input can be read.
//! All others say how a recorded document is changed: a few parts of it replaced, removed, renamed, added or wrapped. Random
//! bytes would never get past the first check of a parser; these get past most.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value};

/// The most changes that are made to one document.
const CHANGES_MAX: u8 = 5;

/// Texts near what parsers look for.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "true",
    "007",
    "99999999999999999999",
    "253402300799999",
    "-62135596800001",
    "1772445600000",
    "1e400",
    "+12065550100",
    "+1 206 555 0100",
    "2065550100",
    "+4402070313000",
    "+18765230123",
    "203.0.113.9",
    "::ffff:203.0.113.9",
    "2001:db8::/32",
    "net#203.0.113.0/24",
    "carrier#İ",
    "carrier#Example VoIP",
    "asn#4294967295",
    "US",
    "deny",
    "2026-03-02T10:00:09.871Z",
    "1970-01-01T00:00:00.001Z",
    "-009999-01-01T00:00:00Z",
    "9999-12-30T22:00:00.999999999Z",
    "received",
    "dialing",
    "caf67932c02dca1aca0934343a88083a",
    "\u{202e}\u{0}\n",
];

/// Names of the forms in which DynamoDB writes values.
const FORMS: [&str; 9] = ["S", "N", "BOOL", "NULL", "L", "M", "SS", "NS", "B"];

/// The document that the bytes are or describe; none if they are no document.
pub(crate) fn document(bytes: &[u8], recorded: &[Value]) -> Option<Value> {
    match bytes.first() {
        Some(b'{' | b'[') => serde_json::from_slice(bytes).ok(),
        _ => changed(&mut Unstructured::new(bytes), recorded).ok(),
    }
}

/// One of the recorded documents, changed.
pub(crate) fn changed(u: &mut Unstructured<'_>, recorded: &[Value]) -> Result<Value> {
    let mut document = u.choose(recorded)?.clone();
    for _ in 0..u.int_in_range(0..=CHANGES_MAX)? {
        change(u, &mut document)?;
    }
    Ok(document)
}

/// Changes one place somewhere in the value.
fn change(u: &mut Unstructured<'_>, value: &mut Value) -> Result<()> {
    let goes_deeper = u.int_in_range(0..=15)? != 0;
    match value {
        Value::Object(fields) if !fields.is_empty() && goes_deeper => change_field(u, fields),
        Value::Array(items) if !items.is_empty() && goes_deeper => {
            let at = u.choose_index(items.len())?;
            match u.int_in_range(0..=7)? {
                0 => drop(items.remove(at)),
                1 => items.insert(at, scalar(u)?),
                2 => items.push(items[at].clone()),
                _ => change(u, &mut items[at])?,
            }
            Ok(())
        }
        Value::String(text) if u.ratio(1, 2)? => change_text(u, text),
        _ => {
            *value = replacement(u, value)?;
            Ok(())
        }
    }
}

fn change_field(u: &mut Unstructured<'_>, fields: &mut Map<String, Value>) -> Result<()> {
    let names: Vec<_> = fields.keys().cloned().collect();
    let name = u.choose(&names)?.clone();
    match u.int_in_range(0..=11)? {
        0 => drop(fields.remove(&name)),
        1 => {
            let value = fields.remove(&name).unwrap_or_default();
            fields.insert(field_name(u, &name)?, value);
        }
        2 => drop(fields.insert(field_name(u, &name)?, scalar(u)?)),
        3 => {
            let other = fields[u.choose(&names)?].clone();
            fields.insert(name, other);
        }
        _ => change(u, &mut fields[&name])?,
    }
    Ok(())
}

fn field_name(u: &mut Unstructured<'_>, name: &str) -> Result<String> {
    Ok(match u.int_in_range(0..=4)? {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        2 => (*u.choose(&FORMS)?).to_owned(),
        3 => format!("{name}2"),
        _ => text(u)?,
    })
}

fn change_text(u: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    let mut characters: Vec<char> = text.chars().collect();
    let at = u.int_in_range(0..=characters.len())?;
    match u.int_in_range(0..=4)? {
        0 => characters.insert(at, u.arbitrary()?),
        1 => characters.insert(at, char::from(u.int_in_range(b' '..=b'~')?)),
        2 => characters.truncate(at),
        3 => characters = [characters.clone(), characters].concat(),
        _ if at < characters.len() => characters[at] = char::from(u.int_in_range(b'0'..=b'9')?),
        _ => {}
    }
    *text = characters.into_iter().collect();
    Ok(())
}

fn replacement(u: &mut Unstructured<'_>, value: &Value) -> Result<Value> {
    Ok(match u.int_in_range(0..=5)? {
        0 => Value::Array(vec![value.clone()]),
        1 => [((*u.choose(&FORMS)?).to_owned(), value.clone())].into_iter().collect(),
        2 => Value::Object(Map::new()),
        _ => scalar(u)?,
    })
}

/// A value without parts.
pub(crate) fn scalar(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=7)? {
        0 => Value::Null,
        1 => u.arbitrary::<bool>()?.into(),
        2 => u.arbitrary::<i64>()?.into(),
        3 => u.int_in_range(0..=10_000_u32)?.into(),
        4 => u.arbitrary::<f64>()?.into(),
        _ => text(u)?.into(),
    })
}

/// A text: one near what parsers look for, or any.
pub(crate) fn text(u: &mut Unstructured<'_>) -> Result<String> {
    if u.ratio(2, 3)? { Ok((*u.choose(&TEXTS)?).to_owned()) } else { u.arbitrary() }
}

/// Reads documents that were recorded.
pub(crate) fn recorded(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// An item in DynamoDB's JSON: a recorded one, changed. None if it is of a form that DynamoDB would not keep.
pub(crate) fn item(u: &mut Unstructured<'_>, recorded: &[Value]) -> Option<Value> {
    let item = changed(u, recorded).ok()?;
    is_item(&item).then_some(item)
}

/// Whether a document is an item of attribute values.
pub(crate) fn is_item(item: &Value) -> bool {
    item.as_object().is_some_and(|attributes| attributes.values().all(is_attribute))
}

fn is_attribute(value: &Value) -> bool {
    let is_set = |value: &Value, holds: fn(&Value) -> bool| {
        value.as_array().is_some_and(|set| !set.is_empty() && set.iter().all(holds))
    };
    let Some((form, value)) =
        value.as_object().filter(|form| form.len() == 1).and_then(|form| form.iter().next())
    else {
        return false;
    };
    match form.as_str() {
        "S" => value.is_string(),
        "N" => is_number(value),
        "BOOL" => value.is_boolean(),
        "NULL" => value == &Value::Bool(true),
        "L" => value.as_array().is_some_and(|list| list.iter().all(is_attribute)),
        "M" => is_item(value),
        "SS" => is_set(value, Value::is_string),
        "NS" => is_set(value, is_number),
        "B" => value == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        _ => false,
    }
}

/// Whether DynamoDB takes the value for a number.
fn is_number(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<f64>().is_ok_and(|number| number.abs() < 1e126))
}
