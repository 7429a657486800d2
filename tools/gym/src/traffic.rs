//! The requests of a scenario, all of them, drawn up front from its seed: who asks when for which number, and what would
//! happen on the call. Whoever guards, the requests and their calls are the same.

mod addresses;
mod crowd;
mod numbers;
mod spelling;
mod streams;
#[cfg(test)]
mod tests;
mod voice;

use std::net::IpAddr;

use jiff::SignedDuration;
use local::connect::CallPlan;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tollgate::country::CountryCode;
use tollgate::number::PhoneNumber;

use crate::scenario::{Scenario, Share};
use crowd::Crowd;

/// How long it rings until somebody answers.
pub const RING_SECONDS: u32 = 3;
/// How long it rings for nobody.
pub const RINGS_OUT_SECONDS: u32 = 60;

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
    /// Whether it carries a bot token. Nothing reads it yet.
    pub token: bool,
    /// Whether the same person clicked again.
    pub is_repeat: bool,
    /// What happens on the call, if it is made.
    pub call: CallPlan,
    /// How an agent marks the call, if it is made; only a call that reaches one is marked.
    pub marking: Option<Marking>,
}

/// A mark that an agent makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marking {
    /// What the call is marked as.
    pub mark: Mark,
    /// How long after its end.
    pub after: SignedDuration,
}

/// What a call is marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Fraud.
    Spam,
    /// It reached somebody who had asked for nothing.
    WrongPerson,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// Draws whether something of this share happens; draws as much whatever the share.
fn happens(stream: &mut ChaCha8Rng, share: Share) -> bool {
    stream.random::<f64>() < share.get()
}
