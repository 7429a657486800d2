//! Metrics in the template: what alarms and the dashboard watch is what the code counts, under the stack's own namespace.

use serde_json::{Value, json};

use super::code::Code;
use super::yaml::{self, Template};

/// What is counted from the log of the API, and not by a function.
const COUNTED_FROM_LOGS: &str = "RequestsThrottled";

#[test]
fn alarms_watch_metrics_that_there_are() {
    let (template, code) = (Template::read(), Code::read());
    let mut known = code.metrics();
    let filters: Vec<_> = template.resources("AWS::Logs::MetricFilter").collect();
    let transformed = &filters[0].1["Properties"]["MetricTransformations"][0];
    assert_eq!((filters.len(), &transformed["MetricName"]), (1, &json!(COUNTED_FROM_LOGS)));
    known.insert(COUNTED_FROM_LOGS.to_owned(), None);
    let watched = template.watched_metrics();
    assert!(watched.len() > 8, "{watched:?}");
    for (metric, dimension) in &watched {
        assert_eq!(known.get(metric), Some(dimension), "the alarm of {metric}: what the code sends");
    }
    let text = yaml::text("template.yaml");
    let unseen: Vec<_> = known.keys().filter(|metric| !text.contains(metric.as_str())).collect();
    assert!(unseen.is_empty(), "neither alarm nor dashboard shows {unseen:?}");
}

#[test]
fn a_stack_has_a_namespace_of_its_own_wherever_its_metrics_are_named() {
    let template = Template::read();
    let own = json!({"Fn::Sub": yaml::NAMESPACE});
    // Where they are written, and allowed to be.
    for key in ["METRICS_NAMESPACE", "cloudwatch:namespace", "MetricNamespace"] {
        let found = yaml::find_all(template.value(), key);
        assert!(!found.is_empty() && found.iter().all(|value| **value == own), "{key}: {found:?}");
    }
    let own_metrics = Code::read().metrics();
    for (name, alarm) in template.resources("AWS::CloudWatch::Alarm") {
        let metrics = yaml::find_all(alarm, "MetricName");
        let spaces = yaml::find_all(alarm, "Namespace");
        assert_eq!(metrics.len(), spaces.len(), "{name}");
        for (metric, space) in metrics.into_iter().zip(spaces) {
            let is_own = own_metrics.contains_key(metric.as_str().unwrap()) || metric == COUNTED_FROM_LOGS;
            assert_eq!(*space == own, is_own, "{name}: {metric} in {space}");
        }
    }
    let dashboard = &template.resource("Dashboard")["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(
        &dashboard.as_str().unwrap().replace("${BudgetAlarm}", "80").replace("${ShareAlarm}", "25"),
    )
    .unwrap();
    let shown = yaml::find_all(&body, "metrics").into_iter().map(Value::to_string).collect::<String>();
    assert!(shown.contains(&format!("{{\\\"{}\\\",Decision}}", yaml::NAMESPACE)), "{shown}");
    assert!(!shown.replace(yaml::NAMESPACE, "").contains("Tollgate"), "of another namespace: {shown}");
    // The web ACL's metrics are told apart by the name that it gives them.
    let acl = &template.resource("WebAcl")["Properties"]["VisibilityConfig"]["MetricName"];
    assert_eq!(*acl, json!({"Ref": "AWS::StackName"}));
}

#[test]
fn no_sum_of_metrics_waits_for_one_that_has_no_datapoint() {
    let template = Template::read();
    for (name, alarm) in template.resources("AWS::CloudWatch::Alarm") {
        for metric in alarm["Properties"]["Metrics"].as_array().into_iter().flatten() {
            let Some(expression) = metric["Expression"].as_str() else { continue };
            for term in expression.split(" + ") {
                assert!(
                    term.starts_with("FILL(") && term.ends_with(", 0)"),
                    "{name}: {term} of {expression}"
                );
            }
        }
    }
}
