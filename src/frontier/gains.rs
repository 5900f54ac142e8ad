//! All gains that a budget can achieve at once: an ellipsoid.
//!
//! The gains g = Fᵀδ of k objectives are the image of a ball of radius B, the filled ellipsoid
//! gᵀK⁺g ≤ B² in the range of K (theory §5.2); the ellipse of two objectives is its case k = 2. In the
//! coordinates of the objectives, F = R with K = RᵀR, it is R's image of the ball, and nothing
//! has to be inverted.

use nalgebra::{DVector, DVectorView};

use super::pareto::drawable;
use super::{Budget, FrontierError, ParetoFrontier};
use crate::linalg::{check, reduce, scale};
use crate::{Error, Objectives, Real, tolerance};

/// The gains g of all objectives that shifts with ‖δ‖ ≤ B achieve.
///
/// $$ g^\top K^{+} g \le B^2, \qquad g \in \text{range } K $$
///
/// # Units and shapes
/// k gains in the order of the names, in units of the representation;
/// [`Objectives::in_metric_units`] turns them into those of the metrics.
///
/// # Accuracy
/// Supports and efficient gains to [`tolerance::gain`]·B where vectors are known. What inverts K, the required
/// budget, to ε times the condition number of the objectives, its square from a Gram matrix.
///
/// # References
/// Young (2026), arXiv:2603.00047, for two objectives; Boyd & Vandenberghe (2004), §2.2.2.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, GainEllipsoid, Objectives};
/// use nalgebra::{DMatrix, dmatrix, dvector};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.6, 0.0; -0.6, 1.0, 0.0; 0.0, 0.0, 1.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// let gains = GainEllipsoid::new(&objectives, Budget::unit());
/// assert!(gains.contains(&dvector![0.79_f64, 0.0, 0.1])?);
/// assert!(!gains.contains(&dvector![0.81_f64, 0.0, 0.0])?);
/// // Safety and math weighed alike: each gains 1 − 0.6 over the length √0.8.
/// let g = gains.efficient(&[1.0, 1.0, 0.0])?;
/// assert!((g[0] - 0.2_f64.sqrt()).abs() < 1e-14 && (g[1] - g[0]).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GainEllipsoid<T> {
    objectives: Objectives<T>,
    budget: T,
}

impl<T: Real> GainEllipsoid<T> {
    /// The ellipsoid of all the objectives.
    ///
    /// # Examples
    /// See [`GainEllipsoid`].
    #[must_use]
    pub fn new(objectives: &Objectives<T>, budget: Budget<T>) -> Self {
        Self {
            objectives: objectives.clone(),
            budget: budget.value(),
        }
    }

    /// √(gᵀK⁺g), the least budget that achieves gains.
    ///
    /// # Errors
    /// [`FrontierError::Contradiction`] where dependent objectives cannot have them with any
    /// budget; [`FrontierError::Input`] with [`Error::DimensionMismatch`], [`Error::NonFinite`]
    /// or [`Error::OutOfRange`] for a budget that overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, 0.0; 0.0, 1.0])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::unit());
    /// assert!((gains.required_budget(&dvector![3.0_f64, 4.0])? - 5.0).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn required_budget<'a>(
        &self,
        gains: impl Into<DVectorView<'a, T>>,
    ) -> Result<T, FrontierError> {
        let (shift, unit) = self.least_shift(&gains.into())?;
        let required = scale::norm(shift.as_slice()) * unit;
        Ok(check::scalar(
            "required budget",
            required,
            "a value that the scalar can hold",
            |_| true,
        )?)
    }

    /// Whether gains can be achieved; the ellipsoid is widened by the rounding of its
    /// coordinates, of size [`tolerance::coordinates`]·B.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::DimensionMismatch`], [`Error::NonFinite`] or
    /// [`Error::OutOfRange`] for a budget that overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// // Two names for one objective never differ.
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, 1.0; 1.0, 1.0])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::unit());
    /// assert!(gains.contains(&dvector![1.0_f64, 1.0])?);
    /// assert!(!gains.contains(&dvector![0.5_f64, 0.4])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains<'a>(
        &self,
        gains: impl Into<DVectorView<'a, T>>,
    ) -> Result<bool, FrontierError> {
        let gains = gains.into();
        match self.required_budget(gains) {
            Err(FrontierError::Contradiction { .. }) => Ok(false),
            Err(other) => Err(other),
            Ok(required) => {
                let embedding = self.objectives.embedding();
                let shortest = embedding.lengths[embedding.rank() - 1];
                let slack = embedding.noise / shortest.min(T::one());
                Ok(required <= self.budget * (T::one() + slack))
            }
        }
    }

    /// The efficient gains for weights w ≥ 0: those of largest wᵀg, with the whole budget.
    ///
    /// $$ g = B \frac{K w}{\sqrt{w^\top K w}} $$
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::EntryOutOfRange`] for a weight below zero or not
    /// finite, [`Error::ZeroVector`] where all are zero, [`Error::Unresolved`] where the
    /// weighted objectives cancel each other.
    ///
    /// # Examples
    /// See [`GainEllipsoid`].
    pub fn efficient(&self, weights: &[T]) -> Result<DVector<T>, Error> {
        check::same("weights", "entries", self.objectives.len(), weights.len())?;
        if let Some(index) = weights
            .iter()
            .position(|&w| !(w.is_finite() && w >= T::zero()))
        {
            return Err(Error::EntryOutOfRange {
                argument: "weights",
                index,
                expected: "finite weights of at least 0",
                actual: weights[index].to_double(),
            });
        }
        let largest = reduce::max_abs(weights);
        if largest == T::zero() {
            return Err(Error::ZeroVector {
                argument: "weights",
                column: 0,
            });
        }
        let mut toward = self.combined(weights, largest);
        let tolerance = self.objectives.embedding().noise * T::from_double(weights.len() as f64);
        let norm = scale::norm(toward.as_slice());
        if norm <= tolerance {
            return Err(Error::Unresolved {
                argument: "weighted sum of the objectives",
                norm: norm.to_double(),
                tolerance: tolerance.to_double(),
            });
        }
        scale::normalise(toward.as_mut_slice());
        Ok(self.gains_of(&toward))
    }

    /// max wᵀg over the ellipsoid, for weights of any sign.
    ///
    /// $$ h(w) = B \sqrt{w^\top K w} $$
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NonFinite`], [`Error::OutOfRange`] where it
    /// overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, 0.5; 0.5, 1.0])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::new(2.0)?);
    /// assert!((gains.support(&[1.0, -1.0])? - 2.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn support(&self, weights: &[T]) -> Result<T, Error> {
        check::same("weights", "entries", self.objectives.len(), weights.len())?;
        check::slice("weights", weights)?;
        let largest = reduce::max_abs(weights);
        if largest == T::zero() {
            return Ok(T::zero());
        }
        let toward = self.combined(weights, largest);
        let support = scale::norm(toward.as_slice()) * self.budget * largest;
        check::scalar(
            "support",
            support,
            "a value that the scalar can hold",
            |_| true,
        )
    }

    /// r, the dimension of the ellipsoid: the rank of K.
    ///
    /// # Examples
    /// See [`GainEllipsoid::log_volume`].
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.objectives.rank()
    }

    /// The semi-axes B·σⱼ, descending, σⱼ² the eigenvalues of K other than zero.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -0.5; -0.5, 1.0])?;
    /// let axes = GainEllipsoid::new(&objectives, Budget::unit()).semi_axes();
    /// assert!((axes[0] - 1.5_f64.sqrt()).abs() < 1e-15 && (axes[1] - 0.5_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn semi_axes(&self) -> DVector<T> {
        &self.objectives.embedding().lengths * self.budget
    }

    /// The natural logarithm of the r-dimensional volume.
    ///
    /// $$ \ln \frac{\pi^{r/2} B^r}{\Gamma(r/2 + 1)} + \sum_j \ln \sigma_j $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// // Two names for one objective: a segment of length 2·√2.
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, 1.0; 1.0, 1.0])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::unit());
    /// assert_eq!(gains.dimension(), 1);
    /// assert!((gains.log_volume() - 8.0_f64.sqrt().ln()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn log_volume(&self) -> T {
        let r = self.dimension();
        let of = |n: usize| T::from_double(n as f64);
        // V_r = V_{r−2}·2π/r.
        let mut terms: Vec<T> = (1..=r)
            .rev()
            .step_by(2)
            .map(|n| {
                if n == 1 {
                    of(2).ln()
                } else {
                    (T::two_pi() / of(n)).ln()
                }
            })
            .collect();
        terms.extend(self.objectives.embedding().lengths.iter().map(|x| x.ln()));
        terms.push(of(r) * self.budget.ln());
        reduce::sum(&terms)
    }

    /// The r-dimensional volume.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where it overflows the scalar; [`GainEllipsoid::log_volume`] does not.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, 0.6; 0.6, 1.0])?;
    /// let area = GainEllipsoid::new(&objectives, Budget::unit()).volume()?;
    /// assert!((area - 0.8 * std::f64::consts::PI).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn volume(&self) -> Result<T, Error> {
        check::scalar(
            "volume",
            self.log_volume().exp(),
            "a value that the scalar can hold",
            |_| true,
        )
    }

    /// The trade-off of two of the objectives.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["safety", "math"], &dmatrix![1.0, -0.6; -0.6, 1.0])?;
    /// let frontier = GainEllipsoid::new(&objectives, Budget::unit()).pairwise("safety", "math")?;
    /// assert!((frontier.safety_at(0.0)? - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pairwise(&self, safety: &str, capability: &str) -> Result<ParetoFrontier<T>, Error> {
        let budget = Budget::new(self.budget)?;
        let known = (
            self.objectives.direction(safety)?,
            self.objectives.direction(capability)?,
        );
        match known {
            (Some(v), Some(c)) => ParetoFrontier::between(&v, &c, budget),
            _ => ParetoFrontier::from_overlap(self.objectives.overlap(safety, capability)?, budget),
        }
    }

    /// Points on the surface for three objectives, for a picture: n rings from pole to pole of
    /// 2n points each, the rest of the objectives left to themselves.
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::DuplicateName`], [`Error::OutOfBounds`] for n below 2 or
    /// above 2000.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::DMatrix;
    ///
    /// let objectives = Objectives::from_gram(&["a", "b", "c"], &DMatrix::<f64>::identity(3, 3))?;
    /// let rings = GainEllipsoid::new(&objectives, Budget::unit()).surface(["a", "b", "c"], 5)?;
    /// assert_eq!((rings.len(), rings[0].len()), (5, 10));
    /// assert!(rings.iter().flatten().all(|[x, y, z]| (x * x + y * y + z * z - 1.0).abs() < 1e-14));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn surface(&self, names: [&str; 3], n: usize) -> Result<Vec<Vec<[T; 3]>>, Error> {
        drawable(n, 2)?;
        drawable(n.saturating_mul(n), 4)?;
        let three = self.objectives.select(&names)?;
        let points = &three.embedding().points;
        let share = |i: usize, of: usize| T::from_double(i as f64 / of as f64);
        let ring = |i: usize| {
            let polar = T::pi() * share(i, n - 1);
            let place = |j: usize| {
                let around = T::two_pi() * share(j, 2 * n);
                let sphere = [
                    polar.sin() * around.cos(),
                    polar.sin() * around.sin(),
                    polar.cos(),
                ];
                [0, 1, 2].map(|o| self.budget * reduce::dot(points.column(o).as_slice(), &sphere))
            };
            (0..2 * n).map(place).collect()
        };
        Ok((0..n).map(ring).collect())
    }

    /// x with δ = Σ xᵢ·fᵢ, the shortest shift with these gains.
    ///
    /// # Errors
    /// As [`GainEllipsoid::required_budget`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gradients(&["a", "b"], &dmatrix![1.0, 0.6; 0.0, 0.8])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::unit());
    /// let x = gains.coefficients(&dvector![0.64_f64, 0.0])?;
    /// assert!((x[0] - 1.0).abs() < 1e-14 && (x[1] + 0.6).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn coefficients<'a>(
        &self,
        gains: impl Into<DVectorView<'a, T>>,
    ) -> Result<DVector<T>, FrontierError> {
        let embedding = self.objectives.embedding();
        let (mut shift, unit) = self.least_shift(&gains.into())?;
        shift.component_div_assign(&embedding.lengths);
        let coefficients = &embedding.axes * shift * unit;
        check::slice("coefficients", coefficients.as_slice())?;
        Ok(coefficients)
    }

    /// The shortest shift in R^d with these gains, where the objectives' vectors are known.
    ///
    /// # Errors
    /// As [`GainEllipsoid::required_budget`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, GainEllipsoid, Objectives};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gradients(&["a", "b"], &dmatrix![1.0, 0.6; 0.0, 0.8])?;
    /// let gains = GainEllipsoid::new(&objectives, Budget::unit());
    /// let delta = gains.delta(&dvector![0.64_f64, 0.0])?.expect("vectors are known");
    /// assert!((delta[0] - 0.64).abs() < 1e-14 && (delta[1] + 0.48).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn delta<'a>(
        &self,
        gains: impl Into<DVectorView<'a, T>>,
    ) -> Result<Option<DVector<T>>, FrontierError> {
        let delta = self.objectives.combined(&self.coefficients(gains)?);
        if let Some(delta) = &delta {
            check::slice("delta", delta.as_slice())?;
        }
        Ok(delta)
    }

    /// R·w/largest.
    fn combined(&self, weights: &[T], largest: T) -> DVector<T> {
        let points = &self.objectives.embedding().points;
        let mut sum = DVector::zeros(points.nrows());
        for (column, &w) in points.column_iter().zip(weights) {
            sum.axpy(w / largest, &column, T::one());
        }
        sum
    }

    fn gains_of(&self, unit: &DVector<T>) -> DVector<T> {
        let points = &self.objectives.embedding().points;
        DVector::from_fn(points.ncols(), |i, _| {
            self.budget * reduce::dot(points.column(i).as_slice(), unit.as_slice())
        })
    }

    /// The shortest coordinates with these gains, in units of the largest gain.
    fn least_shift(&self, gains: &DVectorView<'_, T>) -> Result<(DVector<T>, T), FrontierError> {
        check::vector("gains", gains)?;
        check::same("gains", "entries", self.objectives.len(), gains.len())?;
        let embedding = self.objectives.embedding();
        let unit = reduce::max_abs(gains.as_slice());
        if unit == T::zero() {
            return Ok((DVector::zeros(embedding.rank()), T::one()));
        }
        let scaled: Vec<T> = gains.iter().map(|&g| g / unit).collect();
        let along = DVector::from_fn(embedding.rank(), |j, _| {
            reduce::dot(embedding.axes.column(j).as_slice(), &scaled)
        });
        let possible = &embedding.axes * &along;
        let off = |i: usize| (possible[i] - scaled[i]).abs();
        let accepted = embedding.noise + tolerance::coordinates(gains.len(), T::machine_epsilon());
        let worst = (0..scaled.len()).fold(0, |w, i| if off(i) > off(w) { i } else { w });
        if off(worst) > accepted {
            return Err(FrontierError::Contradiction {
                name: self.objectives.names()[worst].clone(),
                requested: gains[worst].to_double(),
                implied: (possible[worst] * unit).to_double(),
                off: (off(worst) * unit).to_double(),
            });
        }
        Ok((along.component_div(&embedding.lengths), unit))
    }
}
