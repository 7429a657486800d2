//! Parsing of filter patterns.

use serde_json::{Map, Value};

use super::{Comparison, Node, Object, Pattern, PatternError, Test};

impl Pattern {
    /// Parses a pattern as it stands in the template: JSON text.
    pub fn parse(json: &str) -> Result<Self, PatternError> {
        match serde_json::from_str(json)? {
            Value::Object(members) => object("", members).map(Self),
            _ => Err(form("the pattern", "an object")),
        }
    }
}

fn object(path: &str, members: Map<String, Value>) -> Result<Object, PatternError> {
    if members.is_empty() {
        return Err(form(if path.is_empty() { "the pattern" } else { path }, "an object that is not empty"));
    }
    let mut parsed = Object { fields: Vec::new(), either: Vec::new() };
    for (name, value) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if name == "$or" {
            parsed.either = either(&path, value)?;
        } else {
            parsed.fields.push((name, node(&path, value)?));
        }
    }
    Ok(parsed)
}

fn either(path: &str, value: Value) -> Result<Vec<Object>, PatternError> {
    let expected = "an array of at least two objects";
    match value {
        Value::Array(alternatives) if alternatives.len() >= 2 => alternatives
            .into_iter()
            .map(|alternative| match alternative {
                Value::Object(members) => object(path, members),
                _ => Err(form(path, expected)),
            })
            .collect(),
        _ => Err(form(path, expected)),
    }
}

fn node(path: &str, value: Value) -> Result<Node, PatternError> {
    match value {
        Value::Object(members) => object(path, members).map(Node::Object),
        Value::Array(tests) if !tests.is_empty() => {
            tests.into_iter().map(|value| test(path, value)).collect::<Result<_, _>>().map(Node::Leaf)
        }
        _ => Err(form(path, "an object or an array, and not empty")),
    }
}

fn test(path: &str, value: Value) -> Result<Test, PatternError> {
    match value {
        Value::Array(_) => Err(form(path, "an array of values and operators")),
        Value::Object(operators) => {
            let mut operators = operators.into_iter();
            match (operators.next(), operators.next()) {
                (Some((name, operand)), None) => operator(path, name, operand),
                _ => Err(form(path, "an array in which every object has exactly one operator")),
            }
        }
        value => Ok(Test::Equals(value)),
    }
}

fn operator(path: &str, name: String, operand: Value) -> Result<Test, PatternError> {
    let form = |expected| Err(form(&format!("{path}.{name}"), expected));
    match (name.as_str(), operand) {
        ("exists", Value::Bool(exists)) => Ok(Test::Exists(exists)),
        ("exists", _) => form("true or false"),
        ("prefix", Value::String(prefix)) => Ok(Test::Prefix(prefix)),
        ("prefix", _) => form("a string"),
        ("equals-ignore-case", Value::String(text)) => Ok(Test::EqualsIgnoreCase(text)),
        ("equals-ignore-case", _) => form("a string"),
        ("anything-but", value @ (Value::String(_) | Value::Number(_))) => Ok(Test::AnythingBut(vec![value])),
        ("anything-but", Value::Array(values)) if all_alike(&values) => Ok(Test::AnythingBut(values)),
        ("anything-but", _) => form("strings or numbers, at least one"),
        ("numeric", operand) => match numeric(operand) {
            Some(bounds) => Ok(Test::Numeric(bounds)),
            None => form("one or two comparisons, each an operator and a number"),
        },
        _ => Err(PatternError::UnknownOperator { operator: name, path: path.to_owned() }),
    }
}

fn all_alike(values: &[Value]) -> bool {
    !values.is_empty() && (values.iter().all(Value::is_string) || values.iter().all(Value::is_number))
}

/// `[">", 0, "<=", 5]`: a lower bound may be followed by an upper one.
fn numeric(operand: Value) -> Option<Vec<(Comparison, f64)>> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let Value::Array(parts) = operand else { return None };
    let bounds = parts.chunks(2).map(bound).collect::<Option<Vec<_>>>()?;
    match bounds.as_slice() {
        [(Equal | Less | LessOrEqual | Greater | GreaterOrEqual, _)]
        | [(Greater | GreaterOrEqual, _), (Less | LessOrEqual, _)] => Some(bounds),
        _ => None,
    }
}

fn bound(parts: &[Value]) -> Option<(Comparison, f64)> {
    let [Value::String(comparison), Value::Number(number)] = parts else { return None };
    let comparison = match comparison.as_str() {
        "=" => Comparison::Equal,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    };
    Some((comparison, number.as_f64()?))
}

fn form(path: &str, expected: &'static str) -> PatternError {
    PatternError::Form { path: path.to_owned(), expected }
}
