//! The SDK's HTTP client, in process.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::body::Body;
use futures::FutureExt;
use http::StatusCode;
use tower::ServiceExt;

use super::{Call, Crossing, Fate, ServiceName};
use crate::engine::Engine;

/// A client for one service.
#[derive(Clone)]
pub(crate) struct InProcess {
    service: Service,
    crossing: Crossing,
}

#[derive(Clone)]
enum Service {
    Engine(Engine),
    StandIn(ServiceName, axum::Router),
}

impl InProcess {
    /// A client for the engine.
    pub(crate) fn engine(engine: Engine, crossing: Crossing) -> Self {
        Self { service: Service::Engine(engine), crossing }
    }

    /// A client for a stand-in.
    pub(crate) fn stand_in(name: ServiceName, router: axum::Router, crossing: Crossing) -> Self {
        Self { service: Service::StandIn(name, router), crossing }
    }

    async fn cross(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        match self.crossing.decide(|| self.service.call(&request)).await {
            Fate::Arrives => self.service.answer(request),
            Fate::ArrivesAs(body) => {
                let mut request = request;
                *request.body_mut() = SdkBody::from(body);
                self.service.answer(request)
            }
            Fate::Lost => Err(ConnectorError::io("the request was lost".into())),
            Fate::AnswerLost => {
                // Whatever the answer is, nobody hears it.
                let _ = self.service.answer(request);
                Err(timeout())
            }
            Fate::Answered { status, body } => response(status, body.into_bytes()),
        }
    }
}

impl Service {
    fn call(&self, request: &HttpRequest) -> Call {
        let input = request.body().bytes().unwrap_or_default().to_vec();
        match self {
            Self::Engine(_) => {
                Call { service: ServiceName::DynamoDb, operation: operation(request).to_owned(), input }
            }
            Self::StandIn(service, _) => {
                let path = http::Uri::try_from(request.uri())
                    .map_or_else(|_| String::new(), |uri| uri.path().to_owned());
                Call { service: *service, operation: format!("{} {path}", request.method()), input }
            }
        }
    }

    fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        match self {
            Self::Engine(engine) => {
                let answer = engine.operate(operation(&request), request.body().bytes().unwrap_or_default());
                response(answer.status, answer.body.into_bytes())
            }
            Self::StandIn(_, router) => ask(router.clone(), &request),
        }
    }
}

/// Asks a stand-in. One that does not answer at once never would.
fn ask(router: axum::Router, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let mut asked = http::Request::builder().method(request.method()).uri(request.uri());
    for (name, value) in request.headers() {
        asked = asked.header(name, value);
    }
    let asked = asked.body(Body::from(request.body().bytes().unwrap_or_default().to_vec()));
    let asked = asked.map_err(|error| ConnectorError::user(error.into()))?;
    let answered = async {
        let Ok(answer) = router.oneshot(asked).await;
        let (parts, body) = answer.into_parts();
        Ok((parts, axum::body::to_bytes(body, usize::MAX).await?))
    };
    let answer: Option<Result<_, axum::Error>> = answered.now_or_never();
    let (parts, body) = answer.ok_or_else(timeout)?.map_err(|error| ConnectorError::io(error.into()))?;
    let mut response = response(parts.status.as_u16(), body.to_vec())?;
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            response.headers_mut().insert(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(response)
}

/// DynamoDB's operation: `DynamoDB_20120810.PutItem`.
fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, operation)| operation)
}

fn response(status: u16, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::from_u16(status).map_err(|error| ConnectorError::user(error.into()))?;
    Ok(HttpResponse::new(status.into(), SdkBody::from(body)))
}

fn timeout() -> ConnectorError {
    ConnectorError::timeout("nothing answers".into())
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new_boxed(Box::pin(self.clone().cross(request)))
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}
