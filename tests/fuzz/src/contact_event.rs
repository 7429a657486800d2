//! Contact events. Connect adds fields and spells keys in two ways; neither changes what is heard.

use contact_events::{Heard, Ignored, read};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::CONTACT;
use crate::shape::document;

/// Asserts what must hold of any document that may be a contact event.
pub fn check(bytes: &[u8]) {
    let Some(event) = document(bytes, &CONTACT) else { return };
    let heard = read(&event);
    assert_eq!(read(&with_more(&event)), heard, "unknown fields changed what is heard");
    for spell in [str::to_ascii_lowercase, str::to_ascii_uppercase] {
        if let Some(spelled) = respelled(&event, spell) {
            assert_eq!(read(&spelled), heard, "the case of keys changed what is heard");
        }
    }
    match heard {
        Ok(event) => {
            let id = event.contact_id.as_str();
            assert!(!id.is_empty() && id.trim() == id && id.chars().count() <= 256);
            match event.heard {
                Heard::Ended { end, .. } => {
                    assert!(end.ended_at > Timestamp::UNIX_EPOCH);
                    let _ = (end.outcome(), end.answered_seconds());
                }
                Heard::LegBegan(leg) => assert_ne!(leg, event.contact_id),
                Heard::LegEnded { leg, at, .. } => {
                    assert!(at > Timestamp::UNIX_EPOCH);
                    assert_ne!(leg, event.contact_id);
                }
            }
        }
        Err(Ignored(reason)) => assert!(!reason.is_empty()),
    }
}

/// The same with a field more in each object.
fn with_more(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let more = [("zzUnheardOf".to_owned(), json!({ "contactId": ["x"] }))];
            fields.iter().map(|(name, value)| (name.clone(), with_more(value))).chain(more).collect()
        }
        Value::Array(items) => items.iter().map(with_more).collect(),
        other => other.clone(),
    }
}

/// The same with every key in another case; none if two keys of an object then are one.
fn respelled(value: &Value, spell: fn(&str) -> String) -> Option<Value> {
    match value {
        Value::Object(fields) => {
            let respelled: Map<_, _> = fields
                .iter()
                .map(|(name, value)| Some((spell(name), respelled(value, spell)?)))
                .collect::<Option<_>>()?;
            (respelled.len() == fields.len()).then_some(Value::Object(respelled))
        }
        Value::Array(items) => items.iter().map(|item| respelled(item, spell)).collect(),
        other => Some(other.clone()),
    }
}
