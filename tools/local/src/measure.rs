//! A Lambda runtime API for one function process, and what can be measured through it: how long the process takes from its
//! start to its first poll, how long invocations take, and how much memory it comes to use.

mod runtime_api;

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use tollgate_aws::clock::Clock;
use tollgate_aws::tables::schema::TABLES;

use crate::stack::{Error, Options, Stack};
use crate::wire::Wire;
use runtime_api::RuntimeApi;

/// What was measured of a binary; times are medians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The size of the binary.
    pub megabytes: f64,
    /// Process start to first poll of the runtime API.
    pub init_ms: f64,
    /// The first invocation of a process.
    pub first_ms: f64,
    /// The later invocations.
    pub later_ms: f64,
    /// The most memory that the process held, after all invocations.
    pub peak_memory_megabytes: f64,
}

/// How long one step of a process may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A stack that processes reach: over loopback, since they are not in this one.
///
/// # Errors
/// When it cannot be started.
pub async fn stack() -> Result<Stack, Error> {
    Stack::start(Options { wire: Wire::Loopback, ..Options::for_tests(Clock::System) }).await
}

/// Starts a binary as `function` `starts` times, and invokes the last process `invocations` times with `event`.
///
/// # Errors
/// When the binary cannot be started, ends, or does not answer.
pub async fn measure(
    stack: &Stack,
    binary: &Path,
    function: &str,
    event: &str,
    starts: u32,
    invocations: u32,
) -> Result<Measured, Error> {
    let (mut init, mut first, mut later) = (vec![], vec![], vec![]);
    let mut peak_memory_megabytes = 0.0;
    for start in 1..=starts.max(1) {
        let mut api = RuntimeApi::start().await?;
        let began = Instant::now();
        let process = spawn(stack, binary, function, &api)?;
        api.polled(PATIENCE).await?;
        init.push(began.elapsed());
        first.push(api.invoke(event, PATIENCE).await?);
        if start == starts.max(1) {
            for _ in 1..invocations {
                later.push(api.invoke(event, PATIENCE).await?);
            }
            peak_memory_megabytes = peak_memory(&process)?;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "megabytes need not be exact")]
    let megabytes = std::fs::metadata(binary)?.len() as f64 / 1e6;
    Ok(Measured {
        megabytes,
        init_ms: median_ms(init),
        first_ms: median_ms(first),
        later_ms: median_ms(later),
        peak_memory_megabytes,
    })
}

/// Starts a function process as Lambda does, with everything it calls on loopback.
fn spawn(stack: &Stack, binary: &Path, function: &str, api: &RuntimeApi) -> Result<Child, Error> {
    let tables = TABLES.iter().map(|table| (variable(table.name), table.name));
    let mut command = Command::new(binary);
    command
        .env_clear()
        .envs(tables)
        .env("_HANDLER", function)
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", "measured")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "measured")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "measured")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_ENDPOINT_URL_DYNAMODB", &stack.urls.dynamodb)
        .env("AWS_ENDPOINT_URL_CONNECT", &stack.urls.connect)
        .env("AWS_ENDPOINT_URL_PINPOINT", &stack.urls.carriers)
        .env("CONNECT_INSTANCE_ID", "11111111-2222-3333-4444-555555555555")
        .env("CONNECT_CONTACT_FLOW_ID", "66666666-7777-8888-9999-000000000000")
        .env("CONNECT_QUEUE_ID", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true);
    Ok(command.spawn().map_err(|error| format!("{} cannot be started: {error}", binary.display()))?)
}

/// Where a function reads the name of a table: `DENY_LIST_TABLE` for `DenyList`.
fn variable(table: &str) -> String {
    let mut variable = String::new();
    for letter in table.chars() {
        if letter.is_uppercase() && !variable.is_empty() {
            variable.push('_');
        }
        variable.extend(letter.to_uppercase());
    }
    variable + "_TABLE"
}

/// The process's high-water mark of resident memory (`VmHWM` of proc(5)), in megabytes.
fn peak_memory(process: &Child) -> Result<f64, Error> {
    let id = process.id().ok_or("the process has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1_024.0 / 1e6)
}

fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_function_reads_the_name_of_each_table_from_a_variable() {
        let variables = ["Requests", "DenyList", "Calls"].map(super::variable);
        assert_eq!(variables, ["REQUESTS_TABLE", "DENY_LIST_TABLE", "CALLS_TABLE"]);
    }

    #[tokio::test]
    async fn a_measured_process_reaches_all_that_it_calls() {
        let stack = super::stack().await.unwrap();
        for url in [&stack.urls.dynamodb, &stack.urls.connect, &stack.urls.carriers] {
            let address = url.trim_start_matches("http://").trim_end_matches('/');
            tokio::net::TcpStream::connect(address).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        }
    }
}
