//! Addresses and networks. One address has one text, one network too; and what is in a network is told by the bits alone,
//! which are compared here one by one.

use std::net::IpAddr;

use tollgate::network::{Address, Network, NetworkError};

/// Asserts what must hold of any text that may be an address or a network. A comma parts two texts: a network, and an
/// address that may be in it.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (network, address) = text.split_once(',').unwrap_or((&text, &text));
    let address = Address::parse(address).ok();
    if let Some(address) = address {
        check_address(address);
    }
    match Network::parse(network) {
        Ok(network) => check_network(network, address),
        Err(NetworkError::HostBits(meant)) => {
            assert_ne!(meant.to_string(), network);
            check_network(meant, address);
        }
        Err(NetworkError::Malformed) => assert!(Address::parse(network).is_err(), "{network}"),
        Err(error @ NetworkError::LengthNotListable) => assert!(network.contains('/'), "{network}: {error}"),
    }
}

fn check_address(address: Address) {
    assert_eq!(Address::parse(&address.to_text()), Ok(address));
    assert_eq!(Network::parse(&address.to_text()).ok(), address.enclosing().next());
    let stored = serde_json::to_string(&address).unwrap();
    assert_eq!(serde_json::from_str::<Address>(&stored).unwrap(), address);
    if let IpAddr::V4(ip) = address.as_ip() {
        assert_eq!(Address::parse(&format!("::ffff:{ip}")), Ok(address), "IPv4 has one name");
        assert!(!address.masked().contains(&ip.to_string()));
    }
    let (line, block) = (address.line(), address.block());
    assert!(line.contains(address) && block.contains(address));
    assert!(block.prefix_length() < line.prefix_length());
    let enclosing: Vec<_> = address.enclosing().collect();
    assert_eq!(enclosing.len(), if address.as_ip().is_ipv4() { 25 } else { 50 });
    assert!(enclosing.contains(&line) && enclosing.contains(&block));
    assert!(enclosing.is_sorted_by_key(|network| std::cmp::Reverse(network.prefix_length())));
    for network in enclosing {
        check_network(network, Some(address));
        assert!(network.contains(address));
    }
}

fn check_network(network: Network, address: Option<Address>) {
    let text = network.to_string();
    assert_eq!(Network::parse(&text), Ok(network));
    let stored = serde_json::to_string(&network).unwrap();
    assert_eq!(serde_json::from_str::<Network>(&stored).unwrap(), network);
    let (base, length) = text.split_once('/').unwrap();
    let base: IpAddr = base.parse().unwrap();
    let length: u32 = length.parse().unwrap();
    assert_eq!(length, u32::from(network.prefix_length()));
    assert!(network.contains(Address::from(base)));
    if let Some(address) = address {
        let shared = is_shared(base, address.as_ip(), length);
        assert_eq!(network.contains(address), shared, "{text} and {}", address.to_text());
        assert_eq!(address.enclosing().any(|enclosing| enclosing == network), shared, "{text}");
    }
}

/// Whether two addresses of one family have their first bits in common.
fn is_shared(one: IpAddr, other: IpAddr, length: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= length,
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= length,
        _ => false,
    }
}
