//! YAML as JSON, and the template in it: CloudFormation's short forms (`!Ref x`) are made into their long ones (`{"Ref": "x"}`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// The workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the workspace.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A YAML file of the workspace.
pub(crate) fn value(path: &str) -> Value {
    let text = text(path);
    let documents = Yaml::load_from_str(&text).unwrap();
    json(&documents[0])
}

/// The template.
pub(crate) struct Template(Value);

impl Template {
    /// The template, for a stack whose tables are its own.
    pub(crate) fn read() -> Self {
        Self(with_tables(&value("template.yaml"), 1))
    }

    /// The template, for a stack that is given all its tables by their names.
    pub(super) fn with_given_tables() -> Self {
        Self(with_tables(&value("template.yaml"), 2))
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn parameter(&self, name: &str) -> &Value {
        &self.0["Parameters"][name]
    }

    #[track_caller]
    pub(crate) fn resource(&self, name: &str) -> &Value {
        self.0["Resources"].get(name).unwrap_or_else(|| panic!("the template has no {name}"))
    }

    pub(crate) fn resources(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0["Resources"].as_object().unwrap().iter();
        all.filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), resource))
    }

    /// The names of the variables of a function.
    pub(super) fn variables(&self, function: &str) -> impl Iterator<Item = String> {
        let variables = |of: &Value| of["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
        let own = variables(&self.resource(&format!("{function}Function"))["Properties"]);
        variables(&self.0["Globals"]["Function"]).into_iter().chain(own).map(|(name, _)| name)
    }

    /// What a function's role allows: `service:Action Resource`, or the action alone where the service knows no table or
    /// queue of ours.
    pub(super) fn actions(&self, function: &str) -> impl Iterator<Item = String> {
        let policies = &self.resource(&format!("{function}Role"))["Properties"]["Policies"];
        let mut actions = BTreeSet::new();
        for statement in policies.as_array().unwrap().iter().flat_map(statements) {
            assert_eq!(statement["Effect"], "Allow");
            for action in statement["Action"].as_array().unwrap() {
                let resources = match &statement["Resource"] {
                    Value::Array(resources) => resources.iter().map(resource).collect::<Vec<_>>(),
                    one => vec![resource(one)],
                };
                let action = action.as_str().unwrap();
                assert!(!action.contains('*'), "{action}");
                actions.extend(
                    resources.iter().map(|resource| format!("{action} {resource}").trim().to_owned()),
                );
            }
        }
        actions.into_iter()
    }

    /// The metrics of the stack's own namespace that alarms watch, with their dimension if they have one.
    pub(super) fn watched_metrics(&self) -> BTreeSet<(String, Option<String>)> {
        let mut watched = BTreeSet::new();
        for (_, alarm) in self.resources("AWS::CloudWatch::Alarm") {
            let properties = &alarm["Properties"];
            let several = properties["Metrics"].as_array().into_iter().flatten();
            for metric in several.clone().map(|each| &each["MetricStat"]["Metric"]).chain([properties]) {
                if metric["Namespace"]["Fn::Sub"] == NAMESPACE {
                    let dimension = metric["Dimensions"][0]["Name"].as_str().map(str::to_owned);
                    watched.insert((metric["MetricName"].as_str().unwrap().to_owned(), dimension));
                }
            }
            for query in
                several.filter_map(|each| each["Expression"]["Fn::Sub"].as_str()?.strip_prefix("SELECT "))
            {
                let (_, rest) = query.split_once('(').unwrap();
                let (metric, rest) =
                    rest.split_once(&format!(") FROM SCHEMA(\"{NAMESPACE}\", ")).expect("of this stack");
                let (dimension, _) = rest.split_once(')').unwrap();
                watched.insert((metric.to_owned(), Some(dimension.to_owned())));
            }
        }
        watched
    }
}

/// The namespace of a stack's own metrics.
pub(crate) const NAMESPACE: &str = "Tollgate/${AWS::StackName}";

/// A value in which every choice between the stack's own tables and given ones is made.
fn with_tables(value: &Value, choice: usize) -> Value {
    match value {
        Value::Object(map) => match map.get("Fn::If") {
            Some(parts) if parts[0].as_str().is_some_and(|condition| condition.starts_with("Own")) => {
                with_tables(&parts[choice], choice)
            }
            _ => map.iter().map(|(key, value)| (key.clone(), with_tables(value, choice))).collect(),
        },
        Value::Array(values) => values.iter().map(|value| with_tables(value, choice)).collect(),
        other => other.clone(),
    }
}

/// The values of every key of this name.
pub(crate) fn find_all<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(map) => {
            map.get(key).into_iter().chain(map.values().flat_map(|value| find_all(value, key))).collect()
        }
        Value::Array(values) => values.iter().flat_map(|value| find_all(value, key)).collect(),
        _ => vec![],
    }
}

/// The statements of a policy; one that a condition adds counts, too.
fn statements(policy: &Value) -> Vec<&Value> {
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap().iter();
    statements
        .map(|statement| if statement["Fn::If"].is_array() { &statement["Fn::If"][1] } else { statement })
        .collect()
}

/// What of ours a resource is: a table, an index of one, its stream, a queue, a log group. Nothing if it is none of these.
fn resource(resource: &Value) -> String {
    let of_table = |name: &str, rest: &str| format!("{}{rest}", name.strip_suffix("Table").unwrap_or(name));
    if let Some(path) = resource["Fn::GetAtt"].as_str() {
        let (name, attribute) = path.split_once('.').unwrap();
        return of_table(name, if attribute == "StreamArn" { "/stream" } else { "" });
    }
    if let Some([text, names]) = resource["Fn::Sub"].as_array().map(Vec::as_slice) {
        let rest = text.as_str().unwrap().strip_prefix("${Table}").unwrap();
        return format!("{}{rest}", self::resource(&names["Table"]));
    }
    let given = resource["Fn::Sub"]
        .as_str()
        .and_then(|text| text.split_once(":table/${")?.1.split_once("TableName}"));
    given.map_or_else(String::new, |(name, rest)| format!("{name}{}", rest.trim_end_matches("/*")))
}

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => (*value).into(),
        Yaml::Value(Scalar::Integer(value)) => (*value).into(),
        Yaml::Value(Scalar::FloatingPoint(value)) => value.into_inner().into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Representation(text, ..) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(entries) => {
            let entries =
                entries.iter().map(|(key, value)| (json(key).as_str().unwrap().to_owned(), json(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, value) if tag.handle == "!" => {
            let name = match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                function => format!("Fn::{function}"),
            };
            Value::Object(Map::from_iter([(name, json(value))]))
        }
        Yaml::Tagged(_, value) => json(value),
        Yaml::Alias(_) | Yaml::BadValue => panic!("the file cannot be read"),
    }
}
