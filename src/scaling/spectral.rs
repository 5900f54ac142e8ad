//! The spectral bound: the packing part of a tax between two multiples of the overlaps.
//!
//! Let P be the projector onto the span of the intrinsic directions, r = v − Pv, ‖r‖² = 1 − τ_I,
//! and b_j = ⟨r, c_j⟩ for the incidental directions. These add to the span what D = (I − P)C_J
//! spans, so the packing residual is R = τ − τ_I = ‖P_D r‖² = bᵀS⁻¹b, where b = Dᵀr and S = DᵀD
//! is the Schur complement of the intrinsic block in the Gram matrix G of all m directions.
//! S⁻¹ is the incidental block of G⁻¹. By Cauchy's interlacing its eigenvalues lie between the
//! smallest and the largest of G⁻¹, hence
//!
//!   ‖b‖²/λ_max ≤ R ≤ ‖b‖²/λ_min.
//!
//! Compared with the coherence bound, μ enters nowhere: m'μ² has become ‖b‖², a sum instead of
//! m' times its largest term, and 1 ± mμ the eigenvalues that Gershgorin's theorem estimates by
//! them. Of m random directions the eigenvalues are close to (1 ± √(m/d))², whereas mμ is of
//! size m·√(log m/d): with d = 4096 the second bound ends before m = 32 and this one goes on to
//! thousands. R ≥ 0 always, as more capabilities never tax less.

use crate::linalg::{check, reduce};
use crate::tolerance;
use crate::{
    Direction, Error, ObservedRate, RankRule, Real, ResidualBound, Subspace, TaxRate, Vacuity,
};

use super::coherence::columns;

/// The bounds on the packing residual R = τ − τ_I by the extreme eigenvalues of the Gram
/// matrix of all capability directions.
///
/// $$ \frac{\lVert b \rVert^2}{\lambda_{\max}} \le R \le \frac{\lVert b \rVert^2}{\lambda_{\min}}, \qquad b_j = \langle v - P_I v, c_j \rangle $$
///
/// over the incidental directions. Nothing is assumed of the directions; the upper bound is
/// vacuous where they are linearly dependent, or where it is not below 1 − τ_I.
///
/// Where all directions are at hand τ itself can be computed. The bound is for when
/// they are too many, and eigenvalues come from an iterative method, and to see
/// by what the residual is controlled.
///
/// # Units and shapes
/// Numbers without unit.
///
/// # Accuracy
/// [`measured`](Self::measured): ‖b‖² and both eigenvalues to 16ε·√d·κ relative, κ² = λ_max/λ_min.
///
/// # References
/// Theory §7.2; Horn & Johnson (2013), Thm. 4.3.28 (interlacing), §0.8.5 (Schur complement).
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, ResidualBound, SpectralBound};
///
/// let v = Direction::from_slice(&[0.6_f64, 0.0, 0.8])?;
/// let persuasion = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let poetry = Direction::from_slice(&[0.6_f64, 0.64, 0.48])?;
/// let bound = SpectralBound::measured(&v, &[persuasion], &[poetry])?;
/// // ‖b‖² = (0.8·0.48)², and the eigenvalues are 1 ± 0.6.
/// let ResidualBound::Within { lower, upper } = bound.verdict() else { panic!() };
/// assert!((lower - 0.147456 / 1.6).abs() < 1e-15);
/// assert!((upper - 0.147456 / 0.4).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpectralBound {
    /// 1 − τ_I.
    free: f64,
    /// ‖b‖².
    overlap: f64,
    smallest: f64,
    largest: f64,
}

impl SpectralBound {
    /// The bound for an intrinsic tax τ_I, the sum ‖b‖² of squared overlaps of v − P_I v with
    /// the incidental directions, and the extreme eigenvalues of G.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ_I outside [0, 1], unless 0 ≤ λ_min ≤ λ_max and 0 < λ_max, and
    /// for a ‖b‖² below 0 or above λ_max·(1 − τ_I), which no directions have.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ResidualBound, SpectralBound};
    ///
    /// // 512 random directions in 4096 dimensions: eigenvalues (1 ± √(1/8))².
    /// let bound = SpectralBound::new(0.1, 0.9 / 8.0, 0.418, 1.832)?;
    /// let ResidualBound::Within { lower, upper } = bound.verdict() else { panic!() };
    /// assert!(lower > 0.06 && upper < 0.27);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(
        intrinsic: impl Into<ObservedRate>,
        overlap: f64,
        smallest: f64,
        largest: f64,
    ) -> Result<Self, Error> {
        let intrinsic = intrinsic.into();
        check::scalar("intrinsic", intrinsic.tau, "a tax rate in [0, 1]", |tau| {
            (0.0..=1.0).contains(&tau)
        })?;
        check::scalar("smallest", smallest, "an eigenvalue from 0 up", |x| {
            x >= 0.0
        })?;
        check::scalar(
            "largest",
            largest,
            "an eigenvalue above 0 and not below `smallest`",
            |x| x > 0.0 && x >= smallest,
        )?;
        let most = largest * intrinsic.complement * (1.0 + tolerance::closed_form::<f64>());
        check::scalar(
            "overlap",
            overlap,
            "a sum of squares from 0 to `largest`·(1 − τ_I)",
            |x| x >= 0.0 && x <= most,
        )?;
        Ok(Self {
            free: intrinsic.complement,
            overlap,
            smallest,
            largest,
        })
    }

    /// The bound with τ_I, b and the eigenvalues as they are for given directions.
    ///
    /// # Errors
    /// [`Error::Empty`] for no incidental direction; [`Error::DimensionMismatch`];
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, ResidualBound, SpectralBound, Vacuity};
    ///
    /// // The same direction twice has no smallest eigenvalue to divide by.
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let bound = SpectralBound::measured(&v, &[], &[c.clone(), c])?;
    /// assert_eq!(bound.verdict(), ResidualBound::Vacuous(Vacuity::Dependent));
    /// // From below it holds: 2·0.36/2.
    /// assert!((bound.at_least() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn measured<T: Real>(
        safety: &Direction<T>,
        intrinsic: &[Direction<T>],
        incidental: &[Direction<T>],
    ) -> Result<Self, Error> {
        let all = columns(safety, intrinsic, incidental)?.map(T::to_double);
        let (d, m) = all.shape();
        let k = intrinsic.len();
        let v = Direction::new(&safety.as_vector().map(T::to_double))?;
        let (rest, free) = if k == 0 {
            (v.as_vector().clone(), 1.0)
        } else {
            let span = Subspace::from_columns(all.columns(0, k))?;
            let rate = TaxRate::between(&v, &span)?;
            (span.reject(v.as_vector())?, rate.complement())
        };
        let overlaps: Vec<f64> = (k..m)
            .map(|j| reduce::dot(all.column(j).as_slice(), rest.as_slice()))
            .collect();
        // Directions that were rounded to T depend on each other to T's rounding. Unit
        // columns are not rescaled, so that these singular values are the roots of G's.
        let rule = RankRule::Relative(tolerance::rank::<T>(d, m).to_double());
        let span = Subspace::from_columns_with(&all, rule)?;
        let sigma = span.singular_values();
        let last = if span.dimension() == m {
            sigma[m - 1]
        } else {
            0.0
        };
        Ok(Self {
            free,
            overlap: reduce::dot(&overlaps, &overlaps),
            smallest: last * last,
            largest: sigma[0] * sigma[0],
        })
    }

    /// λ_min of G, 0 where it is zero to rounding.
    ///
    /// # Examples
    /// See [`SpectralBound::largest`].
    #[must_use]
    pub fn smallest(&self) -> f64 {
        self.smallest
    }

    /// λ_max of G.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, SpectralBound};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let bound = SpectralBound::measured(&v, &[], &[c])?;
    /// assert_eq!((bound.smallest(), bound.largest()), (1.0, 1.0));
    /// assert!((bound.overlap() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// ‖b‖², what the sum of the squared overlaps with the incidental directions is for the
    /// part of v that the intrinsic ones leave free.
    ///
    /// # Examples
    /// See [`SpectralBound::largest`].
    #[must_use]
    pub fn overlap(&self) -> f64 {
        self.overlap
    }

    /// ‖b‖²/λ_max ≤ R, which holds for dependent directions too.
    ///
    /// # Examples
    /// See [`SpectralBound::measured`].
    #[must_use]
    pub fn at_least(&self) -> f64 {
        (self.overlap / self.largest).min(self.free)
    }

    /// Both bounds, unless the upper one is vacuous: λ_min is zero, or the bound not below
    /// 1 − τ_I, which R never exceeds.
    ///
    /// # Examples
    /// See [`SpectralBound`].
    #[must_use]
    pub fn verdict(&self) -> ResidualBound {
        if self.smallest == 0.0 {
            return ResidualBound::Vacuous(Vacuity::Dependent);
        }
        let bound = (self.overlap / self.smallest).min(f64::MAX);
        if bound >= self.free {
            let trivial = self.free;
            return ResidualBound::Vacuous(Vacuity::Trivial { bound, trivial });
        }
        ResidualBound::Within {
            lower: self.at_least(),
            upper: bound,
        }
    }
}
