//! The deployment: template.yaml and the code are told apart by no compiler, so these tests hold them together. What the
//! code does is read from its source (`code`), function by function, along its calls.

mod code;
mod doors;
mod metrics;
mod tables;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tollgate_aws::tables::schema::{
    EXPIRES_AT, IndexDefinition, KeyAttribute, STREAM_VIEW, TABLES, TableDefinition,
};

use code::{Code, Reached};
use yaml::Template;

/// The functions: the crate's name, and the template's name for it.
const FUNCTIONS: [(&str, &str); 7] = [
    ("intake", "Intake"),
    ("screening", "Screening"),
    ("dialing", "Dialing"),
    ("contact-events", "ContactEvents"),
    ("review", "Review"),
    ("console", "Console"),
    ("upkeep", "Upkeep"),
];

#[track_caller]
fn same<T: std::fmt::Debug + Ord>(what: &str, template: &BTreeSet<T>, code: &BTreeSet<T>) {
    let only_template: Vec<_> = template.difference(code).collect();
    let only_code: Vec<_> = code.difference(template).collect();
    assert!(
        only_template.is_empty() && only_code.is_empty(),
        "{what}: only in the template {only_template:?}, only in the code {only_code:?}"
    );
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_tables_are_those_of_the_schema() {
    let template = Template::read();
    let tables: BTreeSet<_> =
        template.resources("AWS::DynamoDB::Table").map(|(name, _)| name.to_owned()).collect();
    same("tables", &tables, &TABLES.iter().map(|table| format!("{}Table", table.name)).collect());

    for table in TABLES {
        let resource = template.resource(&format!("{}Table", table.name));
        let properties = &resource["Properties"];
        let name = table.name;
        assert_eq!(properties["KeySchema"], key_schema(table.key, table.sort), "{name}");
        assert_eq!(by_name(&properties["AttributeDefinitions"]), attributes(table), "{name}");
        let indexes = properties["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
        assert_eq!(indexes, table.indexes.iter().map(index).collect::<Vec<_>>(), "{name}");
        let expiry = json!({"AttributeName": EXPIRES_AT, "Enabled": true});
        assert_eq!(
            properties["TimeToLiveSpecification"],
            if table.expires_at { expiry } else { Value::Null },
            "{name}"
        );
        let stream = json!({"StreamViewType": STREAM_VIEW});
        assert_eq!(
            properties["StreamSpecification"],
            if table.stream { stream } else { Value::Null },
            "{name}"
        );

        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain"))
        );
        assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST", "{name}");
        assert_eq!(
            properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true,
            "{name}"
        );
        assert_eq!(properties["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}), "{name}");
        assert!(
            properties["OnDemandThroughput"].is_object() && properties["SSESpecification"].is_object(),
            "{name}"
        );
        assert_eq!(
            properties["TableName"],
            Value::Null,
            "CloudFormation names tables, so that they can be replaced"
        );
    }
}

fn key_schema(key: KeyAttribute, sort: Option<KeyAttribute>) -> Value {
    let part = |key: KeyAttribute, kind: &str| json!({"AttributeName": key.name, "KeyType": kind});
    [part(key, "HASH")].into_iter().chain(sort.map(|sort| part(sort, "RANGE"))).collect()
}

fn index(index: &IndexDefinition) -> Value {
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(index.key, index.sort),
        "Projection": {"ProjectionType": index.projection.as_str()},
    })
}

fn attributes(table: &TableDefinition) -> BTreeMap<String, String> {
    let indexed = table.indexes.iter().flat_map(|index| [Some(index.key), index.sort]);
    let keys = [Some(table.key), table.sort].into_iter().chain(indexed).flatten();
    keys.map(|key| (key.name.to_owned(), key.kind.as_str().to_owned())).collect()
}

fn by_name(attributes: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = attributes.as_array().unwrap().iter();
    all.map(|each| (text(&each["AttributeName"]), text(&each["AttributeType"]))).collect()
}

#[test]
fn every_function_is_one_binary_that_its_handler_picks_from() {
    let template = Template::read();
    let build = json!({"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": "bootstrap"}});
    for (function, name) in FUNCTIONS {
        let resource = template.resource(&format!("{name}Function"));
        // The SAM CLI builds once what has the same folder and the same metadata.
        assert_eq!(
            (&resource["Metadata"], &resource["Properties"]["CodeUri"]),
            (&build, &json!(".")),
            "{name}"
        );
        assert_eq!(resource["Properties"]["Handler"], function, "{name}");
    }
    same(
        "functions",
        &FUNCTIONS.map(|(function, _)| function).into(),
        &bootstrap::Function::ALL.map(bootstrap::Function::name).into(),
    );
}

#[test]
fn the_variables_are_those_that_the_code_reads() {
    let (template, code) = (Template::read(), Code::read());
    for (function, name) in FUNCTIONS {
        let Reached { variables, actions } = code.reached_by(function);
        let (endpoints, given) =
            template.variables(name).partition(|name| name.starts_with("AWS_ENDPOINT_URL_"));
        same(&format!("variables of {function}"), &given, &variables);
        // Read by the SDK, for the services that are called.
        let called = |service: &str| actions.iter().any(|action| action.starts_with(service));
        let services = [
            ("connect:", "AWS_ENDPOINT_URL_CONNECT"),
            ("mobiletargeting:", "AWS_ENDPOINT_URL_PINPOINT"),
            ("sms-voice:", "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"),
            ("dynamodb:", "AWS_ENDPOINT_URL_DYNAMODB"),
        ];
        let expected =
            services.iter().filter(|(service, _)| called(service)).map(|(_, name)| (*name).to_owned());
        same(&format!("endpoints of {function}"), &endpoints, &expected.collect());
    }
}

#[test]
fn the_values_of_variables_are_those_that_the_code_knows() {
    let (template, code) = (Template::read(), Code::read());
    for (parameter, variable) in [("Waf", "WAF"), ("Metrics", "METRICS"), ("CarrierLookup", "CARRIER_LOOKUP")]
    {
        let allowed = template.parameter(parameter)["AllowedValues"].as_array().unwrap().iter();
        same(
            variable,
            &allowed.map(|value| value.as_str().unwrap().to_owned()).collect(),
            &code.choices(variable),
        );
    }
    let country_from =
        &template.resource("IntakeFunction")["Properties"]["Environment"]["Variables"]["COUNTRY_FROM"];
    let expected = json!({"Fn::If": ["IsRegional", {"Fn::If": ["WafIsOn", "waf", "none"]}, "cloudfront"]});
    assert_eq!(*country_from, expected);
    same("COUNTRY_FROM", &set(["waf", "none", "cloudfront"]), &code.choices("COUNTRY_FROM"));
}

#[test]
fn who_writes_the_list_is_deployed_before_who_vouches_for_its_buckets() {
    let template = Template::read();
    assert_eq!(template.resource("UpkeepFunction")["DependsOn"], "ReviewFunction");
    // Nor may what an earlier version wrote the list with be done any more once the role is this version's.
    let may = template.actions("Review").any(|action| action.starts_with("dynamodb:BatchWriteItem DenyList"));
    assert!(!may, "an entry without its node");
}

#[test]
fn a_role_may_what_its_function_calls_and_no_more() {
    let (template, code) = (Template::read(), Code::read());
    for (function, name) in FUNCTIONS {
        assert_eq!(
            template.resource(&format!("{name}Function"))["Properties"]["Role"],
            json!({"Fn::GetAtt": format!("{name}Role.Arn")})
        );
        let (wiring, allowed) = template.actions(name).partition(|action| is_wiring(action));
        let called = code.reached_by(function).actions;
        same(&format!("actions of {function}"), &allowed, &called);

        let logs = ["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action} {name}Logs"));
        let mut expected = BTreeSet::from(logs);
        if ["screening", "dialing"].contains(&function) {
            let stream = ["DescribeStream", "GetRecords", "GetShardIterator"];
            expected.extend(stream.map(|action| format!("dynamodb:{action} Requests/stream")));
            expected.extend(set(["dynamodb:ListStreams", "sqs:SendMessage StreamFailures"]));
        }
        if ["contact-events", "upkeep"].contains(&function) {
            expected.extend(set(["sqs:SendMessage EventFailures"]));
        }
        same(&format!("wiring of {function}"), &wiring, &expected);
    }
}

/// What Lambda does in a function's name.
fn is_wiring(action: &str) -> bool {
    action.starts_with("logs:")
        || action.starts_with("sqs:")
        || action.starts_with("dynamodb:ListStreams")
        || action.ends_with("/stream")
}

#[test]
fn the_filters_are_those_of_the_local_stack() {
    let template = Template::read();
    let expected = Code::stream_filters();
    let on_stream = |name: &str| {
        template.resource(&format!("{name}Function"))["Properties"]["Events"]["Stream"].is_object()
    };
    let names = FUNCTIONS.iter().map(|(_, name)| (*name).to_owned());
    same(
        "functions on the stream",
        &names.filter(|name| on_stream(name)).collect(),
        &expected.keys().cloned().collect(),
    );
    for (name, expected) in expected {
        let stream = &template.resource(&format!("{name}Function"))["Properties"]["Events"]["Stream"];
        let filters = stream["Properties"]["FilterCriteria"]["Filters"].as_array().unwrap();
        let patterns: Vec<_> = filters.iter().map(|filter| filter["Pattern"].as_str().unwrap()).collect();
        assert_eq!(patterns, expected, "{name}");

        let expected = json!({
            "Stream": {"Fn::GetAtt": "RequestsTable.StreamArn"},
            // With LATEST, what is written while the mapping is made would be missed.
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": true,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": "StreamFailures.Arn"}}},
        });
        for (property, value) in expected.as_object().unwrap() {
            assert_eq!(stream["Properties"][property], *value, "{name}: {property}");
        }
        // Otherwise a poison record would hold its shard for a day.
        for property in ["MaximumRetryAttempts", "MaximumRecordAgeInSeconds"] {
            assert!(stream["Properties"][property].as_i64().unwrap() > 0, "{name}: {property}");
        }
    }
}

/// Every event type that Connect has.
const EVENT_TYPES: [&str; 11] = [
    "INITIATED",
    "CONNECTED_TO_SYSTEM",
    "CONTACT_DATA_UPDATED",
    "QUEUED",
    "CONNECTED_TO_AGENT",
    "DISCONNECTED",
    "PAUSED",
    "RESUMED",
    "COMPLETED",
    "AMD_DISABLED",
    "WEBRTC_API",
];

#[test]
fn the_rule_takes_the_events_that_the_code_acts_on() {
    let template = Template::read();
    let event =
        &template.resource("ContactEventsFunction")["Properties"]["Events"]["ContactEvent"]["Properties"];
    let pattern = &event["Pattern"];
    let types = pattern["detail"]["eventType"].as_array().unwrap().iter();
    let types: BTreeSet<_> = types.map(|each| each.as_str().unwrap().to_owned()).collect();
    let acted_on = |event_type: &&str| {
        let detail = json!({"eventType": event_type, "contactId": "c-1", "initiationMethod": "API"});
        contact_events::read(&json!({"time": "2026-11-22T10:05:00Z", "detail": detail})).is_ok()
    };
    let expected =
        EVENT_TYPES.iter().filter(|event_type| acted_on(event_type)).map(|text| (*text).to_owned());
    same("event types", &types, &expected.collect());

    assert_eq!(pattern["detail-type"], json!(["Amazon Connect Contact Event"]));
    assert_eq!(pattern["detail"]["initiationMethod"], json!([{"equals-ignore-case": "API"}]));
    assert_eq!(template.parameter("ContactEventSource")["Default"], "aws.connect");
    let fields: BTreeSet<_> = pattern["detail"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, set(["eventType", "initiationMethod", "instanceArn"]));
    assert_eq!(event["DeadLetterConfig"]["Arn"], json!({"Fn::GetAtt": "EventFailures.Arn"}));
}
