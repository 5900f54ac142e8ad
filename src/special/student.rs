//! Student's law: the two-sided p-value of a t statistic, and its quantiles.
//!
//! With ν degrees of freedom, t²/(ν + t²) ~ Beta(1/2, ν/2), so that a p-value is a tail of
//! the Beta law, to that law's relative accuracy. Quantiles invert the p-value.

use super::beta;

/// More degrees of freedom than this are no different from the normal law to 1e-7.
const MOST: f64 = 1e7;

/// P(|T| ≥ |t|) for ν ≥ 1 degrees of freedom.
pub(crate) fn two_sided(t: f64, freedom: f64) -> f64 {
    if t == 0.0 {
        return 1.0;
    }
    let freedom = freedom.min(MOST);
    // 1/t² may vanish, below a p-value of 1e-154; t² would overflow.
    let ratio = freedom.sqrt() / t.abs();
    let beyond = ratio * ratio;
    let (x, y) = (1.0 / (1.0 + beyond), beyond / (1.0 + beyond));
    match beta::tails(0.5, 0.5 * freedom, x, y) {
        Some((_, upper)) => upper,
        // It takes O(√ν) terms and is given many times that; a p-value of 1 claims nothing.
        None => 1.0,
    }
}

/// The t that |T| stays below with probability `level`.
pub(crate) fn quantile(level: f64, freedom: f64) -> f64 {
    let tail = 1.0 - level;
    // Bisection of the exponent: from 2^−1000 to 2^1000, sixty-four bits of it.
    let (mut low, mut high) = (-1000.0_f64, 1000.0_f64);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if two_sided(middle.exp2(), freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.4.1, forty digits: p = betainc(v/2, 1/2, 0, v/(v + t²), regularized=True),
    /// and the t at which it is 1 − level.
    #[test]
    fn tails_and_quantiles_are_those_of_mpmath() {
        for (t, freedom, p) in TAILS {
            let ours = two_sided(t, freedom);
            let bound = crate::tolerance::beta_tail(1 + freedom as usize);
            assert!((ours / p - 1.0).abs() <= bound, "{t} {freedom}: {ours} {p}");
        }
        for (level, freedom, t) in QUANTILES {
            let ours = quantile(level, freedom);
            let bound = crate::tolerance::beta_tail(1 + freedom as usize);
            assert!(
                (ours / t - 1.0).abs() <= bound,
                "{level} {freedom}: {ours} {t}"
            );
        }
    }

    #[test]
    fn extremes_are_ordered_and_finite() {
        assert_eq!(two_sided(0.0, 3.0), 1.0);
        assert_eq!(two_sided(f64::INFINITY, 3.0), 0.0);
        assert!(two_sided(1e150, 1.0) > 0.0);
        // The normal law in the limit, from which t is (z³ + z)/(4ν) away.
        assert!((quantile(0.95, f64::MAX) - 1.959_963_984_540_054).abs() <= 3.0 / MOST);
    }

    const TAILS: [(f64, f64, f64); 8] = [
        (0.1, 3.0, 0.92665234880080582),
        (1.5, 3.0, 0.23058386524482305),
        (12.0, 3.0, 0.0012450158007893367),
        (2.0, 15.0, 0.063945007284720203),
        (8.0, 47.0, 2.5472495806584438e-10),
        (0.001, 63.0, 0.99920527537608072),
        (3.0, 255.0, 0.0029671783114785343),
        (25.0, 1000.0, 1.5203541383321279e-107),
    ];
    const QUANTILES: [(f64, f64, f64); 6] = [
        (0.95, 3.0, 3.1824463052837084),
        (0.95, 15.0, 2.1314495455597752),
        (0.9, 47.0, 1.6779267216418611),
        (0.99, 63.0, 2.6561450250998614),
        (0.997, 255.0, 2.9965277443244495),
        (0.5, 11.0, 0.69744532755988153),
    ];
}
