//! Event filter patterns: which records an event source mapping hands to its function.
//!
//! A pattern is a JSON object in the shape of the event. All of an object's keys must match; of the alternatives
//! in an array, one. Where the event holds an array, one matching element is enough. What Lambda would not
//! understand is refused when the pattern is parsed, so that a typo cannot filter everything out.

mod parse;
#[cfg(test)]
mod tests;

use serde_json::{Map, Number, Value};

/// A filter pattern, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Object);

/// A pattern that Lambda would refuse.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// The text is not JSON.
    #[error("the filter pattern is not JSON")]
    Json(#[from] serde_json::Error),
    /// The operator does not exist, or is none that Tollgate uses.
    #[error("unknown filter operator `{operator}` at `{path}`")]
    UnknownOperator {
        /// The operator.
        operator: String,
        /// Where in the pattern it stands.
        path: String,
    },
    /// Something does not have the form it must have.
    #[error("`{path}` must be {expected}")]
    Form {
        /// Where in the pattern it stands.
        path: String,
        /// What it should have been.
        expected: &'static str,
    },
}

/// All fields and at least one of each `$or` must match.
#[derive(Debug, Clone, PartialEq)]
struct Object {
    fields: Vec<(String, Node)>,
    either: Vec<Object>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Object(Object),
    Leaf(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Equals(Value),
    EqualsIgnoreCase(String),
    Exists(bool),
    Prefix(String),
    AnythingBut(Vec<Value>),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Whether the pattern lets this event through.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(Some(event))
    }
}

impl Object {
    /// An event that is absent here can still match: everything below may be asked not to exist.
    fn matches(&self, event: Option<&Value>) -> bool {
        match event {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                elements.iter().any(|element| self.matches(Some(element)))
            }
            Some(Value::Object(members)) => self.matches_members(Some(members)),
            _ => self.matches_members(None),
        }
    }

    fn matches_members(&self, members: Option<&Map<String, Value>>) -> bool {
        let field = |name: &str| members.and_then(|members| members.get(name));
        self.fields.iter().all(|(name, node)| match node {
            Node::Object(object) => object.matches(field(name)),
            Node::Leaf(tests) => tests.iter().any(|test| test.matches(field(name))),
        }) && (self.either.is_empty() || self.either.iter().any(|object| object.matches_members(members)))
    }
}

impl Test {
    fn matches(&self, event: Option<&Value>) -> bool {
        match (self, event) {
            (Self::Exists(expected), event) => event.is_some_and(has_leaf) == *expected,
            (test, Some(Value::Array(elements))) => {
                elements.iter().any(|element| test.matches(Some(element)))
            }
            (_, None | Some(Value::Object(_))) => false,
            (Self::Equals(expected), Some(value)) => expected == value,
            (Self::AnythingBut(refused), Some(value)) => !refused.contains(value),
            (Self::EqualsIgnoreCase(expected), Some(Value::String(text))) => {
                expected.to_lowercase() == text.to_lowercase()
            }
            (Self::Prefix(prefix), Some(Value::String(text))) => text.starts_with(prefix),
            (Self::Numeric(bounds), Some(Value::Number(number))) => within(bounds, number),
            (Self::EqualsIgnoreCase(_) | Self::Prefix(_) | Self::Numeric(_), Some(_)) => false,
        }
    }
}

/// Whether there is a value here itself, not only further down: `exists` sees leaves alone.
fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(elements) => elements.iter().any(has_leaf),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn within(bounds: &[(Comparison, f64)], number: &Number) -> bool {
    number.as_f64().is_some_and(|number| {
        bounds.iter().all(|(comparison, bound)| match comparison {
            Comparison::Equal => number == *bound,
            Comparison::Less => number < *bound,
            Comparison::LessOrEqual => number <= *bound,
            Comparison::Greater => number > *bound,
            Comparison::GreaterOrEqual => number >= *bound,
        })
    })
}
