//! What AWS counts itself, under the names and dimensions that it documents: functions, streams, queues, the API and its throttle,
//! AWS WAF.

use jiff::{SignedDuration, Timestamp};

use super::cloudwatch::CloudWatch;
use crate::template::yaml;
use crate::world::BEGINNING;

type Dimensions<'a> = &'a [(&'a str, &'a str)];

/// The alarms that ring some time while a metric has so much in each of ten minutes, and upkeep runs.
fn ring(metric: (&str, &str), dimensions: Dimensions, in_each_minute: f64) -> Vec<String> {
    ring_while(|cloudwatch, at| cloudwatch.put(metric, dimensions, at, in_each_minute))
}

fn ring_while(mut happens: impl FnMut(&mut CloudWatch, Timestamp)) -> Vec<String> {
    let mut cloudwatch = CloudWatch::new();
    let mut rang = std::collections::BTreeSet::new();
    for minute in 1..=10 {
        let at = BEGINNING.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute);
        cloudwatch.put(("AWS/Lambda", "Invocations"), &[("FunctionName", "UpkeepFunction")], at, 1.0);
        happens(&mut cloudwatch, at);
        rang.extend(cloudwatch.ringing(at));
    }
    rang.into_iter().collect()
}

/// Holds that one alarm rings when a metric has more than so much a minute, and that none does at that.
#[track_caller]
fn rings_beyond(alarm: &str, metric: (&str, &str), dimensions: Dimensions, usual_in_a_minute: f64) {
    assert_eq!(ring(metric, dimensions, usual_in_a_minute + 1.0), [alarm]);
    assert_eq!(ring(metric, dimensions, usual_in_a_minute), Vec::<String>::new(), "{metric:?}");
}

/// A parameter's default.
fn parameter(name: &str) -> f64 {
    yaml::value("template.yaml")["Parameters"][name]["Default"].as_f64().unwrap()
}

const STAGE: Dimensions = &[("ApiName", "AWS::StackName"), ("Stage", "v1")];

#[test]
fn what_waits_or_was_given_up_rings() {
    for (alarm, function, usual_ms) in
        [("ScreeningLate", "ScreeningFunction", 60_000.0), ("DialingLate", "DialingFunction", 300_000.0)]
    {
        rings_beyond(alarm, ("AWS/Lambda", "IteratorAge"), &[("FunctionName", function)], usual_ms);
    }
    for (alarm, queue) in
        [("StreamFailuresWait", "StreamFailures.QueueName"), ("EventFailuresWait", "EventFailures.QueueName")]
    {
        rings_beyond(alarm, ("AWS/SQS", "ApproximateNumberOfMessagesVisible"), &[("QueueName", queue)], 0.0);
    }
}

#[test]
fn one_function_that_fails_rings_though_the_others_have_no_datapoint() {
    for function in ["Intake", "Screening", "Dialing", "ContactEvents", "Review", "Upkeep"] {
        let function = format!("{function}Function");
        for (alarm, metric) in [("FunctionsFail", "Errors"), ("FunctionsThrottled", "Throttles")] {
            rings_beyond(alarm, ("AWS/Lambda", metric), &[("FunctionName", function.as_str())], 0.0);
        }
    }
}

#[test]
fn upkeep_that_does_not_run_rings() {
    let at = BEGINNING.parse::<Timestamp>().unwrap();
    assert!(CloudWatch::new().ringing(at).contains("UpkeepStopped"));
}

#[test]
fn what_comes_to_the_api_rings() {
    rings_beyond("ApiFails", ("AWS/ApiGateway", "5XXError"), STAGE, 0.0);
    let a_minute = |name: &str| (parameter(name) / 5.0).floor();
    rings_beyond("ManyAtTheDoor", ("AWS/ApiGateway", "Count"), STAGE, a_minute("DoorAlarm"));
    for resource in ["/callbacks", "/account/callbacks"] {
        let posts = [STAGE, &[("Resource", resource), ("Method", "POST")]].concat();
        rings_beyond("ManyRequests", ("AWS/ApiGateway", "Count"), &posts, a_minute("RequestsAlarm"));
    }
    let acl = [("WebACL", "AWS::StackName"), ("Rule", "ALL"), ("Region", "AWS::Region")];
    rings_beyond("WafBlocks", ("AWS/WAFV2", "BlockedRequests"), &acl, a_minute("WafBlocksAlarm"));
}

#[test]
fn requests_that_the_throttle_turns_away_ring_and_other_mistakes_do_not() {
    for (error, status, alarms) in [
        ("THROTTLED", "429", vec!["Throttled".to_owned()]),
        ("WAF_FILTERED", "403", vec![]),
        ("-", "422", vec![]),
    ] {
        let rang = ring_while(|cloudwatch, at| {
            let line =
                cloudwatch.line(&[("error.responseType", error), ("status", status), ("httpMethod", "POST")]);
            (0..5).for_each(|_| cloudwatch.hear(&line, at));
        });
        assert_eq!(rang, alarms, "{error}");
    }
}
