//! Both tails of the Beta law with half-integer parameters, to nearly full relative
//! accuracy down to the smallest numbers.
//!
//! A p-value is a tail, and a tail is worth as much as its relative error. With
//! n = a + b the density factor is Stirling's formula with everything that cancels
//! taken out beforehand (Loader 2000):
//!
//!   xᵃyᵇ/B(a, b) = √(ab/(2πn)) · exp(δ(n) − δ(a) − δ(b) − D(a, nx) − D(b, ny)),
//!
//! where δ is the error of Stirling's formula and D(u, w) = u·ln(u/w) + w − u ≥ 0. The
//! textbook form, a difference of logarithms of Γ that are each of size n·ln n, loses
//! as many digits as that number has. The rest is the continued fraction DLMF 8.17.22,
//! on the side of the mean where it converges in O(√n) steps. The tail it gives is never
//! formed as 1 minus something; the other one is, and is at least 0.08.

/// Terms of the continued fraction after which it is given up, beyond √n times
/// [`STEPS_PER_ROOT`].
const STEPS: usize = 500;

/// It takes about 4·√n steps next to the mean.
const STEPS_PER_ROOT: f64 = 20.0;

/// P(X ≤ x) and P(X ≥ x) for X ~ Beta(a, b), a, b > 0 and x + y = 1; `None` if the
/// continued fraction does not converge.
pub(crate) fn tails(a: f64, b: f64, x: f64, y: f64) -> Option<(f64, f64)> {
    if x <= 0.0 {
        return Some((0.0, 1.0));
    }
    if y <= 0.0 {
        return Some((1.0, 0.0));
    }
    if x * (a + b + 2.0) < a + 1.0 {
        let lower = near_tail(a, b, x, y)?;
        Some((lower, 1.0 - lower))
    } else {
        let upper = near_tail(b, a, y, x)?;
        Some((1.0 - upper, upper))
    }
}

/// P(X ≤ x) for x below about the mean.
fn near_tail(a: f64, b: f64, x: f64, y: f64) -> Option<f64> {
    let n = a + b;
    let scale = (a / n * b / std::f64::consts::TAU).sqrt();
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    let fraction = continued_fraction(a, b, x)?;
    Some((scale * exponent.exp() * fraction / a).min(1.0))
}

/// δ(z) = ln Γ(z + 1) − (z + ½)·ln z + z − ½·ln 2π.
pub(super) fn stirling_error(z: f64) -> f64 {
    // The series ends with an error below 1e-16 from 16 on; below, by recursion.
    let mut shift = 0.0;
    let mut z = z;
    while z < 16.0 {
        shift += (z + 0.5) * (1.0 / z).ln_1p() - 1.0;
        z += 1.0;
    }
    let s = 1.0 / (z * z);
    let series = 1.0 / 12.0
        - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s * (1.0 / 1188.0))));
    series / z + shift
}

/// D(u, w) = u·ln(u/w) + w − u, to a relative error of some ten ε.
pub(super) fn deviance(u: f64, w: f64) -> f64 {
    let difference = u - w;
    let sum = u + w;
    if difference.abs() >= 0.1 * sum {
        return u * (u / w).ln() - difference;
    }
    // ln(u/w) = 2·artanh(t) with t = (u − w)/(u + w): the linear term cancels in closed
    // form, and every further term is positive or of one sign.
    let t = difference / sum;
    let (mut total, mut power) = (difference * t, 2.0 * u * t);
    for k in 1..60 {
        power *= t * t;
        let next = total + power / f64::from(2 * k + 1);
        if next == total {
            break;
        }
        total = next;
    }
    total
}

/// DLMF 8.17.22 by Lentz's method as modified by Thompson and Barnett (1986).
fn continued_fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    let n = a + b;
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let kept = |v: f64| if v.abs() < tiny { tiny } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / kept(1.0 - n * x / (a + 1.0));
    let mut h = d;
    let most = STEPS + (STEPS_PER_ROOT * n.sqrt()) as usize;
    for step in 1..=most {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        h *= c * d;
        let odd = -(a + m) * (n + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            return Some(h);
        }
    }
    None
}
