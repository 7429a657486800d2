//! The stack: everything started and connected. Nothing in it moves by itself: whoever holds it says when the stream is
//! pumped, when events are heard and when upkeep runs; in real time that is [`crate::run`], in tests the story.

mod clients;
mod filters;
mod short_cuts;
mod sign_in;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use console::sign_in::SignIn;
use console::{Console, Door, Session};
use contact_events::ContactEvents;
use dialing::Dialer;
use intake::Intake;
use intake::edge::Edge;
use intake::origins::Origins;
use jiff::{SignedDuration, Timestamp};
use lambda_http::http::HeaderValue;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request, Response};
use review::Review;
use screening::Screening;
use serde_json::Value;
use tollgate_aws::clock::Clock;
use tollgate_aws::error::StoreError;
use tollgate_aws::services::carrier::Service;
use tollgate_aws::services::metrics::Metrics;
use tollgate_aws::services::metrics::cloudwatch::CloudWatch;
use tollgate_aws::services::pace::{Pace, Turns};
use tollgate_aws::tables::Tables;
use tollgate_aws::tables::deny_list;
use tollgate_aws::tables::schema::TABLES;
use tollgate_aws::tables::settings::{self, Cached};
use upkeep::{Report, Upkeep};

use crate::carrier::Carriers;
use crate::connect::{CallPlan, Connect};
use crate::edge::{self, Incoming, Passed, pass};
use crate::engine::{Engine, Image, Served, Storage};
use crate::issuer::Issuer;
use crate::stream::{BatchOutcome, Pump, Start};
use crate::wire::Wire;
use clients::Clients;

pub use filters::{Function, consumer};

/// What a stack is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// A file to keep everything in, or none to forget it.
    pub data: Option<PathBuf>,
    /// An engine in memory to begin with a copy of, instead of an empty one.
    pub image: Option<Arc<Image>>,
    /// The time.
    pub clock: Clock,
    /// How calls go.
    pub plan: CallPlan,
    /// Which carrier lookup is asked.
    pub carrier: Service,
    /// The websites that may call.
    pub origins: Origins,
    /// How the functions reach the engine and the stand-ins.
    pub wire: Wire,
    /// How long functions keep settings, in seconds.
    pub settings_kept_seconds: u32,
    /// What watches every call of an SDK client.
    pub interceptor: Option<SharedInterceptor>,
}

impl Options {
    /// A stack in memory, for tests: settings hold at once.
    #[must_use]
    pub fn for_tests(clock: Clock) -> Self {
        Self {
            data: None,
            image: None,
            clock,
            plan: CallPlan::default(),
            carrier: Service::Pinpoint,
            origins: Origins::Any,
            wire: Wire::in_process(),
            settings_kept_seconds: 0,
            interceptor: None,
        }
    }
}

/// Whatever keeps a stack from starting or moving on.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The suite on one machine.
pub struct Stack {
    /// The embedded DynamoDB.
    pub engine: Engine,
    /// The tables.
    pub tables: Tables,
    /// The stand-in for Amazon Connect.
    pub connect: Connect,
    /// The stand-in for the carrier lookup.
    pub carriers: Carriers,
    /// The stand-in for the issuer of operators' tokens.
    pub issuer: Issuer,
    /// Where all of these are found.
    pub urls: Urls,
    /// The time.
    pub clock: Clock,
    /// The functions.
    pub functions: Functions,
    pump: Mutex<Pump>,
    _served: Option<Served>,
}

/// Where the functions find the engine and the stand-ins.
#[derive(Debug, Clone)]
pub struct Urls {
    /// The engine.
    pub dynamodb: String,
    /// Amazon Connect.
    pub connect: String,
    /// The carrier lookup.
    pub carriers: String,
}

/// The functions, each with what it needs.
#[expect(missing_docs, reason = "named as they are")]
pub struct Functions {
    pub intake: Intake,
    pub screening: Screening,
    pub dialing: Dialer,
    pub contact_events: ContactEvents,
    pub upkeep: Upkeep,
    pub review: Review,
    pub console: Console,
    /// The door of the deployed console. The local stack has an open one beside it.
    pub sign_in: SignIn,
    /// What the forms of the console hold, as long as this stack runs.
    pub form_token: String,
}

impl Stack {
    /// Starts the engine and the stand-ins, makes the tables, and connects the functions to them.
    ///
    /// # Errors
    /// When something cannot be started, or the data file is not one of ours.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let clock = options.clock.clone();
        let engine = match &options.image {
            Some(image) => image.open(clock.clone())?,
            None => {
                let storage = options.data.clone().map_or(Storage::Memory, Storage::File);
                let engine = Engine::open(storage, clock.clone())?;
                engine.create_tables("", TABLES)?;
                engine
            }
        };
        let connect = match &options.data {
            Some(path) => Connect::open(clock.clone(), options.plan, &path.with_extension("calls.jsonl"))?,
            None => Connect::new(clock.clone(), options.plan),
        };
        let carriers = Carriers::new();
        let clients = Clients::start(&options.wire, &engine, &connect, &carriers).await?;
        let tables = clients.tables(options.interceptor.clone());
        if options.data.is_none() && options.image.is_none() {
            deny_list::begin(&tables, clock.now()).await?;
        }
        let issuer = sign_in::issuer(clock.clone())?;
        let functions = functions(&clients, &tables, &issuer, &options, &clock).await?;
        let pump = Mutex::new(Pump::open(engine.database(), &tables.names.requests)?);
        let Clients { urls, served: _served, .. } = clients;
        let stack = Self { engine, tables, connect, carriers, issuer, urls, clock, functions, pump, _served };
        for function in Function::ON_STREAM {
            stack.subscribe(function, Start::TrimHorizon)?;
        }
        Ok(stack)
    }

    /// Has a function begin in the stream at `start`.
    ///
    /// # Errors
    /// When its filter cannot be read.
    pub fn subscribe(&self, function: Function, start: Start) -> Result<(), Error> {
        let consumer = consumer(function)?;
        self.with_pump(|pump| pump.subscribe(consumer, start));
        Ok(())
    }

    /// Does something with the stream.
    pub fn with_pump<T>(&self, act: impl FnOnce(&mut Pump) -> T) -> T {
        act(&mut self.pump.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends a request through the edge to intake, review or the console.
    pub async fn send(&self, incoming: &Incoming) -> Response<Body> {
        let request = match past_the_edge(incoming) {
            Ok(request) => request,
            Err(answer) => return *answer,
        };
        let path = incoming.uri.path();
        if path == "/console" || path.starts_with("/console/") {
            self.console(request, incoming).await
        } else if path.starts_with("/review") {
            Box::pin(review::handle(request, &self.functions.review, self.now())).await
        } else {
            self.intake(request).await
        }
    }

    /// Sends a request to the console, as the operator that its header names.
    async fn console(&self, request: Request, incoming: &Incoming) -> Response<Body> {
        let Some(operator) = edge::operator(incoming) else { return gateway_error(401, "Unauthorized") };
        let session = Session { operator, form_token: self.functions.form_token.clone(), door: Door::Local };
        Box::pin(console::handle(request, &session, &self.functions.console, self.now())).await
    }

    /// Sends a request to intake as the edge hands it on.
    pub async fn intake(&self, request: Request) -> Response<Body> {
        Box::pin(intake::handle(request, &self.functions.intake, self.now())).await
    }

    /// Hands the next batch of the stream to a function that reads it. False if there is none.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn pump(&self, function: Function) -> Result<bool, Error> {
        let Some(batch) = self.with_pump(|pump| pump.next_batch(function.name()))? else { return Ok(false) };
        let answer = self.invoke(function, batch.event.clone()).await;
        let outcome = match answer {
            Ok(response) => BatchOutcome::from_response(&response),
            Err(_) => BatchOutcome::FailedWhole,
        };
        self.with_pump(|pump| pump.report(&batch, outcome))?;
        Ok(true)
    }

    /// Invokes a function on the stream with an event, as Lambda does.
    ///
    /// # Errors
    /// When the function fails, or the event is not one of a stream.
    pub async fn invoke(&self, function: Function, event: Value) -> Result<Value, Error> {
        let batch = serde_json::from_value(event)?;
        let (functions, ends) = (&self.functions, self.now() + INVOCATION);
        let answer = match function {
            Function::Screening => {
                Box::pin(screening::handle(batch, &functions.screening, &self.clock, ends)).await
            }
            Function::Dialing => Box::pin(dialing::handle(batch, &functions.dialing, ends)).await,
        };
        Ok(answer?)
    }

    /// Hears one contact event.
    ///
    /// # Errors
    /// When the function fails.
    pub async fn hear(&self, event: &Value) -> Result<(), StoreError> {
        Box::pin(contact_events::handle(event, &self.functions.contact_events, self.now())).await
    }

    /// Runs upkeep once.
    ///
    /// # Errors
    /// When the function fails.
    pub async fn upkeep(&self) -> Result<Report, StoreError> {
        Box::pin(upkeep::handle(&self.functions.upkeep, self.now())).await
    }
}

/// How long an invocation of dialing may last, as in the template.
const INVOCATION: SignedDuration = SignedDuration::from_secs(60);

async fn functions(
    clients: &Clients,
    tables: &Tables,
    issuer: &Issuer,
    options: &Options,
    clock: &Clock,
) -> Result<Functions, Error> {
    let secret = settings::idempotency_secret(tables).await?;
    let tables = || tables.clone();
    let settings = || Cached::for_seconds(options.settings_kept_seconds);
    Ok(Functions {
        intake: Intake {
            tables: tables(),
            settings: settings(),
            edge: Edge { origins: options.origins.clone(), ..Edge::trusting_everything() },
            secret,
            random: intake::system_random,
        },
        screening: Screening {
            tables: tables(),
            settings: settings(),
            carrier: clients.carrier(options.carrier),
            metrics: Metrics::kept(),
        },
        dialing: Dialer {
            tables: tables(),
            settings: settings(),
            connect: clients.connect(),
            pace: Pace::of(Turns::Calls),
            clock: clock.clone(),
            metrics: Metrics::kept(),
        },
        contact_events: ContactEvents {
            tables: tables(),
            settings: settings(),
            connect: clients.connect(),
            asks: Pace::of(Turns::Reasons),
            metrics: Metrics::kept(),
        },
        upkeep: Upkeep {
            tables: tables(),
            settings: settings(),
            connect: clients.connect(),
            metrics: Metrics::kept(),
            cloudwatch: CloudWatch::Off,
        },
        review: Review { tables: tables(), metrics: Metrics::kept() },
        console: Console { tables: tables(), metrics: Metrics::kept(), place: "local".to_owned() },
        sign_in: sign_in::door(issuer)?,
        form_token: sign_in::form_token()?,
    })
}

/// A request as a function gets it, or the edge's own answer.
fn past_the_edge(incoming: &Incoming) -> Result<Request, Box<Response<Body>>> {
    match pass(incoming) {
        Passed::On(request) => Ok(*request),
        Passed::Forbidden => Err(Box::new(gateway_error(403, "this page is none of the stack's own"))),
        Passed::Unauthorized => Err(Box::new(gateway_error(401, "Unauthorized"))),
        Passed::Malformed(reason) => Err(Box::new(gateway_error(400, &reason))),
    }
}

/// API Gateway's own answer.
fn gateway_error(status: u16, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "message": message }).to_string();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
