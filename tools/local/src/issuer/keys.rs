//! What the issuer signs with: an RSA key that is kept beside this file, since none is made quickly, and EC keys that are made
//! anew; all by `ring`. Nothing but tests trusts any of them.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use ring::{digest, hmac};
use serde_json::{Value, json};

use crate::stack::Error;

/// Read once: it is looked through for mistakes each time.
static RSA: LazyLock<Result<RsaKeyPair, String>> = LazyLock::new(|| {
    RsaKeyPair::from_der(include_bytes!("stand-in-rsa.der")).map_err(|error| error.to_string())
});

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with SHA-256.
    Rs256,
    /// The curve P-256 with SHA-256.
    Es256,
}

/// The keys: one that signs, and one that the issuer does not tell of.
#[derive(Debug)]
pub(super) struct Keys {
    signing: Algorithm,
    id: String,
    rsa: &'static RsaKeyPair,
    ec: EcdsaKeyPair,
    pub(super) foreign: EcdsaKeyPair,
    random: SystemRandom,
}

impl Keys {
    pub(super) fn new() -> Result<Self, Error> {
        let rsa = RSA.as_ref().map_err(String::as_str)?;
        let random = SystemRandom::new();
        let (ec, foreign) = (ec(&random)?, ec(&random)?);
        Ok(Self { signing: Algorithm::Rs256, id: "key-1".to_owned(), rsa, ec, foreign, random })
    }

    pub(super) fn rotate(&mut self, to: Algorithm) -> Result<(), Error> {
        self.signing = to;
        self.ec = ec(&self.random)?;
        let number: u32 = self.id.trim_start_matches("key-").parse()?;
        self.id = format!("key-{}", number + 1);
        Ok(())
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self.signing {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The public key that signs, as the issuer tells it.
    pub(super) fn told(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = match self.signing {
            Algorithm::Rs256 => {
                let RsaPublicKeyComponents { n, e } = self.public();
                json!({
                    "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id,
                    "n": encode(&n), "e": encode(&e),
                })
            }
            Algorithm::Es256 => {
                // 0x04, x and y.
                let (x, y) = self.ec.public_key().as_ref().get(1..).unwrap_or_default().split_at(32);
                json!({
                    "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
                    "x": encode(x), "y": encode(y),
                })
            }
        };
        // Others that are for something else must not disturb.
        json!({ "keys": [
            {"kty": "OKP", "crv": "X25519", "use": "enc", "kid": "key-0", "x": encode(&[9; 32])},
            key,
        ]})
    }

    fn public(&self) -> RsaPublicKeyComponents<Vec<u8>> {
        RsaPublicKeyComponents::from(self.rsa.public())
    }

    pub(super) fn sign(&self, message: &str) -> Vec<u8> {
        match self.signing {
            Algorithm::Rs256 => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                let signed =
                    self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, message.as_bytes(), &mut signature);
                signed.map(|()| signature).unwrap_or_default()
            }
            Algorithm::Es256 => self.sign_by(&self.ec, message),
        }
    }

    pub(super) fn sign_by(&self, key: &EcdsaKeyPair, message: &str) -> Vec<u8> {
        key.sign(&self.random, message.as_bytes())
            .map(|signature| signature.as_ref().to_vec())
            .unwrap_or_default()
    }

    /// A signature by HMAC with the public key as its secret: everybody could make it.
    pub(super) fn sign_by_what_is_public(&self, message: &str) -> Vec<u8> {
        let public = match self.signing {
            Algorithm::Rs256 => self.public().n,
            Algorithm::Es256 => self.ec.public_key().as_ref().to_vec(),
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &public);
        hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
    }
}

fn ec(random: &SystemRandom) -> Result<EcdsaKeyPair, Error> {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, random).map_err(|error| error.to_string())?;
    Ok(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), random).map_err(|error| error.to_string())?)
}

/// What PKCE makes of a verifier.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
