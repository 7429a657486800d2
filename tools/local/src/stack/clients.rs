//! The real SDK clients, pointed at the engine and the stand-ins.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use tokio::net::TcpListener;
use tollgate_aws::environment;
use tollgate_aws::services::carrier::{CarrierLookup, Service};
use tollgate_aws::services::connect::{Connect as ConnectClient, Setup};
use tollgate_aws::tables::deny_list::LastSeen;
use tollgate_aws::tables::{Damage, TableNames, Tables};

use crate::carrier::{self, Carriers};
use crate::connect::{self, Connect};
use crate::engine::{Engine, Served};
use crate::stack::{Error, Urls, short_cuts};
use crate::wire::{InProcess, NoTime, ServiceName, Wire};

/// How the clients are configured.
pub(super) struct Clients {
    pub(super) urls: Urls,
    dynamodb: SdkConfig,
    connect: SdkConfig,
    carrier: SdkConfig,
    /// The engine's server, if it has one, for as long as there are clients.
    pub(super) served: Option<Served>,
}

impl Clients {
    /// Lays the wires, and serves what has to be served.
    pub(super) async fn start(
        wire: &Wire,
        engine: &Engine,
        connect: &Connect,
        carriers: &Carriers,
    ) -> Result<Self, Error> {
        let (connect, carriers) = (connect::router(connect.clone()), carrier::router(carriers.clone()));
        match wire {
            Wire::Loopback => {
                let served = engine.serve().await?;
                let urls = Urls {
                    dynamodb: served.url.clone(),
                    connect: serve(connect).await?,
                    carriers: serve(carriers).await?,
                };
                Ok(Self {
                    dynamodb: loopback(&urls.dynamodb),
                    connect: loopback(&urls.connect),
                    carrier: loopback(&urls.carriers),
                    urls,
                    served: Some(served),
                })
            }
            Wire::InProcess(crossing) => {
                let urls = Urls {
                    dynamodb: "http://dynamodb.local".to_owned(),
                    connect: "http://connect.local".to_owned(),
                    carriers: "http://carriers.local".to_owned(),
                };
                let stand_in = |name, router| InProcess::stand_in(name, router, crossing.clone());
                let engine = InProcess::engine(engine.clone(), crossing.clone());
                Ok(Self {
                    dynamodb: in_process(&urls.dynamodb, engine),
                    connect: in_process(&urls.connect, stand_in(ServiceName::Connect, connect)),
                    carrier: in_process(&urls.carriers, stand_in(ServiceName::Carrier, carriers)),
                    urls,
                    served: None,
                })
            }
        }
    }

    pub(super) fn tables(&self, interceptor: Option<SharedInterceptor>) -> Tables {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.dynamodb);
        let config = match &self.served {
            Some(_) => config,
            None => short_cuts::taken(config, &self.urls.dynamodb),
        };
        let config = match interceptor {
            Some(interceptor) => config.interceptor(interceptor),
            None => config,
        };
        Tables {
            client: aws_sdk_dynamodb::Client::from_conf(config.build()),
            names: TableNames::with_prefix(""),
            damage: Damage::default(),
            last_seen: LastSeen::default(),
        }
    }

    pub(super) fn connect(&self) -> ConnectClient {
        let setup = Setup {
            instance_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            contact_flow_id: "66666666-7777-8888-9999-000000000000".to_owned(),
            queue_id: Some("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee".to_owned()),
            source_phone_number: None,
        };
        ConnectClient::new(&self.connect, setup)
    }

    pub(super) fn carrier(&self, service: Service) -> CarrierLookup {
        CarrierLookup::new(&self.carrier, service)
    }
}

fn loopback(url: &str) -> SdkConfig {
    config(url, aws_smithy_http_client::Builder::new().build_http())
}

fn in_process(url: &str, client: InProcess) -> SdkConfig {
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    // The SDK keeps one quota of retries for all clients of a region in this process; stacks must not share theirs.
    static STACKS: AtomicU64 = AtomicU64::new(0);
    let region = Region::new(format!("local-{}", STACKS.fetch_add(1, Ordering::Relaxed)));
    config(url, client)
        .into_builder()
        .region(region)
        .sleep_impl(NoTime)
        .retry_config(retries)
        // It would look whether a stream has stalled without ever waiting between two looks.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

fn config(url: &str, client: impl HttpClient + 'static) -> SdkConfig {
    let credentials = Credentials::from_keys("local", "local", None);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(client)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(environment::timeouts())
        .retry_config(RetryConfig::standard())
        .endpoint_url(url)
        .build()
}

/// Serves a stand-in on a free loopback port, until the runtime ends. Gives its URL.
async fn serve(router: axum::Router) -> Result<String, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        // Ends only with the runtime.
        let _ = axum::serve(listener, router).await;
    });
    Ok(url)
}
