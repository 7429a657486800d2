//! What requests have in common: their most frequent ranges, networks, carriers and so on.

use std::collections::HashMap;

use super::is_lost;
use crate::record::Record;

/// One way in which requests can be alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The number's range.
    Range,
    /// The number's carrier, as the carrier lookup names it.
    Carrier,
    /// The address's network: the IPv4 /24, the IPv6 /48.
    Network,
    /// The address.
    Address,
    /// The autonomous system of the address.
    Asn,
    /// The country of the address.
    AddressCountry,
    /// The account, or that there was none.
    Account,
    /// The rules that spoke.
    Code,
}

/// A value that many requests share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// The value, as written in a filter.
    pub value: String,
    /// How many requests have it.
    pub requests: u64,
    /// How many of their calls were paid for in vain.
    pub lost: u64,
}

/// The account of a request without one, in filters and lists.
pub const GUEST: &str = "guest";

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Range,
        Self::Carrier,
        Self::Network,
        Self::Address,
        Self::Asn,
        Self::AddressCountry,
        Self::Account,
        Self::Code,
    ];

    /// The dimension's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::Carrier => "carrier",
            Self::Network => "network",
            Self::Address => "address",
            Self::Asn => "asn",
            Self::AddressCountry => "address-country",
            Self::Account => "account",
            Self::Code => "finding",
        }
    }

    /// Reads a dimension's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == text)
    }

    /// A request's values: one at most, but for the rules that spoke.
    #[must_use]
    pub fn values(self, record: &Record) -> Vec<String> {
        let caller = &record.request.caller;
        let value = match self {
            Self::Range => Some(record.request.number.range().to_string()),
            Self::Carrier => {
                let carrier = record.line.as_ref().and_then(|line| line.carrier.as_ref());
                carrier.map(|carrier| carrier.as_str().to_owned())
            }
            Self::Network => {
                Some(caller.address.site().unwrap_or_else(|| caller.address.block()).to_string())
            }
            Self::Address => Some(caller.address.to_text()),
            Self::Asn => caller.asn.map(|asn| asn.to_string()),
            Self::AddressCountry => caller.country.country().map(|country| country.to_string()),
            Self::Account => {
                let account = caller.account.as_ref().map(|account| account.id.as_str());
                Some(account.unwrap_or(GUEST).to_owned())
            }
            Self::Code => {
                return record.findings.iter().map(|finding| finding.code.as_str().to_owned()).collect();
            }
        };
        value.into_iter().collect()
    }
}

/// The values that most of the requests share, at most `values_max`; and how many different ones there are.
#[must_use]
pub fn top(records: &[&Record], dimension: Dimension, values_max: usize) -> (Vec<Top>, usize) {
    let mut counts = HashMap::<String, (u64, u64)>::new();
    for record in records {
        let lost = u64::from(is_lost(record));
        for value in dimension.values(record) {
            let (requests, of_them_lost) = counts.entry(value).or_default();
            *requests += 1;
            *of_them_lost += lost;
        }
    }
    let distinct = counts.len();
    let mut tops: Vec<_> =
        counts.into_iter().map(|(value, (requests, lost))| Top { value, requests, lost }).collect();
    tops.sort_by(|a, b| b.requests.cmp(&a.requests).then_with(|| a.value.cmp(&b.value)));
    tops.truncate(values_max);
    (tops, distinct)
}
