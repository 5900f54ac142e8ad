//! Two goals, before and after freezing.
//!
//! Goals v₁, v₂ with ρ = ⟨v₁, v₂⟩ < 0 fight: what serves one harms the other. Where a set of
//! capabilities must not move, what counts is the angle between the residuals of the goals,
//! and each goal keeps √(1 − τⱼ) of its reach:
//!
//!   cosθ = (ρ − aᵀG⁺b)/√((1 − τ₁)(1 − τ₂)),
//!
//! the partial correlation given the capabilities (theory §6.1). It may be of either sign
//! whatever the sign of ρ, so that freezing ends fights and starts them.

use nalgebra::DMatrix;

use super::ConflictVerdict;
use crate::{Budget, Error, GainEllipsoid, Objectives, ParetoFrontier, Real, tolerance};

/// A conflict between two goals, before and after some capabilities are frozen.
///
/// $$ \cos\theta = \frac{\rho - a^\top G^{+} b}{\sqrt{(1 - \tau\_1)(1 - \tau\_2)}} $$
///
/// # Units and shapes
/// Gains in units of the representation, for unit goals; areas are their product.
///
/// # Accuracy
/// That of [`Objectives::freeze`].
///
/// # References
/// Young (2026), arXiv:2603.00047, on recursion; theory §§6.1–6.2.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Conflict, Objectives, ConflictVerdict};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
/// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
/// let conflict = Conflict::new(&all, ["helpful", "harmless"], &["reasoning"], Budget::unit())?;
/// assert_eq!(conflict.verdict(), ConflictVerdict::Resolved);
/// assert!((conflict.cosine_after() - 0.09375).abs() < 1e-14);
/// // The price: each goal reaches only 0.8 of what it could.
/// assert!((conflict.free_gains()[0] - 0.8).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict<T> {
    before: ParetoFrontier<T>,
    after: ParetoFrontier<T>,
    /// √(1 − τⱼ).
    kept: [T; 2],
    rounding: T,
}

impl<T: Real> Conflict<T> {
    /// The conflict between two of the objectives where others are frozen.
    ///
    /// # Errors
    /// [`Error::Dependent`] for a goal that is a combination of the frozen ones;
    /// [`Error::DuplicateName`] also for a goal that is to be frozen; [`Error::UnknownName`];
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`Conflict`].
    pub fn new(
        objectives: &Objectives<T>,
        goals: [&str; 2],
        frozen: &[&str],
        budget: Budget<T>,
    ) -> Result<Self, Error> {
        let names: Vec<&str> = goals.iter().chain(frozen).copied().collect();
        // Slopes of one, so that what is left of them is the length of the residual.
        let taking_part = objectives
            .select(&names)?
            .with_slopes(&vec![T::one(); names.len()])?;
        let left = taking_part.freeze(frozen)?;
        let frontier =
            |x: &Objectives<T>| GainEllipsoid::new(x, budget).pairwise(goals[0], goals[1]);
        Ok(Self {
            before: frontier(&taking_part)?,
            after: frontier(&left)?,
            kept: [left.slopes()[0], left.slopes()[1]],
            rounding: tolerance::combination(left.known().error(), T::from_double(2.0)),
        })
    }

    /// The conflict with a single capability, from its three inner products: ρ of the goals, a and
    /// b of each goal with the capability.
    ///
    /// $$ \cos\theta = \frac{\rho - ab}{\sqrt{(1 - a^2)(1 - b^2)}}, \qquad \text{resolved where } ab \le \rho < 0 $$
    ///
    /// # Errors
    /// [`Error::NotPositiveSemidefinite`] with the smallest eigenvalue, where no three vectors
    /// have these inner products; [`Error::NonFinite`]; [`Error::Dependent`] for |a| = 1
    /// or |b| = 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Conflict, Error, ConflictVerdict};
    ///
    /// let conflict = Conflict::from_overlaps(-0.2_f64, 0.5, -0.5, Budget::unit())?;
    /// assert_eq!(conflict.verdict(), ConflictVerdict::Resolved);
    ///
    /// // Two goals that nearly agree cannot disagree so much about a third.
    /// let error = Conflict::from_overlaps(0.9_f64, 0.9, -0.9, Budget::unit()).unwrap_err();
    /// assert!(matches!(error, Error::NotPositiveSemidefinite { .. }));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_overlaps(rho: T, a: T, b: T, budget: Budget<T>) -> Result<Self, Error> {
        let one = T::one();
        let gram = DMatrix::from_row_slice(3, 3, &[one, rho, a, rho, one, b, a, b, one]);
        let objectives = Objectives::from_gram(&["first", "second", "capability"], &gram)?;
        Self::new(&objectives, ["first", "second"], &["capability"], budget)
    }

    /// What freezing did to the conflict.
    ///
    /// # Accuracy
    /// Cosines within their rounding of zero, or of each other, count as equal. Of noise in
    /// the vectors this verdict knows nothing.
    ///
    /// # Examples
    /// See [`Conflict`].
    #[must_use]
    pub fn verdict(&self) -> ConflictVerdict {
        ConflictVerdict::of(self.cosine_before(), self.cosine_after(), self.rounding)
    }

    /// ρ, the overlap of the goals with nothing frozen.
    ///
    /// # Examples
    /// See [`Conflict::from_overlaps`].
    #[must_use]
    pub fn cosine_before(&self) -> T {
        self.before.cosine()
    }

    /// cosθ, the partial correlation of the goals given the frozen capabilities.
    ///
    /// # Examples
    /// See [`Conflict`].
    #[must_use]
    pub fn cosine_after(&self) -> T {
        self.after.cosine()
    }

    /// The trade-off between the goals with nothing frozen.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Conflict};
    ///
    /// let conflict = Conflict::from_overlaps(-0.6_f64, 0.0, 0.0, Budget::unit())?;
    /// assert!((conflict.frontier_before().safety_at(0.0)? - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn frontier_before(&self) -> &ParetoFrontier<T> {
        &self.before
    }

    /// The trade-off where the capabilities do not move, each gain in units of what is left of
    /// its goal.
    ///
    /// $$ \tilde s\_1 = \tilde s\_2 \cos\theta + \sin\theta \sqrt{B^2 - \tilde s\_2^2}, \qquad \tilde s\_j = \frac{s\_j}{\sqrt{1 - \tau\_j}} $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Conflict};
    ///
    /// let conflict = Conflict::from_overlaps(-0.36_f64, 0.6, -0.6, Budget::unit())?;
    /// // Nothing is left of the fight, and of each goal 0.8.
    /// let all = conflict.frontier_after().safety_at(0.0)? * conflict.free_gains()[0];
    /// assert!((all - 0.8).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn frontier_after(&self) -> &ParetoFrontier<T> {
        &self.after
    }

    /// The largest gain of each goal alone where the capabilities do not move, B√(1 − τⱼ).
    /// With nothing frozen it is B.
    ///
    /// # Examples
    /// See [`Conflict`].
    #[must_use]
    pub fn free_gains(&self) -> [T; 2] {
        self.kept.map(|x| x * self.before.budget())
    }

    /// The area of all achievable pairs of gains, with nothing frozen and after.
    ///
    /// $$ \pi B^2 \sqrt{1 - \rho^2}, \qquad \pi B^2 \sqrt{(1 - \tau\_1)(1 - \tau\_2)} \sin\theta $$
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where B² overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Conflict};
    ///
    /// let conflict = Conflict::from_overlaps(-0.36_f64, 0.6, -0.6, Budget::unit())?;
    /// let [before, after] = conflict.areas()?;
    /// // Freezing never enlarges what is possible.
    /// assert!(after < before && (after - 0.64 * std::f64::consts::PI).abs() < 1e-13);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn areas(&self) -> Result<[T; 2], Error> {
        let after = self.after.area()? * self.kept[0] * self.kept[1];
        Ok([self.before.area()?, after])
    }
}
