//! The number's line, as the carrier lookup tells it: in service, not VoIP, of a usual carrier.

use super::Case;
use crate::line::{Line, LineFact, LineType};
use crate::policy::{Policy, WithoutLookup};
use crate::verdict::{Certainty, Code, Finding};

/// An asker who has proved himself is called even if the lookup does not answer: an attacker may have spent it.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let (proof, policy) = (&case.proof, case.policy);
    match &case.facts.line {
        LineFact::NotAsked | LineFact::NotOffered => vec![],
        LineFact::Unavailable => {
            let certainty = match policy.line.unavailable {
                WithoutLookup::Refuse if !proof.is_proven() => Certainty::Suspected,
                WithoutLookup::Refuse | WithoutLookup::Dial => Certainty::Noted,
            };
            vec![Finding { certainty, ..Finding::new(Code::LineUnavailable) }]
        }
        LineFact::Known(line) => line_type(line.line_type).into_iter().chain(carrier(line, policy)).collect(),
    }
}

fn line_type(line_type: LineType) -> Option<Finding> {
    match line_type {
        LineType::Mobile | LineType::Landline | LineType::Prepaid => None,
        LineType::Voip => Some(Finding::new(Code::VoipLine)),
        LineType::Other => Some(Finding::new(Code::OtherLine)),
        LineType::Invalid => Some(Finding::new(Code::InvalidLine)),
    }
}

/// With a list of usual carriers, every other is unusual, and so is one whose name the lookup does not know.
fn carrier(line: &Line, policy: &Policy) -> Option<Finding> {
    let usual = &policy.line.usual_carriers;
    if usual.is_empty() {
        return None;
    }
    match &line.carrier {
        Some(carrier) if usual.iter().any(|usual| usual.names_the_same_as(carrier)) => None,
        Some(carrier) => Some(Finding::about(Code::UnusualCarrier, format!("carrier#{}", carrier.key()))),
        None => Some(Finding::about(Code::UnusualCarrier, "unknown")),
    }
}
