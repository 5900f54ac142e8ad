//! Both tails of the Beta law, to nearly full relative accuracy down to the smallest
//! numbers, and its quantiles.
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
//! formed as 1 minus something; the other one is, and for a, b ≥ ½ it is at least 0.08. Below
//! ½, where fractional numbers of directions lead, nearly all mass may be at one
//! end: there the tail beyond is good to ε in absolute terms only.

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

/// The point x, with y = 1 − x, that X stays below with probability p, 0 < p < 1; `None` if a
/// continued fraction does not converge.
///
/// The point at which the computed distribution function passes p, to the last bit of the
/// smaller of x and y: by bisection of the representable numbers, at most 64 steps.
pub(crate) fn quantile(a: f64, b: f64, p: f64) -> Option<(f64, f64)> {
    let rest = 1.0 - p;
    // Which tail falls short of its share of probability decides; the smaller share is the
    // one with all its digits.
    let is_above = |(lower, upper): (f64, f64)| {
        if p <= 0.5 { lower >= p } else { upper <= rest }
    };
    if is_above(tails(a, b, 0.5, 0.5)?) {
        let x = first(|x| tails(a, b, x, 1.0 - x).map(is_above))?;
        Some((x, 1.0 - x))
    } else {
        // In y the order is reversed: the first y that is no longer above.
        let y = first(|y| tails(a, b, 1.0 - y, y).map(|t| !is_above(t)))?;
        Some((1.0 - y, y))
    }
}

/// The smallest number in (0, ½] for which a monotone predicate holds, ½ if for no
/// smaller one, by bisection of the bits, which are in the order of the numbers.
fn first(holds: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    let (mut below, mut reached) = (0_u64, 0.5_f64.to_bits());
    while reached - below > 1 {
        let middle = below + (reached - below) / 2;
        if holds(f64::from_bits(middle))? {
            reached = middle;
        } else {
            below = middle;
        }
    }
    Some(f64::from_bits(reached))
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
        // The reciprocal of the smallest numbers overflows.
        let growth = if z < f64::EPSILON {
            -z.ln()
        } else {
            (1.0 / z).ln_1p()
        };
        shift += (z + 0.5) * growth - 1.0;
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
        // Where u/w vanishes, so does u times its logarithm beside w.
        let ratio = (u / w).max(f64::MIN_POSITIVE);
        return u * ratio.ln() - difference;
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

/// DLMF 8.17.22 by Lentz's method, for x up to (a + 1)/(n + 2).
///
/// No denominator comes near zero. As long as m < b the even coefficients are positive and
/// the odd ones above −1. From m ≥ b − 1 on all are −g(1 − g′)x, g and g′ neighbours among
/// m/(a + 2m) and (n + m)/(a + 2m + 1), which are then at most 1: a chain sequence, whose
/// denominators are at least 1 − gx (Wall 1948, §19).
fn continued_fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    let n = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / (1.0 - n * x / (a + 1.0));
    let mut h = d;
    let most = STEPS + (STEPS_PER_ROOT * n.sqrt()) as usize;
    for step in 1..=most {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        h *= c * d;
        let odd = -(a + m) * (n + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            return Some(h);
        }
    }
    None
}
