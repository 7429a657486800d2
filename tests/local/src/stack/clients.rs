//! The real SDK clients, pointed at the engine and the stand-ins on loopback.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use tokio::net::TcpListener;
use tollgate_aws::carrier::{CarrierLookup, Service};
use tollgate_aws::connect::{Connect as ConnectClient, Setup};
use tollgate_aws::environment;
use tollgate_aws::tables::{TableNames, Tables};

use crate::carrier::{self, Carriers};
use crate::connect::{self, Connect};
use crate::engine::Engine;
use crate::stack::{Error, Urls};

/// The clients.
pub(super) struct Clients {
    pub(super) tables: Tables,
    pub(super) urls: Urls,
}

impl Clients {
    /// Serves the stand-ins and makes clients for them and the engine.
    pub(super) async fn start(
        engine: &Engine,
        connect: &Connect,
        carriers: &Carriers,
        interceptor: Option<SharedInterceptor>,
    ) -> Result<Self, Error> {
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&config(engine.url()));
        let dynamodb = match interceptor {
            Some(interceptor) => dynamodb.interceptor(interceptor),
            None => dynamodb,
        };
        Ok(Self {
            tables: Tables {
                client: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
                names: TableNames::with_prefix(""),
            },
            urls: Urls {
                connect: serve(connect::router(connect.clone())).await?,
                carriers: serve(carrier::router(carriers.clone())).await?,
            },
        })
    }

    pub(super) fn connect(&self) -> ConnectClient {
        let setup = Setup {
            instance_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            contact_flow_id: "66666666-7777-8888-9999-000000000000".to_owned(),
            queue_id: Some("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee".to_owned()),
            source_phone_number: None,
        };
        ConnectClient::new(&config(&self.urls.connect), setup)
    }

    pub(super) fn carrier(&self, service: Service) -> CarrierLookup {
        CarrierLookup::new(&config(&self.urls.carriers), service)
    }
}

fn config(url: &str) -> SdkConfig {
    let credentials = Credentials::from_keys("local", "local", None);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
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
