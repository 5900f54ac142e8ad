//! The signed overlap with one capability from samples, with an interval.
//!
//! ⟨v, c⟩ = A/√(s γ), with A = ⟨μ, ν⟩, s = ‖μ‖², γ = ‖ν‖². The root is the least of
//! ½(λ s + γ/λ) over λ > 0, attained at λ = √(γ/s); at that λ it is linear in the unbiased
//! inner products, and what the root adds is of second order and known:
//! E √(ŝ γ̂) ≈ √(s γ) (1 − Var(ŝ/s − γ̂/γ)/8). The interval inverts the test of
//! A − o √(s γ) = 0, as the one for τ does.

use nalgebra::{DMatrix, Matrix3};

use super::interval::two_sided;
use super::inversion::accepted;
use super::mean_gram::{Spread, floored};
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
/// let overlap = tax.overlaps()[0].clone();
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
    /// The covariance of what is in neither.
    quadratic: [[f64; 2]; 2],
    units: usize,
}

/// Unbiased A = ⟨μ, ν⟩, s = ‖μ‖² and γ = ‖ν‖², the squares told from zero.
pub(crate) struct Products {
    pub(crate) between: f64,
    pub(crate) squares: [f64; 2],
    /// The covariance of what in (A, s, γ) is quadratic in noise and in no functional; zero
    /// for inner products of means.
    pub(crate) quadratic: Matrix3<f64>,
}

impl OverlapEstimate {
    /// From the covariances of A, s and γ, which start at `first`.
    pub(crate) fn of(products: &Products, spread: &Spread, first: usize, units: usize) -> Self {
        let numerator = products.between;
        let [s, gamma] = products.squares;
        let remainder = DMatrix::from_fn(3, 3, |i, k| products.quadratic[(i, k)]);
        let shares = [0.0, s.recip(), -gamma.recip()];
        let imbalance = spread.variance(first, &shares) + form(&remainder, 0, &shares, &shares);
        let denominator = (s * gamma).sqrt() * (1.0 + imbalance / 8.0);
        // A, and √(s γ) at its λ.
        let lambda = (gamma / s).sqrt();
        let linear = [[1.0, 0.0, 0.0], [0.0, 0.5 * lambda, 0.5 / lambda]];
        let block = |a: &DMatrix<f64>, from| linear.map(|x| linear.map(|y| form(a, from, &x, &y)));
        let jackknife = block(&spread.jackknife, first);
        let degenerate = block(&spread.degenerate, first);
        let quadratic = block(&remainder, 0);
        let square = denominator * denominator;
        let relative = (floored(jackknife[1][1], degenerate[1][1]) + quadratic[1][1]) / square;
        let joint = (jackknife[0][1] - degenerate[0][1] + quadratic[0][1]) / square;
        Self {
            value: numerator / denominator * (1.0 - relative) + joint,
            numerator,
            denominator,
            jackknife,
            degenerate,
            quadratic,
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
        Interval::between(lower, upper, confidence)
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
        floored(form(&self.jackknife), form(&self.degenerate)) + form(&self.quadratic)
    }
}

/// xᵀ a y over the rows and columns of a from `first` on.
fn form(a: &DMatrix<f64>, first: usize, x: &[f64], y: &[f64]) -> f64 {
    let rows = x.iter().enumerate().flat_map(|(i, &x)| {
        let row = y.iter().enumerate();
        row.map(move |(k, &y)| x * y * a[(first + i, first + k)])
    });
    rows.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is quadratic in noise is uncertainty like any other: the estimate is that of the sum of both covariances,
    /// where nothing of the first is counted twice.
    #[test]
    fn both_covariances_count_alike() {
        let root = Matrix3::new(0.3, 0.1, -0.2, 0.1, 0.4, 0.1, -0.1, 0.2, 0.25);
        let more = Matrix3::new(0.2, -0.1, 0.3, 0.15, 0.1, 0.0, 0.3, -0.2, 0.1);
        let (linear, quadratic) = (root * root.transpose(), more * more.transpose());
        let of = |linear: Matrix3<f64>, quadratic| {
            let products = Products {
                between: 1.5,
                squares: [2.0, 3.0],
                quadratic,
            };
            let spread = Spread {
                jackknife: DMatrix::from_column_slice(3, 3, linear.as_slice()),
                degenerate: DMatrix::zeros(3, 3),
            };
            OverlapEstimate::of(&products, &spread, 0, 12)
        };
        let apart = of(linear, quadratic);
        let together = of(linear + quadratic, Matrix3::zeros());
        let close = tolerance::closed_form::<f64>();
        assert!((apart.value() - together.value()).abs() <= close);
        assert!((apart.standard_error() - together.standard_error()).abs() <= close);
        for overlap in [-1.0, 0.0, 0.3] {
            let p = |of: &OverlapEstimate| of.p_value(overlap).expect("a cosine");
            assert!((p(&apart) - p(&together)).abs() <= close);
        }
        let level = Confidence::NINETY_FIVE;
        let width = |of: &OverlapEstimate| of.interval(level).width();
        assert!((width(&apart) - width(&together)).abs() <= close);
    }
}
