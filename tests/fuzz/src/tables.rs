//! A DynamoDB that answers as a target says, within the process: the real SDK writes the calls and reads the answers, but
//! nothing is sent. So every form of an item is met by the very functions that meet it in production.

use std::cell::RefCell;
use std::sync::LazyLock;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value, json};
use tollgate_aws::tables::deny_list::LastSeen;
use tollgate_aws::tables::{Damage, TableNames, Tables};

/// One call, as it was made.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// `PutItem` and its kin.
    pub(crate) operation: String,
    /// What was sent.
    pub(crate) sent: Value,
}

/// What a call is answered.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Done, with this body.
    Done(Value),
    /// The condition does not hold on this item.
    ConditionFailed(Value),
}

type Answers = Box<dyn FnMut(&Call) -> Answer>;

thread_local! {
    static ANSWERS: RefCell<Option<Answers>> = const { RefCell::new(None) };
    static CALLS: RefCell<Vec<Call>> = const { RefCell::new(vec![]) };
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("fuzz", "fuzz", None, None, "fuzz"))
        .endpoint_url("http://tables.invalid")
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http_client_fn(|_settings, _components| SharedHttpConnector::new(Within)))
        .build();
    Tables {
        client: aws_sdk_dynamodb::Client::from_conf(config),
        names: TableNames::with_prefix(""),
        damage: Damage::default(),
        last_seen: LastSeen::default(),
    }
});

/// Lets `act` work on tables that answer with `answers`. Gives what it gave, and the calls that it made.
pub(crate) fn with<T>(
    answers: impl FnMut(&Call) -> Answer + 'static,
    act: impl AsyncFnOnce(&Tables) -> T,
) -> (T, Vec<Call>) {
    ANSWERS.set(Some(Box::new(answers)));
    CALLS.take();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let given = runtime.block_on(act(&TABLES));
    ANSWERS.take();
    (given, CALLS.take())
}

/// Answers every call with an empty body: nothing is there, and every write is taken.
pub(crate) fn empty(_call: &Call) -> Answer {
    Answer::Done(json!({}))
}

/// The item of a call that puts one.
pub(crate) fn put(calls: &[Call]) -> Value {
    let [Call { operation, sent }] = calls else { panic!("not one call: {calls:?}") };
    assert_eq!(operation, "PutItem");
    sent["Item"].clone()
}

/// What an update makes of an item: of the expressions, those that Tollgate writes (`SET a = :a`,
/// `SET a = if_not_exists(a, :a)` and `REMOVE a`).
pub(crate) fn updated(item: &Value, update: &Value) -> Value {
    let mut item = item.as_object().cloned().unwrap_or_else(Map::new);
    item.extend(update["Key"].as_object().unwrap().clone());
    let name = |name: &str| match update["ExpressionAttributeNames"][name].as_str() {
        Some(name) => name.to_owned(),
        None => name.to_owned(),
    };
    let expression = update["UpdateExpression"].as_str().unwrap();
    let (sets, removes) = expression.split_once("REMOVE ").unwrap_or((expression, ""));
    for set in sets.trim_start_matches("SET ").split(", ") {
        // `if_not_exists(a, :a)` is cut in two at its comma; the second half says nothing that the first does not.
        let Some((attribute, value)) = set.trim().split_once(" = ") else { continue };
        let attribute = name(attribute);
        let value = match value.strip_prefix("if_not_exists(") {
            Some(_) if item.contains_key(&attribute) => continue,
            Some(same) => format!(":{}", same.trim_start_matches('#')),
            None => value.to_owned(),
        };
        item.insert(attribute, update["ExpressionAttributeValues"][&value].clone());
    }
    for removed in removes.split(", ").filter(|removed| !removed.is_empty()) {
        item.remove(&name(removed.trim()));
    }
    Value::Object(item)
}

/// Stands where the network would be.
#[derive(Debug)]
struct Within;

impl HttpConnector for Within {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let sent = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        let call = Call { operation, sent };
        let answer =
            ANSWERS.with_borrow_mut(|answers| answers.as_mut().expect("a target works on tables")(&call));
        CALLS.with_borrow_mut(|calls| calls.push(call));
        let (status, body) = match answer {
            Answer::Done(body) => (200, body),
            Answer::ConditionFailed(item) => {
                let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                (400, json!({ "__type": kind, "message": "", "Item": item }))
            }
        };
        let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}
