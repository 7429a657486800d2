//! A person, as an operator names one to see or erase what is stored of him: by number, account and address, each parsed.
//! And how the record of changes names people once it need not know them any more.

use std::collections::BTreeSet;

use crate::counter::Subject;
use crate::entry::Entry;
use crate::network::{Address, Network};
use crate::number::{NumberPrefix, PhoneNumber};
use crate::text::AccountId;

/// A person, named by at least one of the three. An address stands for its line: the IPv4 address, or the IPv6 /64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    number: Option<PhoneNumber>,
    account: Option<AccountId>,
    address: Option<Address>,
}

/// What of a stored request may name a person, as it is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// The number asked for.
    pub number: Option<&'a str>,
    /// The account's own number.
    pub verified_number: Option<&'a str>,
    /// The account that asked.
    pub account: Option<&'a str>,
    /// The address that asked.
    pub address: Option<&'a str>,
}

impl Person {
    /// A person; none if nothing names him.
    #[must_use]
    pub fn new(
        number: Option<PhoneNumber>,
        account: Option<AccountId>,
        address: Option<Address>,
    ) -> Option<Self> {
        let is_named = number.is_some() || account.is_some() || address.is_some();
        is_named.then_some(Self { number, account, address })
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> Option<&PhoneNumber> {
        self.number.as_ref()
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        self.address
    }

    /// The address's line.
    #[must_use]
    pub fn line(&self) -> Option<Network> {
        self.address.map(|address| address.line())
    }

    /// Whether a stored request is for the person's number, or his account's or line's.
    #[must_use]
    pub fn has_part_in(&self, named: Named<'_>) -> bool {
        let number = self.number.as_ref().map(PhoneNumber::e164);
        let account = self.account.as_ref().map(AccountId::as_str);
        let line = named.address.and_then(|address| Address::parse(address).ok()).map(|a| a.line());
        let is = |own: Option<&str>, stored: Option<&str>| own.is_some() && own == stored;
        is(number, named.number)
            || is(number, named.verified_number)
            || is(account, named.account)
            || (line.is_some() && line == self.line())
    }

    /// The list entries that name this person and nobody else.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let single = self.address.and_then(|address| address.enclosing().next());
        let networks = BTreeSet::from_iter([single, self.line()].into_iter().flatten());
        let number = self.number.clone().map(Entry::Number);
        let account = self.account.clone().map(Entry::Account);
        number.into_iter().chain(account).chain(networks.into_iter().map(Entry::Network)).collect()
    }

    /// Those of the person's that are counted.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let number = self.number.clone().map(Subject::Number);
        let account = self.account.clone().map(Subject::Account);
        number.into_iter().chain(account).chain(self.line().map(Subject::Address)).collect()
    }

    /// The subjects under which the record of changes may name this person.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        let entries = self.entries().into_iter().map(|entry| entry.key());
        entries.chain(self.subjects().into_iter().map(|subject| subject.key())).collect()
    }

    /// The person as a record may name him for good.
    #[must_use]
    pub fn masked(&self) -> String {
        let number = self.number.as_ref().map(PhoneNumber::masked);
        let account = self.account.as_ref().map(|_| "an account".to_owned());
        let address = self.address.map(|address| address.masked());
        number.into_iter().chain(account).chain(address).collect::<Vec<_>>().join(", ")
    }
}

/// The subject of a change without what names one person: a number, an account, an address. What it is about stays to be
/// seen. A text that names nobody stays as it is.
#[must_use]
pub fn nameless(subject: &str) -> String {
    let Some((kind, value)) = subject.split_once('#') else { return subject.to_owned() };
    let masked = match kind {
        "number" => PhoneNumber::from_e164(value).map(|number| number.masked()).ok(),
        "prefix" => NumberPrefix::parse(value).map(|prefix| prefix.masked()).ok(),
        "net" | "address" | "block" => Network::parse(value).map(|network| network.masked()).ok(),
        "range" | "country" | "carrier" | "address-country" | "asn" => return subject.to_owned(),
        _ => None,
    };
    format!("{kind}#{}", masked.as_deref().unwrap_or("(hidden)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: &str, account: &str, address: &str) -> Option<Person> {
        let account = AccountId::parse(account).ok();
        Person::new(PhoneNumber::parse_any(number).ok(), account, Address::parse(address).ok())
    }

    #[test]
    fn nobody_is_no_person() {
        assert_eq!(person("", "", ""), None);
    }

    #[test]
    fn a_person_has_part_in_what_any_of_the_three_names() {
        let alice = person("+12065550100", "alice", "2001:db8:1:1::5").unwrap();
        let check = |named: Named<'_>, expected| assert_eq!(alice.has_part_in(named), expected, "{named:?}");
        check(Named { number: Some("+12065550100"), ..Named::default() }, true);
        check(Named { verified_number: Some("+12065550100"), ..Named::default() }, true);
        check(Named { account: Some("alice"), ..Named::default() }, true);
        // Another address of the same line.
        check(Named { address: Some("2001:db8:1:1:aaaa::1"), ..Named::default() }, true);
        check(Named { address: Some("2001:db8:1:2::5"), ..Named::default() }, false);
        let bob = Named { account: Some("bob"), number: Some("+12065550101"), ..Named::default() };
        check(Named { address: Some("?"), verified_number: None, ..bob }, false);
        let guest = person("", "", "203.0.113.9").unwrap();
        assert!(!guest.has_part_in(Named::default()), "what is not told is nobody's");
    }

    #[test]
    fn the_keys_of_a_person_are_those_of_entries_and_of_what_is_counted() {
        let keys = |person: Option<Person>| person.unwrap().keys().into_iter().collect::<Vec<_>>();
        assert_eq!(
            keys(person("+12065550100", "alice", "203.0.113.9")),
            ["account#alice", "address#203.0.113.9/32", "net#203.0.113.9/32", "number#+12065550100"]
        );
        assert_eq!(
            keys(person("", "", "2001:db8:1:1::5")),
            ["address#2001:db8:1:1::/64", "net#2001:db8:1:1::/64", "net#2001:db8:1:1::5/128"]
        );
    }

    #[test]
    fn a_masked_person_and_a_nameless_name_nobody_and_stay_as_they_are() {
        let masked = person("+12065550100", "alice", "203.0.113.9").unwrap().masked();
        assert_eq!(masked, "+1206*******, an account, 203.0.x.x");
        for (subject, expected) in [
            ("number#+12065550100", "number#+1206*******"),
            ("account#alice", "account#(hidden)"),
            ("net#203.0.113.9/32", "net#203.0.x.x/32"),
            ("address#2001:db8:1:1::/64", "address#2001:db8:x/64"),
            ("range#+1206555", "range#+1206555"),
            ("carrier#example voip", "carrier#example voip"),
            ("number#?", "number#(hidden)"),
            ("version 3", "version 3"),
            ("JM KP", "JM KP"),
            (&masked, &masked),
        ] {
            assert_eq!(nameless(subject), expected);
        }
    }
}
