//! The quick form: enough schedules of either kind to see a mistake at once. The long form is the binary.

use schedules::{Theme, check};

/// How many schedules of each kind.
const SCHEDULES: u64 = 60;

/// Runs these seeds, and tells how to run the first one again that breaks an invariant.
#[track_caller]
fn hold(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let outcome = check(seed, Theme::of(seed), None);
        let violations: Vec<_> = outcome.violations.iter().map(ToString::to_string).collect();
        assert!(
            violations.is_empty(),
            "seed {seed}: {}\n{}\nonce more: cargo run -p schedules -- --schedules 1 --seed {seed}",
            violations.join("\n"),
            outcome.scenario,
        );
    }
}

#[test]
fn schedules_at_random_break_no_invariant() {
    hold((0..SCHEDULES).map(|number| 2 * number));
}

#[test]
fn schedules_by_priorities_break_no_invariant() {
    hold((0..SCHEDULES).map(|number| 2 * number + 1));
}

/// The dialer noted whose call it was while Connect did not say so; the end that was noted next was left to a redelivery.
#[test]
fn an_end_that_is_noted_after_the_dialer_came_closes_the_request() {
    hold([1_742, 2_022, 2_162, 2_183, 2_342].into_iter());
}

#[test]
fn a_seed_is_one_schedule() {
    for seed in [3, 4, 7, 24, 25] {
        let [once, again] = [(); 2].map(|()| check(seed, Theme::of(seed), None));
        assert_eq!((once.scenario, once.figures), (again.scenario, again.figures), "seed {seed}");
    }
}
