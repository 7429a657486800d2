//! Buckets: the entries by which a request could be listed, kept together where one read finds them. A bucket holds what begins
//! with the same three digits, or the same eight bits, as far as the next three or eight: how many there can be is bounded by
//! that, so a bucket of networks has at most 511 nodes and none ever overflows.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tollgate::entry::Entry;
use tollgate::network::Network;

/// What the keys of all buckets begin with. No entry's does.
const BUCKET: &str = "bucket#";
/// The item of what has no bucket of its own: countries, carriers, and prefixes of up to three digits. It holds the version, too.
pub(super) const HEAD: &str = "bucket#head";

/// The digits that one bucket of numbers looks at.
const DIGITS: usize = 3;
/// The bits of an IPv6 address that the last bucket begins after: it goes on to the longest network, a /64.
const V6_LAST: u8 = 56;
/// An IPv6 address by itself has a bucket to itself: its entry's own item.
const V6_ADDRESS: u8 = 128;

/// Where an entry stands: in which bucket, and under which name there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) node: String,
}

impl Place {
    /// The place of an entry; none if its own item is all that is read for it.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        match entry {
            Entry::Number(number) => Some(Self::of_digits('n', number.e164())),
            Entry::Prefix(prefix) => Some(Self::of_digits('p', &prefix.to_string())),
            Entry::Country(country) => Some(Self::of_head('c', country.as_str())),
            Entry::AddressCountry(country) => Some(Self::of_head('a', country.as_str())),
            Entry::Carrier(carrier) => Some(Self::of_head('k', &carrier.key())),
            Entry::Network(network) => Self::of_network(network),
            Entry::Asn(_) | Entry::Account(_) => None,
        }
    }

    /// The key of the entry that stands here; none if nothing of ours does.
    pub(super) fn entry_key(&self) -> Option<String> {
        let (kind, rest) = self.node.split_once('#').unwrap_or(("", &self.node));
        if let Some(octets) = self.bucket.strip_prefix("bucket#v4#") {
            let (octet, length) = rest.split_once('/')?;
            let octets = format!("{octets}.{octet}");
            let zeros = ".0".repeat(3_usize.checked_sub(octets.matches('.').count())?);
            return Some(format!("net#{octets}{zeros}/{length}"));
        }
        if let Some(hex) = self.bucket.strip_prefix("bucket#v6#") {
            let (byte, length) = rest.split_once('/')?;
            let bits = u128::from_str_radix(&format!("{:0<32}", format!("{hex}{byte}")), 16).ok()?;
            return Some(format!("net#{}/{length}", Ipv6Addr::from_bits(bits)));
        }
        let digits = self.bucket.strip_prefix("bucket#digits#").unwrap_or_default();
        match kind {
            "n" => Some(format!("number#+{digits}{rest}")),
            "p" => Some(format!("prefix#+{digits}{rest}")),
            "c" => Some(format!("country#{rest}")),
            "a" => Some(format!("address-country#{rest}")),
            "k" => Some(format!("carrier#{rest}")),
            _ => None,
        }
    }

    fn of_head(kind: char, name: &str) -> Self {
        Self { bucket: HEAD.to_owned(), node: format!("{kind}#{name}") }
    }

    fn of_digits(kind: char, text: &str) -> Self {
        let digits = text.trim_start_matches('+');
        let common = digits.len().saturating_sub(1) / DIGITS * DIGITS;
        match digits.split_at_checked(common) {
            Some((common, rest)) if !common.is_empty() => {
                Self { bucket: format!("{BUCKET}digits#{common}"), node: format!("{kind}#{rest}") }
            }
            _ => Self::of_head(kind, digits),
        }
    }

    fn of_network(network: &Network) -> Option<Self> {
        let length = network.prefix_length();
        let address = network.to_string().split('/').next()?.parse().ok()?;
        match address {
            IpAddr::V4(address) => Some(Self::of_v4(address, length)),
            IpAddr::V6(_) if length == V6_ADDRESS => None,
            IpAddr::V6(address) => Self::of_v6(address, length),
        }
    }

    /// One octet is looked at after the eight, sixteen or 24 bits that the bucket has in common; the last takes a /32 in, too.
    fn of_v4(address: Ipv4Addr, length: u8) -> Self {
        let common = usize::from((length / 8).clamp(1, 3));
        let octets = address.octets().map(|octet| octet.to_string());
        let (common, rest) = octets.split_at(common);
        let next = rest.first().map_or("0", String::as_str);
        Self { bucket: format!("{BUCKET}v4#{}", common.join(".")), node: format!("{next}/{length}") }
    }

    fn of_v6(address: Ipv6Addr, length: u8) -> Option<Self> {
        let hex = format!("{:032x}", address.to_bits());
        let common = usize::from((length.min(V6_LAST) / 8).max(1)) * 2;
        let (common, next) = (hex.get(..common)?, hex.get(common..common + 2)?);
        Some(Self { bucket: format!("{BUCKET}v6#{common}"), node: format!("{next}/{length}") })
    }
}

/// Whether a key is a bucket's, and not an entry's.
pub(super) fn is_bucket(key: &str) -> bool {
    key.starts_with(BUCKET)
}

/// The keys of all items that are read for these entries: their buckets, the head, and the entries that have none.
pub(super) fn keys(entries: &[Entry]) -> BTreeSet<String> {
    let of = |entry: &Entry| Place::of(entry).map_or_else(|| entry.key(), |place| place.bucket);
    entries.iter().map(of).chain([HEAD.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: &str) -> (String, String) {
        let place = Place::of(&Entry::parse(key).unwrap()).unwrap();
        assert_eq!(place.entry_key().as_deref(), Some(key), "{place:?}");
        (place.bucket.trim_start_matches(BUCKET).to_owned(), place.node)
    }

    #[test]
    fn every_entry_has_its_place_and_is_told_from_it() {
        for (key, bucket, node) in [
            ("prefix#+1", "head", "p#1"),
            ("prefix#+187", "head", "p#187"),
            ("prefix#+1876", "digits#187", "p#6"),
            ("prefix#+120655", "digits#120", "p#655"),
            ("prefix#+1206555", "digits#120655", "p#5"),
            ("number#+12065550100", "digits#120655501", "n#00"),
            ("prefix#+12065550100", "digits#120655501", "p#00"),
            ("number#+498954321098765", "digits#498954321098", "n#765"),
            ("country#JM", "head", "c#JM"),
            ("address-country#KP", "head", "a#KP"),
            ("carrier#example voip", "head", "k#example voip"),
            ("net#203.0.0.0/8", "v4#203", "0/8"),
            ("net#203.128.0.0/9", "v4#203", "128/9"),
            ("net#203.254.0.0/15", "v4#203", "254/15"),
            ("net#203.0.0.0/16", "v4#203.0", "0/16"),
            ("net#203.0.112.0/23", "v4#203.0", "112/23"),
            ("net#203.0.113.0/24", "v4#203.0.113", "0/24"),
            ("net#203.0.113.9/32", "v4#203.0.113", "9/32"),
            ("net#2001::/16", "v6#2001", "00/16"),
            ("net#2001:db8::/32", "v6#20010db8", "00/32"),
            ("net#2001:db8:8000::/33", "v6#20010db8", "80/33"),
            ("net#2001:db8:1:200::/56", "v6#20010db8000102", "00/56"),
            ("net#2001:db8:1:2ff::/64", "v6#20010db8000102", "ff/64"),
        ] {
            assert_eq!(place(key), (bucket.to_owned(), node.to_owned()), "{key}");
        }
    }

    #[test]
    fn what_one_read_finds_has_no_bucket() {
        for key in ["net#2001:db8::7/128", "asn#64500", "account#3f2a"] {
            assert_eq!(Place::of(&Entry::parse(key).unwrap()), None, "{key}");
        }
    }
}
