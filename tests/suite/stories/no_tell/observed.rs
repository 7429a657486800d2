//! What requesters observe of many requests, sent in random order, and how it is compared: whatever differs from what is
//! observed of a dialed request tells.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use tollgate::state::StateName;

use super::classes::{Class, Mixed};
use super::ids;
use super::leaks::Leak;
use crate::round_trips::warm;
use crate::watch::Seen;
use crate::world::{Answer, Visitor};

/// The ages at which is looked; the deadline is at 300 seconds, and 15 later nobody calls.
const AGES: [i64; 9] = [0, 1, 59, 299, 300, 314, 315, 3_600, 86_400];

/// Everything observed.
#[derive(Default)]
pub(super) struct Observed {
    /// The answers to new requests, as bytes without the id.
    posts: BTreeMap<Class, BTreeSet<String>>,
    /// The work that was done before the answer: operations, read units and write units.
    work: BTreeMap<Class, BTreeSet<String>>,
    /// The ids.
    ids: BTreeMap<Class, Vec<String>>,
    /// All that is answered about a request later on.
    histories: BTreeMap<Class, BTreeSet<Vec<String>>>,
}

/// A request that was sent.
struct Sent {
    class: Class,
    n: usize,
    visitor: Visitor,
    id: String,
    /// The whole first answer, if a repeated request is to get it again.
    keyed: Option<Answer>,
    history: Vec<String>,
}

/// An answer as the bytes that it is on the wire, but for the id.
fn bytes(answer: &Answer, id: &str) -> String {
    let headers =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let (headers, length) = (headers.collect::<String>(), answer.text.len());
    let Answer { status, text, .. } = answer;
    format!("{status}\r\n{headers}content-length: {length}\r\n\r\n{text}").replace(id, "(id)")
}

/// How many requests of each class.
pub(super) struct Many {
    /// So many are sent.
    pub(super) sent: usize,
    /// So many of these are followed for a day; every other one has an `Idempotency-Key`.
    pub(super) followed: usize,
}

/// Sends requests of these classes in random order, lets become of them what must, and follows some.
pub(super) async fn observe(classes: &[Class], many: Many, leak: Option<Leak>) -> Observed {
    let mut mixed = Mixed::new().await;
    let mut observed = Observed::default();
    let mut order: Vec<_> =
        classes.iter().flat_map(|class| (0..many.sent).map(move |n| (*class, n))).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    mixed.prepare(&order).await;

    let mut sent = vec![];
    for (class, n) in order {
        let request = send(&mut mixed, class, n, leak, &mut observed).await;
        sent.push(request);
    }
    if many.followed == 0 {
        return observed;
    }
    mixed.work().await;
    for request in &sent {
        assert_eq!(mixed.world.state(&request.id).await, request.class.state(), "{:?}", request.class);
    }
    sent.retain(|request| request.n < many.followed);
    follow(&mut mixed, sent, leak, &mut observed).await;
    observed
}

/// Sends one request, under watch; each keyed one is sent again at once.
async fn send(
    mixed: &mut Mixed,
    class: Class,
    n: usize,
    leak: Option<Leak>,
    observed: &mut Observed,
) -> Sent {
    let keyed = n.is_multiple_of(2);
    let mut visitor = class.visitor(n);
    if keyed {
        visitor = visitor.with_header("idempotency-key", &format!("{class:?}-{n:032}"));
    }
    mixed.watch.look();
    let mut answer = visitor.asks_for(&mixed.world, &class.number(n)).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let mut told = id.clone();
    if let Some(leak) = leak {
        leak.work(class, mixed, &id).await;
        leak.on_post(class, &mut answer, &mut told);
    }
    let seen = mixed.watch.look();
    let work = format!("{:?}, {} read, {} written", seen.rounds, seen.reads, seen.writes);
    observed.work.entry(class).or_default().insert(work);
    observed.posts.entry(class).or_default().insert(bytes(&answer, &id));
    observed.ids.entry(class).or_default().push(told);
    if class == Class::Expired {
        mixed.withheld.insert(id.clone());
    }
    Sent { class, n, visitor, id, keyed: keyed.then_some(answer), history: vec![] }
}

/// Looks at these requests at every age, in random order, by every method; and withdraws them at last.
async fn follow(mixed: &mut Mixed, mut sent: Vec<Sent>, leak: Option<Leak>, observed: &mut Observed) {
    let mut before = 0;
    let mut chance = ChaCha8Rng::seed_from_u64(2);
    for age in AGES {
        mixed.world.pass_unseen(age - before);
        before = age;
        mixed.work().await;
        mixed.world.stack.upkeep().await.unwrap();
        mixed.work().await;
        warm(&mixed.world).await;
        sent.shuffle(&mut chance);
        for request in &mut sent {
            look(mixed, request, age, leak).await;
        }
    }
    for request in &mut sent {
        let ended = mixed.world.state(&request.id).await;
        assert!(ended.phase() == 4 || ended == StateName::Duplicate, "{:?}: {ended:?}", request.class);
        for method in [Method::DELETE, Method::GET, Method::DELETE] {
            let answer = mixed.about(method, &request.visitor, &request.id).await;
            request.history.push(bytes(&answer, &request.id));
        }
    }
    for request in sent {
        observed.histories.entry(request.class).or_default().insert(request.history);
    }
}

async fn look(mixed: &Mixed, request: &mut Sent, age: i64, leak: Option<Leak>) {
    let Sent { class, id, visitor, .. } = request;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        mixed.watch.look();
        let mut answer = mixed.about(method.clone(), visitor, id).await;
        let Seen { rounds, reads, attributes, .. } = mixed.watch.look();
        if let Some(leak) = leak {
            leak.on_look(*class, age, &mut answer);
        }
        let work = format!("{rounds:?}, {reads} read, {attributes} attributes");
        request.history.push(format!("{method} at {age} s, {work}: {}", bytes(&answer, id)));
    }
    if let Some(first) = &request.keyed {
        let again = visitor.asks_for(&mixed.world, &class.number(request.n)).await;
        let same = first == &again || leak.is_some();
        request
            .history
            .push(format!("asked again at {age} s: {}", if same { "the same" } else { "another" }));
    }
}

impl Observed {
    /// Everything that tells one of these classes from a dialed request; nothing, if nothing does.
    pub(super) fn tells(&self) -> Vec<String> {
        let mut tells = vec![];
        differences("the answer", &self.posts, &mut tells);
        differences("the work before it", &self.work, &mut tells);
        differences("the history", &self.histories, &mut tells);
        tells.extend(ids::tells(&self.ids));
        tells
    }

    /// How many requests were sent.
    pub(super) fn requests(&self) -> usize {
        self.ids.values().map(Vec::len).sum()
    }

    /// What is answered to a dialed request.
    pub(super) fn usual(&self) -> &BTreeSet<String> {
        &self.posts[&Class::Dialed]
    }
}

fn differences<T: PartialEq>(what: &str, by_class: &BTreeMap<Class, T>, tells: &mut Vec<String>) {
    let dialed = by_class.get(&Class::Dialed);
    let others = by_class.iter().filter(|(_, seen)| Some(*seen) != dialed);
    tells.extend(others.map(|(class, _)| format!("{what} tells {class:?}")));
}
