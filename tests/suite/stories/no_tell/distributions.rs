//! Two samples of times compared as distributions: by the two-sample Kolmogorov-Smirnov test, which finds any difference
//! of shape, and a permutation test on the medians. Classes are sent in random order, so that whatever else goes on
//! while the time is taken falls on all alike: under the hypothesis that nothing tells, every order of the labels is as
//! likely as any other, and both tests hold their size however noisy the machine is.

use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

/// How likely it is, over all tests of a table together, that something is found where nothing is.
pub(super) const SIZE: f64 = 0.01;

/// The share of trials in which a delay must be found to count as one that would have been.
const POWER: f64 = 0.9;

/// Two samples compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared {
    /// The largest distance of the two distribution functions, and how likely one as large is by chance.
    pub(super) distance: (f64, f64),
    /// The difference of the medians, in microseconds, and how likely one as large is by chance.
    pub(super) medians: (f64, f64),
}

impl Compared {
    pub(super) fn of(dialed: &[f64], other: &[f64]) -> Self {
        Self { distance: distance(dialed, other), medians: medians(dialed, other) }
    }

    /// Whether one of the two tests finds a difference at this size.
    pub(super) fn differ(&self, size: f64) -> bool {
        self.distance.1 < size || self.medians.1 < size
    }
}

/// The largest distance of the two distribution functions, and how likely one as large is by chance, by Kolmogorov's limit.
fn distance(one: &[f64], other: &[f64]) -> (f64, f64) {
    let steps = |times: &[f64], sign: f64| {
        times.iter().map(|time| (*time, sign / times.len() as f64)).collect::<Vec<_>>()
    };
    let mut steps = [steps(one, 1.0), steps(other, -1.0)].concat();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut apart, mut largest) = (0.0, 0.0_f64);
    // Equal times are one step of both functions.
    for together in steps.chunk_by(|a, b| a.0 == b.0) {
        apart += together.iter().map(|(_, step)| step).sum::<f64>();
        largest = largest.max(apart.abs());
    }
    if largest == 0.0 {
        return (0.0, 1.0);
    }
    let pairs = (one.len() * other.len()) as f64 / (one.len() + other.len()) as f64;
    let terms = (1..=100).map(|k: i32| {
        let sign = if k % 2 == 0 { -2.0 } else { 2.0 };
        sign * (-2.0 * f64::from(k * k) * largest.powi(2) * pairs).exp()
    });
    (largest, terms.sum::<f64>().clamp(0.0, 1.0))
}

pub(super) fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    let middle = times.len() / 2;
    *times.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The difference of the medians, and the share of random assignments of all times to the two samples in which it is as
/// large.
fn medians(one: &[f64], other: &[f64]) -> (f64, f64) {
    const ASSIGNMENTS: u32 = 9_999;
    let difference = median(other) - median(one);
    let mut all = [one, other].concat();
    let mut chance = ChaCha8Rng::seed_from_u64(3);
    let as_large = |_: &u32| {
        let (first, second) = all.partial_shuffle(&mut chance, one.len());
        (median(second) - median(first)).abs() >= difference.abs()
    };
    let as_large = u32::try_from((0..ASSIGNMENTS).filter(as_large).count()).unwrap();
    (difference, f64::from(as_large + 1) / f64::from(ASSIGNMENTS + 1))
}

/// The smallest delay, in microseconds, that the Kolmogorov-Smirnov test at this size would have found: added to one of
/// two samples drawn anew from these times, it is found in nine of ten trials.
pub(super) fn would_have_been_found(times: &[f64], size: f64) -> Option<f64> {
    const TRIALS: u32 = 50;
    let mut chance = ChaCha8Rng::seed_from_u64(4);
    let mut draw = |delay: f64| -> Vec<f64> {
        times.iter().map(|_| times[chance.random_range(0..times.len())] + delay).collect()
    };
    [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0].into_iter().find(|delay| {
        let found = (0..TRIALS).filter(|_| distance(&draw(0.0), &draw(*delay)).1 < size).count();
        found as f64 >= POWER * f64::from(TRIALS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times as answers take them: at least 800 microseconds, and a long tail.
    fn times(seed: u64, delay: f64) -> Vec<f64> {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        (0..200).map(|_| 800.0 - 900.0 * (1.0 - chance.random::<f64>()).ln() + delay).collect()
    }

    #[test]
    fn a_millisecond_more_is_found_by_both_tests() {
        let compared = Compared::of(&times(1, 0.0), &times(2, 1_000.0));
        assert!(compared.distance.1 < SIZE / 10.0 && compared.medians.1 < SIZE / 10.0, "{compared:?}");
        assert!((500.0..1_500.0).contains(&compared.medians.0), "{compared:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        for seed in 0..2 {
            let compared = Compared::of(&times(seed, 0.0), &times(seed + 100, 0.0));
            assert!(!compared.differ(SIZE / 10.0), "{compared:?}");
        }
    }

    #[test]
    fn a_wider_distribution_with_the_same_median_is_found_by_its_shape() {
        let narrow = times(1, 0.0);
        let middle = median(&narrow);
        let wide: Vec<_> = times(2, 0.0).iter().map(|time| middle + 2.0 * (time - middle)).collect();
        let compared = Compared::of(&narrow, &wide);
        assert!(compared.distance.1 < SIZE / 10.0, "{compared:?}");
    }

    #[test]
    fn chances_are_those_of_the_tables() {
        // Distances of which tables say that one as large comes by chance once in a hundred times: 1.628 / sqrt(n / 2).
        let one: Vec<f64> = (0..1_000).map(f64::from).collect();
        let other: Vec<f64> = (0..1_000).map(|n| f64::from(n) + 72.8).collect();
        let (distance, chance) = distance(&one, &other);
        assert!((distance - 0.073).abs() < 1e-9 && (chance - 0.01).abs() < 5e-4, "{distance} {chance}");
    }

    #[test]
    fn what_would_have_been_found_grows_with_the_noise() {
        let quiet = times(1, 0.0);
        let loud: Vec<_> = quiet.iter().map(|time| time * 10.0).collect();
        let (quiet, loud) = (would_have_been_found(&quiet, 0.001), would_have_been_found(&loud, 0.001));
        assert!(quiet < loud && quiet.is_some(), "{quiet:?} {loud:?}");
    }
}
