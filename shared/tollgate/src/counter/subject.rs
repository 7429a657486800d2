//! Who is counted, and the key that names each.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::network::{Address, Network};
use crate::number::{NumberRange, PhoneNumber};
use crate::text::{AccountId, CarrierName};

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// One subscriber line: an IPv4 address, or the /64 around an IPv6 address.
    Address(Network),
    /// A network around it: an IPv4 /24, an IPv6 /56, /48, /40 or /32.
    Block(Network),
    /// A signed-in account.
    Account(AccountId),
    /// The number asked for.
    Number(PhoneNumber),
    /// Its range.
    Range(NumberRange),
    /// Its carrier.
    Carrier(CarrierName),
}

/// Why a text is not a subject's key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a subject: {0}")]
pub struct SubjectError(String);

/// The kinds of subjects, as written before the `#` of a key.
const KINDS: &str = "address, block, account, number, range, carrier";

impl Subject {
    /// The key under which the subject is counted: its kind, `#`, and its value.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Address(network) => format!("address#{network}"),
            Self::Block(network) => format!("block#{network}"),
            Self::Account(account) => format!("account#{}", account.as_str()),
            Self::Number(number) => format!("number#{}", number.e164()),
            Self::Range(range) => format!("range#{range}"),
            Self::Carrier(carrier) => format!("carrier#{}", carrier.key()),
        }
    }

    /// What kind of subject it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Block(_) => "block",
            Self::Account(_) => "account",
            Self::Number(_) => "number",
            Self::Range(_) => "range",
            Self::Carrier(_) => "carrier",
        }
    }

    /// Reads a key, as findings show it. An address may be written alone: its line or block is meant.
    ///
    /// # Errors
    /// When the kind is unknown or the value is not of that kind.
    pub fn parse(key: &str) -> Result<Self, SubjectError> {
        let kinds = || SubjectError(format!("write KIND#VALUE, KIND one of {KINDS}"));
        let refuse = |reason: &dyn fmt::Display| SubjectError(reason.to_string());
        let (kind, value) = key.split_once('#').ok_or_else(kinds)?;
        match kind {
            "address" => around(value, Address::line)
                .map(Self::Address)
                .ok_or_else(|| refuse(&"an address is an IPv4 /32 or an IPv6 /64")),
            "block" => block(value)
                .map(Self::Block)
                .ok_or_else(|| refuse(&"a block is an IPv4 /24 or an IPv6 /56, /48, /40 or /32")),
            "account" => AccountId::parse(value).map(Self::Account).map_err(|e| refuse(&e)),
            "number" => PhoneNumber::from_e164(value).map(Self::Number).map_err(|e| refuse(&e)),
            "range" => NumberRange::parse(value).map(Self::Range).map_err(|e| refuse(&e)),
            "carrier" => CarrierName::parse(value).map(Self::Carrier).map_err(|e| refuse(&e)),
            _ => Err(kinds()),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;

    fn try_from(key: String) -> Result<Self, SubjectError> {
        Self::parse(&key)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.key()
    }
}

/// A network whose lines are judged together; of an address alone, the narrowest.
fn block(text: &str) -> Option<Network> {
    let narrowest = || around(text, Address::block);
    let wider = || {
        let network = Network::parse(text).ok()?;
        (!network.is_ipv4() && [48, 40, 32].contains(&network.prefix_length())).then_some(network)
    };
    narrowest().or_else(wider)
}

/// The network around the address in `text`; none if another one is written.
fn around(text: &str, network: fn(&Address) -> Network) -> Option<Network> {
    let (address, length) =
        text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let network = network(&Address::parse(address).ok()?);
    (length.is_none() || Network::parse(text) == Ok(network)).then_some(network)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_a_subject_says_what_would_be() {
        for (key, says) in [
            ("203.0.113.9", "KIND#VALUE"),
            ("planet#mars", "KIND one of"),
            ("address#203.0.113.0/24", "/32"),
            ("address#2001:db8::/32", "/64"),
            ("block#203.0.113.9/32", "/24"),
            ("block#2001:db8::/36", "/40"),
            ("range#1712770", "range"),
            ("number#12065550100", "number"),
            ("country#JM", "KIND one of"),
        ] {
            let error = Subject::parse(key).unwrap_err().to_string();
            assert!(error.contains(says), "{key}: {error}");
        }
    }

    #[test]
    fn an_address_alone_stands_for_its_line_or_block() {
        for (written, meant) in [
            ("address#203.0.113.9", "address#203.0.113.9/32"),
            ("address#2001:db8:1:2::7", "address#2001:db8:1:2::/64"),
            ("block#203.0.113.9", "block#203.0.113.0/24"),
            ("carrier#Example VoIP", "carrier#example voip"),
        ] {
            assert_eq!(Subject::parse(written).unwrap().key(), meant);
        }
    }

    fn subjects() -> impl Strategy<Value = Subject> {
        let address = || any::<IpAddr>().prop_map(Address::from);
        let number = || "\\+1206555[0-9]{4}".prop_map(|e164| PhoneNumber::from_e164(&e164).unwrap());
        prop_oneof![
            address().prop_map(|address| Subject::Address(address.line())),
            address().prop_map(|address| Subject::Block(address.block())),
            "[!-~]{1,20}".prop_map(|id| Subject::Account(AccountId::parse(&id).unwrap())),
            number().prop_map(Subject::Number),
            number().prop_map(|number| Subject::Range(number.range())),
            "[a-z0-9][a-z #&]{0,9}[a-z]"
                .prop_map(|name| Subject::Carrier(CarrierName::parse(&name).unwrap())),
            address().prop_filter_map("IPv6", |address| Some(Subject::Block(address.site()?))),
        ]
    }

    proptest! {
        #[test]
        fn a_subject_reads_back_from_its_key(subject in subjects()) {
            prop_assert_eq!(Subject::parse(&subject.key()), Ok(subject));
        }

        #[test]
        fn no_text_makes_reading_a_subject_panic(text in ".*") {
            let _ = Subject::parse(&text);
        }
    }
}
