//! Tables that there are already: whatever uses a table follows the parameter that names another, and without one it is the stack's.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tollgate_aws::tables::schema::TABLES;

use super::yaml::{Template, find_all};
use super::{FUNCTIONS, same};

/// All that a template says but for the tables, the parameters and the conditions themselves.
fn users(template: &Template) -> String {
    let mut whole = template.value().clone();
    let resources = whole["Resources"].as_object_mut().unwrap();
    resources.retain(|_, resource| resource["Type"] != "AWS::DynamoDB::Table");
    let parts = ["Globals", "Resources", "Outputs"].map(|part| whole[part].to_string());
    parts.concat()
}

fn uses(users: &str, name: &str) -> bool {
    [format!("\"{name}\""), format!("\"{name}."), format!("${{{name}}}"), format!("${{{name}.")]
        .iter()
        .any(|form| users.contains(form.as_str()))
}

#[test]
fn every_function_and_its_role_follow_the_table_that_is_given() {
    let (own, given) = (Template::read(), Template::with_given_tables());
    let (of_own, of_given) = (users(&own), users(&given));
    for table in TABLES {
        let (resource, parameter) = (format!("{}Table", table.name), format!("{}TableName", table.name));
        assert!(uses(&of_own, &resource) && !uses(&of_own, &parameter), "{resource} without a parameter");
        assert!(!uses(&of_given, &resource) && uses(&of_given, &parameter), "{resource} with one");
        assert_eq!(own.parameter(&parameter)["Default"], "", "{parameter}");
        let is_own = json!({"Fn::Equals": [{"Ref": parameter}, ""]});
        assert_eq!(own.value()["Conditions"][format!("Own{}", table.name)], is_own);
        // The stack's own table stays: to empty the parameter takes the stack back to it.
        assert_eq!(own.resource(&resource)["Condition"], Value::Null);
    }
    for (function, name) in FUNCTIONS {
        same(
            &format!("actions of {function}"),
            &given.actions(name).collect::<BTreeSet<_>>(),
            &own.actions(name).collect(),
        );
        same(
            &format!("variables of {function}"),
            &given.variables(name).collect(),
            &own.variables(name).collect(),
        );
    }
}

#[test]
fn a_given_table_of_requests_comes_with_its_stream() {
    let given = Template::with_given_tables();
    let streams = find_all(&given.value()["Resources"], "Stream");
    let of_events: Vec<_> =
        streams.iter().filter_map(|event| event["Properties"]["Stream"].as_object()).collect();
    assert_eq!(of_events.len(), 2);
    let named = json!({"Ref": "RequestsStreamArn"});
    assert!(of_events.iter().all(|stream| Value::Object((*stream).clone()) == named));

    let rule = &given.value()["Rules"]["RequestsStream"]["Assertions"][0]["Assert"]["Fn::Or"];
    let empty = |name: &str| json!({"Fn::Equals": [{"Ref": name}, ""]});
    let names = ["RequestsTableName", "RequestsStreamArn"];
    assert_eq!(rule[0], json!({"Fn::And": names.map(empty)}));
    assert_eq!(rule[1], json!({"Fn::And": names.map(|name| json!({"Fn::Not": [empty(name)]}))}));
}
