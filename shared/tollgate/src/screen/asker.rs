//! Who asks: how often, for how many numbers, and what came of it. Evidence falls on the asker at once.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Case;
use crate::counter::{Ask, Count, DAY_SECONDS, Subject, Window};
use crate::evidence::{AskerPast, Call, DAY, SharedPast};
use crate::facts::AskCount;
use crate::policy::{Limit, Policy, Tolerance};
use crate::proof::Pair;
use crate::request::CallbackRequest;
use crate::verdict::{Code, Finding};

/// A network vouches for its lines: one more wasted call for each three of its other lines that talked well,
const LINES_THAT_VOUCH: u64 = 3;
/// up to so many, unless three times as many misbehave.
const VOUCHED_MAX: u64 = 3;

/// An address that many share waits so long after each call for the next one, for each mark that is one too many.
const MARKED_OF_MANY_WAITS: SignedDuration = SignedDuration::from_mins(5);

/// Who asks, each with the limit under which it is counted: the address, and the account if there is one.
#[must_use]
pub fn asking(request: &CallbackRequest, policy: &Policy) -> Vec<(Subject, Limit)> {
    let caller = &request.caller;
    let account = caller.account.as_ref().map(|account| Subject::Account(account.id.clone()));
    let address = (Subject::Address(caller.address.line()), policy.limits.per_address);
    [address].into_iter().chain(account.map(|account| (account, policy.limits.per_account))).collect()
}

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = vec![];
    for asker in askers(case) {
        findings.extend(asker.requests(case));
        findings.extend(asker.marked(case));
        // Who has talked with this very number before, unmarked, may ask for it again, whatever else he did.
        if case.proof.pair < Pair::Ripe {
            findings.extend(asker.waste(case));
            findings.extend(asker.fan_out(case));
        }
    }
    findings
}

/// One who asks.
struct Asker<'a> {
    kind: Kind,
    subject: Subject,
    limit: Limit,
    asked: &'a AskCount,
    calls: &'a [Call],
}

/// What kind of asker it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An IPv4 address, which many may share.
    Address,
    /// An IPv6 /64: one subscriber.
    Line,
    Account,
}

fn askers<'a>(case: &Case<'a>) -> Vec<Asker<'a>> {
    let (asking, evidence) = (&case.facts.asking, &case.facts.evidence);
    let kind = if case.request.caller.address.as_ip().is_ipv4() { Kind::Address } else { Kind::Line };
    let of_line = (kind, Some(&asking.address), &evidence.line);
    let of_account = (Kind::Account, asking.account.as_ref(), &evidence.account);
    let subjects = self::asking(case.request, case.policy).into_iter().zip([of_line, of_account]);
    subjects
        .filter_map(|((subject, limit), (kind, asked, calls))| {
            Some(Asker { kind, subject, limit, asked: asked?, calls })
        })
        .collect()
}

impl Asker<'_> {
    fn past<'b>(&'b self, case: &Case<'b>) -> AskerPast<'b> {
        AskerPast::new(self.calls, case.policy, case.now)
    }

    fn code(&self, of_address: Code, of_account: Code) -> Code {
        if self.kind == Kind::Account { of_account } else { of_address }
    }

    fn about(&self, of_address: Code, of_account: Code) -> Finding {
        Finding::about(self.code(of_address, of_account), self.subject.key())
    }

    /// Whether the request came after the limit.
    fn requests(&self, case: &Case<'_>) -> Option<Finding> {
        let window_seconds = self.limit.window_seconds;
        let count = Count { this: self.asked.this.requests, last: self.asked.last.requests };
        let value = count.sliding(Window::at(case.now, window_seconds), case.now);
        let max = u64::from(self.limit.requests_max);
        (value > max).then(|| {
            self.about(Code::TooManyFromAddress, Code::TooManyFromAccount).measured(
                value,
                max,
                window_seconds,
            )
        })
    }

    fn marked(&self, case: &Case<'_>) -> Option<Finding> {
        let marks = &case.policy.marks;
        let tolerance = if self.kind == Kind::Account { marks.account } else { marks.address };
        let past = self.past(case);
        let (marked, allowed) = past.is_marked(tolerance)?;
        let finding = self.about(Code::MarkedAddress, Code::MarkedAccount);
        let finding = finding.measured(marked, allowed, crate::evidence::WEEK_SECONDS);
        if self.kind != Kind::Address || !past.is_of_many() {
            return Some(finding);
        }
        // Of those who share an address, one misbehaved: the others are called one after another, and who has talked with this
        // very number before at once.
        let waits = MARKED_OF_MANY_WAITS * i32::try_from(marked - allowed).unwrap_or(i32::MAX);
        let next = past.last_dialed_at().and_then(|last| last.checked_add(waits).ok());
        let next = next.filter(|next| case.now < *next && case.proof.pair == Pair::None)?;
        Some(finding.until(Some(next)))
    }

    /// Waste: once an asker has wasted as many calls as he may, he waits, twice as long after each further one, and then has
    /// one call at a time.
    fn waste(&self, case: &Case<'_>) -> Option<Finding> {
        let past = self.past(case);
        let number = &case.request.number;
        let (wasted, last) = past.wasted(number);
        let live = self.live(&past, case);
        let allowed = self.allowed(&past, case).saturating_add(1);
        let wasted = wasted.len() as u64;
        let until = last.filter(|_| wasted >= allowed).map(|last| last + self.block(wasted - allowed, case));
        let waits = until.is_some_and(|until| case.now < until);
        let full = if until.is_some() { live > 0 } else { wasted + live >= allowed };
        (waits || full).then(|| {
            let finding = self.about(Code::TooMuchWasteFromAddress, Code::TooMuchWasteFromAccount);
            finding.measured(wasted + live, allowed - 1, DAY_SECONDS).until(until.filter(|_| waits))
        })
    }

    /// Other numbers to which calls live, or are about to be made.
    fn live(&self, past: &AskerPast<'_>, case: &Case<'_>) -> u64 {
        let mut live: BTreeSet<_> =
            past.live(&case.request.number).into_iter().map(|number| number.e164().to_owned()).collect();
        let known: BTreeSet<_> = past.calls().iter().map(|call| call.request).collect();
        let asks = self.asked.this.pending.iter().chain(&self.asked.last.pending);
        let is_over = |ask: &&Ask| case.facts.over.as_ref().is_some_and(|over| over.contains(&ask.id));
        let asks = asks.filter(|ask| !known.contains(&ask.id) && !is_over(ask));
        live.extend(asks.map(|ask| ask.number.clone()));
        live.len() as u64
    }

    fn allowed(&self, past: &AskerPast<'_>, case: &Case<'_>) -> u64 {
        let waste = &case.policy.waste;
        let tolerance = match self.kind {
            Kind::Address => waste.address,
            Kind::Line => waste.ipv6_line,
            Kind::Account => waste.account,
        };
        let floor = if case.scarce() { 0 } else { tolerance.floor };
        let tolerance = Tolerance { floor, ..tolerance };
        tolerance.raised_by(past.numbers_gone_well()).saturating_add(self.vouched(case))
    }

    /// What its network vouches for.
    fn vouched(&self, case: &Case<'_>) -> u64 {
        let Subject::Address(own) = self.subject else { return 0 };
        let network = SharedPast::new(&case.facts.evidence.network, case.policy, case.now);
        let others = network.good_lines(Some(own));
        if network.wasting_lines() > 3 * others { 0 } else { (others / LINES_THAT_VOUCH).min(VOUCHED_MAX) }
    }

    fn block(&self, doublings: u64, case: &Case<'_>) -> SignedDuration {
        let blocks = &case.policy.blocks;
        let first = match self.kind {
            Kind::Account => blocks.account_first_seconds,
            Kind::Address | Kind::Line if case.scarce() => blocks.scarce_first_seconds,
            Kind::Address | Kind::Line => blocks.first_seconds,
        };
        let doubled = i64::from(first) << doublings.min(16);
        SignedDuration::from_secs(doubled.min(i64::from(blocks.longest_seconds)))
    }

    /// How many different numbers were called for it.
    fn fan_out(&self, case: &Case<'_>) -> Vec<Finding> {
        let (past, number, max) = (self.past(case), &case.request.number, &case.policy.fan_out);
        let ripe_after = case.policy.proof.ripe_after();
        let mut findings = vec![];
        let mut check = |code, value: u64, limit: u64, seconds| {
            if value >= limit {
                findings.push(Finding::about(code, self.subject.key()).measured(value + 1, limit, seconds));
            }
        };
        let code = self.code(Code::TooManyNumbersFromAddress, Code::TooManyNumbersFromAccount);
        let (span, most, old) = match self.kind {
            Kind::Address => (ripe_after, max.numbers_per_address_max, ripe_after),
            Kind::Line => (DAY, max.numbers_per_ipv6_line_max, DAY),
            Kind::Account => (DAY, max.numbers_per_account_max, DAY),
        };
        let limit = u64::from(most) + past.numbers_gone_well_since(old);
        check(code, past.numbers_called(number, span), limit, seconds(span));
        if self.kind == Kind::Address {
            let limit =
                u64::from(max.numbers_per_address_per_day_max) + 2 * past.numbers_gone_well_since(ripe_after);
            check(code, past.numbers_called(number, DAY), limit, DAY_SECONDS);
        }
        if !case.range_is_known() {
            let code = Code::TooManyNumbersOfARangeFromAddress;
            let called = past.numbers_called_in(&number.range(), number, DAY);
            check(code, called, u64::from(max.numbers_of_a_range_per_address_max), DAY_SECONDS);
        }
        if self.kind == Kind::Account {
            return findings;
        }
        let countries = past.countries_called(number, DAY).saturating_sub(1);
        check(
            Code::TooManyCountriesFromAddress,
            countries,
            u64::from(max.countries_per_address_max),
            DAY_SECONDS,
        );
        findings
    }
}

fn seconds(span: SignedDuration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}
