//! Networks and addresses, as they are read, shown and enclosed in each other.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn network(text: &str) -> Network {
    Network::parse(text).unwrap()
}

#[test]
fn an_ipv4_address_in_ipv6_clothes_is_the_ipv4_address() {
    assert_eq!(address("::ffff:203.0.113.9"), address("203.0.113.9"));
    assert_eq!(address("::FFFF:cb00:7109").to_text(), "203.0.113.9");
}

#[test]
fn an_ipv6_address_has_one_text() {
    assert_eq!(address("2001:0DB8:0:0::1").to_text(), "2001:db8::1");
}

#[test]
fn whatever_is_not_a_bare_address_is_refused() {
    for text in [
        "",
        " 203.0.113.9",
        "203.0.113.9:443",
        "203.0.113.09",
        "203.0.113",
        "203.0.113.9/32",
        "0xcb007109",
        "[2001:db8::1]",
        "fe80::1%eth0",
        "２０３.0.113.9",
        "203.0.113.9, 198.51.100.1",
    ] {
        assert_eq!(Address::parse(text), Err(AddressError), "{text:?}");
    }
}

#[test]
fn debug_shows_no_more_of_an_address_than_masked() {
    assert_eq!(format!("{:?}", address("203.0.113.9")), "203.0.x.x");
    assert_eq!(format!("{:?}", address("2001:db8:1:2::9")), "2001:db8:x");
    assert_eq!(format!("{:?}", address("203.0.113.9").line()), "203.0.x.x/32");
    assert_eq!(format!("{:?}", address("2001:db8:1:2::9").block()), "2001:db8:x/56");
}

#[test]
fn a_line_is_an_ipv4_address_or_an_ipv6_64() {
    assert_eq!(address("203.0.113.9").line().to_string(), "203.0.113.9/32");
    assert_eq!(address("::ffff:203.0.113.9").line().to_string(), "203.0.113.9/32");
    assert_eq!(address("2001:db8:1:2:3:4:5:6").line().to_string(), "2001:db8:1:2::/64");
}

#[test]
fn a_block_is_an_ipv4_24_or_an_ipv6_56() {
    assert_eq!(address("203.0.113.9").block().to_string(), "203.0.113.0/24");
    assert_eq!(address("2001:db8:1:2:3:4:5:6").block().to_string(), "2001:db8:1::/56");
}

#[test]
fn a_site_is_an_ipv6_48_and_a_neighborhood_an_ipv4_16_or_an_ipv6_32() {
    assert_eq!(address("2001:db8:1:2::9").site().unwrap().to_string(), "2001:db8:1::/48");
    assert_eq!(address("203.0.113.9").site(), None);
    assert_eq!(address("203.0.113.9").neighborhood().to_string(), "203.0.0.0/16");
    assert_eq!(address("2001:db8:1:2::9").neighborhood().to_string(), "2001:db8::/32");
}

#[test]
fn a_network_is_widened_and_never_narrowed() {
    assert_eq!(address("2001:db8:1:2::9").line().widened(40).to_string(), "2001:db8::/40");
    assert_eq!(network("203.0.0.0/16").widened(24), network("203.0.0.0/16"));
    assert!(network("203.0.0.0/16").is_ipv4() && !network("2001:db8::/32").is_ipv4());
}

#[test]
fn the_networks_around_an_ipv4_address_go_from_32_to_8() {
    let around: Vec<String> = address("203.0.113.9").enclosing().map(|network| network.to_string()).collect();
    assert_eq!(around.len(), 25);
    assert_eq!(around.first().map(String::as_str), Some("203.0.113.9/32"));
    assert!(around.contains(&"203.0.113.8/31".to_owned()));
    assert_eq!(around.last().map(String::as_str), Some("203.0.0.0/8"));
}

#[test]
fn the_networks_around_an_ipv6_address_are_itself_then_64_to_16() {
    let around: Vec<String> = address("2001:db8::9").enclosing().map(|network| network.to_string()).collect();
    assert_eq!(around.len(), 50);
    assert_eq!(&around[..2], ["2001:db8::9/128", "2001:db8::/64"]);
    assert_eq!(around.last().map(String::as_str), Some("2001::/16"));
}

#[test]
fn a_network_is_written_in_one_way() {
    for (text, canonical) in [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.9", "203.0.113.9/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("2001:db8::9", "2001:db8::9/128"),
        ("2001::/16", "2001::/16"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ] {
        assert_eq!(network(text).to_string(), canonical);
    }
}

#[test]
fn a_length_that_no_entry_may_have_is_refused() {
    for text in [
        "0.0.0.0/0",
        "10.0.0.0/7",
        "203.0.113.0/33",
        "::/0",
        "2000::/15",
        "2001:db8::/65",
        "2001:db8::/127",
        "2001:db8::/129",
        "::ffff:203.0.113.0/24",
        "::ffff:0.0.0.0/96",
    ] {
        assert_eq!(Network::parse(text), Err(NetworkError::LengthNotListable), "{text}");
    }
}

#[test]
fn host_bits_are_an_error_that_names_the_network() {
    let error = Network::parse("203.0.113.9/24").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the address has bits set beyond the length: did you mean `203.0.113.0/24`?"
    );
    assert_eq!(Network::parse("2001:db8::9/64"), Err(NetworkError::HostBits(network("2001:db8::/64"))));
}

#[test]
fn the_length_error_names_the_lengths() {
    assert_eq!(
        NetworkError::LengthNotListable.to_string(),
        "IPv4 networks can be listed from /8 to /32, IPv6 networks from /16 to /64 and /128"
    );
}

#[test]
fn whatever_is_not_a_network_is_refused() {
    for text in
        ["", "/24", "203.0.113.0/", "203.0.113.0/+24", "203.0.113.0/024", "203.0.113.0/24/8", "203.0.113/24"]
    {
        assert_eq!(Network::parse(text), Err(NetworkError::Malformed), "{text:?}");
    }
}

#[test]
fn an_ipv4_address_is_in_no_ipv6_network() {
    assert!(!network("2001:db8::/32").contains(address("203.0.113.9")));
    assert!(!network("203.0.113.0/24").contains(address("2001:db8::1")));
    assert!(network("203.0.113.0/24").contains(address("::ffff:203.0.113.9")));
}

#[test]
fn addresses_and_networks_are_stored_as_text() {
    let stored: Address = serde_json::from_str("\"::ffff:203.0.113.9\"").unwrap();
    assert_eq!(serde_json::to_string(&stored).unwrap(), "\"203.0.113.9\"");
    let stored: Network = serde_json::from_str("\"2001:db8::/32\"").unwrap();
    assert_eq!(serde_json::to_string(&stored).unwrap(), "\"2001:db8::/32\"");
    assert!(serde_json::from_str::<Network>("\"203.0.113.9/24\"").is_err());
}

fn any_address() -> impl Strategy<Value = Address> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits))),
        any::<u32>().prop_map(|bits| IpAddr::V6(Ipv4Addr::from(bits).to_ipv6_mapped())),
    ]
    .prop_map(Address::from)
}

proptest! {
    #[test]
    fn the_text_of_an_address_reads_back(address in any_address()) {
        prop_assert_eq!(Address::parse(&address.to_text()), Ok(address));
    }

    #[test]
    fn every_enclosing_network_contains_the_address_and_can_be_listed(address in any_address()) {
        let mut length_before = u8::MAX;
        for network in address.enclosing() {
            prop_assert!(network.contains(address));
            prop_assert!(network.prefix_length() < length_before, "longest first, each once");
            prop_assert_eq!(Network::parse(&network.to_string()), Ok(network));
            length_before = network.prefix_length();
        }
    }

    #[test]
    fn line_and_block_are_among_the_enclosing_networks(address in any_address()) {
        let around: Vec<Network> = address.enclosing().collect();
        prop_assert!(around.contains(&address.line()));
        prop_assert!(around.contains(&address.block()));
    }

    #[test]
    fn a_listed_network_is_found_for_just_the_addresses_it_contains(
        listed in any_address(),
        other in any_address(),
        pick in any::<prop::sample::Index>(),
    ) {
        let around: Vec<Network> = listed.enclosing().collect();
        let network = *pick.get(&around);
        prop_assert_eq!(other.enclosing().any(|found| found == network), network.contains(other));
    }

    #[test]
    fn no_text_makes_the_door_panic(text in any::<String>()) {
        let _address = Address::parse(&text);
        let _network = Network::parse(&text);
    }

    #[test]
    fn a_network_that_parses_is_its_own_canonical_form(text in "[0-9a-f:.]{2,20}/[0-9]{1,3}") {
        match Network::parse(&text) {
            Ok(network) => prop_assert_eq!(Network::parse(&network.to_string()), Ok(network)),
            Err(NetworkError::HostBits(meant)) => {
                prop_assert_eq!(Network::parse(&meant.to_string()), Ok(meant));
            }
            Err(_) => {}
        }
    }
}
