//! Who was served: of the honest, those who had talked with an agent before and those who had not.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::SignedDuration;
use serde::Serialize;

use super::{Reported, count, share};
use crate::fate::Fate;
use crate::scenario::Scenario;
use crate::traffic::Asked;

/// Honest people, by whether they had talked before; and those of them who ask while there is fraud.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub struct People {
    pub known: Part,
    pub new: Part,
    pub known_during_fraud: Part,
    pub new_during_fraud: Part,
}

/// Some of the requests, second clicks left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "told in FORMAT.md")]
pub struct Part {
    pub requested: u64,
    pub served: u64,
    pub served_share: Option<f64>,
}

impl People {
    pub(super) fn count<'a>(first: impl Iterator<Item = Reported<'a>> + Clone, calls: &Calls<'_>) -> Self {
        let part = |known: bool, during_fraud: bool| {
            let of = first.clone().filter(|one| {
                calls.had_talked(one) == known && (!during_fraud || calls.is_during_fraud(one.asked.at))
            });
            let (requested, served) = (count(of.clone()), count(of.filter(|one| calls.serve(one))));
            Part { requested, served, served_share: share(served, requested) }
        };
        Self {
            known: part(true, false),
            new: part(false, false),
            known_during_fraud: part(true, true),
            new_during_fraud: part(false, true),
        }
    }
}

/// A person: who asks for this number from this address, in this traffic.
type Person<'a> = (usize, &'a str, IpAddr);

fn person(asked: &Asked) -> Person<'_> {
    (asked.traffic, asked.number.e164(), asked.address)
}

/// The calls of each person, and when there was fraud.
pub(crate) struct Calls<'a> {
    /// From the request to the end of the call.
    pending: HashMap<Person<'a>, Vec<(SignedDuration, SignedDuration)>>,
    /// When the first call that reached an agent ended.
    talked: HashMap<Person<'a>, SignedDuration>,
    fraud: Vec<(SignedDuration, SignedDuration)>,
}

impl<'a> Calls<'a> {
    /// Collects the calls, those of the warm-up too.
    pub(crate) fn know(scenario: &Scenario, asked: &'a [Asked], fates: &[Fate]) -> Self {
        let mut pending: HashMap<_, Vec<_>> = HashMap::new();
        let mut talked = HashMap::new();
        for (asked, fate) in asked.iter().zip(fates) {
            let Some(dial) = fate.dial else { continue };
            pending.entry(person(asked)).or_default().push((asked.at, dial.ended));
            if asked.call.answered && asked.call.agent {
                let first = talked.entry(person(asked)).or_insert(dial.ended);
                *first = dial.ended.min(*first);
            }
        }
        let minutes = |minutes: u32| SignedDuration::from_mins(i64::from(minutes));
        let fraud = scenario.traffic.iter().filter(|traffic| traffic.fraud);
        let fraud = fraud.map(|traffic| (minutes(traffic.start_minute), minutes(traffic.end_minute)));
        Self { pending, talked, fraud: fraud.collect() }
    }

    /// Whether the request was dialed, or made while a callback of its person was pending or live.
    pub(crate) fn serve(&self, one: &Reported<'_>) -> bool {
        let at = one.asked.at;
        let own = self.pending.get(&person(one.asked));
        one.fate.dial.is_some() || own.into_iter().flatten().any(|(from, to)| *from <= at && at < *to)
    }

    /// Whether the person had a call before that reached an agent.
    fn had_talked(&self, one: &Reported<'_>) -> bool {
        self.talked.get(&person(one.asked)).is_some_and(|ended| *ended <= one.asked.at)
    }

    fn is_during_fraud(&self, at: SignedDuration) -> bool {
        self.fraud.iter().any(|(from, to)| *from <= at && at < *to)
    }
}
