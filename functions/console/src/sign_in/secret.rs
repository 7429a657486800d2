//! Random texts that nobody can guess, and what is made of the one that a browser holds as its session: where the session is
//! stored, what its forms hold, and the seal on what the issuer gave. None of these tells the text itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

/// A text of 256 random bits, in hexadecimal digits; none if the machine gives no random bits.
pub(super) fn random() -> Option<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// The SHA-256 of a text, as PKCE writes it (RFC 7636).
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// What a browser holds as its session.
#[derive(Clone)]
pub(super) struct Held(String);

impl Held {
    /// A new one, which nobody held before.
    pub(super) fn new() -> Option<Self> {
        random().map(Self)
    }

    /// Reads what a browser sent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which the session is stored.
    pub(super) fn key(&self) -> String {
        digest(&self.0)
    }

    /// What every form of the session holds.
    pub(super) fn form_token(&self) -> Option<String> {
        self.derived("form").map(|token| hex(&token))
    }

    /// Seals a text, so that only who holds the session can read it.
    pub(super) fn seal(&self, text: &str) -> Option<String> {
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).ok()?;
        let mut sealed = text.as_bytes().to_vec();
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.seal_key()?.seal_in_place_append_tag(nonce_used, Aad::empty(), &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Reads what was sealed.
    pub(super) fn open(&self, sealed: &str) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.seal_key()?.open_in_place(nonce, Aad::empty(), rest).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    fn seal_key(&self) -> Option<LessSafeKey> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.derived("seal")?).ok()?;
        Some(LessSafeKey::new(key))
    }

    fn derived(&self, purpose: &str) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(purpose.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_session_differs_and_does_not_tell_it() {
        let (one, other) = (Held::new().unwrap(), Held::new().unwrap());
        assert_ne!(one.as_str(), other.as_str());
        assert_ne!(one.form_token(), other.form_token());
        let made = [one.key(), one.form_token().unwrap(), one.seal("refresh").unwrap()];
        assert!(made.iter().all(|text| !text.contains(one.as_str())));
        assert_ne!(made[0], made[1]);
    }

    #[test]
    fn a_seal_is_opened_by_its_session_alone_and_only_whole() {
        let (one, other) = (Held::new().unwrap(), Held::new().unwrap());
        let sealed = one.seal("a renewal").unwrap();
        assert_eq!(one.open(&sealed).as_deref(), Some("a renewal"));
        assert_eq!(other.open(&sealed), None);
        for broken in ["", "AAAA", sealed.split_at(1).1, sealed.split_at(sealed.len() - 2).0] {
            assert_eq!(one.open(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_was_never_given_out_is_no_session() {
        for text in ["", "abc", &"g".repeat(64), &"A".repeat(64), &"a".repeat(65)] {
            assert!(Held::parse(text).is_none(), "{text}");
        }
        assert!(Held::parse(&"a".repeat(64)).is_some());
    }

    #[test]
    fn a_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
