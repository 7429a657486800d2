//! CloudWatch, as far as the template's alarms need it: datapoints by namespace, name and dimensions, and whether an alarm is in
//! ALARM over them. It is told by the template alone what an alarm watches: its threshold, periods, statistic, metric math, and
//! what a missing datapoint counts as. The last period ends with the moment that is looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tollgate_aws::services::metrics::{Metrics, embedded};

use crate::template::yaml::{Template, find_all};

/// Which metric, with its dimensions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    namespace: String,
    name: String,
    dimensions: BTreeMap<String, String>,
}

/// CloudWatch.
pub(super) struct CloudWatch {
    template: Template,
    datapoints: BTreeMap<Series, Vec<(Timestamp, f64)>>,
}

/// A period: all after one moment, until another.
#[derive(Debug, Clone, Copy)]
struct Period {
    after: Timestamp,
    until: Timestamp,
}

impl CloudWatch {
    pub(super) fn new() -> Self {
        Self { template: Template::read(), datapoints: BTreeMap::new() }
    }

    /// Puts a datapoint of one of AWS's own metrics.
    pub(super) fn put(
        &mut self,
        (namespace, name): (&str, &str),
        dimensions: &[(&str, &str)],
        at: Timestamp,
        value: f64,
    ) {
        let dimensions = dimensions.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())).collect();
        let series = Series { namespace: namespace.to_owned(), name: name.to_owned(), dimensions };
        self.datapoints.entry(series).or_default().push((at, value));
    }

    /// Takes what a function has counted, as it would have told it, under the namespace that the template gives it: upkeep by
    /// the API, the others by lines of their logs.
    pub(super) fn take(&mut self, name: &str, metrics: &Metrics, at: Timestamp) {
        let function = self.template.resource(&format!("{name}Function"));
        let namespace = &function["Properties"]["Environment"]["Variables"]["METRICS_NAMESPACE"];
        assert!(namespace.is_object(), "a function that counts has a namespace");
        let namespace = self.text(namespace);
        let counted = metrics.take();
        if name != "Upkeep" {
            for line in embedded::lines(&counted, &namespace, at) {
                self.extract(&serde_json::from_str(&line).unwrap());
            }
            return;
        }
        for (metric, value) in counted {
            let dimensions: Vec<_> = metric.dimension().into_iter().collect();
            self.put((&namespace, metric.name()), &dimensions, at, value);
        }
    }

    /// Takes the metrics out of a line of a function's log, by the specification of the embedded metric format.
    fn extract(&mut self, line: &Value) {
        let metadata = &line["_aws"];
        let at = Timestamp::from_millisecond(metadata["Timestamp"].as_i64().unwrap()).unwrap();
        for directive in metadata["CloudWatchMetrics"].as_array().unwrap() {
            let namespace = directive["Namespace"].as_str().unwrap();
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!(metrics.len() <= 100, "a directive has at most a hundred");
            for set in directive["Dimensions"].as_array().unwrap() {
                let keys = set.as_array().unwrap().iter().map(|key| key.as_str().unwrap());
                let dimensions: Vec<_> = keys.map(|key| (key, line[key].as_str().unwrap())).collect();
                for metric in metrics {
                    let name = metric["Name"].as_str().unwrap();
                    self.put((namespace, name), &dimensions, at, line[name].as_f64().unwrap());
                }
            }
        }
    }

    /// Hears a line of the API's log: the template's filters count it.
    pub(super) fn hear(&mut self, line: &Value, at: Timestamp) {
        let mut found = vec![];
        for (_, filter) in self.template.resources("AWS::Logs::MetricFilter") {
            let pattern = filter["Properties"]["FilterPattern"].as_str().unwrap();
            let (field, value) =
                pattern.trim_matches(['{', '}', ' ']).strip_prefix("$.").unwrap().split_once(" = ").unwrap();
            let of = &filter["Properties"]["MetricTransformations"][0];
            if line[field] == value.trim_matches('"') {
                let name = of["MetricName"].as_str().unwrap().to_owned();
                found.push((self.text(&of["MetricNamespace"]), name, self.number(&of["MetricValue"])));
            }
        }
        for (namespace, name, value) in found {
            self.put((&namespace, &name), &[], at, value);
        }
    }

    /// A line of the API's log, as API Gateway writes it in the template's format.
    pub(super) fn line(&self, context: &[(&str, &str)]) -> Value {
        let format = &self.template.resource("Api")["Properties"]["AccessLogSetting"]["Format"];
        let mut format = serde_json::from_str::<Value>(format.as_str().unwrap()).unwrap();
        for field in format.as_object_mut().unwrap().values_mut() {
            let told = context.iter().find(|(name, _)| field == &json!(format!("$context.{name}")));
            *field = json!(told.map_or("-", |(_, value)| value));
        }
        format
    }

    /// The alarms that are in ALARM at a moment.
    pub(super) fn ringing(&self, at: Timestamp) -> BTreeSet<String> {
        let alarms = self.template.resources("AWS::CloudWatch::Alarm");
        alarms
            .filter(|(_, alarm)| self.rings(&alarm["Properties"], at))
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    /// All alarms.
    pub(super) fn alarms(&self) -> BTreeSet<String> {
        self.template.resources("AWS::CloudWatch::Alarm").map(|(name, _)| name.to_owned()).collect()
    }

    fn rings(&self, alarm: &Value, at: Timestamp) -> bool {
        let periods = alarm["EvaluationPeriods"].as_i64().unwrap();
        let needed = alarm["DatapointsToAlarm"].as_i64().unwrap_or(periods);
        let seconds: BTreeSet<_> = find_all(alarm, "Period").into_iter().filter_map(Value::as_i64).collect();
        assert_eq!(seconds.len(), 1, "periods of one length");
        let seconds = *seconds.first().unwrap();
        let threshold = self.number(&alarm["Threshold"]);
        let breaches = |value: f64| match alarm["ComparisonOperator"].as_str().unwrap() {
            "GreaterThanThreshold" => value > threshold,
            "GreaterThanOrEqualToThreshold" => value >= threshold,
            "LessThanThreshold" => value < threshold,
            other => panic!("{other} is not reckoned with"),
        };
        let breaching = (0..periods).filter(|back| {
            let until = at - SignedDuration::from_secs(back * seconds);
            let period = Period { after: until - SignedDuration::from_secs(seconds), until };
            self.watched(alarm, period).map_or(alarm["TreatMissingData"] == "breaching", breaches)
        });
        breaching.count() >= usize::try_from(needed).unwrap()
    }

    /// What an alarm watches, over a period; none if that has no datapoint.
    fn watched(&self, alarm: &Value, period: Period) -> Option<f64> {
        let Some(metrics) = alarm["Metrics"].as_array() else {
            return self.statistic(&self.series(alarm), alarm["Statistic"].as_str().unwrap(), period);
        };
        let returned = metrics.iter().find(|metric| metric["ReturnData"] == true).unwrap();
        let expression = self.text(&returned["Expression"]);
        if let Some(query) = expression.strip_prefix("SELECT ") {
            return self.select(query, period);
        }
        let of = |id: &str| {
            let metric = metrics.iter().find(|metric| metric["Id"] == id).unwrap();
            let stat = &metric["MetricStat"];
            self.statistic(&self.series(&stat["Metric"]), stat["Stat"].as_str().unwrap(), period)
        };
        // As CloudWatch does: one term that is missing, and so is the sum.
        let terms = expression.split(" + ").map(|term| match term.strip_prefix("FILL(") {
            Some(rest) => {
                let (id, otherwise) = rest.trim_end_matches(')').split_once(", ").unwrap();
                of(id).or(otherwise.parse().ok())
            }
            None => of(term),
        });
        terms.sum()
    }

    /// A query, such as `SUM(Name) FROM SCHEMA("Space", Dimension) WHERE Dimension != 'value'`.
    fn select(&self, query: &str, period: Period) -> Option<f64> {
        let (statistic, rest) = query.split_once('(').unwrap();
        let (name, rest) = rest.split_once(") FROM SCHEMA(\"").unwrap();
        let (namespace, rest) = rest.split_once("\", ").unwrap();
        let (dimension, rest) = rest.split_once(')').unwrap();
        let without =
            rest.strip_prefix(&format!(" WHERE {dimension} != ")).map(|value| value.trim_matches('\''));
        let of_schema = self.datapoints.iter().filter(|(series, _)| {
            let value = series.dimensions.get(dimension).filter(|_| series.dimensions.len() == 1);
            (series.namespace.as_str(), series.name.as_str()) == (namespace, name)
                && value.is_some_and(|value| Some(value.as_str()) != without)
        });
        let values = of_schema.flat_map(|(_, datapoints)| within(datapoints, period));
        aggregate(if statistic == "MAX" { "Maximum" } else { "Sum" }, values)
    }

    fn statistic(&self, series: &Series, statistic: &str, period: Period) -> Option<f64> {
        aggregate(statistic, within(self.datapoints.get(series)?, period))
    }

    fn series(&self, metric: &Value) -> Series {
        let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
        let dimensions = dimensions.map(|each| (self.text(&each["Name"]), self.text(&each["Value"])));
        Series {
            namespace: self.text(&metric["Namespace"]),
            name: self.text(&metric["MetricName"]),
            dimensions: dimensions.collect(),
        }
    }

    /// What a value of the template becomes: a parameter its default, a resource or pseudo parameter its own name.
    fn text(&self, value: &Value) -> String {
        if let Some(name) = value["Ref"].as_str().or(value["Fn::GetAtt"].as_str()) {
            let default = &self.template.parameter(name)["Default"];
            return if default.is_null() { name.to_owned() } else { self.text(default) };
        }
        match (value, value["Fn::Sub"].as_str()) {
            (_, Some(text)) => text.replace("${", "").replace('}', ""),
            (Value::String(text), _) => text.clone(),
            (Value::Number(number), _) => number.to_string(),
            _ => panic!("not reckoned with: {value}"),
        }
    }

    fn number(&self, value: &Value) -> f64 {
        self.text(value).parse().unwrap()
    }
}

fn within(datapoints: &[(Timestamp, f64)], period: Period) -> impl Iterator<Item = f64> {
    let of_period = datapoints.iter().filter(move |(at, _)| *at > period.after && *at <= period.until);
    of_period.map(|(_, value)| *value)
}

/// None of none.
fn aggregate(statistic: &str, values: impl Iterator<Item = f64>) -> Option<f64> {
    match statistic {
        "Sum" => values.reduce(|sum, value| sum + value),
        "Maximum" => values.reduce(f64::max),
        other => panic!("{other} is not reckoned with"),
    }
}
