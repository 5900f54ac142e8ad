//! The signed overlap with one capability from samples, with an interval.
//!
//! ⟨v, c⟩ = A/√(s γ), with A = ⟨μ, ν⟩, s = ‖μ‖², γ = ‖ν‖². The root is the least of
//! ½(λ s + γ/λ) over λ > 0, attained at λ = √(γ/s); at that λ it is linear in the unbiased
//! inner products, and what the root adds is of second order and known:
//! E √(ŝ γ̂) ≈ √(s γ) (1 − Var(ŝ/s − γ̂/γ)/8). The interval inverts the test of
//! A − o √(s γ) = 0, as the one for τ does.

use nalgebra::DMatrix;

use super::estimate::accepted;
use crate::estimate::{Spread, Weight, floored, two_sided};
use crate::linalg::check;
use crate::{Confidence, Error, Interval, tolerance};

/// ⟨v, c⟩ estimated from samples: negative is a tax, positive a synergy (theory §1.3).
///
/// $$ \hat o = \frac{A}{\sqrt{s \gamma}} $$
///
/// with $A$, $s$, $\gamma$ unbiased estimates of $\langle \mu, \nu \rangle$,
/// $\lVert \mu \rVert^2$, $\lVert \nu \rVert^2$, corrected for the noise in the root and
/// in the ratio.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, Evidence, Samples, TaxEstimate};
/// use nalgebra::dmatrix;
///
/// let safety = Samples::new(&dmatrix![-2.1_f64, 0.9; -1.9, 1.1; -2.0, 1.0; -2.2, 0.8])?;
/// let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1])?;
/// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)])?;
/// let overlap = &tax.overlaps()[0];
/// println!("{:+.3} {:+.3}", overlap.value(), overlap.interval(Confidence::NINETY_FIVE));
/// assert!(overlap.p_value(0.0)? < 0.01, "the sign is not an accident of sampling");
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OverlapEstimate {
    value: f64,
    /// A and √(s γ).
    numerator: f64,
    denominator: f64,
    /// Jackknife and degenerate covariances of the two.
    jackknife: [[f64; 2]; 2],
    degenerate: [[f64; 2]; 2],
    units: usize,
}

/// The linear functionals that an overlap needs.
pub(super) struct Functional;

impl Functional {
    /// A; √(s γ) at its λ; ŝ/s − γ̂/γ. Objective 0 against objective j.
    pub(super) fn weights(m: &DMatrix<f64>, j: usize) -> [Weight; 3] {
        let size = m.nrows();
        let (s, gamma) = (m[(0, 0)], m[(j, j)]);
        let lambda = (gamma / s).sqrt();
        let mut product = Weight::zeros(size, size);
        product[(0, j)] = 0.5;
        product[(j, 0)] = 0.5;
        let mut root = Weight::zeros(size, size);
        root[(0, 0)] = 0.5 * lambda;
        root[(j, j)] = 0.5 / lambda;
        let mut imbalance = Weight::zeros(size, size);
        imbalance[(0, 0)] = s.recip();
        imbalance[(j, j)] = -gamma.recip();
        [product, root, imbalance]
    }
}

impl OverlapEstimate {
    /// From the covariances of [`Functional::weights`], which start at `first`.
    pub(super) fn of(
        m: &DMatrix<f64>,
        j: usize,
        spread: &Spread,
        first: usize,
        units: usize,
    ) -> Self {
        let numerator = m[(0, j)];
        let imbalance = spread.variance(first + 2, &[1.0]);
        let denominator = (m[(0, 0)] * m[(j, j)]).sqrt() * (1.0 + imbalance / 8.0);
        let block = |a: &DMatrix<f64>| {
            std::array::from_fn(|i| std::array::from_fn(|k| a[(first + i, first + k)]))
        };
        let relative = spread.variance(first + 1, &[1.0]) / (denominator * denominator);
        let joint = spread.covariance(first, first + 1) / (denominator * denominator);
        Self {
            value: numerator / denominator * (1.0 - relative) + joint,
            numerator,
            denominator,
            jackknife: block(&spread.jackknife),
            degenerate: block(&spread.degenerate),
            units,
        }
    }

    /// The estimate. Like [`TaxEstimate::value`](crate::TaxEstimate::value), it is not
    /// forced into its range, here [−1, 1].
    ///
    /// # Examples
    /// See [`OverlapEstimate`].
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard error of the estimate.
    ///
    /// # Examples
    /// See [`OverlapEstimate`].
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.variance(self.value.clamp(-1.0, 1.0)).sqrt() / self.denominator
    }

    /// A confidence interval, within [−1, 1].
    ///
    /// # Accuracy
    /// Simulated coverage: `docs/calibration.md`.
    ///
    /// # Examples
    /// See [`OverlapEstimate`].
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> Interval {
        let t = confidence.standard_errors(self.units);
        let inside = |overlap: f64| {
            let difference = self.numerator - overlap * self.denominator;
            difference * difference <= t * t * self.variance(overlap)
        };
        let ratio = self.numerator / self.denominator;
        let (lower, upper) = accepted(-1.0, 1.0, ratio, inside);
        Interval::of(lower, upper, confidence)
    }

    /// The two-sided p-value of the hypothesis that the overlap is o; at o = 0, that
    /// safety neither taxes nor helps this capability.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside [−1, 1].
    ///
    /// # Examples
    /// See [`OverlapEstimate`].
    pub fn p_value(&self, overlap: f64) -> Result<f64, Error> {
        check::scalar("overlap", overlap, "a cosine in [−1, 1]", |x| {
            (-1.0..=1.0).contains(&x)
        })?;
        let difference = self.numerator - overlap * self.denominator;
        let rounding = tolerance::closed_form::<f64>() * self.denominator;
        Ok(two_sided(
            difference,
            rounding,
            self.variance(overlap),
            self.units,
        ))
    }

    /// The variance of A − o √(s γ).
    fn variance(&self, overlap: f64) -> f64 {
        let form = |a: &[[f64; 2]; 2]| {
            a[0][0] - overlap * (a[0][1] + a[1][0]) + overlap * overlap * a[1][1]
        };
        floored(form(&self.jackknife), form(&self.degenerate))
    }
}
