//! The upper tail of the χ² law, to nearly full relative accuracy.
//!
//! With a = ν/2 and x = χ²/2 the factor common to both tails is
//! xᵃe⁻ˣ/Γ(a + 1) = exp(−δ(a) − D(a, x))/√(2πa), in the notation of [`beta`](super::beta),
//! where the large terms are cancelled beforehand (Loader 2000). Below about the mean the
//! lower tail is the series DLMF 8.7.1, above it the upper tail is the continued fraction
//! DLMF 8.9.2; both take O(√a) steps.

use super::beta::{deviance, stirling_error};

/// Terms after which it is given up, beyond √a times [`STEPS_PER_ROOT`].
const STEPS: usize = 500;

/// Next to the mean it takes about 9·√a steps.
const STEPS_PER_ROOT: f64 = 40.0;

/// P(χ² ≥ x) for ν ≥ 1 degrees of freedom.
pub(crate) fn chi_squared(x: f64, freedom: f64) -> f64 {
    let (a, x) = (0.5 * freedom, 0.5 * x);
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let factor = (-stirling_error(a) - deviance(a, x)).exp() / (std::f64::consts::TAU * a).sqrt();
    let most = STEPS + (STEPS_PER_ROOT * a.sqrt()) as usize;
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0, 1.0);
        for n in 1..=most {
            term *= x / (a + n as f64);
            sum += term;
            if term <= f64::EPSILON * sum {
                break;
            }
        }
        return (1.0 - factor * sum).clamp(0.0, 1.0);
    }
    // Lentz's method as modified by Thompson and Barnett (1986).
    let mut b = x + 1.0 - a;
    let mut c = f64::MAX;
    let mut d = 1.0 / b;
    let mut h = d;
    for n in 1..=most {
        let n = n as f64;
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let step = c * d;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    (factor * a * h).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerance::beta_tail;

    /// χ², ν, P(χ² ≥ x): mpmath 1.4.1 with forty digits,
    /// `gammainc(v/2, x/2, inf, regularized=True)`; `tests/oracle/scaling_fit.py --tails`
    /// prints them.
    const EXACT: &[(f64, f64, f64)] = &[
        (0.01, 1.0, 0.920344325445942),
        (3.841458820694124, 1.0, 0.05000000000000006),
        (60.0, 1.0, 9.485737571073848e-15),
        (0.001, 2.0, 0.9995001249791693),
        (700.0, 2.0, 9.92959039626498e-153),
        (2.5, 5.0, 0.7764950711233227),
        (11.07, 5.0, 0.05000961862240548),
        (40.0, 5.0, 1.4933679000503952e-07),
        (8.0, 10.0, 0.6288369351798735),
        (30.0, 10.0, 0.0008566412107753004),
        (900.0, 998.0, 0.9879241701161354),
        (1200.0, 998.0, 1.0101443470323664e-05),
        (1000000.0, 1000000.0, 0.4998119368033945),
    ];

    #[test]
    fn tails_are_those_of_mpmath() {
        for &(x, freedom, truth) in EXACT {
            let ours = chi_squared(x, freedom);
            let bound = beta_tail(freedom as usize);
            assert!(
                (ours / truth - 1.0).abs() <= bound,
                "{x} {freedom}: {ours} {truth}"
            );
        }
    }

    #[test]
    fn extremes_are_probabilities() {
        assert_eq!(chi_squared(0.0, 3.0), 1.0);
        assert_eq!(chi_squared(f64::INFINITY, 3.0), 0.0);
        for x in [5e-324, 1e-300, 1.0, 1e10, 1e300, f64::MAX] {
            for freedom in [1.0, 2.0, 7.0, 1e6] {
                let p = chi_squared(x, freedom);
                assert!((0.0..=1.0).contains(&p), "{x} {freedom}: {p}");
            }
        }
    }
}
