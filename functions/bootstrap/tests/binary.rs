//! The deployed program itself, started as Lambda starts it: its console lets nobody in who has not signed in, and what lets
//! people in on a developer's machine is not even in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const BINARY: &str = env!("CARGO_BIN_EXE_bootstrap");

/// What a process is given, and what it answers: Lambda's runtime API for one invocation, and an issuer beside it.
struct World {
    event: Mutex<Option<Value>>,
    answer: Mutex<Option<oneshot::Sender<Value>>>,
    url: String,
}

/// What the deployed console answers to a request.
async fn answers(method: &str, path: &str, headers: Value, body: &str) -> Value {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let event = json!({
        "resource": "/console/{proxy+}", "path": path, "httpMethod": method, "headers": headers,
        "multiValueHeaders": null, "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "pathParameters": null, "stageVariables": null, "isBase64Encoded": false, "body": body,
        "requestContext": {
            "accountId": "111122223333", "resourceId": "r", "stage": "v1", "apiId": "a", "requestId": "r",
            "httpMethod": method, "resourcePath": "/console/{proxy+}", "path": format!("/v1{path}"),
            "authorizer": {}, "identity": { "sourceIp": "203.0.113.9", "userArn": "arn:aws:iam::111122223333:user/x" },
        },
    });
    let (tell, answered) = oneshot::channel();
    let world = Arc::new(World {
        event: Mutex::new(Some(event)),
        answer: Mutex::new(Some(tell)),
        url: format!("http://{address}"),
    });
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/keys", get(async || Json(json!({ "keys": [] }))))
        .with_state(Arc::clone(&world));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut process = program(&address.to_string())
        .env("CONSOLE_ISSUER", &world.url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let answer = tokio::time::timeout(std::time::Duration::from_secs(60), answered).await;
    process.kill().unwrap();
    process.wait().unwrap();
    server.abort();
    answer.unwrap().unwrap()
}

fn program(runtime_api: &str) -> Command {
    let mut command = Command::new(BINARY);
    let tables = ["REQUESTS", "PENDING", "DENY_LIST", "COUNTERS", "CALLS", "CONTACTS", "NUMBERS", "SETTINGS"];
    command.env_clear();
    for table in tables.into_iter().chain(["CHANGES", "ERASURES", "SESSIONS"]) {
        command.env(format!("{table}_TABLE"), table);
    }
    for (name, value) in [
        ("_HANDLER", "console"),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "console"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "console"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "console"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        // Nothing listens there: whoever has no session needs no table.
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1"),
        ("CONSOLE_URL", "https://api.example/v1/console"),
        ("CONSOLE_CLIENT_ID", "console-client"),
        ("CONSOLE_SCOPES", "openid"),
        ("CONSOLE_ROLE_CLAIM", "groups"),
        ("CONSOLE_PLACE", "a stack"),
    ] {
        command.env(name, value);
    }
    command
}

async fn next(State(world): State<Arc<World>>) -> Response {
    let Some(event) = world.event.lock().unwrap().take() else {
        // It asks for more, and is ended instead.
        return std::future::pending().await;
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-0000-0000-000000000000"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:111122223333:function:console"),
        (
            "lambda-runtime-trace-id",
            "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
        ),
    ];
    (headers, event.to_string()).into_response()
}

async fn answer(State(world): State<Arc<World>>, Path(_id): Path<String>, body: String) -> StatusCode {
    if let Some(tell) = world.answer.lock().unwrap().take() {
        tell.send(serde_json::from_str(&body).unwrap()).unwrap();
    }
    StatusCode::ACCEPTED
}

async fn configuration(State(world): State<Arc<World>>) -> Json<Value> {
    let url = &world.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    }))
}

/// Who says that he is an admin, as on a developer's machine.
fn says_who_he_is() -> Value {
    json!({
        "host": "api.example", "origin": "https://api.example", "x-local-operator": "mallory;admin",
        "content-type": "application/x-www-form-urlencoded",
    })
}

#[tokio::test]
async fn the_deployed_console_sends_whoever_has_not_signed_in_to_the_issuer() {
    let answer = answers("GET", "/console/requests", says_who_he_is(), "").await;
    assert_eq!(answer["statusCode"], 303, "{answer}");
    let to = answer["multiValueHeaders"]["location"][0].as_str().unwrap();
    assert!(to.starts_with("http://127.0.0.1:") && to.contains("/authorize?response_type=code"), "{to}");
    assert!(to.contains("redirect_uri=https%3A%2F%2Fapi.example%2Fv1%2Fconsole%2Fcallback"), "{to}");
    let cookie = answer["multiValueHeaders"]["set-cookie"][0].as_str().unwrap();
    assert!(cookie.starts_with("__Host-tollgate-attempt-"), "{cookie}");
}

#[tokio::test]
async fn the_deployed_console_takes_no_form_of_whoever_has_not_signed_in() {
    let answer =
        answers("POST", "/console/switches", says_who_he_is(), "act=none&reason=x&form_token=").await;
    assert_eq!(answer["statusCode"], 401, "{answer}");
}

#[test]
fn what_tells_who_asks_on_a_developers_machine_is_not_in_the_program() {
    let program = std::fs::read(BINARY).unwrap();
    let holds = |text: &str| program.windows(text.len()).any(|part| part == text.as_bytes());
    // What is in it is found.
    assert!(holds("x-amzn-waf-anonymous") && holds("__Host-tollgate"));
    assert!(!holds("x-local-"));
}

#[test]
fn without_an_issuer_the_console_does_not_start() {
    for missing in ["CONSOLE_ISSUER", "CONSOLE_CLIENT_ID", "CONSOLE_URL"] {
        let mut command = program("127.0.0.1:1");
        let ended =
            command.env("CONSOLE_ISSUER", "https://issuer.example").env(missing, "").output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && told.contains(missing), "{told}");
    }
}
