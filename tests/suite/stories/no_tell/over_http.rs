//! The time that answers take, over HTTP on loopback, by what becomes of the requests; and every byte on the wire. The
//! clock of the product stands still meanwhile, so that each request meets the same caches; nothing else is done while the
//! time of an answer is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use http::Method;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use serde_json::json;
use tokio::net::TcpListener;

use super::classes::{Class, Mixed};
use super::distributions::{Compared, SIZE, median, would_have_been_found};
use super::stopwatch::Stopwatch;
use crate::world::Visitor;

/// What is compared with requests that are dialed.
const CLASSES: [Class; 4] = [Class::Dialed, Class::DenyListed, Class::Duplicate, Class::Voip];

/// How many of each class are sent before what is to become of them does.
const BLOCK: usize = 50;

/// Whose time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    /// All that passes for the visitor.
    Whole,
    /// Without what the engine takes.
    Tollgate,
}

/// Times in microseconds.
type Times = BTreeMap<(Share, Class), Vec<f64>>;

fn note(times: &mut Times, class: Class, took: [(Share, f64); 2]) {
    for (share, time) in took {
        times.entry((share, class)).or_default().push(time);
    }
}

/// What was measured.
#[derive(Default)]
struct Measured {
    posts: Times,
    looks: Times,
    bytes: BTreeMap<(Class, &'static str), BTreeSet<String>>,
}

/// A question over HTTP, and about whom.
struct Question {
    class: Class,
    text: String,
    id: String,
    visitor: Visitor,
}

/// What was answered to a question, and in what time.
struct Answered {
    asked: Question,
    answer: String,
    took: [(Share, f64); 2],
}

/// A client on a connection that stays open.
struct Client {
    stream: TcpStream,
    engine: Stopwatch,
}

impl Client {
    fn on(address: SocketAddr, engine: Stopwatch) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, engine }
    }

    /// Sends a request and reads the answer to its last byte.
    fn ask(&mut self, asked: Question) -> Answered {
        self.engine.read();
        let began = Instant::now();
        self.stream.write_all(asked.text.as_bytes()).unwrap();
        let (mut answer, mut buffer) = (vec![], [0; 4_096]);
        while !is_whole(&answer) {
            let read = self.stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "the connection was closed");
            answer.extend_from_slice(&buffer[..read]);
        }
        let whole = began.elapsed();
        let tollgate = whole - self.engine.read();
        let took = [(Share::Whole, whole), (Share::Tollgate, tollgate)];
        let took = took.map(|(share, time)| (share, time.as_nanos() as f64 / 1_000.0));
        Answered { asked, answer: String::from_utf8(answer).unwrap(), took }
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.unwrap().parse().unwrap()
}

fn question(method: &Method, path: &str, visitor: &Visitor, body: &str) -> String {
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in visitor.headers() {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    text + "\r\n" + body
}

/// An answer without its id and the server's date.
fn without_id(answer: &str, id: &str) -> String {
    let lines = answer.split("\r\n").filter(|line| !line.starts_with("date: "));
    lines.collect::<Vec<_>>().join("\r\n").replace(id, "(id)")
}

/// Serves the API; with a delay, refused requests are answered so much later.
async fn serve(mixed: &Mixed, delay: Option<Duration>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let late = move |request: Request, next: Next| {
        let address = request.headers()["x-local-source-ip"].to_str().unwrap();
        if let Some(delay) = delay.filter(|_| address.starts_with("172.")) {
            std::thread::sleep(delay);
        }
        next.run(request)
    };
    let router = local::run::router(Arc::clone(&mixed.world.stack)).layer(from_fn(late));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Asks these questions one after the other, each timed.
async fn ask_all(client: Client, questions: Vec<Question>) -> (Client, Vec<Answered>) {
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = client;
        let answers = questions.into_iter().map(|question| client.ask(question)).collect();
        (client, answers)
    });
    asked.await.unwrap()
}

/// Sends so many requests of each class in random order, and looks at each once what becomes of it has.
async fn measure(of_each: usize, delay: Option<Duration>) -> Measured {
    let mut mixed = Mixed::new().await;
    let mut client = Client::on(serve(&mixed, delay).await, mixed.stopwatch.clone());
    let mut measured = Measured::default();
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    for block in 0..of_each / BLOCK {
        let numbers = block * BLOCK..(block + 1) * BLOCK;
        let mut order: Vec<_> =
            CLASSES.iter().flat_map(|class| numbers.clone().map(move |n| (*class, n))).collect();
        order.shuffle(&mut chance);
        mixed.prepare(&order).await;

        let questions = order.iter().map(|(class, n)| post(*class, *n)).collect();
        let answers;
        (client, answers) = ask_all(client, questions).await;
        let mut looks = vec![];
        for Answered { asked, answer, took } in answers {
            let id = answer.rsplit_once(r#"{"id":""#).unwrap().1.get(..32).unwrap().to_owned();
            note(&mut measured.posts, asked.class, took);
            measured.bytes.entry((asked.class, "POST")).or_default().insert(without_id(&answer, &id));
            looks.push(look(asked, id));
        }
        mixed.work().await;
        for look in &looks {
            assert_eq!(mixed.world.state(&look.id).await, look.class.state(), "{:?}", look.class);
        }
        looks.shuffle(&mut chance);
        let answers;
        (client, answers) = ask_all(client, looks).await;
        for Answered { asked, answer, took } in answers {
            note(&mut measured.looks, asked.class, took);
            measured.bytes.entry((asked.class, "GET")).or_default().insert(without_id(&answer, &asked.id));
        }
    }
    measured
}

fn post(class: Class, n: usize) -> Question {
    let visitor = class.visitor(n);
    let body = json!({ "phoneNumber": class.number(n) }).to_string();
    let text = question(&Method::POST, visitor.path(), &visitor, &body);
    Question { class, text, id: String::new(), visitor }
}

fn look(asked: Question, id: String) -> Question {
    let path = format!("{}/{id}", asked.visitor.path());
    Question { text: question(&Method::GET, &path, &asked.visitor, ""), id, ..asked }
}

/// Compares every class with the dialed requests and prints the table; in what Tollgate's own time was found to differ.
fn differences(measured: &Measured) -> Vec<String> {
    let pairs: Vec<_> = [("POST", &measured.posts), ("GET", &measured.looks)]
        .into_iter()
        .flat_map(|(method, times)| {
            times.iter().map(move |((share, class), of)| (method, *share, *class, times, of))
        })
        .filter(|(_, _, class, ..)| *class != Class::Dialed)
        .collect();
    // Two tests of each of Tollgate's own times, which are half of the pairs: together of the stated size (Bonferroni).
    let size = SIZE / pairs.len() as f64;
    println!("a difference counts if one as large comes by chance in fewer than {size:.5} of cases");
    println!(
        "| answer | time | class | requests | median (us) | dialed (us) | KS distance | p | medians differ (us) | p | a delay found in 9 of 10 (us) |"
    );
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut differ = vec![];
    for (method, share, class, times, of_class) in pairs {
        let dialed = &times[&(share, Class::Dialed)];
        let compared = Compared::of(dialed, of_class);
        let Compared { distance: (distance, p_distance), medians: (difference, p_medians) } = compared;
        let found = would_have_been_found(dialed, size).map_or("-".to_owned(), |delay| delay.to_string());
        println!(
            "| {method} | {share:?} | {class:?} | {} | {:.0} | {:.0} | {distance:.4} | {p_distance:.4} | {difference:.1} | {p_medians:.4} | {found} |",
            of_class.len(),
            median(of_class),
            median(dialed),
        );
        if share == Share::Tollgate && compared.differ(size) {
            differ.push(format!("{method} of {class:?}"));
        }
    }
    differ
}

#[tokio::test]
#[ignore = "takes many minutes, and takes the time of answers on this machine"]
async fn the_time_that_an_answer_takes_tells_nothing() {
    let measured = measure(2_000, None).await;
    let dialed = |method| &measured.bytes[&(Class::Dialed, method)];
    assert_eq!((dialed("POST").len(), dialed("GET").len()), (1, 1));
    assert!(
        measured.bytes.iter().all(|((_, method), bytes)| bytes == dialed(method)),
        "{:?}",
        measured.bytes
    );
    assert_eq!(differences(&measured), Vec::<String>::new());
}

#[tokio::test]
#[ignore = "takes minutes, and takes the time of answers on this machine"]
async fn a_millisecond_more_for_refused_requests_is_found() {
    let measured = measure(500, Some(Duration::from_millis(1))).await;
    let differ = differences(&measured);
    assert_eq!(differ, ["POST of DenyListed", "GET of DenyListed"]);
}
