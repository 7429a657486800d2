//! Networks in CIDR notation (RFC 4632, 3.1; RFC 4291, 2.3): the unit of deny list entries and of counters.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Address, V4_BITS, V4_LISTED_MIN, V6_BITS, V6_LISTED_MAX, V6_LISTED_MIN};

/// How many bits an IPv6 form of IPv4 (`::ffff:0:0/96`) has before the IPv4 address (RFC 4291, 2.5.5.2).
const V4_IN_V6_BITS: u8 = V6_BITS - V4_BITS;

/// A network of a length that may be listed, without host bits: IPv4 from /8 to /32, IPv6 from /16 to /64, or /128.
///
/// `Display` is the CIDR text, for storage and for operators; `Debug` is masked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// Reads `203.0.113.0/24`, or a single address, which stands for the network of just that address. IPv4 written
    /// as IPv6 is IPv4, as in [`Address`].
    ///
    /// # Errors
    /// When the text is not a network, when its length may not be listed, or when bits are set beyond its length:
    /// that is more likely a slip than a wish, so the error names the network that was perhaps meant.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let (ip, length) = match text.split_once('/') {
            Some((ip, length)) => (parse_ip(ip)?, parse_length(length)?),
            None => {
                let ip = parse_ip(text)?;
                (ip, if ip.is_ipv4() { V4_BITS } else { V6_BITS })
            }
        };
        let address = Address::from(ip);
        let written_longer = if ip.is_ipv6() && address.as_ip().is_ipv4() { V4_IN_V6_BITS } else { 0 };
        let length = length.checked_sub(written_longer).ok_or(NetworkError::LengthNotListable)?;
        if !is_listable(address.as_ip(), length) {
            return Err(NetworkError::LengthNotListable);
        }
        let network = Self::around(address, length);
        if network.0.addr() == address.as_ip() { Ok(network) } else { Err(NetworkError::HostBits(network)) }
    }

    /// The network of this length around the address. A length beyond the address's own means the address alone.
    pub(super) fn around(address: Address, length: u8) -> Self {
        let ip = address.as_ip();
        Self(IpNet::new(ip, length).map_or_else(|_too_long| IpNet::from(ip), |network| network.trunc()))
    }

    /// The network as logs may show it, since it may be one caller's line: `203.0.x.x/32`, `2001:db8:x/64`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}/{}", Address::from(self.0.addr()).masked(), self.0.prefix_len())
    }

    /// The wider network around it, of so many bits.
    #[must_use]
    pub fn widened(&self, length: u8) -> Self {
        Self::around(Address::from(self.0.addr()), length.min(self.0.prefix_len()))
    }

    /// Whether it is one of IPv4.
    #[must_use]
    pub fn is_ipv4(&self) -> bool {
        self.0.addr().is_ipv4()
    }

    /// How many leading bits the addresses of the network have in common.
    #[must_use]
    pub fn prefix_length(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Whether the address is in the network. IPv4 addresses are in IPv4 networks only.
    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        self.0.contains(&address.as_ip())
    }
}

/// Why a text was refused as a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The text is neither an address nor an address, a slash and a number of bits.
    #[error("not a network such as `203.0.113.0/24` or `2001:db8::/32`")]
    Malformed,
    /// No deny list entry may have this length.
    #[error(
        "IPv4 networks can be listed from /{V4_LISTED_MIN} to /{V4_BITS}, IPv6 networks from /{V6_LISTED_MIN} to \
         /{V6_LISTED_MAX} and /{V6_BITS}"
    )]
    LengthNotListable,
    /// Bits are set beyond the length; the network is the one without them.
    #[error("the address has bits set beyond the length: did you mean `{0}`?")]
    HostBits(Network),
}

fn parse_ip(text: &str) -> Result<IpAddr, NetworkError> {
    text.parse().map_err(|_unreadable| NetworkError::Malformed)
}

/// Reads a length as CIDR writes it: no sign, no leading zero.
fn parse_length(text: &str) -> Result<u8, NetworkError> {
    let length = text.parse::<u8>().map_err(|_unreadable| NetworkError::Malformed)?;
    if length.to_string() == text { Ok(length) } else { Err(NetworkError::Malformed) }
}

/// Whether a deny list entry may have this length.
fn is_listable(ip: IpAddr, length: u8) -> bool {
    match ip {
        IpAddr::V4(_) => (V4_LISTED_MIN..=V4_BITS).contains(&length),
        IpAddr::V6(_) => (V6_LISTED_MIN..=V6_LISTED_MAX).contains(&length) || length == V6_BITS,
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}
