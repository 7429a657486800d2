//! The tails are held to values that were summed term by term, in fractions or to the last term that counts.

use super::*;

#[track_caller]
fn near(told: f64, exact: f64) {
    assert!((told / exact - 1.0).abs() < 1e-8, "{told:e} is not {exact:e}");
}

#[test]
fn calls_worse_than_elsewhere_by_chance() {
    for (bad, good, bad_elsewhere, good_elsewhere, exact) in [
        (3, 0, 5, 95, 0.000_316_650_739_888_380_6),
        (294, 7, 354, 1_132, 5.833_957_991_247_027e-141),
        (5, 5, 5, 5, 0.671_859_100_650_671_7),
        (10, 2, 40, 160, 1.118_321_296_805_062e-5),
        (38, 1, 100, 400, 1.402_100_089_073_744_7e-23),
        (0, 5, 3, 4, 1.0),
    ] {
        near(worse(bad, good, bad_elsewhere, good_elsewhere), exact);
    }
    assert_eq!(worse(0, 0, 3, 4), 1.0);
}

#[test]
fn more_calls_than_ever_by_chance() {
    for (calls, hours, past, past_hours, peers, exact) in [
        (41, 6.0, 0, 336.0, 0.1, 4.989_976_751_759_055e-74),
        (5, 1.0, 100, 336.0, 0.1, 1.581_422_121_076_44e-5),
        (3, 24.0, 10, 336.0, 1.0, 0.045_978_755_622_841_67),
        (300, 1.0, 256, 20.0, 2.0, 2.756_393_963_976_647e-239),
        (1, 1.0, 0, 336.0, 0.01, 0.001_292_825_362_792_009),
    ] {
        near(volume(calls, hours, past, past_hours, peers), exact);
    }
    assert_eq!(volume(0, 1.0, 0, 336.0, 0.1), 1.0);
    near(expected(1.0, 100, 336.0, 0.1), 0.294_721_407_624_633_45);
}

#[test]
fn of_many_tests_few_pass_by_chance() {
    // Benjamini and Hochberg: the largest k with p(k) <= k q / m.
    let chances = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
    assert_eq!(believed(&chances, 0.05), 0.008);
    assert_eq!(believed(&[0.5, 0.6], 0.05), 0.0);
    assert_eq!(believed(&[], 0.05), 0.0);
    // Ten thousand tests of nothing: what would pass alone does not among many.
    let spread: Vec<_> = (1..=10_000).map(|n| f64::from(n) / 10_000.0).collect();
    assert_eq!(believed(&spread, 0.01), 0.0);
}

#[test]
fn a_ratio_has_a_least_and_a_most() {
    let [least, ratio, most] = risk_ratio(294, 7, 354, 1_132);
    assert!(least < ratio && ratio < most, "{least} {ratio} {most}");
    assert!((ratio - 4.09).abs() < 0.01, "{ratio}");
    assert!((3.6..3.8).contains(&least), "{least}");
}
