//! Entries of the lists. An entry has one key, its key reads back as the same entry, and a request that it lists finds it
//! among its keys.

use std::collections::BTreeSet;

use tollgate::entry::Entry;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::request::{Account, CallbackRequest, Caller, RequestId, Whereabouts};
use tollgate::text::AccountId;

use crate::api::NOW;

/// Asserts what must hold of any text that may be an entry's key. A second line may be the address of a request.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (key, address) = text.split_once('\n').unwrap_or((&text, "203.0.113.9"));
    let address = Address::parse(address).unwrap_or_else(|_none| Address::parse("2001:db8::9").unwrap());
    match Entry::parse(key) {
        Ok(entry) => {
            let key = entry.key();
            let again = Entry::parse(&key).expect("a key reads back");
            assert_eq!(again.key(), key);
            assert_eq!(again.can_be_trusted(), entry.can_be_trusted());
            if !matches!(entry, Entry::Carrier(_)) {
                assert_eq!(again, entry, "only carriers are told apart by less than all of their name");
            }
            is_found_by_what_it_lists(&entry, address);
        }
        Err(error) => assert!(error.to_string().contains(": "), "{error}"),
    }
}

fn is_found_by_what_it_lists(entry: &Entry, address: Address) {
    let mut request = request(address);
    let lists = match entry {
        Entry::Number(number) => {
            request.number = number.clone();
            true
        }
        Entry::Prefix(prefix) => prefix.covers(&request.number),
        Entry::Country(country) => request.number.countries().contains(country),
        Entry::Network(network) => network.contains(address),
        Entry::AddressCountry(country) => {
            request.caller.country = Whereabouts::In(*country);
            true
        }
        Entry::Asn(asn) => {
            request.caller.asn = Some(*asn);
            true
        }
        Entry::Account(id) => {
            request.caller.account = Some(Account { id: id.clone(), verified_number: None });
            true
        }
        Entry::Carrier(_) => false,
    };
    let matching = Entry::all_matching(&request);
    assert_eq!(matching.contains(entry), lists, "{entry:?}");
    assert!(matching.len() <= 74);
    let keys: BTreeSet<_> = matching.iter().map(Entry::key).collect();
    assert_eq!(keys.len(), matching.len(), "two entries share a key");
}

fn request(address: Address) -> CallbackRequest {
    CallbackRequest {
        id: RequestId::from_random([1; 16]),
        received_at: NOW,
        deadline: NOW,
        number: PhoneNumber::from_e164("+12065550100").unwrap(),
        name: None,
        topic: None,
        caller: Caller {
            address,
            country: Whereabouts::Untold,
            asn: None,
            marks: BTreeSet::new(),
            account: Some(Account { id: AccountId::parse("3f2a").unwrap(), verified_number: None }),
        },
    }
}
