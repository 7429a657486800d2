//! How often something would happen by chance: the tails of two distributions, and how many of many tests may be believed.

/// How often a subject with `past` calls in `past_hours` has `calls` or more in `hours`, if nothing has changed: the tail of the
/// Gamma-Poisson predictive, with half a call at the mean rate of its peers as what is known beforehand. Traffic comes in
/// bursts; a plain Poisson tail would cry wolf.
pub(super) fn volume(calls: usize, hours: f64, past: usize, past_hours: f64, peers_per_hour: f64) -> f64 {
    if calls == 0 {
        return 1.0;
    }
    let (shape, rate) = posterior(past, past_hours, peers_per_hour);
    // P(X >= c) of a negative binomial is a regularized incomplete beta function.
    regularized_beta(hours / (rate + hours), count(calls), shape)
}

/// How many calls are to be expected in `hours`.
pub(super) fn expected(hours: f64, past: usize, past_hours: f64, peers_per_hour: f64) -> f64 {
    let (shape, rate) = posterior(past, past_hours, peers_per_hour);
    hours * shape / rate
}

fn posterior(past: usize, past_hours: f64, peers_per_hour: f64) -> (f64, f64) {
    const SHAPE: f64 = 0.5;
    // A subject of which nothing is known is taken for a small one of its kind.
    let rate = SHAPE / peers_per_hour.max(1e-6);
    (SHAPE + count(past), rate + past_hours)
}

/// How often `bad_here` or more of the bad ones are here by chance, of so many here and elsewhere: Fisher's exact test, one-sided.
pub(super) fn worse(bad_here: usize, good_here: usize, bad_elsewhere: usize, good_elsewhere: usize) -> f64 {
    let (here, bad) = (bad_here + good_here, bad_here + bad_elsewhere);
    let all = here + bad_elsewhere + good_elsewhere;
    if here == 0 || bad == 0 {
        return 1.0;
    }
    let whole = ln_choose(all, bad);
    let of = |bad_here: usize| ln_choose(here, bad_here) + ln_choose(all - here, bad - bad_here) - whole;
    let most = here.min(bad);
    let least = bad_here.max(bad.saturating_sub(all - here));
    (least..=most).map(|bad_here| of(bad_here).exp()).sum::<f64>().min(1.0)
}

/// How many times as often things go badly here as elsewhere: the least that chance allows at 95 %, the figure, the most.
pub(super) fn risk_ratio(
    bad_here: usize,
    good_here: usize,
    bad_elsewhere: usize,
    good_elsewhere: usize,
) -> [f64; 3] {
    // Half a case everywhere, so that none is divided by nothing.
    let [a, b, c, d] = [bad_here, good_here, bad_elsewhere, good_elsewhere].map(|n| count(n) + 0.5);
    let ratio = (a / (a + b)) / (c / (c + d));
    let spread = 1.96 * (1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d)).max(0.0).sqrt();
    [ratio * (-spread).exp(), ratio, ratio * spread.exp()]
}

/// The greatest chance that is believed, so that of all that pass no more than `false_discoveries` pass by chance (Benjamini and
/// Hochberg); none passes at 0.
pub(super) fn believed(chances: &[f64], false_discoveries: f64) -> f64 {
    let mut sorted = chances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tests = count(sorted.len().max(1));
    let passes = |(at, chance): &(usize, f64)| *chance <= false_discoveries * count(at + 1) / tests;
    sorted.into_iter().enumerate().filter(passes).map(|(_, chance)| chance).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
pub(super) fn count(n: usize) -> f64 {
    n as f64
}

fn ln_choose(n: usize, k: usize) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    ln_gamma(count(n) + 1.0) - ln_gamma(count(k) + 1.0) - ln_gamma(count(n - k) + 1.0)
}

/// The logarithm of the gamma function, by Lanczos' approximation.
fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum = TERMS.iter().zip(1_u8..).fold(FIRST, |sum, (term, n)| sum + term / (x + f64::from(n)));
    let t = x + G + 0.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularized incomplete beta function, by its continued fraction.
fn regularized_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    // The fraction converges quickly on one side of the mean; the other is its complement.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's method, as in Numerical Recipes.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut result = d;
    for step in 1..=300_u16 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        result *= d * c;
        if (d * c - 1.0).abs() < 1e-12 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests;
