//! Entries of the deny and trust list: what can be listed, and the keys under which a given request may be listed.
//!
//! Every entry has one key, so a list of any length is searched by the few dozen keys that could match: each prefix of the
//! number, each network around the address. Nothing is cached, so an entry holds for the next request.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::country::CountryCode;
use crate::network::Network;
use crate::number::{NumberKind, NumberPrefix, PhoneNumber, PhoneNumberError};
use crate::policy::Numbers;
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

impl Effect {
    /// The effect as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Trust => "trust",
        }
    }
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

    /// Whether it names who asks; all others name what is asked for.
    #[must_use]
    pub fn names_the_asker(&self) -> bool {
        match self {
            Self::Account(_) | Self::Network(_) | Self::Asn(_) | Self::AddressCountry(_) => true,
            Self::Number(_) | Self::Prefix(_) | Self::Country(_) | Self::Carrier(_) => false,
        }
    }

    /// Reads the key of an entry that is to be listed: it must name something, since an entry that matches nothing guards
    /// nothing. What the policy lets in is something.
    ///
    /// # Errors
    /// When [`Entry::parse`] does not read it, or nothing has this name.
    pub fn parse_new(key: &str, numbers: &Numbers) -> Result<Self, EntryError> {
        let entry = match Self::parse(key)? {
            Self::Carrier(name) => Self::Carrier(name.with_single_spaces()),
            other => other,
        };
        let named = match &entry {
            Self::Number(number) if number.kind() == NumberKind::Unlisted && !numbers.lets_in(number) => {
                Err(PhoneNumberError::Invalid.to_string())
            }
            Self::Prefix(prefix) if numbers.let_in.iter().any(|let_in| prefix.is_under(let_in)) => Ok(()),
            Self::Prefix(prefix) => prefix.check().map_err(|error| error.to_string()),
            Self::Country(country) => country.check_numbers().map_err(|error| error.to_string()),
            Self::AddressCountry(country) => country.check_addresses().map_err(|error| error.to_string()),
            Self::Asn(asn) if is_nobodys(*asn) => {
                Err("no network of the Internet has this number".to_owned())
            }
            _ => Ok(()),
        };
        let kind = key.split('#').next().unwrap_or_default();
        named.map_err(|reason| EntryError { kind: kind.to_owned(), reason }).map(|()| entry)
    }

    /// Reads a key as it is stored. It may name nothing: an entry of an earlier version can still be shown and removed.
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
            "number" => PhoneNumber::parse_any(value).map(Self::Number).map_err(|e| refuse(&e)),
            "prefix" => NumberPrefix::parse(value).map(Self::Prefix).map_err(|e| refuse(&e)),
            "country" => CountryCode::parse(value).map(Self::Country).map_err(|e| refuse(&e)),
            "net" => Network::parse(value).map(Self::Network).map_err(|e| refuse(&e)),
            "address-country" => CountryCode::parse(value).map(Self::AddressCountry).map_err(|e| refuse(&e)),
            "asn" => asn(value).map(Self::Asn).ok_or_else(|| {
                refuse(&"a network's number is written in digits, with or without AS before them: 64500")
            }),
            "account" => AccountId::parse(value).map(Self::Account).map_err(|e| refuse(&e)),
            "carrier" => CarrierName::parse(value).map(Self::Carrier).map_err(|e| refuse(&e)),
            _ => Err(refuse(&format!("the kind is one of {KINDS}"))),
        }
    }

    /// Every entry that would list this request, but for its carrier, which is known only after a lookup. At most 74:
    /// 16 for a number of 15 digits, 50 for an IPv6 address, up to 4 for the countries of a number, and 4 others.
    #[must_use]
    pub fn all_matching(request: &CallbackRequest) -> Vec<Self> {
        let caller = &request.caller;
        let mut entries = vec![Self::Number(request.number.clone())];
        entries.extend(request.number.prefixes().map(Self::Prefix));
        entries.extend(request.number.countries().into_iter().map(Self::Country));
        entries.extend(caller.address.enclosing().map(Self::Network));
        entries.extend(caller.country.country().map(Self::AddressCountry));
        entries.extend(caller.asn.map(Self::Asn));
        entries.extend(caller.account.as_ref().map(|account| Self::Account(account.id.clone())));
        entries
    }
}

/// Whether the number of an autonomous system is one that no edge tells: reserved, or for private use (RFC 7607, 4893,
/// 6996, 7300). Those for documentation are taken.
const fn is_nobodys(asn: u32) -> bool {
    matches!(asn, 0 | 23_456 | 64_512..=65_535 | 4_200_000_000..)
}

impl Listing {
    /// Whether it holds at `now`. Rows are deleted days after they expire, so every reader asks.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// An autonomous system's number, as people write it: `64500`, `AS64500`.
fn asn(text: &str) -> Option<u32> {
    let digits = match text.split_at_checked(2) {
        Some((letters, digits)) if letters.eq_ignore_ascii_case("as") => digits,
        _ => text,
    };
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::network::Address;
    use crate::request::{Account, Caller, RequestId, Whereabouts};

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
    fn a_new_entry_names_something_and_an_old_one_is_still_read() {
        for (key, says) in [
            ("country#UK", "is it GB?"),
            ("country#ZZ", "no country has"),
            ("address-country#EU", "each of its countries"),
            ("prefix#+4407", "write +447,"),
            ("prefix#+999", "no such country code"),
            ("prefix#+120655501000", "so many digits"),
            ("number#+12475550100", "no such number"),
            ("asn#0", "no network"),
            ("asn#65000", "no network"),
            ("asn#4294967295", "no network"),
        ] {
            let error = Entry::parse_new(key, &Numbers::default()).unwrap_err().to_string();
            assert!(error.contains(says), "{key}: {error}");
            assert_eq!(Entry::parse(key).unwrap().key(), key);
        }
        for key in ["country#GB", "address-country#AQ", "prefix#+447", "asn#64500", "asn#13335", "account#0"]
        {
            assert_eq!(Entry::parse_new(key, &Numbers::default()).unwrap().key(), key);
        }
    }

    #[test]
    fn what_a_policy_lets_in_can_be_listed() {
        let let_in = |prefix: &str| Numbers { let_in: [NumberPrefix::parse(prefix).unwrap()].into() };
        for (prefix, key) in [("+1247", "number#+12475550100"), ("+446", "prefix#+44612")] {
            assert!(Entry::parse_new(key, &Numbers::default()).is_err(), "{key}");
            assert_eq!(Entry::parse_new(key, &let_in(prefix)).unwrap().key(), key);
        }
    }

    #[test]
    fn carriers_are_one_entry_however_they_are_spelled() {
        assert_eq!(Entry::parse("carrier#Example VoIP").unwrap().key(), "carrier#example voip");
        let wide = "carrier#Example  VoIP";
        assert_eq!(Entry::parse_new(wide, &Numbers::default()).unwrap().key(), "carrier#example voip");
        // One that was listed so before is found under its own key, and removed.
        assert_eq!(Entry::parse(wide).unwrap().key(), "carrier#example  voip");
    }

    #[test]
    fn a_request_is_listed_by_all_that_is_known_of_it() {
        let caller = Caller {
            address: Address::parse("203.0.113.9").unwrap(),
            country: Whereabouts::In(CountryCode::parse("KP").unwrap()),
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
