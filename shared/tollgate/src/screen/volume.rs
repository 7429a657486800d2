//! How often: requests of the asking side, calls to the asked side, and how many different ones meet.
//!
//! A range, carrier or country is measured against its own past: it may grow so far beyond its best day. A carrier that
//! is a large part of all calls is not measured at all, since its customers are the country's customers.

use jiff::Timestamp;

use crate::counter::{Count, Place, Subject, Window};
use crate::facts::{AskCount, Calls, Facts};
use crate::line::LineFact;
use crate::policy::{Limit, Mode, Policy};
use crate::request::CallbackRequest;
use crate::text::CarrierName;
use crate::verdict::{Code, Finding, Standing, Verdict};

pub(super) fn findings(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = asked_too_often(request, facts, policy, now);
    for called in called(request, facts, policy, now) {
        findings.extend(one_more(&called, now));
    }
    let number = Subject::Number(request.number.clone());
    let window = Window::at(now, policy.limits.per_number.window_seconds);
    let addresses = facts.number.addresses.sliding(window, now).saturating_add(1);
    let max = u64::from(policy.fan_out.addresses_per_number_max);
    if addresses > max {
        let finding = Finding::about(Code::TooManyAddressesToNumber, number.key());
        findings.push(finding.measured(addresses, max, window.length_seconds()));
    }
    findings
}

/// Who asks, each with the limit under which it is counted: the address, its block, and the account if there is one.
#[must_use]
pub fn asking(request: &CallbackRequest, policy: &Policy) -> Vec<(Subject, Limit)> {
    let caller = &request.caller;
    let account = caller.account.as_ref().map(|account| Subject::Account(account.id.clone()));
    let address = (Subject::Address(caller.address.line()), policy.limits.per_address);
    let block = (Subject::Block(caller.address.block()), policy.per_block(caller.address));
    [address, block].into_iter().chain(account.map(|account| (account, policy.limits.per_account))).collect()
}

fn asked_too_often(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let caller = &request.caller;
    let (limits, fan_out) = (&policy.limits, &policy.fan_out);
    let asker = |subject, count, limit: Limit| Asker { subject, count, limit, now };
    let mut findings = vec![];

    let address = asker(Subject::Address(caller.address.line()), facts.asking.address, limits.per_address);
    findings.extend(address.requests(Code::TooManyFromAddress));
    findings.extend(address.numbers(Code::TooManyNumbersFromAddress, fan_out.numbers_per_address_max));
    let max = fan_out.numbers_of_a_range_per_address_max;
    findings.extend(address.numbers_of_the_range(Code::TooManyNumbersOfARangeFromAddress, max));
    findings.extend(address.countries(Code::TooManyCountriesFromAddress, fan_out.countries_per_address_max));

    let limit = policy.per_block(caller.address);
    let block = asker(Subject::Block(caller.address.block()), facts.asking.block, limit);
    findings.extend(block.requests(Code::TooManyFromBlock));
    if caller.address.as_ip().is_ipv6() {
        findings.extend(block.numbers(Code::TooManyNumbersFromBlock, fan_out.numbers_per_address_max));
    }

    if let (Some(account), Some(count)) = (&caller.account, facts.asking.account) {
        let account = asker(Subject::Account(account.id.clone()), count, limits.per_account);
        findings.extend(account.requests(Code::TooManyFromAccount));
        findings.extend(account.numbers(Code::TooManyNumbersFromAccount, fan_out.numbers_per_account_max));
    }
    findings
}

/// A subject of the asked side, with the calls to it.
struct Called {
    code: Code,
    subject: Subject,
    calls: Calls,
    /// The limit, or only the window in which it is counted.
    limit: Measured,
}

/// Whether a subject is measured.
enum Measured {
    Against(Limit),
    Not { window_seconds: u32 },
}

/// The subjects of the asked side, with the calls to each and their limits.
fn called<'a>(
    request: &'a CallbackRequest,
    facts: &'a Facts,
    policy: &'a Policy,
    now: Timestamp,
) -> impl Iterator<Item = Called> + use<'a> {
    let (limits, pasts) = (&policy.limits, &facts.histories);
    let grown = |limit, best_day| Measured::Against(limits.grown(limit, best_day));
    let number = Called {
        code: Code::TooManyToNumber,
        subject: Subject::Number(request.number.clone()),
        calls: facts.number,
        limit: Measured::Against(of_customer(limits.per_number, pasts.number.of_late(now).good)),
    };
    let range = Called {
        code: Code::TooManyToRange,
        subject: Subject::Range(request.number.range()),
        calls: facts.range,
        limit: grown(limits.per_range, pasts.range.best_day(now)),
    };
    let country = request.number.country().map(|country| Called {
        code: Code::TooManyToCountry,
        subject: Subject::Country(country),
        calls: facts.country,
        limit: grown(limits.per_country, pasts.country.best_day(now)),
    });
    let carrier = known_carrier(&facts.line).map(|carrier| {
        let limit = limits.per_carrier;
        let calls = facts.carrier(carrier);
        Called {
            code: Code::TooManyToCarrier,
            subject: Subject::Carrier(carrier.clone()),
            calls,
            limit: if is_large(calls, facts, policy, now) {
                Measured::Not { window_seconds: limit.window_seconds }
            } else {
                grown(limit, pasts.carrier(carrier).map_or(0, |past| past.best_day(now)))
            },
        }
    });
    [Some(number), Some(range), country, carrier].into_iter().flatten()
}

/// A number's limit: one more for each call of late in which an agent talked, after the first, and at most twice as many
/// in all. Whoever talks is a customer; whoever is made to be called does not.
fn of_customer(limit: Limit, good: u64) -> Limit {
    let more = u32::try_from(good.saturating_sub(1)).unwrap_or(u32::MAX).min(limit.requests_max);
    Limit { requests_max: limit.requests_max.saturating_add(more), ..limit }
}

/// Whether a carrier has a large share of its country's calls.
fn is_large(carrier: Calls, facts: &Facts, policy: &Policy, now: Timestamp) -> bool {
    let of = |calls: Calls, limit: Limit| calls.approved.sliding(Window::at(now, limit.window_seconds), now);
    let carrier = of(carrier, policy.limits.per_carrier);
    let country = of(facts.country, policy.limits.per_country);
    carrier.saturating_mul(100) >= country.saturating_mul(u64::from(policy.limits.large_carrier_percent))
}

/// The carrier, if the lookup told it.
pub(super) fn known_carrier(line: &LineFact) -> Option<&CarrierName> {
    match line {
        LineFact::Known(line) => line.carrier.as_ref(),
        LineFact::NotAsked | LineFact::Unavailable => None,
    }
}

/// The places that an approval takes in the counts of the asked side. A limit binds unless its rule is off or in shadow
/// mode, or is waived for this request; all are counted in any case. They are taken in the window in which the request was
/// received, so that one that ends before its dial can give them back; a number's is taken by the dial, when that comes.
#[must_use]
pub fn places(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    verdict: &Verdict,
    now: Timestamp,
) -> Vec<(Code, Place)> {
    let trusted = verdict
        .findings
        .iter()
        .any(|finding| finding.code == Code::Trusted && finding.standing == Standing::Enforced);
    let own = request.is_for_verified_own_number();
    called(request, facts, policy, now)
        .map(|Called { code, subject, calls, limit }| {
            let waived = trusted || (own && code.is_waived_by_verified_own_number());
            let binds = policy.mode(code) == Mode::Enforce && !waived;
            let moment = if matches!(subject, Subject::Number(_)) { now } else { request.received_at };
            let place = match limit {
                Measured::Against(limit) if binds => {
                    Place::under(subject, limit, calls.approved.last, moment)
                }
                Measured::Against(Limit { window_seconds, .. }) | Measured::Not { window_seconds } => {
                    Place::counted(subject, window_seconds, moment)
                }
            };
            (code, place)
        })
        .collect()
}

/// Whether one more call would pass an asked subject's limit, if it is measured.
fn one_more(called: &Called, now: Timestamp) -> Option<Finding> {
    let Measured::Against(limit) = called.limit else { return None };
    let window = Window::at(now, limit.window_seconds);
    let max = u64::from(limit.requests_max);
    let value = called.calls.approved.sliding(window, now).saturating_add(1);
    (value > max)
        .then(|| Finding::about(called.code, called.subject.key()).measured(value, max, limit.window_seconds))
}

/// A subject of the asking side, and what it asked for.
struct Asker {
    subject: Subject,
    count: AskCount,
    limit: Limit,
    now: Timestamp,
}

impl Asker {
    /// Whether the request came after the limit.
    fn requests(&self, code: Code) -> Option<Finding> {
        let count = Count { this: self.count.this.requests, last: self.count.last.requests };
        self.finding(code, count, self.limit.requests_max)
    }

    /// Whether there are too many different numbers.
    fn numbers(&self, code: Code, max: u32) -> Option<Finding> {
        let count = Count { this: self.count.this.numbers, last: self.count.last.numbers };
        self.finding(code, count, max)
    }

    /// Whether there are too many of one range.
    fn numbers_of_the_range(&self, code: Code, max: u32) -> Option<Finding> {
        let AskCount { this, last } = self.count;
        self.finding(code, Count { this: this.numbers_of_the_range, last: last.numbers_of_the_range }, max)
    }

    /// Whether they are of too many countries.
    fn countries(&self, code: Code, max: u32) -> Option<Finding> {
        let count = Count { this: self.count.this.countries, last: self.count.last.countries };
        self.finding(code, count, max)
    }

    fn finding(&self, code: Code, count: Count, max: u32) -> Option<Finding> {
        let window_seconds = self.limit.window_seconds;
        let value = count.sliding(Window::at(self.now, window_seconds), self.now);
        let max = u64::from(max);
        (value > max).then(|| Finding::about(code, self.subject.key()).measured(value, max, window_seconds))
    }
}
