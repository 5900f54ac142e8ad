//! What samples tell from zero.
//!
//! A direction from samples that do not tell their mean from zero is noise, and a ratio with
//! its length below the line has no interval. So a squared length must be a few of its
//! standard errors from zero before anything is divided by it, and so must the squared
//! length of every combination of objectives whose Gram matrix is inverted.

use nalgebra::{DMatrix, DVector};

use super::mean_gram::{MeanGram, Weight};
use crate::error::SamplesNeeded;
use crate::linalg::jacobi;
use crate::{Error, Evidence, tolerance};

/// A mean counts as resolved when its unbiased squared length is so many standard errors
/// from zero. At three, the relative variance of the denominator of τ is at most 1/9, and
/// its interval is bounded up to a confidence of 99.7 %.
pub(crate) const RESOLVED: f64 = 3.0;

/// A squared length in standard errors from zero. Without any noise it is infinite, unless
/// there is no length either.
fn in_errors(squared: f64, variance: f64) -> f64 {
    if squared == 0.0 {
        return 0.0;
    }
    squared / variance.sqrt()
}

/// What an objective is called in errors: an argument of its own, or an entry of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role {
    argument: &'static str,
    /// How many objectives it has.
    count: usize,
}

impl Role {
    pub(crate) const fn one(argument: &'static str) -> Self {
        Self { argument, count: 1 }
    }

    pub(crate) const fn two(argument: &'static str) -> Self {
        Self { argument, count: 2 }
    }

    pub(crate) const fn rest(argument: &'static str) -> Self {
        Self {
            argument,
            count: usize::MAX,
        }
    }
}

/// Every sampled objective must be told from zero. The roles are those of the objectives in
/// order.
pub(crate) fn resolve(
    gram: &MeanGram,
    objectives: &[Evidence<'_>],
    roles: &[Role],
) -> Result<(), Error> {
    let size = objectives.len();
    let weights: Vec<Weight> = (0..size).map(|i| MeanGram::entry(size, i, i)).collect();
    let spread = gram.spread(&weights);
    for (i, objective) in objectives.iter().enumerate() {
        let Some(units) = objective.units() else {
            continue;
        };
        let squared = gram.value()[(i, i)];
        let (mut role, mut index) = (0, i);
        while index >= roles[role].count {
            index -= roles[role].count;
            role += 1;
        }
        let degenerate = spread.degenerate[(i, i)].max(0.0);
        told(&Square {
            argument: roles[role].argument,
            index,
            units,
            squared,
            linear: (spread.jackknife[(i, i)] - 2.0 * degenerate).max(0.0),
            quadratic: degenerate,
        })?;
    }
    gram.balanced()
}

/// An unbiased squared length, with the parts of its variance of order 1/n and 1/n².
pub(crate) struct Square {
    pub(crate) argument: &'static str,
    pub(crate) index: usize,
    pub(crate) units: usize,
    pub(crate) squared: f64,
    pub(crate) linear: f64,
    pub(crate) quadratic: f64,
}

/// It must be told from zero.
pub(crate) fn told(of: &Square) -> Result<(), Error> {
    let ratio = in_errors(of.squared, of.linear + of.quadratic);
    if ratio >= RESOLVED {
        return Ok(());
    }
    Err(Error::Undersampled {
        argument: of.argument,
        index: of.index,
        units: of.units,
        ratio,
        required: RESOLVED,
        needed: needed(of.squared, of.linear, of.quadratic, of.units),
    })
}

/// The n at which a squared length s is three standard errors, the variance being
/// a/n + b/n²: n² s² = 9 (a n + b).
fn needed(squared: f64, linear: f64, degenerate: f64, units: usize) -> SamplesNeeded {
    let n = units as f64;
    let (a, b) = (linear * n, degenerate * n * n);
    let error = (linear + degenerate).sqrt();
    let certain = squared > error;
    let s = if certain { squared } else { error };
    let q = RESOLVED * RESOLVED;
    let root = (q * a + (q * q * a * a + 4.0 * q * s * s * b).sqrt()) / (2.0 * s * s);
    let count = (root.ceil().min(1e15) as usize).max(units + 1);
    if certain {
        SamplesNeeded::About(count)
    } else {
        SamplesNeeded::MoreThan(count)
    }
}

/// The inverse of the Gram matrix among the objectives from `first` on, `argument` in errors.
///
/// # Errors
/// [`Error::Collinear`] where samples do not tell a combination from zero.
pub(crate) fn inverse(
    gram: &MeanGram,
    objectives: &[Evidence<'_>],
    first: usize,
    argument: &'static str,
) -> Result<DMatrix<f64>, Error> {
    let size = objectives.len();
    let p = size - first;
    let m = gram.value();
    let scale = DVector::from_fn(p, |j, _| m[(j + first, j + first)].sqrt().recip());
    let correlation =
        DMatrix::from_fn(p, p, |j, k| m[(j + first, k + first)] * scale[j] * scale[k]);
    let (values, vectors) = jacobi::symmetric_eigen(&correlation).ok_or(Error::NotConverged {
        algorithm: "the Jacobi eigenvalue iteration",
        rows: p,
        columns: p,
    })?;
    let cut = tolerance::eigenvalue::<f64>(p + 1) * values[p - 1];
    // Combinations of directions known exactly may vanish; the inverse leaves them out.
    let sampled = |u: &[f64]| {
        let parts = u.iter().zip(&objectives[first..]);
        let sampled = parts.filter(|(_, o)| o.units().is_some());
        sampled.map(|(x, _)| x * x).sum::<f64>() > tolerance::eigenvalue::<f64>(p + 1)
    };
    let weakest = (0..p).find(|&i| sampled(vectors.column(i).as_slice()));
    if let Some(i) = weakest {
        let u = vectors.column(i);
        let combination = Weight::from_fn(size, size, |j, k| {
            if j < first || k < first {
                return 0.0;
            }
            let (j, k) = (j - first, k - first);
            u[j] * scale[j] * u[k] * scale[k]
        });
        let variance = gram.spread(&[combination]).variance(0, &[1.0]);
        // Without noise the rounding of the eigenvalue decides.
        let squared = if values[i].abs() <= cut {
            0.0
        } else {
            values[i]
        };
        let ratio = in_errors(squared, variance);
        if ratio < RESOLVED {
            let mut order: Vec<usize> = (0..p).collect();
            order.sort_by(|&j, &k| u[k].abs().total_cmp(&u[j].abs()));
            return Err(Error::Collinear {
                argument,
                first: order[0],
                second: order[p.min(2) - 1],
                ratio,
                required: RESOLVED,
            });
        }
    }
    let mut inverse = DMatrix::zeros(p, p);
    for (&value, u) in values.iter().zip(vectors.column_iter()) {
        if value > cut {
            let u = u.component_mul(&scale);
            inverse += &u * u.transpose() / value;
        }
    }
    Ok(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16 units with s = 1, a = 16·v, b = 256·w: the first n with n² s² ≥ 9 (a n + b).
    #[test]
    fn the_samples_needed_solve_their_equation() {
        for (squared, linear, quadratic) in [
            (1.0, 0.5, 0.0),
            (1.0, 0.0, 0.5),
            (1.0, 0.3, 0.6),
            (0.2, 0.01, 0.02),
        ] {
            let SamplesNeeded::About(n) = needed(squared, linear, quadratic, 16) else {
                panic!("{squared} is above one standard error");
            };
            let short =
                |n: f64| 9.0 * (linear * 16.0 * n + quadratic * 256.0) - (n * squared).powi(2);
            assert!(
                short(n as f64) <= 1e-9 && short(n as f64 - 1.0) > 0.0,
                "{n}"
            );
        }
        // Below one standard error it is as if it were one: at least 9·16.
        let least = needed(0.1, 1.0, 0.0, 16);
        assert!(matches!(least, SamplesNeeded::MoreThan(144)), "{least:?}");
    }
}
