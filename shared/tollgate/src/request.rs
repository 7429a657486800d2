//! A callback request: what was asked, when, and by whom as the edge tells it. Never changes after intake.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::country::CountryCode;
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::text::{AccountId, VisitorText};

/// What was asked, and all that is known about who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRequest {
    /// Names the request to the visitor; cannot be guessed.
    pub id: RequestId,
    /// When intake took it.
    pub received_at: Timestamp,
    /// The last moment at which it may be dialed.
    pub deadline: Timestamp,
    /// The number to call.
    pub number: PhoneNumber,
    /// What the visitor calls himself.
    pub name: Option<VisitorText>,
    /// What the visitor wants to talk about.
    pub topic: Option<VisitorText>,
    /// Who asked.
    pub caller: Caller,
}

/// Who asks, as told by API Gateway, AWS WAF and the authorizer; nothing in it comes from a header that a client can
/// write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The source address of the connection.
    pub address: Address,
    /// Where the address is, as far as the edge tells it.
    pub country: Whereabouts,
    /// The autonomous system of the address, if the edge tells it.
    pub asn: Option<u32>,
    /// What AWS WAF's managed rules say about the address.
    pub marks: BTreeSet<NetworkMark>,
    /// The signed-in account, or none for a guest.
    pub account: Option<Account>,
}

/// Where an address is, as far as the edge tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Whereabouts {
    /// In this country.
    In(CountryCode),
    /// In none of these: AWS WAF tells those countries alone that it has rules for.
    NoneOf(BTreeSet<CountryCode>),
    /// The edge does not tell.
    #[default]
    Untold,
}

impl Whereabouts {
    /// The country, if it is told.
    #[must_use]
    pub fn country(&self) -> Option<CountryCode> {
        match self {
            Self::In(country) => Some(*country),
            Self::NoneOf(_) | Self::Untold => None,
        }
    }
}

/// What a managed rule group of AWS WAF says about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkMark {
    /// On AWSManagedRulesAnonymousIpList: VPN, proxy, Tor exit or hosting provider.
    Anonymous,
    /// On AWSManagedRulesAmazonIpReputationList.
    BadReputation,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its phone number, if the identity provider has verified it.
    pub verified_number: Option<PhoneNumber>,
}

/// Connect places a call, or has not placed it, within this time of the moment at which it was claimed for the dial.
pub const PLACED_WITHIN: SignedDuration = SignedDuration::from_secs(15);

/// After this moment nobody will call, whatever becomes of a request with that deadline: a whole second, so that every
/// answer that tells it has one length.
#[must_use]
pub fn call_by(deadline: Timestamp) -> Timestamp {
    let latest = deadline.saturating_add(PLACED_WITHIN).unwrap_or(Timestamp::MAX);
    latest.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil)).unwrap_or(latest)
}

impl CallbackRequest {
    /// Whether a signed-in account asks for a call to its own, verified number.
    #[must_use]
    pub fn is_for_verified_own_number(&self) -> bool {
        self.caller.account.as_ref().and_then(|account| account.verified_number.as_ref())
            == Some(&self.number)
    }
}

/// The id of a request: 128 bits, written as 32 lower-case hexadecimal digits. All ids look alike, whether they were
/// drawn at random or derived from an `Idempotency-Key`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId([u8; 16]);

/// The text is not a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a request id is 32 hexadecimal digits")]
pub struct RequestIdError;

impl RequestId {
    /// An id from 128 bits of a cryptographic random source.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// A number from 0 to 255 that differs from request to request, to keep apart what would happen at the same moment.
    #[must_use]
    pub fn jitter(self) -> u8 {
        let [.., last] = self.0;
        last
    }

    /// The id of the request that this account (or guest) makes under this `Idempotency-Key`: an HMAC-SHA-256 under
    /// the suite's own secret, cut to 128 bits, so that nobody can compute another's id.
    #[must_use]
    pub fn from_idempotency_key(secret: &[u8; 32], account: Option<&AccountId>, key: &str) -> Self {
        let mut mac = keyed(secret);
        // The length before the account keeps (account, key) pairs apart however they are cut.
        let account = account.map_or("", AccountId::as_str);
        mac.update(&(account.len() as u64).to_be_bytes());
        mac.update(account.as_bytes());
        mac.update(key.as_bytes());
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        Self(id)
    }

    /// Reads an id.
    ///
    /// # Errors
    /// When the text is not 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        let canonical = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| canonical).ok_or(RequestIdError)?;
        Ok(Self(number.to_be_bytes()))
    }

    /// The first byte: spreads requests evenly over a few shards.
    #[must_use]
    pub fn first_byte(self) -> u8 {
        let [first, ..] = self.0;
        first
    }
}

/// HMAC-SHA-256 under `secret`, padded with zeros to the hash's block of 64 bytes as RFC 2104 has it.
fn keyed(secret: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(secret) {
        *to = *from;
    }
    Hmac::new(&block)
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for RequestId {
    type Error = RequestIdError;
    fn try_from(text: String) -> Result<Self, RequestIdError> {
        Self::parse(&text)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

/// A digest of what a request asks for, by which a reused `Idempotency-Key` with another body is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digest of what is asked; who asks and when do not enter.
    #[must_use]
    pub fn of(request: &CallbackRequest) -> Self {
        let mut hash = Sha256::new();
        let texts = [
            Some(request.number.e164()),
            request.name.as_ref().map(VisitorText::as_str),
            request.topic.as_ref().map(VisitorText::as_str),
        ];
        for text in texts {
            hash.update((text.map_or(u64::MAX, |text| text.len() as u64)).to_be_bytes());
            hash.update(text.unwrap_or_default().as_bytes());
        }
        Self(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written_and_nothing_else_does() {
        let id = RequestId::from_random([7; 16]);
        assert_eq!(RequestId::parse(&id.to_string()), Ok(id));
        let upper = "A".repeat(32);
        let signed = format!("+{}", "a".repeat(31));
        for text in ["", "07", "zz", upper.as_str(), signed.as_str()] {
            assert_eq!(RequestId::parse(text), Err(RequestIdError), "{text}");
        }
    }

    #[test]
    fn an_id_begins_with_its_first_byte_and_shows_as_it_is_written() {
        let id = RequestId::parse(&format!("a7{}", "0".repeat(30))).unwrap();
        assert_eq!(id.first_byte(), 0xa7);
        assert_eq!(format!("{id:?}"), id.to_string());
    }

    #[test]
    fn a_keyed_id_depends_on_secret_account_and_key() {
        let ada = AccountId::parse("ada").unwrap();
        let id = RequestId::from_idempotency_key(&[1; 32], Some(&ada), "k1");
        assert_eq!(id, RequestId::from_idempotency_key(&[1; 32], Some(&ada), "k1"));
        assert_ne!(id, RequestId::from_idempotency_key(&[2; 32], Some(&ada), "k1"));
        assert_ne!(id, RequestId::from_idempotency_key(&[1; 32], None, "k1"));
        assert_ne!(id, RequestId::from_idempotency_key(&[1; 32], None, "adak1"));
        assert_ne!(id, RequestId::from_idempotency_key(&[1; 32], Some(&ada), "k2"));
    }

    #[test]
    fn the_keyed_digest_is_hmac_sha_256_of_rfc_4231() {
        // Test case 2 of RFC 4231, its key padded with zeros as HMAC does.
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(b"Jefe");
        let mut mac = keyed(&secret);
        mac.update(b"what do ya want for nothing?");
        let digest = mac.finalize().into_bytes();
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
