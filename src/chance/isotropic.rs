//! The isotropic null: a direction that knows nothing of the coordinates.
//!
//! If v is uniform on the unit sphere of R^d, then ‖Pv‖² is a ratio of sums of squares
//! of normal numbers, m of them over all d, and so Beta distributed. Every number here is
//! exact to rounding; what may be wrong is the assumption. Activations are far from
//! isotropic, and two of their directions overlap by chance much more than m/d: a small
//! p-value of this null says that a rate is not that of a random vector of
//! numbers, which hardly anybody claimed (theory §2.2 has the null to use).

use crate::linalg::check;
use crate::special::beta;
use crate::{Error, ObservedRate, Real, Subspace, tolerance};

/// The law of τ for a direction uniform on the sphere of R^d, against any fixed
/// subspace of dimension m.
///
/// $$ \tau \sim \mathrm{Beta}\left(\frac m2, \frac{d - m}2\right), \qquad E \tau = \frac md $$
///
/// For m = 0 it is the point mass at 0, and for m = d the one at 1. A rate that differs from
/// such a point by no more than the rounding of its scalar
/// ([`tolerance::orthonormality`]) is at it.
///
/// # Accuracy
/// Probabilities have a relative error of at most
/// [`tolerance::beta_tail`], down to 1e-300 in both
/// tails, for a point given to its own full precision. The probability itself changes by
/// up to d/(2·min(τ, 1 − τ)) times a change of τ, so that a τ which was
/// rounded near 1 has a p-value no better than that.
///
/// # References
/// Theory §2.1; Absil, Edelman & Koev (2006), *On the largest principal angle between
/// random subspaces*; DLMF 8.17; Loader (2000) for the evaluation.
///
/// # Examples
/// ```
/// use alignment_tax::IsotropicNull;
///
/// // Eight capability directions in 4096 dimensions, and a rate of 1 %.
/// let null = IsotropicNull::new(4096, 8)?;
/// assert!((null.mean() - 8.0 / 4096.0).abs() < 1e-18);
/// assert!(null.p_entangled(0.01)? < 1e-4);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IsotropicNull {
    d: usize,
    m: usize,
}

impl IsotropicNull {
    /// The null of a subspace of dimension m in R^d.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for d outside 1..2³² or m > d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, IsotropicNull};
    ///
    /// let error = IsotropicNull::new(3, 4).unwrap_err();
    /// assert!(matches!(error, Error::OutOfBounds { argument: "m", most: 3, actual: 4, .. }));
    /// ```
    pub fn new(d: usize, m: usize) -> Result<Self, Error> {
        let most = u32::MAX as usize;
        if d == 0 || d > most {
            return Err(Error::OutOfBounds {
                argument: "d",
                least: 1,
                most,
                actual: d,
                advice: "it is the dimension of the representation space",
            });
        }
        if m > d {
            return Err(Error::OutOfBounds {
                argument: "m",
                least: 0,
                most: d,
                actual: m,
                advice: "a subspace has no more dimensions than its space",
            });
        }
        Ok(Self { d, m })
    }

    /// The null of this capability subspace, of which only the dimensions matter.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{IsotropicNull, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 2.0; 3.0])?;
    /// assert_eq!(IsotropicNull::of(&c)?, IsotropicNull::new(3, 1)?);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn of<T: Real>(capabilities: &Subspace<T>) -> Result<Self, Error> {
        Self::new(capabilities.ambient_dimension(), capabilities.dimension())
    }

    /// d, the dimension of the space.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// assert_eq!(IsotropicNull::new(10, 2)?.ambient_dimension(), 10);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.d
    }

    /// m, the dimension of the subspace.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// assert_eq!(IsotropicNull::new(10, 2)?.dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.m
    }

    /// m/d, the mean of τ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// assert_eq!(IsotropicNull::new(10, 2)?.mean(), 0.2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.m as f64 / self.d as f64
    }

    /// P(τ* ≤ τ).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1]; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// // Two of four dimensions: τ is uniform.
    /// assert!((IsotropicNull::new(4, 2)?.cdf(0.3)? - 0.3).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn cdf(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        self.both(tau.into()).map(|(at_most, _)| at_most)
    }

    /// P(τ* > τ), not as 1 minus a rounded number.
    ///
    /// # Errors
    /// As [`cdf`](Self::cdf).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// // The point mass at 0 has nothing above it.
    /// assert_eq!(IsotropicNull::new(4, 0)?.survival(0.0)?, 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn survival(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        let (at_most, at_least) = self.both(tau.into())?;
        Ok(if self.is_point() {
            1.0 - at_most
        } else {
            at_least
        })
    }

    /// P(τ* ≥ τ): how often a random direction is at least as entangled.
    ///
    /// # Errors
    /// As [`cdf`](Self::cdf).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// // d = 3, m = 1: P = 1 − √τ.
    /// assert!((IsotropicNull::new(3, 1)?.p_entangled(0.81)? - 0.1).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn p_entangled(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        self.both(tau.into()).map(|(_, at_least)| at_least)
    }

    /// P(τ* ≤ τ): how often a random direction is at least as free. The
    /// same number as [`cdf`](Self::cdf).
    ///
    /// # Errors
    /// As [`cdf`](Self::cdf).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// assert!((IsotropicNull::new(3, 1)?.p_freer(0.01)? - 0.1).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn p_freer(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        self.cdf(tau)
    }

    /// Twice the smaller of [`p_entangled`](Self::p_entangled) and
    /// [`p_freer`](Self::p_freer), at most 1.
    ///
    /// # Errors
    /// As [`cdf`](Self::cdf).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// assert!((IsotropicNull::new(4, 2)?.two_sided(0.99)? - 0.02).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn two_sided(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        let (at_most, at_least) = self.both(tau.into())?;
        Ok((2.0 * at_most.min(at_least)).min(1.0))
    }

    /// The τ that a random direction stays below with this probability.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a probability outside [0, 1]; [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// The point at which the computed distribution function passes the
    /// probability, to the last bit of τ or, above ½, of 1 − τ before it is taken
    /// from 1: by bisection of the representable numbers, at most 64 steps.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// let null = IsotropicNull::new(576, 10)?;
    /// let high = null.quantile(0.95)?;
    /// assert!((null.p_entangled(high)? - 0.05).abs() < 1e-12);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn quantile(&self, probability: f64) -> Result<f64, Error> {
        check::scalar("probability", probability, "a number in [0, 1]", |p| {
            (0.0..=1.0).contains(&p)
        })?;
        if self.m == 0 || probability == 0.0 && self.m < self.d {
            return Ok(0.0);
        }
        if self.m == self.d || probability == 1.0 {
            return Ok(1.0);
        }
        let (a, b) = self.parameters();
        let (x, _) = beta::quantile(a, b, probability).ok_or_else(|| self.not_converged())?;
        Ok(x)
    }

    /// (τ − m/d)/(1 − m/d): 0 at the chance level, 1 at full entanglement, negative
    /// where a direction is freer than chance.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1]; [`Error::OutOfBounds`] for m = d,
    /// where chance is full entanglement and nothing can exceed it.
    ///
    /// # Accuracy
    /// [`tolerance::closed_form`] relative to max(τ, m/d)·d/(d − m); above τ = ½ the
    /// distance from 1 has that relative error.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::IsotropicNull;
    ///
    /// let null = IsotropicNull::new(10, 5)?;
    /// assert_eq!(null.corrected(0.75)?, 0.5);
    /// assert_eq!(null.corrected(0.5)?, 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn corrected(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        let observed = tau.into().checked()?;
        let (x, y) = (observed.tau, observed.complement);
        if self.m == self.d {
            return Err(Error::OutOfBounds {
                argument: "m",
                least: 0,
                most: self.d - 1,
                actual: self.m,
                advice: "the whole space taxes everything fully, so nothing is above chance",
            });
        }
        let (d, m) = (self.d as f64, self.m as f64);
        Ok(if x <= 0.5 {
            (d * x - m) / (d - m)
        } else {
            1.0 - y * (d / (d - m))
        })
    }

    /// All of its mass is at one point.
    fn is_point(&self) -> bool {
        self.m == 0 || self.m == self.d
    }

    /// P(τ* ≤ τ) and P(τ* ≥ τ).
    fn both(&self, observed: ObservedRate) -> Result<(f64, f64), Error> {
        let observed = observed.checked()?;
        if !self.is_point() {
            return self.tails(observed.tau, observed.complement);
        }
        let rounding = tolerance::orthonormality::<f64>(self.d) / f64::EPSILON * observed.epsilon;
        Ok(if self.m == 0 {
            let at_point = observed.tau <= rounding;
            (1.0, if at_point { 1.0 } else { 0.0 })
        } else {
            let at_point = observed.complement <= rounding;
            (if at_point { 1.0 } else { 0.0 }, 1.0)
        })
    }

    /// P(τ* ≤ x) and P(τ* ≥ x) for 0 < m < d.
    fn tails(&self, x: f64, y: f64) -> Result<(f64, f64), Error> {
        let (a, b) = self.parameters();
        // The larger of the two follows from the smaller, which has the digits.
        let (x, y) = if x <= y { (x, 1.0 - x) } else { (1.0 - y, y) };
        beta::tails(a, b, x, y).ok_or_else(|| self.not_converged())
    }

    /// m/2 and (d − m)/2.
    fn parameters(&self) -> (f64, f64) {
        (self.m as f64 / 2.0, (self.d - self.m) as f64 / 2.0)
    }

    fn not_converged(&self) -> Error {
        Error::NotConverged {
            algorithm: "the continued fraction of the incomplete beta function (m dimensions of d)",
            rows: self.d,
            columns: self.m,
        }
    }
}
