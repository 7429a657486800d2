//! The address that a request came from.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    Network, V4_BITS, V4_BLOCK, V4_LINE, V4_LISTED_MIN, V4_NEIGHBORHOOD, V6_BITS, V6_BLOCK, V6_LINE,
    V6_LISTED_MAX, V6_LISTED_MIN, V6_NEIGHBORHOOD, V6_SITE,
};

/// An IPv4 or IPv6 address. IPv4 written as IPv6 (`::ffff:203.0.113.9`) is IPv4, so that no address has two names.
///
/// There is no `Display`, and `Debug` is masked, so that an address is never logged by accident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(IpAddr);

impl Address {
    /// Reads an address without port, brackets, zone or spaces.
    ///
    /// # Errors
    /// When the text is not such an address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        text.parse::<IpAddr>().map(Self::from).map_err(|_unreadable| AddressError)
    }

    /// The address itself.
    #[must_use]
    pub const fn as_ip(&self) -> IpAddr {
        self.0
    }

    /// The canonical text (RFC 5952 for IPv6), for storage. Not for logs: see [`Address::masked`].
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }

    /// The address as logs may show it: `203.0.x.x`, `2001:db8:x`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self.0 {
            IpAddr::V4(ip) => {
                let [first, second, ..] = ip.octets();
                format!("{first}.{second}.x.x")
            }
            IpAddr::V6(ip) => {
                let [first, second, ..] = ip.segments();
                format!("{first:x}:{second:x}:x")
            }
        }
    }

    /// What is counted as one subscriber line: the IPv4 address, or the IPv6 /64.
    #[must_use]
    pub fn line(&self) -> Network {
        Network::around(*self, if self.0.is_ipv4() { V4_LINE } else { V6_LINE })
    }

    /// What the text of every address of the line begins with. Those of some others may, too.
    #[must_use]
    pub fn line_beginning(&self) -> String {
        match self.0 {
            IpAddr::V4(ip) => ip.to_string(),
            // A group of zeros may be left out of a text, and what follows it may stand elsewhere.
            IpAddr::V6(ip) => {
                let line = ip.segments().into_iter().take(usize::from(V6_LINE / 16));
                line.take_while(|group| *group != 0).map(|group| format!("{group:x}:")).collect()
            }
        }
    }

    /// The network around the line, an IPv4 /24 or an IPv6 /56: who owns one line there may easily own more.
    #[must_use]
    pub fn block(&self) -> Network {
        Network::around(*self, if self.0.is_ipv4() { V4_BLOCK } else { V6_BLOCK })
    }

    /// The IPv6 /48; none over IPv4.
    #[must_use]
    pub fn site(&self) -> Option<Network> {
        self.0.is_ipv6().then(|| Network::around(*self, V6_SITE))
    }

    /// The neighborhood, an IPv4 /16 or an IPv6 /32: many subscribers of one provider.
    #[must_use]
    pub fn neighborhood(&self) -> Network {
        Network::around(*self, if self.0.is_ipv4() { V4_NEIGHBORHOOD } else { V6_NEIGHBORHOOD })
    }

    /// Every network that the deny list may hold for this address, longest first: 25 for IPv4, 50 for IPv6.
    pub fn enclosing(&self) -> impl Iterator<Item = Network> + use<> {
        let address = *self;
        let (single, lengths) = match address.0 {
            IpAddr::V4(_) => (None, V4_LISTED_MIN..=V4_BITS),
            IpAddr::V6(_) => (Some(V6_BITS), V6_LISTED_MIN..=V6_LISTED_MAX),
        };
        single.into_iter().chain(lengths.rev()).map(move |length| Network::around(address, length))
    }
}

/// The text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IPv4 or IPv6 address")]
pub struct AddressError;

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_text()
    }
}
