//! Fixed targets: the most safety when the changes of some capabilities are given.
//!
//! Freezing is the target zero (theory §5.1). The targets y fix the part q of the shift in the
//! span of their capabilities, q = C·G⁺y; what is left of the budget goes where it does not
//! touch them, along the part of v outside. Dependent capabilities have dependent changes, and
//! targets that contradict each other are told apart from targets that cost too much.

use nalgebra::{DMatrix, DVector};

use super::floors::others;
use super::{Budget, FrontierError};
use crate::linalg::{ThinSvd, check, reduce, scale};
use crate::{Error, Objectives, Real, tolerance};

/// The largest safety gain when the changes of some objectives are fixed.
///
/// $$ s_{\max} = a^\top G^{+} y + \sqrt{B^2 - y^\top G^{+} y} \cdot \sqrt{1 - \tau}, \qquad a = C^\top v, \quad G = C^\top C $$
///
/// # Units and shapes
/// yᵢ = ⟨cᵢ, δ⟩ in units of the representation, positive is better; τ is the tax rate of safety
/// against the objectives that have a target.
///
/// # Accuracy
/// The gain to [`tolerance::gain`]·B/σ, σ the smallest singular value other than zero of the unit
/// objectives with a target; from a Gram matrix σ² takes its place.
///
/// # References
/// Young (2026), arXiv:2603.00047, the frontier at a fixed change Pδ = t.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, FixedTargets, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.6, 0.0; -0.6, 1.0, 0.0; 0.0, 0.0, 1.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// let frozen = [("math", 0.0), ("code", 0.0)];
/// let optimum = FixedTargets::new(&objectives, "safety", Budget::new(2.0)?, &frozen)?;
/// assert!((optimum.gain() - 1.6).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FixedTargets<T> {
    objectives: Objectives<T>,
    safety: usize,
    changes: DVector<T>,
    least_budget: T,
    free: T,
    prices: Option<DVector<T>>,
    coefficients: DVector<T>,
    delta: Option<DVector<T>>,
}

impl<T: Real> FixedTargets<T> {
    /// The optimum at the targets; objectives that are not named may change as they will.
    ///
    /// # Errors
    /// [`FrontierError::Contradiction`] where dependent objectives have targets that no shift of
    /// any length has, [`FrontierError::OverBudget`] with the least budget that would do;
    /// [`FrontierError::Input`] with [`Error::UnknownName`], [`Error::DuplicateName`] or
    /// [`Error::EntryOutOfRange`] for a target that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, FrontierError, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 1.0; 0.0, 1.0, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math", "algebra"], &gram)?;
    /// let equal = [("math", 0.6), ("algebra", 0.6)];
    /// let targets = FixedTargets::new(&objectives, "safety", Budget::unit(), &equal)?;
    /// assert!((targets.gain() - 0.8).abs() < 1e-15);
    ///
    /// let unequal = [("math", 0.6), ("algebra", 0.5)];
    /// let error = FixedTargets::new(&objectives, "safety", Budget::unit(), &unequal).unwrap_err();
    /// assert!(matches!(error, FrontierError::Contradiction { .. }));
    ///
    /// let far = [("math", 3.0), ("algebra", 3.0)];
    /// let error = FixedTargets::new(&objectives, "safety", Budget::unit(), &far).unwrap_err();
    /// assert!(matches!(error, FrontierError::OverBudget { required, .. } if (required - 3.0_f64).abs() < 1e-14));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
        targets: &[(&str, T)],
    ) -> Result<Self, FrontierError> {
        let (safety, named) = others(objectives, safety, "targets", targets)?;
        if let Some(index) = targets.iter().position(|(_, y)| !y.is_finite()) {
            return Err(FrontierError::Input(Error::EntryOutOfRange {
                argument: "targets",
                index,
                expected: "a finite change",
                actual: targets[index].1.to_double(),
            }));
        }
        let embedding = objectives.embedding();
        let b = budget.value();
        let k = objectives.len();
        let v = embedding.points.column(safety);
        let wanted: Vec<T> = targets.iter().map(|&(_, y)| y / b).collect();
        if !wanted.is_empty() {
            check::slice("targets in units of the budget", &wanted)?;
        }
        let fixed = Fixed::new(&embedding.points.select_columns(&named), embedding.noise)?;
        let size = T::one().max(reduce::max_abs(&wanted));
        // Of targets near the largest number only a fraction can be added up.
        let unit = scale::power_of_two(size);
        let scaled: Vec<T> = wanted.iter().map(|&y| y * unit).collect();
        let (mut pull, off) = fixed.pulled(&scaled);
        let in_units = |x: T| x.to_double() / unit.to_double() * b.to_double();
        if let Some((index, off)) = off
            && off > embedding.noise * (size * unit)
        {
            return Err(FrontierError::Contradiction {
                name: targets[index].0.to_owned(),
                requested: targets[index].1.to_double(),
                implied: in_units(fixed.change(index, &pull)),
                off: in_units(off),
            });
        }
        let least = scale::norm(pull.as_slice());
        if least > (T::one() + embedding.noise) * unit {
            return Err(FrontierError::OverBudget {
                required: in_units(least),
                budget: b.to_double(),
            });
        }
        let least = least / unit;
        pull /= unit;
        let mut outside = v.into_owned();
        fixed.reject(&mut outside);
        let mut free = scale::norm(outside.as_slice());
        if free <= embedding.noise {
            free = T::zero();
        }
        let rest = ((T::one() - least) * (T::one() + least))
            .max(T::zero())
            .sqrt();
        let mut shift = pull.clone();
        let stretch = if free > T::zero() {
            rest / free
        } else {
            T::zero()
        };
        shift.axpy(stretch, &outside, T::one());
        // δ = stretch·(v − C·G⁺a) + C·G⁺y.
        let toward = fixed.solve(&v.into_owned());
        let held = fixed.solve(&pull);
        let mut coefficients = DVector::zeros(k);
        coefficients[safety] = b * stretch;
        for (position, &i) in named.iter().enumerate() {
            coefficients[i] = b * (held[position] - stretch * toward[position]);
        }
        // ∂s/∂y = G⁺a − √(1−τ)·G⁺y/√(B² − yᵀG⁺y), infinite where the targets take the whole budget.
        let prices = (rest > T::zero() || free == T::zero()).then(|| {
            let ratio = if free > T::zero() {
                free / rest
            } else {
                T::zero()
            };
            let mut prices = DVector::zeros(k);
            for (position, &i) in named.iter().enumerate() {
                prices[i] = toward[position] - ratio * held[position];
            }
            prices
        });
        let changes = DVector::from_fn(k, |i, _| {
            b * reduce::dot(embedding.points.column(i).as_slice(), shift.as_slice())
        });
        Ok(Self {
            safety,
            changes,
            least_budget: b * least,
            free,
            prices: prices.filter(|x| x.iter().all(|x| x.is_finite())),
            delta: objectives.combined(&coefficients),
            coefficients,
            objectives: objectives.clone(),
        })
    }

    /// All the objectives but safety frozen at zero.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::UnknownName`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.6; 0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit())?;
    /// assert!((frozen.gain() - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn frozen(
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
    ) -> Result<Self, FrontierError> {
        let others = objectives.names().iter().filter(|name| *name != safety);
        let targets: Vec<(&str, T)> = others.map(|name| (name.as_str(), T::zero())).collect();
        Self::new(objectives, safety, budget, &targets)
    }

    /// s_max, measured on the shift that attains it.
    ///
    /// # Examples
    /// See [`FixedTargets`].
    #[must_use]
    pub fn gain(&self) -> T {
        self.changes[self.safety]
    }

    /// yᵢ of every objective, measured; the targets among them.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.6; 0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = FixedTargets::new(&objectives, "safety", Budget::unit(), &[("math", 0.25)])?;
    /// assert!((optimum.changes()[1] - 0.25).abs() < 1e-15);
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
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.6; 0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?.with_slopes(&[10.0, 1.0])?;
    /// let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit())?;
    /// assert!((frozen.metric_changes()?[0] - 8.0).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metric_changes(&self) -> Result<DVector<T>, Error> {
        self.objectives.in_metric_units(&self.changes)
    }

    /// √(yᵀG⁺y), the least budget with which the targets can be had.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.6; 0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = FixedTargets::new(&objectives, "safety", Budget::unit(), &[("math", 0.25)])?;
    /// assert!((optimum.least_budget() - 0.25).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn least_budget(&self) -> T {
        self.least_budget
    }

    /// √(1−τ), the part of safety that no target touches.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.6; 0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let optimum = FixedTargets::new(&objectives, "safety", Budget::unit(), &[("math", 0.25)])?;
    /// assert!((optimum.free_share() - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn free_share(&self) -> T {
        self.free
    }

    /// ∂s/∂yᵢ, zero where there is no target; none where the targets take the whole budget and
    /// the price is infinite.
    ///
    /// $$ \frac{\partial s}{\partial y} = G^{+} a - \sqrt{\frac{1 - \tau}{B^2 - y^\top G^{+} y}} \cdot G^{+} y $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit())?;
    /// let prices = frozen.prices().cloned().expect("there is budget left");
    /// assert!((prices[1] + 0.6).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prices(&self) -> Option<&DVector<T>> {
        self.prices.as_ref()
    }

    /// x with δ* = Σ xᵢ·fᵢ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit())?;
    /// assert!((frozen.coefficients()[1] - 0.75).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn coefficients(&self) -> &DVector<T> {
        &self.coefficients
    }

    /// δ* in R^d, where the objectives' vectors are known.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, FixedTargets, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gradients(&["safety", "math"], &dmatrix![0.8, 0.0; 0.6, 1.0])?;
    /// let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit())?;
    /// let delta = frozen.delta().cloned().expect("vectors are known");
    /// assert!((delta[0] - 1.0).abs() < 1e-15 && delta[1].abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn delta(&self) -> Option<&DVector<T>> {
        self.delta.as_ref()
    }
}

/// The objectives with a target, as the factors of their points: C = U·diag(σ)·Wᵀ.
pub(super) struct Fixed<T> {
    points: DMatrix<T>,
    u: DMatrix<T>,
    sigma: Vec<T>,
    w: DMatrix<T>,
}

impl<T: Real> Fixed<T> {
    pub(super) fn new(points: &DMatrix<T>, noise: T) -> Result<Self, Error> {
        let (r, m) = points.shape();
        if m == 0 {
            return Ok(Self {
                points: points.clone(),
                u: DMatrix::zeros(r, 0),
                sigma: Vec::new(),
                w: DMatrix::zeros(0, 0),
            });
        }
        let (u, sigma, w) = ThinSvd::new(points)?.into_parts();
        let cut = noise.max(tolerance::rank::<T>(r, m) * sigma[0]);
        let rank = sigma.iter().filter(|&&s| s > cut).count();
        Ok(Self {
            points: points.clone(),
            u: u.columns(0, rank).into_owned(),
            sigma: sigma.iter().copied().take(rank).collect(),
            w: w.columns(0, rank).into_owned(),
        })
    }

    /// C·G⁺y, and the target that it misses by most, with the distance.
    fn pulled(&self, y: &[T]) -> (DVector<T>, Option<(usize, T)>) {
        let mut pull = DVector::zeros(self.points.nrows());
        for (j, &sigma) in self.sigma.iter().enumerate() {
            let along = reduce::dot(self.w.column(j).as_slice(), y) / sigma;
            pull.axpy(along, &self.u.column(j), T::one());
        }
        let mut worst = None;
        for (i, &y) in y.iter().enumerate() {
            let off = (self.change(i, &pull) - y).abs();
            if worst.is_none_or(|(_, most)| off > most) {
                worst = Some((i, off));
            }
        }
        (pull, worst)
    }

    fn change(&self, i: usize, shift: &DVector<T>) -> T {
        reduce::dot(self.points.column(i).as_slice(), shift.as_slice())
    }

    /// x − Px, twice.
    pub(super) fn reject(&self, x: &mut DVector<T>) {
        for _ in 0..2 {
            for u in self.u.column_iter() {
                let along = reduce::dot(u.as_slice(), x.as_slice());
                x.axpy(-along, &u, T::one());
            }
        }
    }

    /// G⁺Cᵀx, the shortest weights with C·weights = Px.
    fn solve(&self, x: &DVector<T>) -> DVector<T> {
        let mut weights = DVector::zeros(self.points.ncols());
        for (j, &sigma) in self.sigma.iter().enumerate() {
            let along = reduce::dot(self.u.column(j).as_slice(), x.as_slice()) / sigma;
            weights.axpy(along, &self.w.column(j), T::one());
        }
        weights
    }
}
