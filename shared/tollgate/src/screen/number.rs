//! The number asked for: a victim first. Its phone is spared, and it is suspect only if several askers misused it.

use std::collections::BTreeSet;

use super::Case;
use crate::counter::{DAY_SECONDS, Subject};
use crate::evidence::{Call, CameTo, DAY, SharedPast, WEEK_SECONDS};
use crate::policy::Limit;
use crate::proof::Pair;
use crate::verdict::{Code, Finding};

/// Whoever talks with a number, no phone bears more than so many times its limit of calls.
const ALL_CALLS_TIMES: u64 = 4;

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    [calls(case), own(case), addresses(case), marked(case)].into_iter().flatten().collect()
}

/// How often it is called within the window. Whoever talked with it before is counted apart, so that strangers cannot use up
/// its owner's calls.
fn calls(case: &Case<'_>) -> Option<Finding> {
    let limit = case.policy.limits.per_number;
    let span = jiff::SignedDuration::from_secs(i64::from(limit.window_seconds));
    let within = |call: &&Call| case.now.duration_since(call.dialed_at) < span;
    // A number that is trusted is called for as many as ask for it, and for each of them no oftener than another.
    let trusted = case.listed.number_trusted;
    let counts = |call: &&Call| (case.proof.pair == Pair::None && !trusted) || case.is_own_call(call);
    let calls = || case.facts.evidence.number.iter().filter(within).filter(counts);
    let good = calls().filter(|call| call.for_others(case.policy) == CameTo::Good).count() as u64;
    let (value, limit) = (calls().count() as u64, of_customer(limit, good));
    let all = case.facts.evidence.number.iter().filter(within).count() as u64;
    let most = u64::from(case.policy.limits.per_number.requests_max) * ALL_CALLS_TIMES;
    if all >= most && !trusted {
        return Some(case.about_number(Code::TooManyToNumber).measured(all + 1, most, limit.window_seconds));
    }
    (value >= u64::from(limit.requests_max)).then(|| {
        case.about_number(Code::TooManyToNumber).measured(
            value + 1,
            limit.requests_max.into(),
            limit.window_seconds,
        )
    })
}

/// A number's limit: one more for each call in which an agent talked, and at most twice as many in all. Whoever talks is a
/// customer; whoever is made to be called does not.
fn of_customer(limit: Limit, good: u64) -> Limit {
    let more = u32::try_from(good).unwrap_or(u32::MAX).min(limit.requests_max);
    Limit { requests_max: limit.requests_max.saturating_add(more), ..limit }
}

/// An account that asks for its own number passes what lies on the number, so it has a limit of its own.
fn own(case: &Case<'_>) -> Option<Finding> {
    if !case.request.is_for_verified_own_number() {
        return None;
    }
    let proof = &case.policy.proof;
    let of_late = || {
        let calls = case.facts.evidence.number.iter();
        calls.filter(|call| case.is_own_call(call) && case.now.duration_since(call.dialed_at) < DAY)
    };
    let good = of_late().filter(|call| call.for_asker(case.policy) == CameTo::Good).count() as u64;
    let limit = u64::from(proof.calls_to_own_number_max) + 2 * good;
    let limit = limit.min(proof.calls_to_own_number_most.into());
    let value = of_late().count() as u64;
    (value >= limit)
        .then(|| case.about_number(Code::TooManyToOwnNumber).measured(value + 1, limit, DAY_SECONDS))
}

/// From how many addresses it was asked for and called within a day.
fn addresses(case: &Case<'_>) -> Option<Finding> {
    let own = case.request.caller.address.line();
    let of_late =
        case.facts.evidence.number.iter().filter(|call| case.now.duration_since(call.dialed_at) < DAY);
    let others: BTreeSet<_> = of_late.map(|call| call.line).filter(|line| *line != own).collect();
    let (value, max) = (others.len() as u64 + 1, u64::from(case.policy.fan_out.addresses_per_number_max));
    (case.proof.pair == Pair::None && value > max)
        .then(|| case.about_number(Code::TooManyAddressesToNumber).measured(value, max, DAY_SECONDS))
}

/// Whether several askers misused it.
fn marked(case: &Case<'_>) -> Option<Finding> {
    let past = SharedPast::new(&case.facts.evidence.number, case.policy, case.now);
    let marked = past.marked();
    let allowed = case.policy.marks.number.allowed(past.good_lines(None));
    (case.proof.pair == Pair::None && marked.len() as u64 > allowed).then(|| {
        let finding = case.about_number(Code::MarkedNumber);
        finding.measured(marked.len() as u64, allowed, WEEK_SECONDS).because_of(&marked)
    })
}

impl Case<'_> {
    fn about_number(&self, code: Code) -> Finding {
        Finding::about(code, Subject::Number(self.request.number.clone()).key())
    }

    /// Whether the asker of this request asked for that call.
    fn is_own_call(&self, call: &Call) -> bool {
        let caller = &self.request.caller;
        let account = caller.account.as_ref().map(|account| &account.id);
        call.line == caller.address.line() || (account.is_some() && call.account.as_ref() == account)
    }
}
