//! The stack in real time: the stream is pumped, events are heard, upkeep runs every minute, the HTTP API is served, and
//! what happens to each request is printed.

mod checkpoint;
mod http;
mod page;
mod print;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use intake::origins::Origins;
use tokio::net::TcpListener;
use tokio::task::{JoinSet, LocalSet};

use crate::connect::Connect;
use crate::stack::{Error, Function, Options, Stack};
use crate::stream::Start;
use checkpoint::Checkpoints;
pub use http::router;
use print::Printer;

/// How often the stream is looked at; Lambda does it four times a second.
const POLL: Duration = Duration::from_millis(100);
/// The schedule of upkeep.
const UPKEEP_EVERY: Duration = Duration::from_secs(60);

/// Starts the stack and serves it on a loopback port (0: a free one) until `stop` resolves.
///
/// # Errors
/// When it cannot be started, or the port is taken.
pub async fn serve(options: Options, port: u16, stop: impl Future<Output = ()>) -> Result<(), Error> {
    // The handlers of stream batches stay on one thread, as they do on Lambda.
    LocalSet::new().run_until(serve_here(options, port, stop)).await
}

async fn serve_here(mut options: Options, port: u16, stop: impl Future<Output = ()>) -> Result<(), Error> {
    let data = options.data.clone();
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| format!("port {port} cannot be listened on: {error}"))?;
    let address = listener.local_addr()?;
    if let Origins::Listed(origins) = &mut options.origins {
        // The stack's own page may call, whichever other websites may.
        origins.extend(["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{}", address.port())));
    }
    let stack = Arc::new(Stack::start(options).await?);
    if data.is_some() {
        // The log is synced when it grows long instead of at each write: what was written survives the end of the
        // process, if not that of the machine.
        stack.engine.database().disable_bulk_loading()?;
    }
    // Waited for before anybody is told that this runs, so that it is heard from then on.
    let mut stop = std::pin::pin!(stop);
    tokio::select! {
        biased;
        () = &mut stop => return Ok(()),
        () = std::future::ready(()) => {}
    }
    println!("Tollgate runs on http://{address}/   (Ctrl-C ends it)");
    println!("The operators' console: http://{address}/console/");
    println!("DynamoDB for a look inside: {}", stack.urls.dynamodb);

    let mut tasks = JoinSet::new();
    for function in Function::ON_STREAM {
        let checkpoints = Checkpoints::of(data.as_deref(), function.name());
        stack.subscribe(function, checkpoints.start())?;
        tasks.spawn_local(pump(Arc::clone(&stack), function, checkpoints));
    }
    let printer = Printer::new(&stack)?;
    tasks.spawn(print(Arc::clone(&stack), printer));
    tasks.spawn(listen(Arc::clone(&stack)));
    tasks.spawn(look_after(Arc::clone(&stack)));
    let router = http::router(Arc::clone(&stack));
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("the HTTP API ended: {error}");
        }
    });
    stop.await;
    tasks.shutdown().await;
    println!("ended");
    Ok(())
}

/// Hands the stream to a function, as fast as it comes.
async fn pump(stack: Arc<Stack>, function: Function, mut checkpoints: Checkpoints) {
    loop {
        match stack.pump(function).await {
            Ok(true) => {
                let checkpoint =
                    stack.with_pump(|pump| pump.checkpoint(function.name()).map(|at| at.map(str::to_owned)));
                checkpoints.keep(checkpoint.ok().flatten());
            }
            Ok(false) => tokio::time::sleep(POLL).await,
            Err(error) => {
                eprintln!("{}: the stream cannot be read: {error}", function.name());
                tokio::time::sleep(UPKEEP_EVERY).await;
            }
        }
    }
}

/// Hears contact events when they are due.
async fn listen(stack: Arc<Stack>) {
    loop {
        for event in stack.connect.due(stack.now()) {
            if let Err(error) = stack.hear(&event).await {
                // EventBridge would try again for a day; what stays lost here, upkeep finds.
                eprintln!("contact event lost: {error}");
            }
        }
        wait_for_call(&stack.connect, &stack).await;
    }
}

async fn wait_for_call(connect: &Connect, stack: &Stack) {
    match connect.next_due() {
        Some(moment) => tokio::select! {
            () = stack.clock.sleep_until(moment) => {}
            () = connect.changed() => {}
        },
        None => connect.changed().await,
    }
}

async fn look_after(stack: Arc<Stack>) {
    let mut minutes = tokio::time::interval(UPKEEP_EVERY);
    loop {
        minutes.tick().await;
        if let Err(error) = stack.upkeep().await {
            eprintln!("upkeep: {error}");
        }
        if let Err(error) = stack.engine.sweep_expired() {
            eprintln!("expired items stay: {error}");
        }
    }
}

async fn print(stack: Arc<Stack>, mut printer: Printer) {
    loop {
        match stack.with_pump(|pump| printer.next(pump)) {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(POLL).await,
            Err(error) => {
                eprintln!("nothing more is printed: {error}");
                return;
            }
        }
    }
}

/// Where a data file's companions are kept.
fn beside(data: &Path, extension: &str) -> std::path::PathBuf {
    data.with_extension(extension)
}

/// Where a consumer begins without a checkpoint.
const FROM_THE_BEGINNING: Start = Start::TrimHorizon;
