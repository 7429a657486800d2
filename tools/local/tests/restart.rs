//! The suite on one machine, killed at awkward moments and started again on the same file: nothing that was answered is
//! lost, and nobody is called twice.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a story that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tollgate_aws::clock::Clock;

/// How long anything may take before it counts as never.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary, running. It is killed when it is dropped.
struct Running {
    child: Child,
    /// Kept open, and never so full that the process would wait.
    output: BufReader<ChildStdout>,
    address: String,
    started_at: Timestamp,
}

/// An answer over HTTP.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
}

/// An empty directory for a story, and the data file in it.
fn data_file(story: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(story);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).unwrap();
    }
    std::fs::create_dir_all(&directory).unwrap();
    directory.join("tollgate.db")
}

impl Running {
    fn start(data: &PathBuf, talk_seconds: u32) -> Self {
        let started_at = Clock::System.now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_local"))
            .args([
                "--port",
                "0",
                "--ring-seconds",
                "0",
                "--talk-seconds",
                &talk_seconds.to_string(),
                "--data",
            ])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        Self { child, output, address, started_at }
    }

    /// SIGKILL: the process has no chance to do anything more.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}",
            self.address
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        Answer { status, body: body.to_owned() }
    }

    /// Asks for a call to a number, as an account of its own. Gives the id.
    fn ask(&self, number: &str) -> String {
        let headers = format!(
            "content-type: application/json\r\nx-local-account: {}\r\nx-local-country: US\r\n",
            number.trim_start_matches('+')
        );
        let body = json!({ "phoneNumber": number }).to_string();
        let answer = self.send("POST", "/account/callbacks", &headers, &body);
        assert_eq!(answer.status, 202, "{answer:?}");
        let reply: Value = serde_json::from_str(&answer.body).unwrap();
        reply.get("id").and_then(Value::as_str).unwrap().to_owned()
    }

    fn operator(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, "content-type: application/json\r\nx-local-operator: carol\r\n", body)
    }

    /// A request as operators see it.
    fn request(&self, id: &str) -> Value {
        let answer = self.operator("GET", &format!("/review/requests/{id}"), "");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    fn state(&self, id: &str) -> String {
        self.request(id).get("state").and_then(Value::as_str).unwrap().to_owned()
    }

    fn calls_to(&self, number: &str) -> usize {
        let answer = self.send("GET", "/_local/calls", "", "");
        let calls: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
        calls.iter().filter(|call| call.get("phoneNumber").and_then(Value::as_str) == Some(number)).count()
    }

    /// Whether the process before this one was killed in the very act of dialing: after it had claimed the request, and
    /// before it had noted a call. Nobody dials such a request again; upkeep finds out about it, in minutes.
    fn was_caught_dialing(&self, id: &str) -> bool {
        let request = self.request(id);
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let dialed_at = text("dialedAt").and_then(|at| at.parse::<Timestamp>().ok());
        text("state") == Some("dialing") && dialed_at.is_some_and(|at| at < self.started_at)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended before, if its story went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn requests_that_were_accepted_before_a_kill_are_called_after_it_each_once() {
    let data = data_file("accepted");
    let running = Running::start(&data, 1);
    let numbers = ["+12065550101", "+12065560102", "+12065570103", "+12065580104"];
    let ids = numbers.map(|number| running.ask(number));
    running.kill();

    let running = Running::start(&data, 1);
    for (id, number) in ids.iter().zip(numbers) {
        until("the request is called", || running.calls_to(number) == 1 || running.was_caught_dialing(id));
        until("its call ends", || running.state(id) == "closed" || running.was_caught_dialing(id));
    }
    running.kill();

    // Once more from the same file: nothing is left to do.
    let running = Running::start(&data, 1);
    let later = running.ask("+12065550105");
    until("a later request is called", || running.state(&later) == "closed");
    for number in numbers {
        assert!(running.calls_to(number) <= 1, "{number}");
    }
}

#[test]
fn a_call_that_lives_through_a_kill_keeps_its_number_and_its_end_is_heard() {
    let data = data_file("in-call");
    let (short, long) = ("+12065550101", "+12065550102");
    let running = Running::start(&data, 2);
    let ended = running.ask(short);
    // Closed, if this machine was very slow.
    until("a call is placed", || ["in-call", "closed"].contains(&running.state(&ended).as_str()));
    running.kill();

    let running = Running::start(&data, 3600);
    until("its end is heard", || running.state(&ended) == "closed");
    assert_eq!(running.calls_to(short), 1);
    let owner = running.ask(long);
    until("a long call is placed", || running.state(&owner) == "in-call");
    running.kill();

    let running = Running::start(&data, 1);
    let second = running.ask(long);
    until("the claim is still there", || running.state(&second) == "duplicate");
    let again = running.ask(short);
    until("the other number is free", || running.state(&again) == "closed");
    assert_eq!((running.calls_to(long), running.calls_to(short)), (1, 2));
    assert_eq!(running.state(&owner), "in-call");
}

#[test]
fn a_deny_entry_outlives_a_kill() {
    let data = data_file("denied");
    let running = Running::start(&data, 1);
    let entry = "/review/entries/number%23%2B12065550101";
    let put = running.operator("PUT", entry, r#"{"effect":"deny","reason":"pumping"}"#);
    assert!((200..300).contains(&put.status), "{put:?}");
    running.kill();

    let running = Running::start(&data, 1);
    assert_eq!(running.operator("GET", entry, "").status, 200);
    let id = running.ask("+12065550101");
    until("it is refused", || running.state(&id) == "refused");
    assert_eq!(running.calls_to("+12065550101"), 0);
}

#[test]
fn an_interrupt_ends_it_cleanly() {
    let mut running = Running::start(&data_file("interrupted"), 1);
    let interrupt = Command::new("kill").arg("-INT").arg(running.child.id().to_string()).status().unwrap();
    assert!(interrupt.success());
    let mut rest = String::new();
    running.output.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("ended\n"), "{rest}");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

#[test]
fn every_option_is_explained() {
    let help = Command::new(env!("CARGO_BIN_EXE_local")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let lines: Vec<_> = help.lines().map(str::trim).collect();
    let is_option = |line: &str| line.starts_with("--") || line.starts_with("-h") || line.starts_with("-V");
    let options: Vec<_> =
        lines.windows(2).filter(|pair| pair.first().is_some_and(|line| is_option(line))).collect();
    assert!(options.len() >= 9, "{help}");
    for pair in options {
        assert!(pair.last().is_some_and(|explained| explained.len() > 10), "{pair:?} is not explained");
    }
}
