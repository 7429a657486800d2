//! Entries of the deny and trust list: what can be listed, and the keys under which a given request may be listed.
//!
//! Every entry has one key, so a list of any length is searched by asking for the few dozen keys that could match: each
//! prefix of the number, each network around the address. Nothing is cached, so an entry holds for the next request.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::country::CountryCode;
use crate::network::Network;
use crate::number::{NumberPrefix, PhoneNumber};
use crate::request::CallbackRequest;
use crate::text::{AccountId, Author, CarrierName, Reason};

/// What can be listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// One number.
    Number(PhoneNumber),
    /// All numbers that begin so.
    Prefix(NumberPrefix),
    /// All numbers of a country.
    Country(CountryCode),
    /// All addresses of a network; a single address is the longest of them.
    Network(Network),
    /// All addresses of a country.
    AddressCountry(CountryCode),
    /// All addresses of an autonomous system.
    Asn(u32),
    /// A signed-in account.
    Account(AccountId),
    /// All numbers of a carrier, as the carrier lookup names it.
    Carrier(CarrierName),
}

/// What a listing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Requests are refused.
    Deny,
    /// Requests pass all rules but the kill switches and the served countries.
    Trust,
}

/// An entry with all that the list says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What is listed.
    pub entry: Entry,
    /// What that does.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Who listed it.
    pub author: Author,
    /// When.
    pub added_at: Timestamp,
    /// When it stops to hold; never if none.
    pub expires_at: Option<Timestamp>,
}

/// Why a text is not an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not an entry of kind {kind}: {reason}")]
pub struct EntryError {
    kind: String,
    reason: String,
}

/// The kinds of entries, as written before the `#` of a key.
const KINDS: &str = "number, prefix, country, net, address-country, asn, account, carrier";

impl Entry {
    /// The key under which the entry is stored: its kind, `#`, and its value.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Number(number) => format!("number#{}", number.e164()),
            Self::Prefix(prefix) => format!("prefix#{prefix}"),
            Self::Country(country) => format!("country#{country}"),
            Self::Network(network) => format!("net#{network}"),
            Self::AddressCountry(country) => format!("address-country#{country}"),
            Self::Asn(asn) => format!("asn#{asn}"),
            Self::Account(account) => format!("account#{}", account.as_str()),
            Self::Carrier(carrier) => format!("carrier#{}", carrier.key()),
        }
    }

    /// Whether the entry can be trusted. Where an address is said to be costs nothing to change, and the edge may not own
    /// the header that tells its network; both are good enough to deny.
    #[must_use]
    pub fn can_be_trusted(&self) -> bool {
        !matches!(self, Self::Asn(_) | Self::AddressCountry(_))
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When the kind is unknown or the value is not of that kind.
    pub fn parse(key: &str) -> Result<Self, EntryError> {
        let (kind, value) = key.split_once('#').ok_or_else(|| EntryError {
            kind: "(none)".to_owned(),
            reason: format!("write KIND#VALUE, KIND one of {KINDS}"),
        })?;
        let refuse =
            |reason: &dyn fmt::Display| EntryError { kind: kind.to_owned(), reason: reason.to_string() };
        match kind {
            "number" => PhoneNumber::parse(value, None).map(Self::Number).map_err(|e| refuse(&e)),
            "prefix" => NumberPrefix::parse(value).map(Self::Prefix).map_err(|e| refuse(&e)),
            "country" => CountryCode::parse(value).map(Self::Country).map_err(|e| refuse(&e)),
            "net" => Network::parse(value).map(Self::Network).map_err(|e| refuse(&e)),
            "address-country" => CountryCode::parse(value).map(Self::AddressCountry).map_err(|e| refuse(&e)),
            "asn" => value.parse().map(Self::Asn).map_err(|e| refuse(&e)),
            "account" => AccountId::parse(value).map(Self::Account).map_err(|e| refuse(&e)),
            "carrier" => CarrierName::parse(value).map(Self::Carrier).map_err(|e| refuse(&e)),
            _ => Err(refuse(&format!("the kind is one of {KINDS}"))),
        }
    }

    /// Every entry that would list this request, but for its carrier, which is known only after a lookup. At most 71:
    /// 16 for a number of 15 digits, 50 for an IPv6 address, and 5 others.
    #[must_use]
    pub fn all_matching(request: &CallbackRequest) -> Vec<Self> {
        let caller = &request.caller;
        let mut entries = vec![Self::Number(request.number.clone())];
        entries.extend(request.number.prefixes().map(Self::Prefix));
        entries.extend(request.number.country().map(Self::Country));
        entries.extend(caller.address.enclosing().map(Self::Network));
        entries.extend(caller.country.map(Self::AddressCountry));
        entries.extend(caller.asn.map(Self::Asn));
        entries.extend(caller.account.as_ref().map(|account| Self::Account(account.id.clone())));
        entries
    }
}

impl Listing {
    /// Whether it holds at `now`. Rows are deleted days after they expire, so every reader asks.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::network::Address;
    use crate::request::{Account, Caller, RequestId};

    #[test]
    fn every_kind_of_entry_reads_back_from_its_key() {
        for key in [
            "number#+12065550100",
            "prefix#+1876",
            "country#JM",
            "net#203.0.113.0/24",
            "net#203.0.113.9/32",
            "net#2001:db8::/32",
            "address-country#KP",
            "asn#64500",
            "account#3f2a",
            "carrier#example voip",
        ] {
            assert_eq!(Entry::parse(key).unwrap().key(), key);
        }
    }

    #[test]
    fn a_key_that_is_not_an_entry_says_what_would_be() {
        for (key, says) in [
            ("203.0.113.0/24", "KIND#VALUE"),
            ("planet#mars", "the kind is one of"),
            ("country#Jamaica", "country"),
            ("net#203.0.113.0/99", "net"),
            ("prefix#1876x", "prefix"),
        ] {
            let error = Entry::parse(key).unwrap_err().to_string();
            assert!(error.contains(says), "{key}: {error}");
        }
    }

    #[test]
    fn carriers_are_one_entry_however_they_are_spelled() {
        assert_eq!(Entry::parse("carrier#Example VoIP").unwrap().key(), "carrier#example voip");
    }

    #[test]
    fn a_request_is_listed_by_all_that_is_known_of_it() {
        let caller = Caller {
            address: Address::parse("203.0.113.9").unwrap(),
            country: CountryCode::parse("KP").ok(),
            asn: Some(64_500),
            marks: BTreeSet::new(),
            account: Some(Account { id: AccountId::parse("3f2a").unwrap(), verified_number: None }),
        };
        let request = CallbackRequest {
            id: RequestId::from_random([0; 16]),
            received_at: Timestamp::UNIX_EPOCH,
            deadline: Timestamp::UNIX_EPOCH,
            number: PhoneNumber::parse("+18765230123", None).unwrap(),
            name: None,
            topic: None,
            caller,
        };
        let keys: BTreeSet<_> = Entry::all_matching(&request).iter().map(Entry::key).collect();
        for key in [
            "number#+18765230123",
            "prefix#+1",
            "prefix#+1876",
            "prefix#+18765230123",
            "country#JM",
            "net#203.0.113.9/32",
            "net#203.0.0.0/16",
            "address-country#KP",
            "asn#64500",
            "account#3f2a",
        ] {
            assert!(keys.contains(key), "{key}: {keys:?}");
        }
        // Its number, 11 prefixes and its country; the networks from /8 to /32; three others.
        assert_eq!(keys.len(), 13 + 25 + 3);
        assert!(keys.iter().all(|key| Entry::parse(key).unwrap().key() == **key));
    }
}
