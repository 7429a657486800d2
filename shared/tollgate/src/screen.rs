//! Screening: facts in, verdict out. Pure, total and deterministic.
//!
//! Every group of rules looks at the facts and reports what it finds; then each finding's standing is settled (the
//! policy's mode, trust, a verified own number), and the strictest that is enforced decides. The order of the groups is
//! the order in which findings are listed, no more.

mod asker;
mod destination;
mod identity;
mod line;
mod listed;
mod neighbors;
mod network;
mod newcomers;
mod number;
mod range;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::counter::Place;
use crate::entry::Listing;
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
pub use range::needs_carrier;

/// A request with all that is known of it, and what its asker has to show.
struct Case<'a> {
    request: &'a CallbackRequest,
    facts: &'a Facts,
    policy: &'a Policy,
    proof: Proof,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn new(request: &'a CallbackRequest, facts: &'a Facts, policy: &'a Policy, now: Timestamp) -> Self {
        let vouched = vouched(request, facts, now);
        let carrier = range::known_carrier(&facts.line);
        let doubted = carrier.filter(|_| range::standing(facts, policy, now) != Standing::Usual);
        let proof = Proof::of(request, &facts.evidence, vouched, doubted, policy, now);
        Self { request, facts, policy, proof, now }
    }
}

/// Whether an operator or the identity provider vouches for the asker.
fn vouched(request: &CallbackRequest, facts: &Facts, now: Timestamp) -> Vouched {
    let trusted = listed::is_trusted(&facts.listings, &facts.line, now);
    if trusted || request.is_for_verified_own_number() { Vouched::Yes } else { Vouched::No }
}

/// Decides on a request. Whether its number is free is settled by the claim alone, not here.
#[must_use]
pub fn screen(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> Verdict {
    let case = Case::new(request, facts, policy, now);
    let mut findings = destination::findings(request, &facts.switches, policy);
    findings.extend(listed::findings(&facts.listings, &facts.line, now));
    findings.extend(line::findings(&facts.line, &case.proof, policy));
    findings.extend(network::findings(&request.caller, policy));
    findings.extend(network::mismatch(request));
    findings.extend(identity::findings(&request.caller, policy));
    findings.extend(asker::findings(&case));
    findings.extend(number::findings(&case));
    findings.extend(neighbors::findings(&case));
    findings.extend(range::findings(&case));
    findings.extend(newcomers::findings(&case));
    settle(findings, request, policy)
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
        taken: places.iter().map(|(_, place)| taken(place)).collect(),
        reserved: None,
    };
    (terms, places)
}

/// Decides from what intake knows at once, before anything is read: the network, who asks, and the budget that is spent for
/// everybody, if one is. Only ever redirects.
#[must_use]
pub fn at_once(request: &CallbackRequest, spent: Option<Budget>, policy: &Policy) -> Verdict {
    let mut findings = network::findings(&request.caller, policy);
    findings.extend(network::mismatch(request));
    findings.extend(identity::findings(&request.caller, policy));
    findings.extend(spent.map(|budget| Finding::about(Code::BudgetSpent, budget.as_str())));
    settle(findings, request, policy)
}

/// Looks once more at what may have changed since the approval: kill switches, served countries, kinds of numbers and
/// lists. Anything but a dial is a refusal by then.
#[must_use]
pub fn at_dial(
    request: &CallbackRequest,
    listings: &[Listing],
    line: &LineFact,
    switches: &KillSwitches,
    policy: &Policy,
    now: Timestamp,
) -> Verdict {
    let mut findings = destination::findings(request, switches, policy);
    findings.extend(listed::findings(listings, line, now));
    settle(findings, request, policy)
}

/// The channels to offer a caller before the form is shown.
#[must_use]
pub fn channels(
    caller: &Caller,
    switches: &KillSwitches,
    spent: Option<Budget>,
    policy: &Policy,
) -> Vec<Channel> {
    let mut findings = network::findings(caller, policy);
    findings.extend(identity::findings(caller, policy));
    let hidden = switches.all
        || spent.is_some()
        || findings
            .iter()
            .any(|finding| policy.mode(finding.code) == Mode::Enforce && finding.certainty.turns_away());
    let callback = (!hidden).then_some(Channel::Callback);
    callback.into_iter().chain(policy.channels.iter().copied()).collect()
}

/// Whether a carrier lookup could still keep the call from being made, or let it be made. Only then is it worth its price.
#[must_use]
pub fn lookup_matters(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> bool {
    facts.line == LineFact::NotAsked
        && policy.line.lookups_per_day_max > 0
        && facts.pending.is_none_or(|owner| owner == request.id)
        && !listed::is_trusted(&facts.listings, &facts.line, now)
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

/// Settles the standing of each finding and draws the verdict.
fn settle(findings: Vec<Finding>, request: &CallbackRequest, policy: &Policy) -> Verdict {
    let trusted = findings.iter().any(|finding| finding.code == Code::Trusted);
    let own = request.is_for_verified_own_number();
    let standing = |code: Code| match policy.mode(code) {
        Mode::Off => None,
        Mode::Shadow => Some(verdict::Standing::Shadow),
        Mode::Enforce if trusted && code.is_waived_by_trust() => Some(verdict::Standing::Waived),
        Mode::Enforce if own && code.is_waived_by_verified_own_number() => Some(verdict::Standing::Waived),
        Mode::Enforce => Some(verdict::Standing::Enforced),
    };
    let own = own.then(|| Finding::new(Code::VerifiedOwnNumber));
    let settled = own
        .into_iter()
        .chain(findings)
        .filter_map(|finding| standing(finding.code).map(|standing| Finding { standing, ..finding }));
    Verdict::from(settled.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
