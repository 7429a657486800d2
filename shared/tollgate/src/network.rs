//! Network addresses and networks. A caller's address becomes a canonical value at the door; which networks it is
//! counted under, and which the deny list may hold for it, is known from the address alone.

mod address;
mod cidr;

pub use self::address::{Address, AddressError};
pub use self::cidr::{Network, NetworkError};

/// Shortest IPv4 prefix that may be listed: the /8 blocks in which address space was first handed out. Anything
/// wider would be a policy about the whole Internet, and more likely a slip.
const V4_LISTED_MIN: u8 = 8;

/// A whole IPv4 address.
const V4_BITS: u8 = 32;

/// An IPv4 line is one address: behind it is a household, a phone, or a gateway that many share.
const V4_LINE: u8 = V4_BITS;

/// An IPv4 block, the 256 addresses of what was a class C network and is the usual unit of assignment to a site or
/// a small provider (RFC 4632, 2 and 3.1).
const V4_BLOCK: u8 = 24;

/// Shortest IPv6 prefix that may be listed; registries themselves hold little more than that.
const V6_LISTED_MIN: u8 = 16;

/// Longest IPv6 prefix that may be listed short of a single address; beyond it are the 64 bits that a host makes up
/// for itself (RFC 4291, 2.5.1), so a longer prefix would stop nobody.
const V6_LISTED_MAX: u8 = V6_LINE;

/// A whole IPv6 address.
const V6_BITS: u8 = 128;

/// An IPv6 line is one link, whose hosts choose the other 64 bits freely and often (RFC 4291, 2.5.1 and 2.5.4).
const V6_LINE: u8 = 64;

/// An IPv6 network is what one home is often given (RFC 6177, 2): many lines, yet one subscriber.
const V6_BLOCK: u8 = 56;

/// An IPv6 site: what one organization is given at most (RFC 6177, 2), or a block whose lines a mobile carrier hands out to
/// its handsets (RFC 6459, 5.1).
const V6_SITE: u8 = 48;

/// What a neighborhood has in common: who provides the access, and roughly where.
const V4_NEIGHBORHOOD: u8 = 16;
const V6_NEIGHBORHOOD: u8 = 32;

#[cfg(test)]
mod tests;
