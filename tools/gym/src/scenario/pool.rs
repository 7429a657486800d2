//! Pools of numbers and addresses, as a scenario names them. A pool that cannot be filled is refused while it is read,
//! except for numbers that no plan holds valid: those show when they are drawn.

use ipnet::IpNet;
use serde::Deserialize;

/// The digits of the longest and the shortest number there is.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=15;
/// The largest pool: more would not be walked through in the longest scenario.
const COUNT_MAX: u32 = 1_000_000;

/// So many distinct numbers that begin alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "NumberKeys")]
pub struct NumberPool {
    /// What they begin with, in turn: `+` and digits.
    pub prefixes: Vec<String>,
    /// How many digits they have, without the plus.
    pub digits: usize,
    /// How many they are.
    pub count: u32,
}

/// So many distinct addresses of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AddressKeys")]
pub struct AddressPool {
    /// The network.
    pub network: IpNet,
    /// How many they are.
    pub count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberKeys {
    prefix: Option<String>,
    prefixes: Option<Vec<String>>,
    digits: usize,
    count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressKeys {
    network: IpNet,
    count: u32,
}

impl TryFrom<NumberKeys> for NumberPool {
    type Error = String;

    fn try_from(keys: NumberKeys) -> Result<Self, String> {
        let NumberKeys { prefix, prefixes, digits, count } = keys;
        let prefixes = match (prefix, prefixes) {
            (Some(prefix), None) => vec![prefix],
            (None, Some(prefixes)) if !prefixes.is_empty() => prefixes,
            _ => return Err("a pool of numbers has either `prefix` or `prefixes`".to_owned()),
        };
        check_count(count)?;
        if !DIGITS.contains(&digits) {
            return Err(format!("digits: a number has {} to {} digits", DIGITS.start(), DIGITS.end()));
        }
        let pool = Self { prefixes, digits, count };
        for (place, prefix) in pool.prefixes.iter().enumerate() {
            let free = pool.free_digits(prefix)?;
            if pool.prefixes.iter().take(place).any(|before| before == prefix) {
                return Err(format!("prefixes: {prefix} stands there twice"));
            }
            let room = 10_u64.saturating_pow(u32::try_from(free).unwrap_or(u32::MAX));
            let wanted = pool.share_of(place);
            if wanted > room {
                return Err(format!(
                    "count: {prefix} with {digits} digits has room for {room} numbers, not {wanted}"
                ));
            }
        }
        Ok(pool)
    }
}

impl NumberPool {
    /// How many digits are drawn behind a prefix.
    fn free_digits(&self, prefix: &str) -> Result<usize, String> {
        let digits = prefix.strip_prefix('+').unwrap_or_default();
        let is_prefix = !digits.is_empty()
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let free = self.digits.checked_sub(digits.len()).filter(|_| is_prefix);
        free.ok_or_else(|| format!("prefix: `{prefix}` is not `+` and at most {} digits", self.digits))
    }

    /// How many numbers the prefix at this place gets, all of them taking turns.
    fn share_of(&self, place: usize) -> u64 {
        let prefixes = self.prefixes.len() as u64;
        let count = u64::from(self.count);
        count / prefixes + u64::from((place as u64) < count % prefixes)
    }
}

impl TryFrom<AddressKeys> for AddressPool {
    type Error = String;

    fn try_from(AddressKeys { network, count }: AddressKeys) -> Result<Self, String> {
        check_count(count)?;
        let bits = network.max_prefix_len() - network.prefix_len();
        let room = 1_u128.checked_shl(u32::from(bits)).unwrap_or(u128::MAX);
        if u128::from(count) > room {
            return Err(format!("count: {network} has room for {room} addresses, not {count}"));
        }
        Ok(Self { network: network.trunc(), count })
    }
}

fn check_count(count: u32) -> Result<(), String> {
    let sensible = (1..=COUNT_MAX).contains(&count);
    if sensible { Ok(()) } else { Err(format!("count: a pool holds 1 to {COUNT_MAX}")) }
}
