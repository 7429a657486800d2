//! Streams of randomness: one for each traffic and concern, so that a change to one leaves all others as they were.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The streams of one traffic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streams<'a> {
    seed: u64,
    label: &'a str,
}

impl<'a> Streams<'a> {
    pub(super) fn of(seed: u64, label: &'a str) -> Self {
        Self { seed, label }
    }

    /// The stream of a concern, from its beginning.
    pub(super) fn about(&self, concern: &str) -> ChaCha8Rng {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        for text in [self.label, concern] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        ChaCha8Rng::from_seed(hash.finalize().into())
    }
}
