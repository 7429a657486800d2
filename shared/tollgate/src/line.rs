//! What a carrier lookup tells of a number: its type of line and its carrier.

use serde::{Deserialize, Serialize};

use crate::text::CarrierName;

/// The answer of a carrier lookup (Pinpoint `PhoneNumberValidate` or End User Messaging `CarrierLookup`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The type of line.
    #[serde(rename = "type")]
    pub line_type: LineType,
    /// The carrier, if the service knows it.
    pub carrier: Option<CarrierName>,
}

/// A type of line, as both services name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineType {
    /// A mobile phone.
    Mobile,
    /// A fixed line.
    Landline,
    /// Voice over IP: cheap to get in bulk, hard to trace.
    Voip,
    /// A prepaid mobile phone.
    Prepaid,
    /// Assigned, but none of the others; a new type that this version does not know reads as this.
    Other,
    /// Not in service.
    Invalid,
}

/// What is known of a number's line when a request is decided. Not knowing is a value: the policy says what it means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LineFact {
    /// Nobody has asked yet; asking costs money and is left until it can matter.
    #[default]
    NotAsked,
    /// Nobody can be asked: the deployment has no carrier lookup.
    NotOffered,
    /// The lookup's answer, fresh or from the cache.
    Known(Line),
    /// The lookup failed, or its budget for the day is spent.
    Unavailable,
}

impl LineFact {
    /// The line, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<&Line> {
        match self {
            Self::Known(line) => Some(line),
            Self::NotAsked | Self::NotOffered | Self::Unavailable => None,
        }
    }
}
