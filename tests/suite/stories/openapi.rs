//! The reference of the API: docs/openapi.yaml and the code are told apart by no compiler, so these tests hold them
//! together, in what can be enumerated. What is asked and answered is held against it by tests/api.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Value, json};
use tollgate::entry::Effect;
use tollgate::line::LineType;
use tollgate::number::NumberKind;
use tollgate::outcome::Outcome;
use tollgate::policy::{Guests, Mode, Policy, WithoutLookup};
use tollgate::record::MarkKind;
use tollgate::reply::{Channel, Status};
use tollgate::request::NetworkMark;
use tollgate::state::{Failure, StateName};
use tollgate::verdict::{Certainty, Code, Standing};
use tollgate_aws::tables::changes::Action;

use crate::template::yaml::{self, find_all};
use crate::world::{World, world};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "options"];
const TYPE: &str = "urn:tollgate:problem:";

/// Paths, whatever their parameters are called, and the methods of each.
type Routes = BTreeMap<String, BTreeSet<String>>;

fn description() -> Value {
    yaml::value("docs/openapi.yaml")
}

fn texts(values: &Value) -> BTreeSet<String> {
    values.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn owned<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// The path with `{}` for each of its parameters.
fn nameless(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn methods(item: &Value) -> BTreeSet<String> {
    item.as_object().unwrap().keys().filter(|key| METHODS.contains(&key.as_str())).cloned().collect()
}

fn routes(paths: &Value) -> Routes {
    paths.as_object().unwrap().iter().map(|(path, item)| (nameless(path), methods(item))).collect()
}

/// The paths that a router's source matches on: `["requests", id] => …` is `/requests/{}`.
fn matched_in(source: &str) -> BTreeSet<String> {
    let source = yaml::text(source);
    let (code, _) = source.split_once("#[cfg(test)]").unwrap();
    let patterns = code.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once("] =>"));
    let paths = patterns.filter(|(pattern, _)| !pattern.contains('@')).map(|(pattern, _)| {
        let segments = pattern.split(", ").map(|part| {
            part.strip_prefix('"').and_then(|part| part.strip_suffix('"')).unwrap_or("{}").to_owned()
        });
        segments.map(|segment| format!("/{segment}")).collect::<String>()
    });
    paths.collect()
}

/// The methods that there are at a path, as whoever comes with another one is told.
async fn allowed(world: &World, path: &str) -> BTreeSet<String> {
    let signed_in = [("x-local-account", "alice".to_owned())];
    let answer = world.send(Method::PATCH, &path.replace("{}", "1"), &signed_in, "").await;
    assert_eq!(answer.status, 405, "{path}: {}", answer.text);
    let allow = answer.headers["allow"].to_str().unwrap().to_ascii_lowercase();
    owned(allow.split(", "))
}

#[tokio::test]
async fn the_routes_are_those_that_intake_and_review_answer_at() {
    let world = world().await;
    let visitors = matched_in("functions/intake/src/route.rs");
    let operators = matched_in("functions/review/src/route.rs");
    let (public, visitors): (BTreeSet<_>, BTreeSet<_>) =
        visitors.into_iter().partition(|path| path.starts_with("/widget/"));
    assert!(public.len() == 2 && visitors.len() == 3, "{public:?} {visitors:?}");
    assert!(operators.len() > 10, "{operators:?}");
    let doors = ["", "/account"].into_iter().flat_map(|door| visitors.iter().map(move |path| (door, path)));
    let public = public.iter().map(|path| ("", path));
    let paths = doors.chain(public).chain(operators.iter().map(|path| ("/review", path)));

    let mut answered = Routes::new();
    for (door, path) in paths {
        let path = format!("{door}{path}");
        let methods = allowed(&world, &path).await;
        answered.insert(path, methods);
    }
    assert_eq!(routes(&description()["paths"]), answered);
}

#[test]
fn the_doors_are_those_of_the_template() {
    let template = yaml::value("template.yaml");
    let paths = &template["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"];
    // The account's are there only with a user pool; below `/review`, all paths and methods go to the function. Pages for people
    // are not described.
    let deployed: Routes = (paths.as_object().unwrap().iter())
        .filter(|(path, _)| !path.starts_with("/review") && !path.starts_with("/console"))
        .map(|(path, item)| (nameless(path), methods(item.get("Fn::If").map_or(item, |either| &either[1]))))
        .collect();
    let mut described = routes(&description()["paths"]);
    described.retain(|path, _| !path.starts_with("/review/"));
    assert_eq!(described, deployed);
}

#[test]
fn each_door_has_its_lock() {
    for (path, item) in description()["paths"].as_object().unwrap() {
        for method in methods(item) {
            // Browsers send no token with a preflight. Who needs none is told in so many words.
            let expected = match path.split('/').nth(1) {
                Some("account") if method != "options" => json!([{"account": []}]),
                Some("review") => json!([{"operator": []}]),
                _ => json!([]),
            };
            assert_eq!(item[&method]["security"], expected, "{method} {path}");
        }
    }
}

#[test]
fn the_widget_that_is_described_is_the_one_that_there_is() {
    let description = description();
    let package: Value = serde_json::from_str(&yaml::text("widget/package.json")).unwrap();
    let version = package["version"].as_str().unwrap();
    let (major, _) = version.split_once('.').unwrap();
    let described = &description["paths"]["/widget/{version}/{file}"]["parameters"][0]["schema"]["enum"];
    assert_eq!(texts(described), owned([version, major]));
    let scripts = std::fs::read_dir(yaml::root().join("widget")).unwrap();
    let scripts = scripts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let scripts: BTreeSet<_> = scripts.filter(|name| name.ends_with(".js")).collect();
    assert_eq!(texts(&description["components"]["schemas"]["WidgetFile"]["enum"]), scripts);
}

/// The names that an enumeration knows, as it tells them to whoever writes another.
fn known<T>(refused: serde_json::Result<T>) -> BTreeSet<String> {
    let told = refused.err().unwrap().to_string();
    // unknown variant `?`, expected one of `a`, `b`, `c`
    told.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_enumerations_are_those_of_the_code() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let nothing = json!("?").to_string();
    let nothing = nothing.as_str();
    let statuses = [Status::Accepted, Status::Ended, Status::Cancelled];
    for (name, code) in [
        ("Channel", known(serde_json::from_str::<Channel>(nothing))),
        ("Status", texts(&json!(statuses))),
        ("State", owned(StateName::ALL.map(StateName::as_str))),
        ("FindingCode", owned(Code::ALL.iter().map(|code| code.as_str()))),
        ("Certainty", texts(&json!([Certainty::Noted, Certainty::Suspected, Certainty::Sure]))),
        ("Standing", known(serde_json::from_str::<Standing>(nothing))),
        ("NumberKind", known(serde_json::from_str::<NumberKind>(nothing))),
        ("NetworkMark", known(serde_json::from_str::<NetworkMark>(nothing))),
        ("LineType", known(serde_json::from_str::<LineType>(nothing))),
        ("Outcome", known(serde_json::from_str::<Outcome>(nothing))),
        ("Failure", known(serde_json::from_str::<Failure>(nothing))),
        ("Effect", known(serde_json::from_str::<Effect>(nothing))),
        ("Action", known(serde_json::from_str::<Action>(nothing))),
        ("Guests", known(serde_json::from_str::<Guests>(nothing))),
        ("WithoutLookup", texts(&json!([WithoutLookup::Dial, WithoutLookup::Refuse]))),
        ("Mode", known(serde_json::from_str::<Mode>(nothing))),
        ("MarkKind", known(serde_json::from_str::<MarkKind>(nothing))),
    ] {
        assert!(code.len() > 1, "{name}: {code:?}");
        assert_eq!(texts(&schemas[name]["enum"]), code, "{name}");
    }
    let with_mode = Code::ALL.iter().filter(|code| code.has_mode()).map(|code| code.as_str());
    let rules = &schemas["Policy"]["properties"]["rules"];
    assert_eq!(texts(&rules["propertyNames"]["enum"]), owned(with_mode), "rules");
    let other = &schemas["OtherChannels"]["items"]["enum"];
    assert_eq!(*other, serde_json::to_value(Policy::default().channels).unwrap(), "channels");
}

/// The names of problems in a function of the code: all texts in it that are of lower-case words and dashes.
fn problems_in(source: &str, function: &str) -> BTreeSet<String> {
    let source = yaml::text(source);
    let (_, from) = source.split_once(&format!("fn {function}(")).unwrap();
    let (body, _) = from.split_once("\n    }\n").unwrap();
    let is_name =
        |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let names = body.split('"').skip(1).step_by(2).filter(is_name);
    names.map(|name| format!("{TYPE}{name}")).collect()
}

#[test]
fn the_problems_are_those_of_the_code_and_each_stands_where_it_is_told() {
    let description = description();
    let components = &description["components"];
    for (schema, source, function) in [
        ("VisitorProblem", "functions/intake/src/problem.rs", "name"),
        ("OperatorProblem", "functions/review/src/problem/kind.rs", "told"),
    ] {
        let code = problems_in(source, function);
        assert!(code.len() > 10, "{code:?}");
        assert_eq!(texts(&components["schemas"][schema]["properties"]["type"]["enum"]), code, "{schema}");

        let mut told = BTreeSet::new();
        for parts in find_all(&components["responses"], "allOf") {
            if parts[0]["$ref"] == format!("#/components/schemas/{schema}") {
                let named = &parts[1]["properties"]["type"];
                told.extend(match &named["const"] {
                    Value::String(name) => BTreeSet::from([name.clone()]),
                    _ => texts(&named["enum"]),
                });
            }
        }
        // Told at methods that are not described.
        told.insert(format!("{TYPE}method-not-allowed"));
        assert_eq!(told, code, "{schema}");
    }
}

/// Compares a part of the policy with its schema: the keys, and the default of each.
fn compare(field: &str, schema: &Value, default: &Value, schemas: &Value) {
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
    let whole = name.map_or(schema, |name| &schemas[name]);
    match (schema.get("default"), whole["properties"].as_object()) {
        (Some(described), _) => assert_eq!(described, default, "{field}"),
        (None, Some(properties)) => {
            let keys: BTreeSet<_> = default.as_object().unwrap().keys().collect();
            assert_eq!(properties.keys().collect::<BTreeSet<_>>(), keys, "{field}");
            assert_eq!(whole["additionalProperties"], false, "{field}");
            for (key, schema) in properties {
                compare(&format!("{field}.{key}"), schema, &default[key], schemas);
            }
        }
        (None, None) => panic!("{field} has no default"),
    }
}

#[test]
fn the_policy_has_its_keys_and_defaults() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    compare("Policy", &schemas["Policy"], &serde_json::to_value(Policy::default()).unwrap(), schemas);
}

#[test]
fn every_reference_leads_to_something_and_everything_is_referred_to() {
    let description = description();
    let mut used = BTreeSet::new();
    for reference in find_all(&description, "$ref") {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{pointer} is not there");
        used.insert(pointer.to_owned());
    }
    let kinds = description["components"].as_object().unwrap().iter();
    let there = kinds.filter(|(kind, _)| *kind != "securitySchemes").flat_map(|(kind, named)| {
        named.as_object().unwrap().keys().map(move |name| format!("/components/{kind}/{name}"))
    });
    assert_eq!(there.collect::<BTreeSet<_>>(), used);

    let operations: Vec<_> = (description["paths"].as_object().unwrap().values())
        .flat_map(|item| methods(item).into_iter().map(|method| item[&method]["operationId"].clone()))
        .collect();
    let links = find_all(&description["paths"], "links");
    for link in links.iter().flat_map(|links| links.as_object().unwrap().values()) {
        assert!(operations.contains(&link["operationId"]), "{link}");
    }
    assert_eq!(operations.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), operations.len());
}
