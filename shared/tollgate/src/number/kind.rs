//! What a number is used for. Tolls differ by kind: some kinds pay whoever owns the number, and toll fraud aims at
//! those.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType};
use serde::{Deserialize, Serialize};

/// What a number is used for, as far as its digits tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberKind {
    /// A line at a fixed place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// Either of these: in some plans, North America's among them, the digits do not tell.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays extra, and the owner of the number earns from it.
    PremiumRate,
    /// The caller and the owner share the cost.
    SharedCost,
    /// A line on the Internet.
    Voip,
    /// A number that follows a person and charges the caller for it.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A universal access number of a company.
    Uan,
    /// A mailbox.
    Voicemail,
    /// A satellite phone.
    Satellite,
    /// A network that spans countries, at sea, in the air or between machines; some are satellite networks.
    GlobalNetwork,
    /// A number that its plan knows, of a kind that it does not tell.
    Unknown,
    /// A number that the library does not know: its plan has such lengths, and a policy let it in.
    Unlisted,
}

impl NumberKind {
    /// The stable name of the kind, in kebab-case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixedLine => "fixed-line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed-line-or-mobile",
            Self::TollFree => "toll-free",
            Self::PremiumRate => "premium-rate",
            Self::SharedCost => "shared-cost",
            Self::Voip => "voip",
            Self::PersonalNumber => "personal-number",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
            Self::Satellite => "satellite",
            Self::GlobalNetwork => "global-network",
            Self::Unknown => "unknown",
            Self::Unlisted => "unlisted",
        }
    }

    /// The kind of a valid number. Some codes that no country has are told by the code: the library's metadata has no
    /// kind for satellites, and calls them mobile or VoIP.
    pub(super) fn of(number: &rlibphonenumber::PhoneNumber) -> Self {
        Self::of_global_code(number.country_code)
            .unwrap_or_else(|| PHONE_NUMBER_UTIL.get_number_type(number).into())
    }

    /// The kind of a number in a block that the numbering plans have moved since the library's metadata was made. Take a
    /// row out once the library knows it.
    pub(super) fn amended(e164: &str) -> Option<Self> {
        AMENDED.iter().find(|(prefix, _)| e164.starts_with(prefix)).map(|(_, kind)| *kind)
    }

    /// The kind that the middle of a number tells, in the North American plan: within any area code some exchanges are
    /// not of telephones. The library looks at the area code alone.
    pub(super) fn of_exchange(self, e164: &str) -> Option<Self> {
        if !matches!(self, Self::FixedLine | Self::Mobile | Self::FixedLineOrMobile) {
            return None;
        }
        let national = e164.strip_prefix("+1").filter(|national| national.len() == 10)?;
        let (exchange, line) = (national.get(3..6)?, national.get(6..)?);
        match (exchange, line) {
            // Paid services; access to carriers; carriers' own test lines, which answer by themselves and stay on; directory
            // assistance; and the exchanges of short codes, 911 among them.
            ("976" | "950" | "958" | "959", _) | ("555", "1212") => Some(Self::PremiumRate),
            _ if exchange.ends_with("11") => Some(Self::PremiumRate),
            _ => None,
        }
    }

    /// What a code stands for that belongs to no country and has no kind in the library's metadata, after the list of
    /// country codes that the ITU publishes as a complement to Recommendation ITU-T E.164.
    const fn of_global_code(code: i32) -> Option<Self> {
        match code {
            // Inmarsat; and the global mobile satellite system: Iridium, Globalstar.
            870 | 881 => Some(Self::Satellite),
            // Universal personal telecommunication.
            878 => Some(Self::PersonalNumber),
            // International networks: Thuraya's satellites and ships, aircraft and machines of many operators.
            882 | 883 => Some(Self::GlobalNetwork),
            _ => None,
        }
    }
}

/// Blocks whose kind the library's metadata does not have right: VoIP in Botswana, by libphonenumber's metadata of July
/// 2026.
const AMENDED: [(&str, NumberKind); 1] = [("+2677910", NumberKind::Voip)];

impl From<PhoneNumberType> for NumberKind {
    fn from(kind: PhoneNumberType) -> Self {
        match kind {
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::PersonalNumber => Self::PersonalNumber,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::UAN => Self::Uan,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}

impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
