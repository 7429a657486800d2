//! Screening: facts in, verdict out. Pure, total and deterministic.
//!
//! Every group of rules looks at the facts and reports what it finds; then each finding's standing is settled (the
//! policy's mode, trust, a verified own number), and the strictest that is enforced decides. Which groups look at which
//! stage is a table: `stage`.

mod asker;
mod destination;
mod further;
mod identity;
mod line;
mod listed;
mod neighbors;
mod network;
mod newcomers;
mod number;
mod range;
mod stage;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::counter::Place;
use crate::facts::Facts;
use crate::line::{Line, LineFact, LineType};
use crate::policy::{Mode, Policy};
use crate::proof::{Proof, Vouched};
use crate::record::{Taken, Terms};
use crate::reply::Channel;
use crate::request::{CallbackRequest, Caller};
use crate::switches::KillSwitches;
use crate::text::CarrierName;
use crate::usual::Standing;
use crate::verdict::{self, Code, Finding, Verdict};

pub use asker::asking;
use listed::Listed;
pub use range::needs_carrier;
use stage::Stage;

/// A request with what is known of it, and what its asker has to show.
struct Case<'a> {
    request: &'a CallbackRequest,
    facts: &'a Facts,
    policy: &'a Policy,
    listed: Listed,
    proof: Proof,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn new(request: &'a CallbackRequest, facts: &'a Facts, policy: &'a Policy, now: Timestamp) -> Self {
        let listed = Listed::of(&facts.listings, &facts.line, now);
        let vouched = listed.is_trusted() || request.is_for_verified_own_number();
        let vouched = if vouched { Vouched::Yes } else { Vouched::No };
        let carrier = range::known_carrier(&facts.line);
        let doubted = carrier.filter(|_| range::standing(facts, policy, now) != Standing::Usual);
        let proof = Proof::of(request, &facts.evidence, vouched, doubted, policy, now);
        Self { request, facts, policy, listed, proof, now }
    }

    /// How a finding with this code counts: the policy's mode, trust, and a verified own number settle it; none if its rule is
    /// off. The one place that knows what waives what.
    fn standing(&self, code: Code) -> Option<verdict::Standing> {
        let own = self.request.is_for_verified_own_number();
        match self.policy.mode(code) {
            Mode::Off => None,
            Mode::Shadow => Some(verdict::Standing::Shadow),
            Mode::Enforce if self.listed.waives(code) => Some(verdict::Standing::Waived),
            Mode::Enforce if own && code.is_waived_by_verified_own_number() => {
                Some(verdict::Standing::Waived)
            }
            Mode::Enforce => Some(verdict::Standing::Enforced),
        }
    }

    /// What is found at a stage, and what it comes to.
    fn verdict(&self, stage: Stage) -> Verdict {
        let own = self.request.is_for_verified_own_number();
        let own = own.then(|| Finding::new(Code::VerifiedOwnNumber));
        let settled = own.into_iter().chain(stage.findings(self)).filter_map(|finding| {
            self.standing(finding.code).map(|standing| Finding { standing, ..finding })
        });
        Verdict::from(settled.collect::<Vec<_>>())
    }
}

/// Decides on a request. Whether its number is free is settled by the claim alone, not here.
#[must_use]
pub fn screen(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> Verdict {
    Case::new(request, facts, policy, now).verdict(Stage::Screening)
}

/// Decides from what intake knows at once, before anything is read: the network, who asks, and what is the same for everybody,
/// the budget that is spent and the kill switches. Only ever redirects.
#[must_use]
pub fn at_once(
    request: &CallbackRequest,
    switches: &KillSwitches,
    spent: Option<Budget>,
    policy: &Policy,
) -> Verdict {
    let facts = Facts { switches: switches.clone(), spent, ..Facts::default() };
    Case::new(request, &facts, policy, request.received_at).verdict(Stage::AtOnce)
}

/// Looks once more at what may have changed since the approval: kill switches, served countries, kinds of numbers and
/// lists. Anything but a dial is a refusal by then. Of the facts, the lists, the kill switches and the line are looked at.
#[must_use]
pub fn at_dial(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> Verdict {
    Case::new(request, facts, policy, now).verdict(Stage::AtDial)
}

/// The channels to offer a caller before the form is shown.
#[must_use]
pub fn channels(
    caller: &Caller,
    switches: &KillSwitches,
    spent: Option<Budget>,
    policy: &Policy,
) -> Vec<Channel> {
    let turns_away =
        |finding: Finding| policy.mode(finding.code) == Mode::Enforce && finding.certainty.turns_away();
    let hidden = switches.close_all(&policy.served_countries)
        || spent.is_some()
        || stage::of_caller(Stage::Form, caller, policy).any(turns_away);
    let callback = (!hidden).then_some(Channel::Callback);
    callback.into_iter().chain(policy.channels.iter().copied()).collect()
}

/// The terms on which an approval lets a request dial, and the places that it takes in the counts of what is held.
#[must_use]
pub fn terms(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    now: Timestamp,
) -> (Terms, Vec<(Code, Place)>) {
    let case = Case::new(request, facts, policy, now);
    let places = range::places(&case);
    let taken = |place: &Place| Taken { subject: place.subject.clone(), window: place.window };
    let terms = Terms {
        admission: case.proof.admission,
        range_calls_per_day_max: range::calls_per_day_max(&case),
        newcomers_window_seconds: policy.newcomers.window_seconds,
        further: case.asks_for_a_further_number(),
        taken: places.iter().map(|(_, place)| taken(place)).collect(),
        reserved: None,
    };
    (terms, places)
}

/// Whether a carrier lookup could still keep the call from being made, or let it be made. Only then is it worth its price.
#[must_use]
pub fn lookup_matters(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> bool {
    facts.line == LineFact::NotAsked
        && policy.line.lookups_per_day_max > 0
        && facts.pending.is_none_or(|owner| owner == request.id)
        && !Listed::of(&facts.listings, &facts.line, now).is_trusted()
        && (!screen(request, facts, policy, now).turns_away()
            || hoped(facts, policy, now)
                .is_some_and(|facts| !screen(request, &facts, policy, now).turns_away()))
}

/// The facts as they would be if the number had the usual carrier of an earlier call to its range. A range of a usual carrier has
/// more room than one of which nothing is told yet, so what keeps the call from being made may be that nobody has asked.
fn hoped(facts: &Facts, policy: &Policy, now: Timestamp) -> Option<Facts> {
    let carriers = facts.evidence.range.iter().filter_map(|call| call.carrier.as_ref());
    let usual = |carrier: &&CarrierName| facts.usual.standing(Some(carrier), policy, now) == Standing::Usual;
    let line = Line { line_type: LineType::Mobile, carrier: Some(carriers.into_iter().find(usual)?.clone()) };
    Some(Facts { line: LineFact::Known(line), ..facts.clone() })
}

#[cfg(test)]
mod tests;
