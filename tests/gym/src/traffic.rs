//! The requests of a scenario, all of them, drawn up front from its seed: who asks when for which number, and what would
//! happen on the call. Whoever guards, the requests and their calls are the same.

mod addresses;
mod numbers;
mod spelling;
mod streams;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use jiff::SignedDuration;
use local::connect::CallPlan;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;

use crate::scenario::{Pairing, Scenario, Share, Spelling, Traffic};
use streams::Streams;

/// How long it rings until somebody answers.
pub const RING_SECONDS: u32 = 3;
/// When the same person clicks again, in milliseconds.
const CLICKED_AGAIN_AFTER_MS: std::ops::RangeInclusive<i64> = 5_000..=60_000;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// When, from the beginning of the scenario.
    pub at: SignedDuration,
    /// Whose it is: the place of its traffic in the scenario.
    pub traffic: usize,
    /// The number.
    pub number: PhoneNumber,
    /// The number as it is written.
    pub spelled: String,
    /// Where it comes from.
    pub address: IpAddr,
    /// The account, if it is signed in.
    pub account: Option<Account>,
    /// Whether the address is marked as an anonymous network.
    pub anonymous: bool,
    /// Whether the same person clicked again.
    pub is_repeat: bool,
    /// What happens on the call, if it is made.
    pub call: CallPlan,
    /// Whether an agent who talks on the call marks it as spam.
    pub marked: bool,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Whether the number asked for is its verified own.
    pub owns_number: bool,
}

impl Asked {
    /// The minute of the scenario in which it comes.
    #[must_use]
    pub fn minute(&self) -> i64 {
        self.at.as_mins()
    }
}

/// All requests of a scenario, in order of time.
///
/// # Errors
/// When a pool of numbers cannot be filled with valid ones.
pub fn requests(scenario: &Scenario, country: Option<CountryCode>) -> Result<Vec<Asked>, String> {
    let mut all = vec![];
    for (place, traffic) in scenario.traffic.iter().enumerate() {
        let of = |reason| format!("traffic `{}`, numbers: {reason}", traffic.label);
        all.extend(Crowd::gather(scenario, place, traffic, country).map_err(of)?.requests());
    }
    // Stable: of two in one moment, the one that the scenario names first.
    all.sort_by_key(|asked| asked.at);
    Ok(all)
}

/// The people of one traffic.
struct Crowd<'a> {
    traffic: &'a Traffic,
    place: usize,
    country: Option<CountryCode>,
    marks: Share,
    streams: Streams<'a>,
    numbers: Vec<PhoneNumber>,
    addresses: Vec<IpAddr>,
}

/// Whose turn it is, by places in the pools.
struct Turn {
    number: usize,
    address: usize,
    account: usize,
}

impl<'a> Crowd<'a> {
    fn gather(
        scenario: &'a Scenario,
        place: usize,
        traffic: &'a Traffic,
        country: Option<CountryCode>,
    ) -> Result<Self, String> {
        let streams = Streams::of(scenario.seed, &traffic.label);
        let marks = scenario.operator.map_or(Share::default(), |operator| operator.marks_share);
        Ok(Self {
            numbers: numbers::draw(&traffic.numbers, &mut streams.about("numbers"))?,
            addresses: addresses::draw(&traffic.addresses, &mut streams.about("addresses")),
            traffic,
            place,
            country,
            marks: if traffic.fraud { marks } else { Share::default() },
            streams,
        })
    }

    fn requests(&self) -> Vec<Asked> {
        let mut who = self.streams.about("who");
        let mut first = Voice::of(self, "first click");
        let mut again = Voice::of(self, "second click");
        let mut clicks_again = self.streams.about("clicks again");
        let mut all = vec![];
        for (nth, at) in self.arrivals().into_iter().enumerate() {
            let turn = self.turn(nth, &mut who);
            let asked = first.asks(at, &turn);
            let delay = clicks_again.random_range(CLICKED_AGAIN_AFTER_MS);
            if happens(&mut clicks_again, self.traffic.repeat_clicks) {
                all.push(again.asks_again(&asked, at + SignedDuration::from_millis(delay)));
            }
            all.push(asked);
        }
        all
    }

    /// Poisson arrivals: the gaps between them are exponential.
    #[expect(clippy::cast_possible_truncation, reason = "a scenario lasts far less than i64 milliseconds")]
    fn arrivals(&self) -> Vec<SignedDuration> {
        let mut gaps = self.streams.about("arrivals");
        let minute_ms = 60_000.0;
        let mean_ms = 60.0 * minute_ms / self.traffic.requests_per_hour.get();
        let end_ms = f64::from(self.traffic.end_minute) * minute_ms;
        let mut at_ms = f64::from(self.traffic.start_minute) * minute_ms;
        let mut arrivals = vec![];
        loop {
            at_ms -= mean_ms * (1.0 - gaps.random::<f64>()).ln();
            if at_ms >= end_ms {
                return arrivals;
            }
            arrivals.push(SignedDuration::from_millis(at_ms as i64));
        }
    }

    fn turn(&self, nth: usize, who: &mut ChaCha8Rng) -> Turn {
        let (numbers, addresses) = (self.numbers.len(), self.addresses.len());
        let accounts = self.traffic.accounts.map_or(numbers, |accounts| accounts.get() as usize);
        match self.traffic.pairing {
            Pairing::Person => {
                let number = who.random_range(0..numbers);
                Turn { number, address: number % addresses, account: number }
            }
            Pairing::Free => Turn {
                number: who.random_range(0..numbers),
                address: who.random_range(0..addresses),
                account: who.random_range(0..accounts),
            },
            Pairing::Once => {
                Turn { number: nth % numbers, address: nth % addresses, account: nth % accounts }
            }
        }
    }
}

/// How people of a crowd ask, once it is known who: the streams of everything that is drawn for a request by itself.
struct Voice<'a> {
    crowd: &'a Crowd<'a>,
    signed_in: ChaCha8Rng,
    own_number: ChaCha8Rng,
    anonymous: ChaCha8Rng,
    spelling: ChaCha8Rng,
    calls: ChaCha8Rng,
    marks: ChaCha8Rng,
}

impl<'a> Voice<'a> {
    fn of(crowd: &'a Crowd<'a>, click: &str) -> Self {
        let about = |concern: &str| crowd.streams.about(&format!("{concern}, {click}"));
        Self {
            crowd,
            signed_in: about("signed in"),
            own_number: about("own number"),
            anonymous: about("anonymous network"),
            spelling: about("spelling"),
            calls: about("calls"),
            marks: about("marks"),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "a turn is drawn within its pools")]
    fn asks(&mut self, at: SignedDuration, turn: &Turn) -> Asked {
        let Crowd { traffic, numbers, addresses, place, .. } = self.crowd;
        let number = numbers[turn.number].clone();
        let signed_in = happens(&mut self.signed_in, traffic.signed_in);
        let owns_number = happens(&mut self.own_number, traffic.own_number);
        let account =
            signed_in.then(|| Account { id: format!("{}-{}", traffic.label, turn.account), owns_number });
        Asked {
            at,
            traffic: *place,
            spelled: self.spells(&number),
            number,
            address: addresses[turn.address],
            account,
            anonymous: happens(&mut self.anonymous, traffic.anonymous_network),
            is_repeat: false,
            call: self.call(),
            marked: happens(&mut self.marks, self.crowd.marks),
        }
    }

    fn asks_again(&mut self, asked: &Asked, at: SignedDuration) -> Asked {
        Asked {
            at,
            spelled: self.spells(&asked.number),
            is_repeat: true,
            call: self.call(),
            marked: happens(&mut self.marks, self.crowd.marks),
            ..asked.clone()
        }
    }

    fn spells(&mut self, number: &PhoneNumber) -> String {
        match self.crowd.traffic.spelling {
            Spelling::E164 => number.e164().to_owned(),
            Spelling::Varied => spelling::varied(number, self.crowd.country, &mut self.spelling),
        }
    }

    fn call(&mut self) -> CallPlan {
        let call = &self.crowd.traffic.call;
        CallPlan {
            ring_seconds: RING_SECONDS,
            answered: happens(&mut self.calls, call.answered),
            agent: happens(&mut self.calls, call.agent),
            talk_seconds: self.calls.random_range(call.seconds.from..=call.seconds.to),
        }
    }
}

/// Draws whether something of this share happens; draws as much whatever the share.
fn happens(stream: &mut ChaCha8Rng, share: Share) -> bool {
    stream.random::<f64>() < share.get()
}
