//! The codes of findings: how certain each is, and what may be done about it.

use serde::{Deserialize, Serialize};

use super::Certainty;

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $text:literal => $certainty:ident,)*) => {
        /// The rules' findings, by their stable codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $doc] #[serde(rename = $text)] $name,)*
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

            /// What the rule says, in a sentence for an operator.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$name => $doc.trim_ascii(),)*
                }
            }

            /// Whether the finding keeps a call from being made if enforced, and how certain that is.
            #[must_use]
            pub fn certainty(self) -> Certainty {
                match self {
                    $(Self::$name => Certainty::$certainty,)*
                }
            }
        }
    };
}

codes! {
    /// A kill switch is on.
    KillSwitch = "kill-switch" => Sure,
    /// The number's country is not served.
    CountryNotServed = "country-not-served" => Sure,
    /// The number, address or account is on the trust list.
    Trusted = "trusted" => Noted,
    /// A signed-in account asks for its own, verified number.
    VerifiedOwnNumber = "verified-own-number" => Noted,
    /// The number, address, account or carrier is on the deny list.
    DenyListed = "deny-listed" => Sure,
    /// A premium-rate number: the classic of toll fraud.
    PremiumRateNumber = "premium-rate-number" => Sure,
    /// A shared-cost number.
    SharedCostNumber = "shared-cost-number" => Sure,
    /// A satellite phone.
    SatelliteNumber = "satellite-number" => Sure,
    /// A number of a global network.
    GlobalNetworkNumber = "global-network-number" => Sure,
    /// A pager: nobody can answer.
    PagerNumber = "pager-number" => Sure,
    /// A voicemail access number: nobody can answer.
    VoicemailNumber = "voicemail-number" => Sure,
    /// A personal number, which forwards at the caller's cost.
    PersonalNumber = "personal-number" => Suspected,
    /// A company's universal access number.
    UanNumber = "uan-number" => Suspected,
    /// A toll-free number: a company's, and nobody's phone.
    TollFreeNumber = "toll-free-number" => Suspected,
    /// A number that the library does not know, let in by the policy.
    LetInNumber = "let-in-number" => Noted,
    /// A number of a VoIP range.
    VoipNumber = "voip-number" => Suspected,
    /// A valid number of no known kind.
    UnknownKindNumber = "unknown-kind-number" => Suspected,
    /// The carrier lookup says that the number is not in service.
    InvalidLine = "invalid-line" => Sure,
    /// The carrier lookup says VoIP.
    VoipLine = "voip-line" => Suspected,
    /// The carrier lookup knows the number, but not as a phone that people answer.
    OtherLine = "other-line" => Suspected,
    /// The carrier is not among the usual ones.
    UnusualCarrier = "unusual-carrier" => Suspected,
    /// The carrier lookup failed or its budget is spent.
    LineUnavailable = "line-unavailable" => Noted,
    /// The address is a VPN, proxy, Tor exit or hosting provider.
    AnonymousNetwork = "anonymous-network" => Suspected,
    /// The address is known for attacks.
    BadReputation = "bad-reputation" => Suspected,
    /// The address's country is not served.
    AddressCountryNotServed = "address-country-not-served" => Suspected,
    /// The address's country is not the number's.
    CountryMismatch = "country-mismatch" => Suspected,
    /// Not signed in.
    Guest = "guest" => Suspected,
    /// Too many requests from an address.
    TooManyFromAddress = "too-many-from-address" => Suspected,
    /// Too many requests from an account.
    TooManyFromAccount = "too-many-from-account" => Suspected,
    /// Too many calls to a number.
    TooManyToNumber = "too-many-to-number" => Suspected,
    /// Too many calls to a range that have not proved themselves.
    TooManyToRange = "too-many-to-range" => Suspected,
    /// Too many calls to an unusual carrier that have not proved themselves.
    TooManyToCarrier = "too-many-to-carrier" => Suspected,
    /// An address asks for too many numbers.
    TooManyNumbersFromAddress = "too-many-numbers-from-address" => Suspected,
    /// An address asks for too many numbers of one range.
    TooManyNumbersOfARangeFromAddress = "too-many-numbers-of-a-range-from-address" => Suspected,
    /// An address asks for numbers of too many countries.
    TooManyCountriesFromAddress = "too-many-countries-from-address" => Suspected,
    /// An account asks for too many numbers.
    TooManyNumbersFromAccount = "too-many-numbers-from-account" => Suspected,
    /// Too many addresses ask for a number.
    TooManyAddressesToNumber = "too-many-addresses-to-number" => Suspected,
    /// Too many calls that an address asked for were wasted.
    TooMuchWasteFromAddress = "too-much-waste-from-address" => Suspected,
    /// Too many calls that a network block asked for were wasted.
    TooMuchWasteFromBlock = "too-much-waste-from-block" => Suspected,
    /// Too many calls that an account asked for were wasted.
    TooMuchWasteFromAccount = "too-much-waste-from-account" => Suspected,
    /// Too many calls to a range were wasted.
    TooMuchWasteInRange = "too-much-waste-in-range" => Suspected,
    /// An operator marked requests from the address as spam.
    MarkedAddress = "marked-address" => Suspected,
    /// Operators marked requests of several lines of the network as spam.
    MarkedBlock = "marked-block" => Suspected,
    /// An operator marked requests from the account as spam.
    MarkedAccount = "marked-account" => Suspected,
    /// Operators marked several askers' requests for the number as spam.
    MarkedNumber = "marked-number" => Suspected,
    /// Operators marked several askers' requests for numbers of the range as spam.
    MarkedRange = "marked-range" => Suspected,
    /// Operators marked several askers' requests for numbers of the carrier as spam.
    MarkedCarrier = "marked-carrier" => Suspected,
    /// An account asks too often for its own number.
    TooManyToOwnNumber = "too-many-to-own-number" => Suspected,
    /// Newcomers hold as many places as they share.
    NewcomersRationed = "newcomers-rationed" => Suspected,
    /// The number has a callback pending.
    NumberPending = "number-pending" => Noted,
    /// A budget is spent.
    BudgetSpent = "budget-spent" => Sure,
    /// Of an earlier version: Too many requests from a network block.
    TooManyFromBlock = "too-many-from-block" => Suspected,
    /// Of an earlier version: Too many calls to a country.
    TooManyToCountry = "too-many-to-country" => Suspected,
    /// Of an earlier version: An IPv6 /48, which is one customer's network, asks for too many numbers.
    TooManyNumbersFromBlock = "too-many-numbers-from-block" => Suspected,
    /// Of an earlier version: Too many calls to a number were wasted.
    TooMuchWasteToNumber = "too-much-waste-to-number" => Suspected,
    /// Of an earlier version: Too many calls to a carrier were wasted, some of them asked for by this address or account.
    TooMuchWasteInCarrier = "too-much-waste-in-carrier" => Suspected,
    /// Of an earlier version: Too many calls to a country were wasted, some of them asked for by this address or account.
    TooMuchWasteInCountry = "too-much-waste-in-country" => Suspected,
    /// Of an earlier version: The address, network block or account went too far, and is blocked for a while.
    SourceBlocked = "source-blocked" => Suspected,
    /// Of an earlier version: The number or range is blocked for a while.
    DestinationBlocked = "destination-blocked" => Suspected,
}

impl Code {
    /// Reads a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether an operator may put the rule in shadow mode or turn it off. What bounds the loss and what keeps calls
    /// to one at a time cannot be: the budgets, the claim and the kill switches have switches of their own.
    #[must_use]
    pub fn has_mode(self) -> bool {
        let is_fixed = matches!(
            self,
            Self::KillSwitch
                | Self::Trusted
                | Self::VerifiedOwnNumber
                | Self::LetInNumber
                | Self::NumberPending
                | Self::BudgetSpent
        );
        !is_fixed && !self.is_retired()
    }

    /// Whether the rule may be turned off. The lists cannot be: who listed something would be told that it holds. They may be
    /// watched in shadow mode.
    #[must_use]
    pub fn can_be_off(self) -> bool {
        self.has_mode() && self != Self::DenyListed
    }

    /// Whether a trust entry for who asks (an account, a network) waives the finding: all but the kill switches, the served
    /// countries and what bounds the loss.
    #[must_use]
    pub fn is_waived_by_trust(self) -> bool {
        self.has_mode() && self != Self::CountryNotServed
    }

    /// Whether a trust entry for what is asked for (a number, a prefix, a country, a carrier) waives the finding: what speaks
    /// against the number or what lies around it, and nothing that speaks against who asks.
    #[must_use]
    pub fn is_waived_by_trust_in_number(self) -> bool {
        let is_of_asker = matches!(
            self,
            Self::AnonymousNetwork
                | Self::BadReputation
                | Self::AddressCountryNotServed
                | Self::Guest
                | Self::TooManyFromAddress
                | Self::TooManyFromAccount
                | Self::TooManyFromBlock
                | Self::TooManyToNumber
                | Self::TooManyToOwnNumber
                | Self::TooManyNumbersFromAddress
                | Self::TooManyNumbersFromAccount
                | Self::TooManyNumbersFromBlock
                | Self::TooManyNumbersOfARangeFromAddress
                | Self::TooManyCountriesFromAddress
                | Self::TooMuchWasteFromAddress
                | Self::TooMuchWasteFromAccount
                | Self::TooMuchWasteFromBlock
                | Self::MarkedAddress
                | Self::MarkedAccount
                | Self::MarkedBlock
        );
        self.is_waived_by_trust() && !is_of_asker
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

    /// Whether no rule makes the finding any more: it stands in requests of an earlier version, and a stored policy that names
    /// it is still read.
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
            assert!(code.says().ends_with('.') && !code.says().starts_with(' '), "{}", code.says());
        }
    }
}
