//! How often: requests of the asking side, calls to the asked side, and how many different ones meet.

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
    let caller = &request.caller;
    let (limits, fan_out) = (&policy.limits, &policy.fan_out);
    let mut findings = vec![];

    let address = Subject::Address(caller.address.line());
    let count = facts.asking.address;
    findings.extend(asked(Code::TooManyFromAddress, &address, count, limits.per_address, now));
    let numbers =
        Distinct { subject: &address, count, window_seconds: limits.per_address.window_seconds, now };
    findings.extend(numbers.numbers(Code::TooManyNumbersFromAddress, fan_out.numbers_per_address_max));
    findings.extend(numbers.countries(Code::TooManyCountriesFromAddress, fan_out.countries_per_address_max));

    let block = Subject::Block(caller.address.block());
    findings.extend(asked(Code::TooManyFromBlock, &block, facts.asking.block, limits.per_block, now));

    if let (Some(account), Some(count)) = (&caller.account, facts.asking.account) {
        let account = Subject::Account(account.id.clone());
        findings.extend(asked(Code::TooManyFromAccount, &account, count, limits.per_account, now));
        let numbers =
            Distinct { subject: &account, count, window_seconds: limits.per_account.window_seconds, now };
        findings.extend(numbers.numbers(Code::TooManyNumbersFromAccount, fan_out.numbers_per_account_max));
    }

    for (code, subject, calls, limit) in called(request, facts, policy) {
        findings.extend(one_more(code, &subject, calls.approved, limit, now));
    }
    let number = Subject::Number(request.number.clone());
    let window = Window::at(now, limits.per_number.window_seconds);
    let addresses = facts.number.addresses.sliding(window, now).saturating_add(1);
    let max = u64::from(fan_out.addresses_per_number_max);
    if addresses > max {
        let finding = Finding::about(Code::TooManyAddressesToNumber, number.key());
        findings.push(finding.measured(addresses, max, limits.per_number.window_seconds));
    }
    findings
}

/// The subjects of the asked side, with the calls to each and their limits.
fn called<'a>(
    request: &'a CallbackRequest,
    facts: &'a Facts,
    policy: &'a Policy,
) -> impl Iterator<Item = (Code, Subject, Calls, Limit)> + use<'a> {
    let limits = &policy.limits;
    let number = Subject::Number(request.number.clone());
    let range = Subject::Range(request.number.range());
    let country = request.number.country().map(Subject::Country);
    let carrier = known_carrier(&facts.line);
    [
        Some((Code::TooManyToNumber, number, facts.number, limits.per_number)),
        Some((Code::TooManyToRange, range, facts.range, limits.per_range)),
        country.map(|country| (Code::TooManyToCountry, country, facts.country, limits.per_country)),
        carrier.map(|carrier| {
            let subject = Subject::Carrier(carrier.clone());
            (Code::TooManyToCarrier, subject, facts.carrier(carrier), limits.per_carrier)
        }),
    ]
    .into_iter()
    .flatten()
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
    called(request, facts, policy)
        .map(|(code, subject, calls, limit)| {
            let waived = trusted || (own && code.is_waived_by_verified_own_number());
            let binds = policy.mode(code) == Mode::Enforce && !waived;
            let moment = if matches!(subject, Subject::Number(_)) { now } else { request.received_at };
            (code, Place::of(subject, limit, calls.approved.last, binds, moment))
        })
        .collect()
}

/// Whether an asking subject's request came after its limit.
fn asked(code: Code, subject: &Subject, count: AskCount, limit: Limit, now: Timestamp) -> Option<Finding> {
    let window = Window::at(now, limit.window_seconds);
    let max = u64::from(limit.requests_max);
    let value = Count { this: count.this.requests, last: count.last.requests }.sliding(window, now);
    (value > max).then(|| Finding::about(code, subject.key()).measured(value, max, limit.window_seconds))
}

/// Whether one more call would pass an asked subject's limit.
fn one_more(code: Code, subject: &Subject, calls: Count, limit: Limit, now: Timestamp) -> Option<Finding> {
    let window = Window::at(now, limit.window_seconds);
    let max = u64::from(limit.requests_max);
    let value = calls.sliding(window, now).saturating_add(1);
    (value > max).then(|| Finding::about(code, subject.key()).measured(value, max, limit.window_seconds))
}

/// How many different numbers and countries a subject asks for.
struct Distinct<'a> {
    subject: &'a Subject,
    count: AskCount,
    window_seconds: u32,
    now: Timestamp,
}

impl Distinct<'_> {
    fn numbers(&self, code: Code, max: u32) -> Option<Finding> {
        let count = Count { this: self.count.this.numbers, last: self.count.last.numbers };
        self.finding(code, count, max)
    }

    fn countries(&self, code: Code, max: u32) -> Option<Finding> {
        let count = Count { this: self.count.this.countries, last: self.count.last.countries };
        self.finding(code, count, max)
    }

    fn finding(&self, code: Code, count: Count, max: u32) -> Option<Finding> {
        let value = count.sliding(Window::at(self.now, self.window_seconds), self.now);
        let max = u64::from(max);
        (value > max)
            .then(|| Finding::about(code, self.subject.key()).measured(value, max, self.window_seconds))
    }
}
