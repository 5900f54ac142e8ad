//! The singular value above which signal outweighs noise.
//!
//! The singular values of a matrix of independent noise do not scatter: after scaling,
//! their squares fill the interval of the Marchenko–Pastur law, and in between is a median
//! that is a function of the shape alone. So the median of measured singular values
//! tells the unknown level of the noise, as long as most of them are noise, and the
//! optimal threshold is a multiple ω of it.
//!
//! With r = √β and x = 1 + r² − 2r·cos φ the law has the density
//! (2/π)·sin²φ/(1 + r² − 2r·cos φ) in φ ∈ [0, π]. Its kernel is the generating function
//! sin φ/(1 + r² − 2r·cos φ) = Σ rᵏ·sin (k+1)φ, so that the distribution function is elementary
//! and the median takes no quadrature.

use std::f64::consts::PI;

use super::check;
use crate::Error;

/// Halvings of [0, π] after which two neighbouring f64 are left.
const HALVINGS: usize = 60;

/// ω(β), the optimal hard threshold for singular values in units of their median, the
/// noise being unknown.
///
/// $$ \omega(\beta) = \frac{\lambda(\beta)}{\sqrt{\mu_\beta}}, \qquad \lambda(\beta) = \sqrt{2(\beta + 1) + \frac{8\beta}{(\beta + 1) + \sqrt{\beta^2 + 14\beta + 1}}} $$
///
/// # Units and shapes
/// β = min(d, k)/max(d, k) ∈ (0, 1] for a d × k matrix; μ is the median of the
/// Marchenko–Pastur law of that ratio.
///
/// # Accuracy
/// 16ε relative; the cubic approximation of the paper, eq. 5, is off by up to 0.02.
///
/// # Errors
/// [`Error::OutOfRange`] for a ratio outside (0, 1].
///
/// # References
/// Gavish & Donoho (2014), *The optimal hard threshold for singular values is 4/√3*, IEEE
/// Trans. Inf. Theory 60, eq. 11 for λ, eq. 5 for what approximates ω; Marchenko & Pastur
/// (1967).
///
/// # Examples
/// ```
/// use alignment_tax::linalg::hard_threshold;
///
/// assert!((hard_threshold(1.0_f64)? - 2.8584).abs() < 1e-4);
/// // A matrix far longer than wide: the noise is at one level.
/// assert!((hard_threshold(1e-9)? - 2.0_f64.sqrt()).abs() < 1e-8);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
pub fn hard_threshold(aspect: f64) -> Result<f64, Error> {
    check::scalar("aspect", aspect, "a ratio of sides in (0, 1]", |x| {
        x > 0.0 && x <= 1.0
    })
    .map(of_aspect)
}

/// ω for a ratio in (0, 1].
pub(super) fn of_aspect(beta: f64) -> f64 {
    let root = (beta * beta + 14.0 * beta + 1.0).sqrt();
    let square = 2.0 * (beta + 1.0) + 8.0 * beta / (beta + 1.0 + root);
    (square / median(beta)).sqrt()
}

/// The median of the Marchenko–Pastur law.
fn median(beta: f64) -> f64 {
    let r = beta.sqrt();
    let (mut low, mut high) = (0.0, PI);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if below(r, middle) < 0.5 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let half_sine = (0.25 * (low + high)).sin();
    // 1 + r² − 2r·cos φ without the cancellation.
    (1.0 - r).powi(2) + 4.0 * r * half_sine * half_sine
}

/// The share of the law below φ.
///
/// $$ \pi F = \varphi + r \sin\varphi - (1 - r^2) \sum_{k \ge 2} \frac{r^{k-2}}{k} \sin k\varphi $$
fn below(r: f64, phi: f64) -> f64 {
    // Σ_{k ≥ 1} rᵏ·sin(kφ)/k is the argument of 1/(1 − r·e^{iφ}). What cancels for small r costs
    // ε/r of φ, and the median, which lies within 2r of 1, no more than some ε.
    let sine = r * phi.sin();
    let tail = (sine.atan2(1.0 - r * phi.cos()) - sine) / (r * r);
    (phi + sine - (1.0 - r * r) * tail) / PI
}
