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
    /// Too many requests from an account.
    TooManyFromAccount = "too-many-from-account" => Redirect,
    /// Too many calls to a number.
    TooManyToNumber = "too-many-to-number" => Redirect,
    /// Too many calls to a range that have not proved themselves.
    TooManyToRange = "too-many-to-range" => Redirect,
    /// Too many calls to an unusual carrier that have not proved themselves.
    TooManyToCarrier = "too-many-to-carrier" => Redirect,
    /// An address asks for too many numbers.
    TooManyNumbersFromAddress = "too-many-numbers-from-address" => Redirect,
    /// An address asks for too many numbers of one range.
    TooManyNumbersOfARangeFromAddress = "too-many-numbers-of-a-range-from-address" => Redirect,
    /// An address asks for numbers of too many countries.
    TooManyCountriesFromAddress = "too-many-countries-from-address" => Redirect,
    /// An account asks for too many numbers.
    TooManyNumbersFromAccount = "too-many-numbers-from-account" => Redirect,
    /// Too many addresses ask for a number.
    TooManyAddressesToNumber = "too-many-addresses-to-number" => Redirect,
    /// Too many calls that an address asked for were wasted.
    TooMuchWasteFromAddress = "too-much-waste-from-address" => Redirect,
    /// Too many calls that a network block asked for were wasted.
    TooMuchWasteFromBlock = "too-much-waste-from-block" => Redirect,
    /// Too many calls that an account asked for were wasted.
    TooMuchWasteFromAccount = "too-much-waste-from-account" => Redirect,
    /// Too many calls to a range were wasted.
    TooMuchWasteInRange = "too-much-waste-in-range" => Redirect,
    /// An operator marked requests from the address as spam.
    MarkedAddress = "marked-address" => Redirect,
    /// Operators marked requests of several lines of the network as spam.
    MarkedBlock = "marked-block" => Redirect,
    /// An operator marked requests from the account as spam.
    MarkedAccount = "marked-account" => Redirect,
    /// Operators marked several askers' requests for the number as spam.
    MarkedNumber = "marked-number" => Redirect,
    /// Operators marked several askers' requests for numbers of the range as spam.
    MarkedRange = "marked-range" => Redirect,
    /// Operators marked several askers' requests for numbers of the carrier as spam.
    MarkedCarrier = "marked-carrier" => Redirect,
    /// An account asks too often for its own number.
    TooManyToOwnNumber = "too-many-to-own-number" => Redirect,
    /// Newcomers hold as many places as they share.
    NewcomersRationed = "newcomers-rationed" => Redirect,
    /// The number has a callback pending.
    NumberPending = "number-pending" => Dial,
    /// A budget is spent.
    BudgetSpent = "budget-spent" => Refuse,
    /// Of an earlier version: Too many requests from a network block.
    TooManyFromBlock = "too-many-from-block" => Redirect,
    /// Of an earlier version: Too many calls to a country.
    TooManyToCountry = "too-many-to-country" => Redirect,
    /// Of an earlier version: An IPv6 /48, which is one customer's network, asks for too many numbers.
    TooManyNumbersFromBlock = "too-many-numbers-from-block" => Redirect,
    /// Of an earlier version: Too many calls to a number were wasted.
    TooMuchWasteToNumber = "too-much-waste-to-number" => Redirect,
    /// Of an earlier version: Too many calls to a carrier were wasted, some of them asked for by this address or account.
    TooMuchWasteInCarrier = "too-much-waste-in-carrier" => Redirect,
    /// Of an earlier version: Too many calls to a country were wasted, some of them asked for by this address or account.
    TooMuchWasteInCountry = "too-much-waste-in-country" => Redirect,
    /// Of an earlier version: The address, network block or account went too far, and is blocked for a while.
    SourceBlocked = "source-blocked" => Redirect,
    /// Of an earlier version: The number or range is blocked for a while.
    DestinationBlocked = "destination-blocked" => Redirect,
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
    /// it, what the asker's neighbors did, and that its owner travels. Marks of what the owner asked for are not waived.
    #[must_use]
    pub fn is_waived_by_verified_own_number(self) -> bool {
        matches!(
            self,
            Self::CountryMismatch
                | Self::LineUnavailable
                | Self::TooManyToNumber
                | Self::TooManyToRange
                | Self::TooManyToCarrier
                | Self::TooManyAddressesToNumber
                | Self::TooManyNumbersFromAddress
                | Self::TooManyNumbersFromAccount
                | Self::TooManyNumbersOfARangeFromAddress
                | Self::TooManyCountriesFromAddress
                | Self::TooMuchWasteFromAddress
                | Self::TooMuchWasteFromAccount
                | Self::TooMuchWasteFromBlock
                | Self::TooMuchWasteInRange
                | Self::MarkedBlock
                | Self::MarkedNumber
                | Self::MarkedRange
                | Self::MarkedCarrier
        )
    }

    /// Whether no rule makes the finding any more: it stands in requests of an earlier version, and a policy that names it is
    /// still read.
    #[must_use]
    pub fn is_retired(self) -> bool {
        matches!(
            self,
            Self::TooManyFromBlock
                | Self::TooManyToCountry
                | Self::TooManyNumbersFromBlock
                | Self::TooMuchWasteToNumber
                | Self::TooMuchWasteInCarrier
                | Self::TooMuchWasteInCountry
                | Self::SourceBlocked
                | Self::DestinationBlocked
        )
    }

    /// What lifts the finding, in words for an operator; none where nothing but the policy or a list does.
    #[must_use]
    pub fn lifted_by(self) -> Option<&'static str> {
        Some(match self {
            Self::TooManyFromAddress | Self::TooManyFromAccount => "time: the window slides",
            Self::TooMuchWasteFromAddress | Self::TooMuchWasteFromAccount => {
                "good calls of the asker; the time that is told; a day without waste"
            }
            Self::TooManyNumbersFromAddress | Self::TooManyNumbersFromAccount => {
                "good calls of the asker; a day"
            }
            Self::TooManyNumbersOfARangeFromAddress => "ripe good calls of others to the range; a day",
            Self::TooManyCountriesFromAddress | Self::TooManyAddressesToNumber => "a day",
            Self::TooManyToNumber | Self::TooManyToOwnNumber => "good calls to the number; a day",
            Self::TooManyToRange | Self::TooManyToCarrier => {
                "calls there that ripen unmarked; proof of the asker elsewhere"
            }
            Self::TooMuchWasteFromBlock => {
                "good calls of others there; the next try, at the time that is told; proof of the asker"
            }
            Self::TooMuchWasteInRange => "good calls to the range; a day; proof of the asker",
            Self::MarkedAddress | Self::MarkedAccount => "taking the mark back; good calls; a week",
            Self::MarkedBlock | Self::MarkedNumber => {
                "taking marks back; good calls of others; a week; proof of the asker"
            }
            Self::MarkedRange | Self::MarkedCarrier => {
                "taking marks back; ripe good calls of others; a week; proof of the asker elsewhere"
            }
            Self::NewcomersRationed => "good calls of newcomers; the next window; proof of the asker",
            _ => return None,
        })
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
