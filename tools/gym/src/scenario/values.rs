//! Values of a scenario that are not just any number.

use serde::Deserialize;

/// A share, within 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(f64);

/// How often something happens in an hour, on average.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Rate(f64);

/// How many times as often in a day as in the day before.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Growth(f64);

/// Seconds from and to, both within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "[u32; 2]")]
pub struct SecondsRange {
    /// The fewest.
    pub from: u32,
    /// The most.
    pub to: u32,
}

impl Share {
    /// The share as a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Rate {
    /// The rate as a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Growth {
    /// The factor of a day.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Growth {
    type Error = &'static str;

    fn try_from(growth: f64) -> Result<Self, Self::Error> {
        if (0.1..=10.0).contains(&growth) { Ok(Self(growth)) } else { Err("a growth is within 0.1 and 10") }
    }
}

impl TryFrom<f64> for Share {
    type Error = &'static str;

    fn try_from(share: f64) -> Result<Self, Self::Error> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err("a share is within 0 and 1") }
    }
}

impl TryFrom<f64> for Rate {
    type Error = &'static str;

    fn try_from(rate: f64) -> Result<Self, Self::Error> {
        let sensible = rate > 0.0 && rate <= 1e6;
        if sensible { Ok(Self(rate)) } else { Err("a rate is more than 0 and at most a million an hour") }
    }
}

impl TryFrom<[u32; 2]> for SecondsRange {
    type Error = &'static str;

    fn try_from([from, to]: [u32; 2]) -> Result<Self, Self::Error> {
        if from <= to && to <= 7_200 {
            Ok(Self { from, to })
        } else {
            Err("seconds are given as [from, to], from not after to, and a call lasts two hours at most")
        }
    }
}
