//! The Lambda runtime API, as far as a function needs it: the next invocation, its response, its error.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::stack::Error;

/// A runtime API for one process, on a loopback port of its own.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: String,
    invocations: mpsc::Sender<String>,
    heard: mpsc::Receiver<Heard>,
    server: JoinHandle<()>,
}

/// What the process told.
#[derive(Debug)]
enum Heard {
    Polled,
    Answered,
    Failed(String),
}

/// What the routes share.
#[derive(Debug)]
struct Shared {
    invocations: Mutex<mpsc::Receiver<String>>,
    heard: mpsc::Sender<Heard>,
}

/// The deadline of every invocation: far away, in milliseconds since the epoch.
const DEADLINE_MS: &str = "4102444800000";

impl RuntimeApi {
    /// Serves it.
    pub(super) async fn start() -> Result<Self, Error> {
        let (invocations, waiting) = mpsc::channel(1);
        let (tell, heard) = mpsc::channel(16);
        let shared = Arc::new(Shared { invocations: Mutex::new(waiting), heard: tell });
        let version = "/2018-06-01/runtime";
        let router = Router::new()
            .route(&format!("{version}/invocation/next"), get(next))
            .route(&format!("{version}/invocation/{{id}}/response"), post(answered))
            .route(&format!("{version}/invocation/{{id}}/error"), post(failed))
            .route(&format!("{version}/init/error"), post(failed_at_start))
            .with_state(shared);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let server = tokio::spawn(async move {
            // Ends with the measurement.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, invocations, heard, server })
    }

    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the process asks for work.
    pub(super) async fn polled(&mut self, patience: Duration) -> Result<(), Error> {
        loop {
            match timeout(patience, self.heard.recv()).await?.ok_or("the process is gone")? {
                Heard::Polled => return Ok(()),
                Heard::Answered => {}
                Heard::Failed(reason) => return Err(reason.into()),
            }
        }
    }

    /// Hands the process an event; gives the time to its answer.
    pub(super) async fn invoke(&mut self, event: &str, patience: Duration) -> Result<Duration, Error> {
        let began = Instant::now();
        self.invocations.send(event.to_owned()).await?;
        loop {
            match timeout(patience, self.heard.recv()).await?.ok_or("the process is gone")? {
                Heard::Answered => return Ok(began.elapsed()),
                Heard::Polled => {}
                Heard::Failed(reason) => return Err(reason.into()),
            }
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    // Whoever measures may be gone by now, and with it the interest.
    let _ = shared.heard.send(Heard::Polled).await;
    let Some(event) = shared.invocations.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-0000-0000-000000000000"),
        ("lambda-runtime-deadline-ms", DEADLINE_MS),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:111122223333:function:measured"),
        (
            "lambda-runtime-trace-id",
            "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
        ),
    ];
    (headers, event).into_response()
}

async fn answered(State(shared): State<Arc<Shared>>, Path(_id): Path<String>) -> StatusCode {
    let _ = shared.heard.send(Heard::Answered).await;
    StatusCode::ACCEPTED
}

async fn failed(State(shared): State<Arc<Shared>>, Path(_id): Path<String>, body: String) -> StatusCode {
    let _ = shared.heard.send(Heard::Failed(body)).await;
    StatusCode::ACCEPTED
}

async fn failed_at_start(State(shared): State<Arc<Shared>>, body: String) -> StatusCode {
    let _ = shared.heard.send(Heard::Failed(body)).await;
    StatusCode::ACCEPTED
}
