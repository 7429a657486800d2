//! Screening: facts in, verdict out. Pure, total and deterministic.
//!
//! Every group of rules looks at the facts and reports what it finds; then each finding's standing is settled (the
//! policy's mode, trust, a verified own number), and the strictest that is enforced decides. The order of the groups is
//! the order in which findings are listed, no more.

mod destination;
mod identity;
mod line;
mod listed;
mod network;
mod past;
mod volume;

use jiff::Timestamp;

use crate::entry::Listing;
use crate::facts::Facts;
use crate::line::LineFact;
use crate::policy::{Mode, Policy};
use crate::reply::Channel;
use crate::request::{CallbackRequest, Caller};
use crate::switches::KillSwitches;
use crate::verdict::{Code, Finding, Route, Standing, Verdict};

pub use past::blocks;
pub use volume::{asking, places};

/// Decides on a request. Whether its number is free is settled by the claim alone, not here.
#[must_use]
pub fn screen(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> Verdict {
    let mut findings = destination::findings(request, &facts.switches, policy);
    findings.extend(listed::findings(&facts.listings, &facts.line, now));
    findings.extend(line::findings(&facts.line, policy));
    findings.extend(network::findings(&request.caller, policy));
    findings.extend(network::mismatch(request));
    findings.extend(identity::findings(&request.caller, policy));
    findings.extend(volume::findings(request, facts, policy, now));
    findings.extend(past::findings(request, facts, policy, now));
    settle(findings, request, policy)
}

/// Decides from what intake knows at once, before anything is read: the network and who asks. Only ever redirects.
#[must_use]
pub fn at_once(request: &CallbackRequest, policy: &Policy) -> Verdict {
    let mut findings = network::findings(&request.caller, policy);
    findings.extend(network::mismatch(request));
    findings.extend(identity::findings(&request.caller, policy));
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
pub fn channels(caller: &Caller, switches: &KillSwitches, policy: &Policy) -> Vec<Channel> {
    let mut findings = network::findings(caller, policy);
    findings.extend(identity::findings(caller, policy));
    let hidden = switches.all
        || findings
            .iter()
            .any(|finding| policy.mode(finding.code) == Mode::Enforce && finding.route > Route::Dial);
    let callback = (!hidden).then_some(Channel::Callback);
    callback.into_iter().chain(policy.channels.iter().copied()).collect()
}

/// Whether a carrier lookup could still keep the call from being made. Only then is it worth its price.
#[must_use]
pub fn lookup_matters(request: &CallbackRequest, facts: &Facts, policy: &Policy, now: Timestamp) -> bool {
    facts.line == LineFact::NotAsked
        && policy.line.lookups_per_day_max > 0
        && facts.pending.is_none_or(|owner| owner == request.id)
        && screen(request, facts, policy, now).route == Route::Dial
        && !listed::is_trusted(&facts.listings, &facts.line, now)
}

/// Settles the standing of each finding and draws the verdict.
fn settle(findings: Vec<Finding>, request: &CallbackRequest, policy: &Policy) -> Verdict {
    let trusted = findings.iter().any(|finding| finding.code == Code::Trusted);
    let own = request.is_for_verified_own_number();
    let standing = |code: Code| match policy.mode(code) {
        Mode::Off => None,
        Mode::Shadow => Some(Standing::Shadow),
        Mode::Enforce if trusted && code.is_waived_by_trust() => Some(Standing::Waived),
        Mode::Enforce if own && code.is_waived_by_verified_own_number() => Some(Standing::Waived),
        Mode::Enforce => Some(Standing::Enforced),
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
