//! The signatures of id tokens, verified by `ring`, which is the TLS library's, too. Two algorithms are known, RS256 and ES256;
//! which one it is, is told by the key and never by the token, so none can be put in the place of another.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use signature::Verifier;

static RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: |algorithm, key| Ok(Box::new(Verified::by(*algorithm, key)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Has `jsonwebtoken` verify by `ring`. It can be said again.
pub(super) fn by_ring() {
    // It fails only where it was done before.
    let _ = RING.install_default();
}

/// The one algorithm of a key; none if the key is not for signatures, or of a kind that is not known.
pub(super) fn algorithm(key: &Jwk) -> Option<Algorithm> {
    let is_for_signatures =
        key.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature);
    let (algorithm, name) = match &key.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let is_of_it = key.common.key_algorithm.as_ref().is_none_or(|of| *of == name);
    (is_for_signatures && is_of_it).then_some(algorithm)
}

struct Verified {
    algorithm: Algorithm,
    key: DecodingKeyKind,
}

impl Verified {
    fn by(algorithm: Algorithm, key: &DecodingKey) -> Result<Self, Error> {
        match algorithm {
            Algorithm::RS256 | Algorithm::ES256 => Ok(Self { algorithm, key: key.kind().clone() }),
            _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
        }
    }
}

impl Verifier<Vec<u8>> for Verified {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match (self.algorithm, &self.key) {
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            _ => return Err(signature::Error::new()),
        };
        verified.map_err(|_unspecified| signature::Error::new())
    }
}

impl JwtVerifier for Verified {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
