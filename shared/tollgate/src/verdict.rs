//! What screening decides, and why: a verdict has a route and all findings. The strictest enforced finding decides.

use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::number::{NumberPrefix, PhoneNumber};

/// What becomes of a request; mildest first, the strictest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// The call is made.
    Dial,
    /// Another channel is offered: for what is suspected.
    Redirect,
    /// No call, and nothing is said: for what is sure.
    Refuse,
}

/// Whether a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    Enforced,
    /// Its rule is in shadow mode: recorded as what would have counted.
    Shadow,
    /// It would count, but the number, address or account is trusted.
    Waived,
}

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// Where it leads if enforced.
    pub route: Route,
    /// Whether it counts.
    pub standing: Standing,
    /// What it is about: an entry, a subject, a country, a carrier. In full, for the operator; see
    /// [`Finding::masked`] for logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The value that broke a limit, with the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
}

/// A value against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What was measured; for a full list, one more than it holds.
    pub value: u64,
    /// What was allowed.
    pub limit: u64,
    /// Over how long.
    pub window_seconds: u32,
}

/// A verdict: where the request goes, and everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The strictest route among the enforced findings.
    pub route: Route,
    /// All findings, in the order of the rules.
    pub findings: Vec<Finding>,
}

impl From<Vec<Finding>> for Verdict {
    fn from(findings: Vec<Finding>) -> Self {
        let enforced = findings.iter().filter(|finding| finding.standing == Standing::Enforced);
        let route = enforced.map(|finding| finding.route).max().unwrap_or(Route::Dial);
        Self { route, findings }
    }
}

impl Finding {
    /// An enforced finding with its code's own route.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, route: code.route(), standing: Standing::Enforced, subject: None, measure: None }
    }

    /// The same, about `subject`.
    #[must_use]
    pub fn about(code: Code, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..Self::new(code) }
    }

    /// The finding as it may stand in a log line: numbers and addresses in its subject masked.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mask = |subject: &String| subject.split(' ').map(masked_word).collect::<Vec<_>>().join(" ");
        Self { subject: self.subject.as_ref().map(mask), ..self.clone() }
    }

    /// The same, with what was measured.
    #[must_use]
    pub fn measured(self, value: u64, limit: u64, window_seconds: u32) -> Self {
        Self { measure: Some(Measure { value, limit, window_seconds }), ..self }
    }
}

/// One word of a subject, masked if it is a number, a prefix or a network. What does not read as its kind is not shown.
fn masked_word(word: &str) -> String {
    let Some((kind, value)) = word.split_once('#') else { return word.to_owned() };
    let masked = match kind {
        "number" => PhoneNumber::from_e164(value).map(|number| number.masked()).ok(),
        "prefix" => NumberPrefix::parse(value).map(|prefix| prefix.masked()).ok(),
        "net" | "address" | "block" => Network::parse(value).map(|network| network.masked()).ok(),
        _ => Some(value.to_owned()),
    };
    format!("{kind}#{}", masked.as_deref().unwrap_or("(hidden)"))
}

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
    fn the_strictest_enforced_finding_decides() {
        let shadow = Finding { standing: Standing::Shadow, ..Finding::new(Code::DenyListed) };
        let waived = Finding { standing: Standing::Waived, ..Finding::new(Code::PremiumRateNumber) };
        assert_eq!(Verdict::from(vec![]).route, Route::Dial);
        assert_eq!(Verdict::from(vec![shadow.clone(), waived.clone()]).route, Route::Dial);
        assert_eq!(Verdict::from(vec![shadow, Finding::new(Code::Guest), waived]).route, Route::Redirect);
        let both = vec![Finding::new(Code::DenyListed), Finding::new(Code::Guest)];
        assert_eq!(Verdict::from(both).route, Route::Refuse);
    }

    #[test]
    fn a_masked_finding_shows_no_number_and_no_address() {
        for (subject, masked) in [
            ("number#+12065550100", "number#+1206*******"),
            ("prefix#+12065550100", "prefix#+1206*******"),
            ("net#203.0.113.9/32", "net#203.0.x.x/32"),
            ("address#2001:db8:1:2::/64", "address#2001:db8:x/64"),
            ("block#203.0.113.0/24", "block#203.0.x.x/24"),
            ("address-country#FR country#US", "address-country#FR country#US"),
            ("calls-per-day", "calls-per-day"),
        ] {
            assert_eq!(Finding::about(Code::DenyListed, subject).masked().subject.as_deref(), Some(masked));
        }
    }

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
