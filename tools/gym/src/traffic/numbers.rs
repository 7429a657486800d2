//! Filling pools of numbers: distinct, and valid by the numbering plans.

use std::collections::HashSet;

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use tollgate::number::{NumberKind, PhoneNumber};

use crate::scenario::NumberPool;

/// How often a number is drawn again, for each that there may be, before its prefix is given up: one that is left
/// is missed once in four hundred million times.
const DRAWS_FOR_EACH: u64 = 20;
/// And how often at most.
const DRAWS_MAX: u64 = 200_000;
/// So many in a row that are not valid, and none is expected to be.
const INVALID_MAX: u32 = 2_000;

/// The numbers of all pools, shuffled together: drawn one after the other they come in proportion to the pools' counts.
pub(super) fn draw(pools: &[NumberPool], stream: &mut ChaCha8Rng) -> Result<Vec<PhoneNumber>, String> {
    let mut numbers = vec![];
    let mut seen = HashSet::new();
    for pool in pools {
        let prefixes = pool.prefixes.iter().cycle();
        for prefix in prefixes.take(pool.count as usize) {
            numbers.push(draw_one(prefix, pool.digits, &mut seen, stream)?);
        }
    }
    numbers.shuffle(stream);
    Ok(numbers)
}

fn draw_one(
    prefix: &str,
    digits: usize,
    seen: &mut HashSet<String>,
    stream: &mut ChaCha8Rng,
) -> Result<PhoneNumber, String> {
    let free = (digits + 1).saturating_sub(prefix.len());
    let room = 10_u64.saturating_pow(u32::try_from(free).unwrap_or(u32::MAX));
    let draws = room.saturating_mul(DRAWS_FOR_EACH).min(DRAWS_MAX);
    let mut invalid = 0;
    for _ in 0..draws {
        let drawn: String = (0..free).map(|_| char::from(stream.random_range(b'0'..=b'9'))).collect();
        let text = format!("{prefix}{drawn}");
        if seen.contains(&text) {
            continue;
        }
        let number = PhoneNumber::parse(&text, None).ok().filter(|number| is_a_phone(prefix, number));
        seen.insert(text);
        match number {
            Some(number) => return Ok(number),
            None if invalid == INVALID_MAX => break,
            None => invalid += 1,
        }
    }
    Err(format!("no further valid number of {digits} digits begins with {prefix}"))
}

/// Whether a number may be somebody's. In an area of North America some exchanges are dear and nobody's (976, 911 and their
/// like); they are drawn only where the pool names the exchange.
fn is_a_phone(prefix: &str, number: &PhoneNumber) -> bool {
    let names_area_alone = prefix.starts_with("+1") && prefix.len() == "+1206".len();
    let is_dear = number.kind() == NumberKind::PremiumRate;
    !(names_area_alone && is_dear) || prefix == "+1900"
}
