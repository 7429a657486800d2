//! The codes of findings: where each leads, and what may be done about it.

use serde::{Deserialize, Serialize};

use super::Route;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal => $route:ident,)*) => {
        /// The rules' findings, by their stable codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code, in the order of the rules.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as stored, logged, counted and written in a policy.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Where the finding leads if enforced, unless the policy says otherwise.
            #[must_use]
            pub fn route(self) -> Route {
                match self {
                    $(Self::$name => Route::$route,)*
                }
            }
        }
    };
}

codes! {
    /// A kill switch is on.
    KillSwitch = "kill-switch" => Refuse,
    /// The number's country is not served.
    CountryNotServed = "country-not-served" => Refuse,
    /// The number, address or account is on the trust list.
    Trusted = "trusted" => Dial,
    /// A signed-in account asks for its own, verified number.
    VerifiedOwnNumber = "verified-own-number" => Dial,
    /// The number, address, account or carrier is on the deny list.
    DenyListed = "deny-listed" => Refuse,
    /// A premium-rate number: the classic of toll fraud.
    PremiumRateNumber = "premium-rate-number" => Refuse,
    /// A shared-cost number.
    SharedCostNumber = "shared-cost-number" => Refuse,
    /// A satellite phone.
    SatelliteNumber = "satellite-number" => Refuse,
    /// A number of a global network.
    GlobalNetworkNumber = "global-network-number" => Refuse,
    /// A pager: nobody can answer.
    PagerNumber = "pager-number" => Refuse,
    /// A voicemail access number: nobody can answer.
    VoicemailNumber = "voicemail-number" => Refuse,
    /// A personal number, which forwards at the caller's cost.
    PersonalNumber = "personal-number" => Redirect,
    /// A company's universal access number.
    UanNumber = "uan-number" => Redirect,
    /// A number of a VoIP range.
    VoipNumber = "voip-number" => Redirect,
    /// A valid number of no known kind.
    UnknownKindNumber = "unknown-kind-number" => Redirect,
    /// The carrier lookup says that the number is not in service.
    InvalidLine = "invalid-line" => Refuse,
    /// The carrier lookup says VoIP.
    VoipLine = "voip-line" => Redirect,
    /// The carrier lookup knows the number, but not as a phone that people answer.
    OtherLine = "other-line" => Redirect,
    /// The carrier is not among the usual ones.
    UnusualCarrier = "unusual-carrier" => Redirect,
    /// The carrier lookup failed or its budget is spent.
    LineUnavailable = "line-unavailable" => Dial,
    /// The address is a VPN, proxy, Tor exit or hosting provider.
    AnonymousNetwork = "anonymous-network" => Redirect,
    /// The address is known for attacks.
    BadReputation = "bad-reputation" => Redirect,
    /// The address's country is not served.
    AddressCountryNotServed = "address-country-not-served" => Redirect,
    /// The address's country is not the number's.
    CountryMismatch = "country-mismatch" => Redirect,
    /// Not signed in.
    Guest = "guest" => Redirect,
    /// Too many requests from an address.
    TooManyFromAddress = "too-many-from-address" => Redirect,
    /// Too many requests from a network block.
    TooManyFromBlock = "too-many-from-block" => Redirect,
    /// Too many requests from an account.
    TooManyFromAccount = "too-many-from-account" => Refuse,
    /// Too many calls to a number.
    TooManyToNumber = "too-many-to-number" => Redirect,
    /// Too many calls to a range.
    TooManyToRange = "too-many-to-range" => Redirect,
    /// Too many calls to a carrier.
    TooManyToCarrier = "too-many-to-carrier" => Redirect,
    /// Too many calls to a country.
    TooManyToCountry = "too-many-to-country" => Redirect,
    /// An address asks for too many numbers.
    TooManyNumbersFromAddress = "too-many-numbers-from-address" => Redirect,
    /// An address asks for too many numbers of one range.
    TooManyNumbersOfARangeFromAddress = "too-many-numbers-of-a-range-from-address" => Redirect,
    /// An address asks for numbers of too many countries.
    TooManyCountriesFromAddress = "too-many-countries-from-address" => Redirect,
    /// An IPv6 /48, which is one customer's network, asks for too many numbers.
    TooManyNumbersFromBlock = "too-many-numbers-from-block" => Redirect,
    /// An account asks for too many numbers.
    TooManyNumbersFromAccount = "too-many-numbers-from-account" => Refuse,
    /// Too many addresses ask for a number.
    TooManyAddressesToNumber = "too-many-addresses-to-number" => Redirect,
    /// Too many calls that an address asked for were wasted.
    TooMuchWasteFromAddress = "too-much-waste-from-address" => Redirect,
    /// Too many calls that a network block asked for were wasted.
    TooMuchWasteFromBlock = "too-much-waste-from-block" => Redirect,
    /// Too many calls that an account asked for were wasted.
    TooMuchWasteFromAccount = "too-much-waste-from-account" => Redirect,
    /// Too many calls to a number were wasted.
    TooMuchWasteToNumber = "too-much-waste-to-number" => Redirect,
    /// Too many calls to a range were wasted.
    TooMuchWasteInRange = "too-much-waste-in-range" => Redirect,
    /// Too many calls to a carrier were wasted, some of them asked for by this address or account.
    TooMuchWasteInCarrier = "too-much-waste-in-carrier" => Redirect,
    /// Too many calls to a country were wasted, some of them asked for by this address or account.
    TooMuchWasteInCountry = "too-much-waste-in-country" => Redirect,
    /// An operator marked requests from the address as spam.
    MarkedAddress = "marked-address" => Redirect,
    /// An operator marked requests from the network block as spam.
    MarkedBlock = "marked-block" => Redirect,
    /// An operator marked requests from the account as spam.
    MarkedAccount = "marked-account" => Redirect,
    /// An operator marked requests for the number as spam.
    MarkedNumber = "marked-number" => Redirect,
    /// An operator marked requests for numbers of the range as spam.
    MarkedRange = "marked-range" => Redirect,
    /// An operator marked requests for numbers of the carrier as spam.
    MarkedCarrier = "marked-carrier" => Redirect,
    /// The address, network block or account went too far, and is blocked for a while.
    SourceBlocked = "source-blocked" => Redirect,
    /// The number or range is blocked for a while.
    DestinationBlocked = "destination-blocked" => Redirect,
    /// The number has a callback pending.
    NumberPending = "number-pending" => Dial,
    /// A budget is spent.
    BudgetSpent = "budget-spent" => Refuse,
}

impl Code {
    /// Reads a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether an operator may put the rule in shadow mode or turn it off. What bounds the loss and what keeps calls
    /// to one at a time cannot be: the budgets, the claim, the kill switches and the lists have switches of their own.
    #[must_use]
    pub fn has_mode(self) -> bool {
        !matches!(
            self,
            Self::KillSwitch
                | Self::Trusted
                | Self::VerifiedOwnNumber
                | Self::NumberPending
                | Self::BudgetSpent
        )
    }

    /// Whether a trust entry waives the finding: all but the kill switches, the served countries and what bounds the
    /// loss.
    #[must_use]
    pub fn is_waived_by_trust(self) -> bool {
        self.has_mode() && self != Self::CountryNotServed
    }

    /// Whether a verified own number waives the finding: what others may have done to the number and what lies around
    /// it, and that its owner travels.
    #[must_use]
    pub fn is_waived_by_verified_own_number(self) -> bool {
        matches!(
            self,
            Self::CountryMismatch
                | Self::TooManyToNumber
                | Self::TooManyToRange
                | Self::TooManyToCarrier
                | Self::TooManyToCountry
                | Self::TooManyAddressesToNumber
                | Self::TooMuchWasteToNumber
                | Self::TooMuchWasteInRange
                | Self::TooMuchWasteInCarrier
                | Self::TooMuchWasteInCountry
                | Self::MarkedNumber
                | Self::MarkedRange
                | Self::MarkedCarrier
                | Self::DestinationBlocked
        )
    }

    /// Whether the subject of the finding is blocked for a while: it went too far by its own doing. (What is marked is
    /// suspect for a week in any case; numbers, carriers and countries are too wide or too much of other people's making.)
    #[must_use]
    pub fn blocks(self) -> bool {
        matches!(
            self,
            Self::TooManyFromAddress
                | Self::TooManyFromBlock
                | Self::TooManyNumbersFromAddress
                | Self::TooManyNumbersOfARangeFromAddress
                | Self::TooManyCountriesFromAddress
                | Self::TooManyNumbersFromBlock
                | Self::TooMuchWasteFromAddress
                | Self::TooMuchWasteFromBlock
                | Self::TooMuchWasteFromAccount
                | Self::TooManyToRange
                | Self::TooMuchWasteInRange
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_read_back() {
        for code in Code::ALL.iter().copied() {
            let text = code.as_str();
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{text}");
            assert_eq!(Code::parse(text), Some(code));
            assert_eq!(serde_json::to_value(code).unwrap(), text);
        }
    }
}
