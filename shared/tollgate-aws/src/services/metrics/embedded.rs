//! Metrics as lines of the log, in CloudWatch's embedded metric format: a line is a JSON object that holds the values, and
//! says under `_aws` which of its members are metrics and which are dimensions.
//!
//! A member has one value, so a metric that was counted under two values of its dimension takes two lines. Most batches
//! are one request, and one line. A line has fewer metrics than a directive may have (100): there are fewer names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Counts, Metric};

/// What of the counts fits one line.
#[derive(Debug, Default)]
struct Line {
    dimensions: BTreeMap<&'static str, &'static str>,
    values: BTreeMap<&'static str, (Metric, f64)>,
}

/// The lines that tell what was counted, each with its line break. What was counted as nothing makes none.
#[must_use]
pub fn lines(counts: &Counts, namespace: &str, now: Timestamp) -> Vec<String> {
    let mut lines: Vec<Line> = vec![];
    for (metric, value) in counts.iter().filter(|(_, value)| **value != 0.0) {
        match lines.iter_mut().find(|line| line.has_room_for(*metric)) {
            Some(line) => line.put(*metric, *value),
            None => {
                let mut line = Line::default();
                line.put(*metric, *value);
                lines.push(line);
            }
        }
    }
    lines.iter().map(|line| format!("{}\n", line.document(namespace, now))).collect()
}

impl Line {
    fn has_room_for(&self, metric: Metric) -> bool {
        let dimension_fits = metric
            .dimension()
            .is_none_or(|(name, value)| self.dimensions.get(name).is_none_or(|of_line| *of_line == value));
        dimension_fits && !self.values.contains_key(metric.name())
    }

    fn put(&mut self, metric: Metric, value: f64) {
        self.dimensions.extend(metric.dimension());
        self.values.insert(metric.name(), (metric, value));
    }

    fn document(&self, namespace: &str, now: Timestamp) -> Value {
        // One directive for each dimension, since all of a directive's metrics have all of its dimensions.
        let mut directives: BTreeMap<Option<&str>, Vec<Value>> = BTreeMap::new();
        for (name, (metric, _)) in &self.values {
            let definition = json!({"Name": name, "Unit": metric.unit().as_str()});
            directives.entry(metric.dimension().map(|(name, _)| name)).or_default().push(definition);
        }
        let directives = directives.into_iter().map(|(dimension, metrics)| {
            let keys: Vec<_> = dimension.into_iter().collect();
            json!({"Namespace": namespace, "Dimensions": [keys], "Metrics": metrics})
        });
        let metadata = json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": directives.collect::<Vec<_>>(),
        });
        let mut document = Map::from_iter([("_aws".to_owned(), metadata)]);
        document.extend(self.dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        document.extend(self.values.iter().map(|(name, (_, value))| ((*name).to_owned(), json!(value))));
        Value::Object(document)
    }
}

#[cfg(test)]
mod tests {
    use tollgate::state::{Failure, StateName};
    use tollgate::verdict::Code;

    use super::*;

    fn told(counts: &[(Metric, f64)]) -> Vec<Value> {
        let at = "2026-11-22T10:05:00.250Z".parse().unwrap();
        let lines = lines(&counts.iter().copied().collect(), "Tollgate/shop", at);
        lines
            .iter()
            .map(|line| {
                assert_eq!(line.matches('\n').count(), 1, "one line, ended");
                serde_json::from_str(line).unwrap()
            })
            .collect()
    }

    #[test]
    fn what_a_batch_counted_is_one_line_that_says_what_of_it_is_a_metric() {
        let counts = [
            (Metric::Decisions(StateName::Approved), 2.0),
            (Metric::CallsFailed(Failure::DestinationNotAllowed), 1.0),
            (Metric::CallsPlaced, 3.0),
            (Metric::AnsweredSeconds, 61.0),
        ];
        let directive = |dimensions: Value, metrics: Value| json!({"Namespace": "Tollgate/shop", "Dimensions": [dimensions], "Metrics": metrics});
        let expected = json!({
            "_aws": {
                "Timestamp": 1_795_341_900_250_i64,
                "CloudWatchMetrics": [
                    directive(json!([]), json!([
                        {"Name": "AnsweredSeconds", "Unit": "Seconds"},
                        {"Name": "CallsPlaced", "Unit": "Count"},
                    ])),
                    directive(json!(["Decision"]), json!([{"Name": "Decisions", "Unit": "Count"}])),
                    directive(json!(["Failure"]), json!([{"Name": "CallsFailed", "Unit": "Count"}])),
                ],
            },
            "Decision": "approved",
            "Failure": "destination-not-allowed",
            "AnsweredSeconds": 61.0,
            "CallsFailed": 1.0,
            "CallsPlaced": 3.0,
            "Decisions": 2.0,
        });
        assert_eq!(told(&counts), [expected]);
    }

    #[test]
    fn a_metric_of_two_values_of_its_dimension_takes_two_lines() {
        let lines = told(&[
            (Metric::Decisions(StateName::Approved), 1.0),
            (Metric::Decisions(StateName::Refused), 2.0),
            (Metric::Findings(Code::DenyListed), 2.0),
            // Of the same dimension, with another value.
            (Metric::ShadowFindings(Code::CountryMismatch), 1.0),
            (Metric::CallsPlaced, 1.0),
        ]);
        let value = |line: usize, name: &str| lines[line][name].clone();
        assert_eq!(lines.len(), 2);
        assert_eq!((value(0, "Decision"), value(0, "Decisions")), (json!("approved"), json!(1.0)));
        assert_eq!((value(1, "Decision"), value(1, "Decisions")), (json!("refused"), json!(2.0)));
        assert_eq!((value(0, "Code"), value(0, "Findings")), (json!("deny-listed"), json!(2.0)));
        assert_eq!((value(1, "Code"), value(1, "ShadowFindings")), (json!("country-mismatch"), json!(1.0)));
        assert_eq!((value(0, "CallsPlaced"), value(1, "CallsPlaced")), (json!(1.0), Value::Null));
    }

    #[test]
    fn nothing_counted_is_no_line() {
        assert_eq!(told(&[]), Vec::<Value>::new());
        assert_eq!(told(&[(Metric::RecordsParked, 0.0), (Metric::DamagedRows, 0.0)]), Vec::<Value>::new());
    }
}
