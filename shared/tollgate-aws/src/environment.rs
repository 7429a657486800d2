//! The environment: the one place that reads it, once, at start.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls;
use jiff::Timestamp;
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::tables::deny_list::LastSeen;
use crate::tables::{Damage, TableNames, Tables};

/// How long a function keeps the settings that it read, in seconds: how soon a new policy holds everywhere.
pub const SETTINGS_KEPT_SECONDS: u32 = 5;

/// A setting that a function needs is missing or wrong.
#[derive(Debug, Error)]
#[error("environment variable {name}: {reason}")]
pub struct EnvironmentError {
    name: String,
    reason: String,
}

/// Reads a variable.
///
/// # Errors
/// When it is not set, or empty.
pub fn required(name: &str) -> Result<String, EnvironmentError> {
    optional(name).ok_or_else(|| EnvironmentError { name: name.to_owned(), reason: "is not set".to_owned() })
}

/// Reads a variable; one that is set to nothing counts as not set.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads a variable that has one of a few values.
///
/// # Errors
/// When its value is none of them.
pub fn choice<T: Copy>(name: &str, choices: &[(&str, T)], otherwise: T) -> Result<T, EnvironmentError> {
    let Some(value) = optional(name) else { return Ok(otherwise) };
    choices.iter().find(|(text, _)| *text == value).map(|(_, choice)| *choice).ok_or_else(|| {
        let texts: Vec<_> = choices.iter().map(|(text, _)| *text).collect();
        EnvironmentError { name: name.to_owned(), reason: format!("is none of {}", texts.join(", ")) }
    })
}

/// The SDK's configuration from the environment that Lambda sets: region, credentials, and `AWS_ENDPOINT_URL_*` if the
/// services are elsewhere. TLS is ring: small, and ready at the first call.
pub async fn sdk_config() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .load()
        .await
}

/// Without these the SDK waits for ever. Below every function's own timeout.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(10))
        .build()
}

/// When Lambda ends an invocation.
///
/// # Errors
/// When its context has no such moment.
pub fn invocation_ends(context: &lambda_runtime::Context) -> Result<Timestamp, lambda_runtime::Error> {
    let ends = i64::try_from(context.deadline).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Ok(ends.ok_or("the invocation has no deadline")?)
}

/// The tables, by the names in the environment.
///
/// # Errors
/// When a name is missing.
pub fn tables(config: &SdkConfig) -> Result<Tables, EnvironmentError> {
    Ok(Tables {
        client: aws_sdk_dynamodb::Client::new(config),
        names: TableNames {
            requests: required("REQUESTS_TABLE")?,
            pending: required("PENDING_TABLE")?,
            deny_list: required("DENY_LIST_TABLE")?,
            counters: required("COUNTERS_TABLE")?,
            calls: required("CALLS_TABLE")?,
            contacts: required("CONTACTS_TABLE")?,
            numbers: required("NUMBERS_TABLE")?,
            settings: required("SETTINGS_TABLE")?,
            changes: required("CHANGES_TABLE")?,
            erasures: required("ERASURES_TABLE")?,
            sessions: required("SESSIONS_TABLE")?,
        },
        damage: Damage::default(),
        last_seen: LastSeen::default(),
    })
}

/// Opens the connection to DynamoDB, so that the first request need not. A failure is left to the first request to tell.
pub async fn connect(tables: &Tables) {
    let warmed = tables
        .client
        .get_item()
        .table_name(&tables.names.settings)
        .key("name", crate::item::s("warm-up"))
        .key("version", crate::item::n(0))
        .send()
        .await;
    if warmed.is_err() {
        tracing::warn!("the connection to DynamoDB could not be opened ahead");
    }
}

/// Starts logging on Lambda's standard output.
pub fn start_logging() {
    log_lines(std::io::stdout).init();
}

/// Logging as JSON lines; the SDK's own lines only from warnings on, since its debug lines hold inputs.
pub fn log_lines<W>(to: W) -> impl Subscriber + Send + Sync
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    let filter = EnvFilter::new("info,aws_config=warn,aws_smithy_runtime=warn,hyper=warn");
    let lines =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).flatten_event(true);
    lines.with_writer(to).finish()
}
