//! Where the request comes from: anonymous networks, bad reputation, and countries.

use super::Case;
use crate::policy::Policy;
use crate::request::{Caller, NetworkMark, Whereabouts};
use crate::verdict::{Code, Finding};

pub(super) fn findings(caller: &Caller, policy: &Policy) -> Vec<Finding> {
    let marks = caller.marks.iter().map(|mark| match mark {
        NetworkMark::Anonymous => Finding::new(Code::AnonymousNetwork),
        NetworkMark::BadReputation => Finding::new(Code::BadReputation),
    });
    let served = &policy.served_address_countries;
    let abroad = match &caller.country {
        _ if served.is_empty() => None,
        Whereabouts::In(country) => (!served.contains(country)).then(|| country.to_string()),
        // It may be in one that is served and that the edge has no rule for.
        Whereabouts::NoneOf(told) => served.is_subset(told).then(|| "elsewhere".to_owned()),
        Whereabouts::Untold => None,
    };
    let abroad = abroad
        .map(|country| Finding::about(Code::AddressCountryNotServed, format!("address-country#{country}")));
    marks.chain(abroad).collect()
}

/// The address's country against the number's, if both are known. A number that people there may well have is none.
pub(super) fn mismatch(case: &Case<'_>) -> Vec<Finding> {
    let (from, number) = (case.request.caller.country.country(), &case.request.number);
    let apart = from.zip(number.country()).filter(|(from, _)| !number.is_at_home_in(*from));
    let finding = apart.map(|(from, to)| {
        Finding::about(Code::CountryMismatch, format!("address-country#{from} country#{to}"))
    });
    finding.into_iter().collect()
}
