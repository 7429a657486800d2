//! The policy that a scenario is played under: the default one with `guests = allow` and a minute of ringing, the scenario's own
//! keys laid over it, and over those the keys of a draft that is tried. Checked by the policy's own parser.

use std::path::Path;

use serde_json::{Map, Value, json};
use tollgate::policy::Policy;

use super::{FileError, Scenario, Wrong};

/// A policy and the document that says it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The policy.
    pub policy: Policy,
    /// As it is saved.
    pub json: String,
}

impl Document {
    /// The policy of a scenario, with these keys laid over it.
    ///
    /// # Errors
    /// When the policy's parser refuses a key or its value.
    pub fn of(scenario: &Scenario, overlay: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut document = serde_json::to_value(Policy::default())?;
        lay_over(&mut document, json!({ "guests": "allow" }));
        lay_over(&mut document, Value::Object(scenario.policy.clone()));
        lay_over(&mut document, Value::Object(overlay.clone()));
        let json = document.to_string();
        let policy = Policy::parse(&json).map_err(Wrong::Policy)?;
        Ok(Self { policy, json })
    }
}

/// Objects are merged key by key; everything else takes the place of what was there.
fn lay_over(document: &mut Value, overlay: Value) {
    match (document, overlay) {
        (Value::Object(document), Value::Object(overlay)) => {
            for (key, value) in overlay {
                lay_over(document.entry(key).or_insert(Value::Null), value);
            }
        }
        (document, overlay) => *document = overlay,
    }
}

/// Reads the keys of a draft policy, in JSON or, if the file's name ends so, TOML.
///
/// # Errors
/// When the file cannot be read, or holds anything else.
pub fn read_overlay(file: &Path) -> Result<Map<String, Value>, FileError> {
    let read = || -> Result<Map<String, Value>, Wrong> {
        let text = std::fs::read_to_string(file)?;
        let is_toml = file.extension().is_some_and(|extension| extension == "toml");
        if is_toml { Ok(toml::from_str(&text)?) } else { Ok(serde_json::from_str(&text)?) }
    };
    read().map_err(|wrong| FileError { file: file.to_owned(), wrong })
}
