//! The people of one traffic: who asks, and when.

use std::net::IpAddr;

use jiff::SignedDuration;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;

use super::streams::Streams;
use super::voice::{Manner, Voice};
use super::{Asked, addresses, happens, numbers};
use crate::scenario::{Pairing, Scenario, Share, Traffic};

/// When the same person clicks again, in milliseconds.
const CLICKED_AGAIN_AFTER_MS: std::ops::RangeInclusive<i64> = 5_000..=60_000;
const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 1_440.0 * MINUTE_MS;

/// The people of one traffic.
pub(super) struct Crowd<'a> {
    pub(super) traffic: &'a Traffic,
    pub(super) place: usize,
    pub(super) country: Option<CountryCode>,
    pub(super) streams: Streams<'a>,
    pub(super) numbers: Vec<PhoneNumber>,
    pub(super) addresses: Vec<IpAddr>,
    /// What their accounts are called.
    pub(super) accounts_of: &'a str,
    accounts: usize,
    usual: Manner,
    /// The share of those who ask for somebody else's number, and how it goes then.
    mistyped: (Share, Manner),
}

/// Whose turn it is, by places in the pools.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) number: usize,
    pub(super) address: usize,
    pub(super) account: usize,
}

impl<'a> Crowd<'a> {
    pub(super) fn gather(
        scenario: &'a Scenario,
        place: usize,
        traffic: &'a Traffic,
        country: Option<CountryCode>,
    ) -> Result<Self, String> {
        let streams = |of: &'a Traffic| Streams::of(scenario.seed, &of.label);
        let (asked_for, askers) = (scenario.numbers_of(traffic), scenario.askers_of(traffic));
        let numbers = |of: &'a Traffic| numbers::draw(&of.numbers, &mut streams(of).about("numbers"));
        let own = numbers(asked_for)?;
        // With pairing `person`, there is an account for each of the askers' own numbers.
        let accounts = match traffic.accounts.or(askers.accounts) {
            Some(accounts) => accounts.get() as usize,
            None => scenario.numbers_of(askers).numbers.iter().map(|pool| pool.count as usize).sum(),
        };
        let mistyped = traffic.mistyped.map(|mistyped| {
            (
                mistyped.share,
                Manner { call: mistyped.call, marks: mistyped.marks, own_number: Share::default() },
            )
        });
        let usual =
            Manner { call: traffic.call, marks: scenario.marks(traffic), own_number: traffic.own_number };
        Ok(Self {
            numbers: own,
            addresses: addresses::draw(&askers.addresses, &mut streams(askers).about("addresses")),
            accounts_of: &askers.label,
            accounts,
            streams: streams(traffic),
            mistyped: mistyped.unwrap_or((Share::default(), usual)),
            usual,
            traffic,
            place,
            country,
        })
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        let mut who = self.streams.about("who");
        let mut first = Voice::of(self, "first click");
        let mut again = Voice::of(self, "second click");
        let mut clicks_again = self.streams.about("clicks again");
        let mut mistypes = self.streams.about("mistypes");
        let mut all = vec![];
        for (nth, at) in self.arrivals().into_iter().enumerate() {
            let (turn, manner) = self.mistype(self.turn(nth, &mut who), &mut mistypes);
            let asked = first.asks(at, turn, manner);
            let delay = clicks_again.random_range(CLICKED_AGAIN_AFTER_MS);
            if happens(&mut clicks_again, self.traffic.repeat_clicks) {
                all.push(again.asks_again(&asked, at + SignedDuration::from_millis(delay), manner));
            }
            all.push(asked);
        }
        all
    }

    /// Poisson arrivals: the gaps between them are exponential. Where the rate grows, they begin anew each day, which changes
    /// nothing about the gaps: they have no memory.
    #[expect(clippy::cast_possible_truncation, reason = "a scenario lasts far less than i64 milliseconds")]
    fn arrivals(&self) -> Vec<SignedDuration> {
        let mut gaps = self.streams.about("arrivals");
        let mut mean_ms = 60.0 * MINUTE_MS / self.traffic.requests_per_hour.get();
        let end_ms = f64::from(self.traffic.end_minute) * MINUTE_MS;
        let mut at_ms = f64::from(self.traffic.start_minute) * MINUTE_MS;
        let growth = self.traffic.growth_per_day;
        let mut grows_at_ms = growth.map_or(f64::INFINITY, |_| at_ms + DAY_MS);
        let mut arrivals = vec![];
        loop {
            at_ms -= mean_ms * (1.0 - gaps.random::<f64>()).ln();
            if at_ms >= end_ms.min(grows_at_ms) {
                let Some(growth) = growth.filter(|_| grows_at_ms < end_ms) else { return arrivals };
                at_ms = grows_at_ms;
                grows_at_ms += DAY_MS;
                mean_ms /= growth.get();
                continue;
            }
            arrivals.push(SignedDuration::from_millis(at_ms as i64));
        }
    }

    fn turn(&self, nth: usize, who: &mut ChaCha8Rng) -> Turn {
        let (numbers, addresses, accounts) = (self.numbers.len(), self.addresses.len(), self.accounts);
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

    /// Now and then somebody takes another's number for his own.
    fn mistype(&self, turn: Turn, mistypes: &mut ChaCha8Rng) -> (Turn, Manner) {
        let (share, manner) = self.mistyped;
        let others = self.numbers.len().saturating_sub(1).max(1);
        let further = mistypes.random_range(0..others) + 1;
        if happens(mistypes, share) {
            (Turn { number: (turn.number + further) % self.numbers.len(), ..turn }, manner)
        } else {
            (turn, self.usual)
        }
    }
}
