//! Where the call would go: kill switches, served countries, and kinds of numbers that cost too much or that nobody
//! answers.

use crate::number::NumberKind;
use crate::policy::Policy;
use crate::request::CallbackRequest;
use crate::switches::KillSwitches;
use crate::verdict::{Code, Finding};

pub(super) fn findings(request: &CallbackRequest, switches: &KillSwitches, policy: &Policy) -> Vec<Finding> {
    let country = request.number.country();
    let mut findings = vec![];
    if switches.all {
        findings.push(Finding::about(Code::KillSwitch, "all"));
    } else if let Some(country) = country.filter(|country| switches.countries.contains(country)) {
        findings.push(Finding::about(Code::KillSwitch, format!("country#{country}")));
    }
    match country {
        Some(country) if policy.served_countries.contains(&country) => {}
        Some(country) => findings.push(Finding::about(Code::CountryNotServed, format!("country#{country}"))),
        // Satellite and global networks belong to no country.
        None => findings.push(Finding::about(Code::CountryNotServed, "none")),
    }
    findings.extend(kind(request.number.kind()).map(Finding::new));
    findings
}

/// The finding that a kind of number makes, if any.
fn kind(kind: NumberKind) -> Option<Code> {
    match kind {
        NumberKind::FixedLine | NumberKind::Mobile | NumberKind::FixedLineOrMobile | NumberKind::TollFree => {
            None
        }
        NumberKind::PremiumRate => Some(Code::PremiumRateNumber),
        NumberKind::SharedCost => Some(Code::SharedCostNumber),
        NumberKind::Voip => Some(Code::VoipNumber),
        NumberKind::PersonalNumber => Some(Code::PersonalNumber),
        NumberKind::Pager => Some(Code::PagerNumber),
        NumberKind::Uan => Some(Code::UanNumber),
        NumberKind::Voicemail => Some(Code::VoicemailNumber),
        NumberKind::Satellite => Some(Code::SatelliteNumber),
        NumberKind::GlobalNetwork => Some(Code::GlobalNetworkNumber),
        NumberKind::Unknown => Some(Code::UnknownKindNumber),
    }
}
