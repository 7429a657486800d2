//! Where the call would go: kill switches, served countries, and kinds of numbers that cost too much or that nobody
//! answers.

use super::Case;
use crate::number::{NumberKind, PhoneNumber};
use crate::policy::Policy;
use crate::verdict::{Code, Finding};

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let (request, switches, policy) = (case.request, &case.facts.switches, case.policy);
    let countries = request.number.countries();
    let mut findings = vec![];
    if switches.all {
        findings.push(Finding::about(Code::KillSwitch, "all"));
    } else if let Some(country) = countries.iter().find(|country| switches.countries.contains(country)) {
        findings.push(Finding::about(Code::KillSwitch, format!("country#{country}")));
    }
    match countries.first() {
        // What a plan does not tell apart is served if one of its countries is.
        Some(_) if countries.iter().any(|country| policy.served_countries.contains(country)) => {}
        Some(country) => findings.push(Finding::about(Code::CountryNotServed, format!("country#{country}"))),
        // Satellite and global networks belong to no country.
        None => findings.push(Finding::about(Code::CountryNotServed, "none")),
    }
    findings.extend(kind(&request.number, policy).map(Finding::new));
    findings
}

/// The finding that a kind of number makes, if any.
fn kind(number: &PhoneNumber, policy: &Policy) -> Option<Code> {
    match number.kind() {
        NumberKind::FixedLine | NumberKind::Mobile | NumberKind::FixedLineOrMobile => None,
        NumberKind::TollFree => Some(Code::TollFreeNumber),
        NumberKind::PremiumRate => Some(Code::PremiumRateNumber),
        NumberKind::SharedCost => Some(Code::SharedCostNumber),
        NumberKind::Voip => Some(Code::VoipNumber),
        NumberKind::PersonalNumber => Some(Code::PersonalNumber),
        NumberKind::Pager => Some(Code::PagerNumber),
        NumberKind::Uan => Some(Code::UanNumber),
        NumberKind::Voicemail => Some(Code::VoicemailNumber),
        NumberKind::Satellite => Some(Code::SatelliteNumber),
        NumberKind::GlobalNetwork => Some(Code::GlobalNetworkNumber),
        NumberKind::Unlisted if policy.numbers.lets_in(number) => Some(Code::LetInNumber),
        NumberKind::Unknown | NumberKind::Unlisted => Some(Code::UnknownKindNumber),
    }
}
