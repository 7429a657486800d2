//! CloudWatch's API, which upkeep calls once a minute.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use jiff::Timestamp;

use super::{Metric, Metrics, namespace};
use crate::environment::EnvironmentError;
use crate::error::StoreError;

/// The most that a run waits for CloudWatch.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether CloudWatch is called.
#[derive(Debug)]
pub enum CloudWatch {
    /// It is, and keeps what it is told under this namespace.
    On {
        /// Its client.
        client: Client,
        /// The namespace.
        namespace: String,
    },
    /// It is not: what is counted stays where it was counted.
    Off,
}

impl CloudWatch {
    /// CloudWatch under `METRICS_NAMESPACE`, if `METRICS` is `on`.
    ///
    /// # Errors
    /// When `METRICS` is neither `on` nor `off`, or is `on` without a namespace.
    pub fn from_environment(config: &SdkConfig) -> Result<Self, EnvironmentError> {
        let on = |namespace| Self::On { client: Client::new(config), namespace };
        Ok(namespace()?.map_or(Self::Off, on))
    }

    /// Sends what was counted. What could not be sent goes with the next run, as far as it can be added to.
    pub async fn send(&self, metrics: &Metrics, now: Timestamp) {
        let Self::On { client, namespace } = self else { return };
        let counted = metrics.take();
        if counted.is_empty() {
            return;
        }
        let at = DateTime::from_millis(now.as_millisecond());
        let data = counted.iter().map(|(metric, value)| datum(*metric, *value, at)).collect();
        let timeouts = TimeoutConfig::builder().operation_timeout(SEND_TIMEOUT).build();
        let sent = client
            .put_metric_data()
            .namespace(namespace)
            .set_metric_data(Some(data))
            .customize()
            .config_override(aws_sdk_cloudwatch::config::Builder::new().timeout_config(timeouts))
            .send()
            .await;
        if let Err(error) = sent {
            let error = StoreError::service("PutMetricData")(error);
            tracing::warn!(%error, "metrics go with the next run");
            for (metric, value) in counted.into_iter().filter(|(metric, _)| !metric.is_gauge()) {
                metrics.add(metric, value);
            }
        }
    }
}

fn datum(metric: Metric, value: f64, at: DateTime) -> MetricDatum {
    let dimension =
        metric.dimension().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    MetricDatum::builder()
        .metric_name(metric.name())
        .set_dimensions(dimension.map(|dimension| vec![dimension]))
        .timestamp(at)
        .unit(StandardUnit::from(metric.unit().as_str()))
        .value(value)
        .build()
}
