//! What is left to chance in a schedule. All of it comes from the schedule's seed.

use shuttle::rand::{RngCore, thread_rng};

/// Whether something happens that happens so often in a thousand times.
pub(crate) fn happens(per_mille: u32) -> bool {
    below(1_000) < per_mille
}

/// A number below `end`.
pub(crate) fn below(end: u32) -> u32 {
    u32::try_from(thread_rng().next_u64() % u64::from(end.max(1))).unwrap_or(0)
}

/// One of these.
pub(crate) fn one_of<T: Copy>(choices: &[T]) -> T {
    choices[below(u32::try_from(choices.len()).unwrap_or(0)) as usize]
}

/// Bytes for an id.
pub(crate) fn id() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    thread_rng().fill_bytes(&mut bytes);
    Some(bytes)
}
