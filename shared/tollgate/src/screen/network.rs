//! Where the request comes from: anonymous networks, bad reputation, and countries.

use crate::policy::Policy;
use crate::request::{CallbackRequest, Caller, NetworkMark};
use crate::verdict::{Code, Finding};

pub(super) fn findings(caller: &Caller, policy: &Policy) -> Vec<Finding> {
    let marks = caller.marks.iter().map(|mark| match mark {
        NetworkMark::Anonymous => Finding::new(Code::AnonymousNetwork),
        NetworkMark::BadReputation => Finding::new(Code::BadReputation),
    });
    let served = &policy.served_address_countries;
    let country = caller
        .country
        .filter(|country| !served.is_empty() && !served.contains(country))
        .map(|country| Finding::about(Code::AddressCountryNotServed, format!("address-country#{country}")));
    marks.chain(country).collect()
}

/// The address's country against the number's, if both are known.
pub(super) fn mismatch(request: &CallbackRequest) -> Option<Finding> {
    let (from, to) = (request.caller.country?, request.number.country()?);
    (from != to)
        .then(|| Finding::about(Code::CountryMismatch, format!("address-country#{from} country#{to}")))
}
