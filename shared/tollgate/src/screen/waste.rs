//! Calls that came to nothing: a range, carrier or country where too many did is suspect, measured against what went
//! well there.

use jiff::Timestamp;

use super::volume::known_carrier;
use crate::counter::{Subject, Window};
use crate::facts::{Calls, Facts};
use crate::policy::{Policy, WasteLimit};
use crate::request::CallbackRequest;
use crate::verdict::{Code, Finding};

pub(super) fn findings(
    request: &CallbackRequest,
    facts: &Facts,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let waste = &policy.waste;
    let window = Window::at(now, waste.window_seconds);
    let check = |code, subject: Subject, calls: Calls, limit: WasteLimit| {
        let wasted = calls.wasted.sliding(window, now);
        let allowed = limit.allowed(calls.good.sliding(window, now));
        (wasted > allowed)
            .then(|| Finding::about(code, subject.key()).measured(wasted, allowed, waste.window_seconds))
    };
    let range = Subject::Range(request.number.range());
    let country = request.number.country().map(Subject::Country);
    let carrier = known_carrier(&facts.line);
    [
        check(Code::TooMuchWasteInRange, range, facts.range, waste.range),
        country.and_then(|country| check(Code::TooMuchWasteInCountry, country, facts.country, waste.country)),
        carrier.and_then(|carrier| {
            let subject = Subject::Carrier(carrier.clone());
            check(Code::TooMuchWasteInCarrier, subject, facts.carrier(carrier), waste.carrier)
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
