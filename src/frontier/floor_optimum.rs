//! The optimum under floors: its gain, its prices, and the certificate that it is one.
//!
//! The certificate takes nothing from the solver but the shift and the prices. What the shift
//! gains, how long it is and how far it falls short of a floor is measured on it; and any prices
//! λ ≥ 0, right or wrong, bound what any shift can gain by B·‖v + Cλ‖ + εᵀλ (weak duality).

use nalgebra::DVector;

use super::Floors;
use super::active_set::Solution;
use crate::linalg::{check, reduce, scale};
use crate::{Error, Objectives, Real};

/// The largest safety gain under floors, what each floor costs, and the shift itself.
///
/// $$ s^\star = \min_{\lambda \ge 0} \bigl( B \lVert v + C\lambda \rVert + \varepsilon^\top \lambda \bigr), \qquad \frac{\partial s^\star}{\partial \varepsilon_i} = \lambda_i $$
///
/// # Units and shapes
/// k entries in the order of the objectives' names; gains in units of the representation, prices
/// without unit.
///
/// # Accuracy
/// The gain to [`tolerance::gain`](crate::tolerance::gain)·B·(1 + Σλᵢ) where vectors are known; the [`gap`](Self::gap) and
/// the [`violation`](Self::violation) say what it is here. From a Gram matrix whose
/// smallest eigenvalue other than zero is e, ε/√e takes the place of ε. Prices are
/// determined to ε times the squared condition of the floors that bind; where floors depend
/// on each other they are one choice of several of the same total.
///
/// # References
/// Boyd & Vandenberghe (2004), §§5.2, 5.6.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Direction, Floors, Objectives};
///
/// let v = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let c = Direction::from_slice(&[-0.6_f64, 0.8, 0.0])?;
/// let objectives = Objectives::from_directions(&[("safety", &v), ("math", &c)])?;
/// let floors = Floors::uniform(&objectives, "safety", Budget::unit(), 0.1)?;
/// let optimum = floors.solve()?;
/// assert!(optimum.gap().abs() < 1e-15 && optimum.violation() < 1e-15);
/// let delta = optimum.delta().cloned().expect("vectors are known");
/// assert!((c.as_vector().dot(&delta) + 0.1).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FloorOptimum<T> {
    objectives: Objectives<T>,
    safety: usize,
    changes: DVector<T>,
    prices: DVector<T>,
    budget_price: T,
    coefficients: DVector<T>,
    delta: Option<DVector<T>>,
    /// Indices, ascending.
    active: Vec<usize>,
    length: T,
    bound: T,
    violation: T,
}

impl<T: Real> FloorOptimum<T> {
    /// `limited` are the objectives of the solver's floors.
    pub(super) fn measured(floors: &Floors<T>, limited: &[usize], solution: &Solution<T>) -> Self {
        let (objectives, b) = (&floors.objectives, floors.budget);
        let points = &objectives.embedding().points;
        let k = objectives.len();
        let columns: Vec<&[T]> = points.as_slice().chunks_exact(points.nrows()).collect();
        let unit = |i: usize| reduce::dot(columns[i], solution.shift.as_slice());
        let mut prices = DVector::zeros(k);
        let mut coefficients = DVector::zeros(k);
        coefficients[floors.safety] = b * solution.along;
        let mut weighed = points.column(floors.safety).into_owned();
        for (position, &i) in limited.iter().enumerate() {
            prices[i] = solution.prices[position];
            coefficients[i] = b * solution.weights[position];
            weighed.axpy(prices[i], &points.column(i), T::one());
        }
        let budget_price = scale::norm(weighed.as_slice());
        let paid: Vec<T> = (0..k)
            .filter(|&i| prices[i] > T::zero())
            .map(|i| prices[i] * floors.floors[i].unwrap_or(T::zero()))
            .collect();
        let short = limited
            .iter()
            .map(|&i| -b * unit(i) - floors.floors[i].unwrap_or(T::zero()));
        Self {
            safety: floors.safety,
            changes: DVector::from_fn(k, |i, _| b * unit(i)),
            delta: objectives.combined(&coefficients),
            active: solution
                .active
                .iter()
                .map(|&position| limited[position])
                .collect(),
            length: b * scale::norm(solution.shift.as_slice()),
            bound: b * budget_price + reduce::sum(&paid),
            violation: short.fold(T::zero(), |worst, x| worst.max(x)),
            prices,
            budget_price,
            coefficients,
            objectives: objectives.clone(),
        }
    }

    /// s*, the safety gain, measured on the shift.
    ///
    /// # Examples
    /// See [`Floors`].
    #[must_use]
    pub fn gain(&self) -> T {
        self.changes[self.safety]
    }

    /// yᵢ of every objective, measured on the shift; that of safety is the gain.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.1)?.solve()?;
    /// assert!((optimum.changes()[1] + 0.1).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changes(&self) -> &DVector<T> {
        &self.changes
    }

    /// Δfᵢ of every objective, in the units of its metric.
    ///
    /// # Errors
    /// [`Error::NonFinite`] where one overflows.
    ///
    /// # Examples
    /// See [`Floors::in_metric_units`].
    pub fn metric_changes(&self) -> Result<DVector<T>, Error> {
        self.objectives.in_metric_units(&self.changes)
    }

    /// λᵢ of every objective, zero where there is no floor or it does not bind.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?.solve()?;
    /// assert!((optimum.prices()[1] - 0.6).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prices(&self) -> &DVector<T> {
        &self.prices
    }

    /// λᵢ, the safety gained by the next unit of loss that is tolerated.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    ///
    /// # Examples
    /// See [`Floors`].
    pub fn price(&self, name: &str) -> Result<T, Error> {
        Ok(self.prices[self.objectives.index(name)?])
    }

    /// The price in metric units: of the safety metric, by the next unit of this one.
    ///
    /// $$ \lambda_i \frac{\lVert \nabla f_v \rVert}{\lVert \nabla f_i \rVert} $$
    ///
    /// # Errors
    /// [`Error::UnknownName`]; [`Error::OutOfRange`] where it overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?.with_slopes(&[2.0, 0.5])?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?.solve()?;
    /// assert!((optimum.metric_price("math")? - 2.4).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metric_price(&self, name: &str) -> Result<T, Error> {
        let i = self.objectives.index(name)?;
        let slopes = self.objectives.slopes();
        let price = self.prices[i] * (slopes[self.safety] / slopes[i]);
        check::scalar(
            "metric price",
            price,
            "a value that the scalar can hold",
            |_| true,
        )
    }

    /// ∂s*/∂B = ‖v + Cλ‖, the price of the budget, in [0, 1]; zero where it is not used up.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?.solve()?;
    /// assert!((optimum.budget_price() - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn budget_price(&self) -> T {
        self.budget_price
    }

    /// The names of the floors that bind, as the solver found them. Of floors that
    /// depend on each other as many as are independent.
    ///
    /// # Examples
    /// See [`Floors`].
    #[must_use]
    pub fn active(&self) -> Vec<&str> {
        let names = self.objectives.names();
        self.active.iter().map(|&i| names[i].as_str()).collect()
    }

    /// x with δ* = Σ xᵢ·fᵢ: the shift as a combination of the objectives, for whoever has
    /// their vectors elsewhere.
    ///
    /// # Accuracy
    /// Entries are of size B over [`budget_price`](Self::budget_price), and the sum cancels to B.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?.solve()?;
    /// assert!((optimum.coefficients()[0] - 1.25).abs() < 1e-14);
    /// assert!((optimum.coefficients()[1] - 0.75).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn coefficients(&self) -> &DVector<T> {
        &self.coefficients
    }

    /// δ* in R^d, where the objectives' vectors are known.
    ///
    /// # Accuracy
    /// As [`coefficients`](Self::coefficients).
    ///
    /// # Examples
    /// See [`FloorOptimum`].
    #[must_use]
    pub fn delta(&self) -> Option<&DVector<T>> {
        self.delta.as_ref()
    }

    /// ‖δ*‖, measured.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Safety is the opposite of math: only what math may lose can be used.
    /// let gram: DMatrix<f64> = dmatrix![1.0, -1.0; -1.0, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.25)?.solve()?;
    /// assert!((optimum.length() - 0.25).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn length(&self) -> T {
        self.length
    }

    /// The dual objective, which no shift within budget and floors exceeds.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.1)?.solve()?;
    /// assert!((optimum.bound() - optimum.gain()).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bound(&self) -> T {
        self.bound
    }

    /// The certificate: the dual objective less the measured gain. Rounding, of either sign.
    ///
    /// # Examples
    /// See [`FloorOptimum`].
    #[must_use]
    pub fn gap(&self) -> T {
        self.bound - self.gain()
    }

    /// How far the shift falls short of a floor at worst, measured. Rounding.
    ///
    /// # Examples
    /// See [`FloorOptimum`].
    #[must_use]
    pub fn violation(&self) -> T {
        self.violation
    }

    /// The objectives as they were given.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.1)?.solve()?;
    /// assert_eq!(optimum.objectives().names(), ["safety", "math"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn objectives(&self) -> &Objectives<T> {
        &self.objectives
    }

    pub(super) fn members(&self) -> &[usize] {
        &self.active
    }
}
