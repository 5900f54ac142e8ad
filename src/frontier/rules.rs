//! Update rules that are meant not to hurt, under one interface, and what each gives up.
//!
//! A trainer has a gradient for safety and directions of capabilities, and wants a step that
//! leaves these alone. Rules in use are approximations, from one side or the other, of one
//! optimum: the projection onto the cone {x : ⟨cᵢ, x⟩ ≥ 0}, which is the answer of [`Floors`] at
//! ε = 0 (theory §5.4). Freezing everything gives up more safety than it has to; removing harm
//! capability by capability may leave some of it in. The difference is a number.
//!
//! [`Floors`]: super::Floors

use nalgebra::{DMatrix, DMatrixView, DVector, DVectorView};

use super::active_set::Problem;
use super::targets::Fixed;
use super::{Budget, FrontierError};
use crate::linalg::{ThinSvd, check, reduce, scale};
use crate::{Error, Objectives, Real};

/// How a step is changed so that it does not hurt capabilities cᵢ.
///
/// # References
/// Yu et al. (2020), *Gradient surgery for multi-task learning*, for [`UpdateRule::Sequential`].
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Objectives, UpdateRule};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.6, 0.6; -0.6, 1.0, 0.0; 0.6, 0.0, 1.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// let [null, harmed, sequential, cone] =
///     UpdateRule::ALL.map(|rule| rule.gain(&objectives, "safety", Budget::unit()));
/// // Freezing code as well, which safety improves, costs a third of the gain.
/// assert!((null?.safety - 0.28_f64.sqrt()).abs() < 1e-14);
/// let cone = cone?;
/// assert!((cone.safety - 0.8).abs() < 1e-14 && cone.given_up == 0.0);
/// assert!((harmed?.safety - 0.8).abs() < 1e-14 && (sequential?.safety - 0.8).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpdateRule {
    /// Freeze all: (I − P)·x, P the projector onto the span of all capabilities. Linear.
    NullSpace,
    /// (I − P_H)·x, H the capabilities that x itself hurts, ⟨cᵢ, x⟩ < 0, taken together. The
    /// result may hurt others that x did not.
    HarmedSpan,
    /// One capability after the other, in the order of the names: where what is left of x
    /// hurts it, that component is removed. One pass; the result may hurt those that came
    /// before, and depends on the order.
    Sequential,
    /// The nearest point to x in {x : ⟨cᵢ, x⟩ ≥ 0 for all i}: hurts none, and no other step that
    /// hurts none gains more for its length.
    PolarCone,
}

/// What a rule gains within a budget, and what it leaves undone.
///
/// # Examples
/// See [`UpdateRule`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RuleGain<T> {
    /// The rule.
    pub rule: UpdateRule,
    /// ⟨v, δ⟩ for the step of length B along what the rule leaves of v; 0 where it leaves nothing.
    pub safety: T,
    /// The optimum at floors of zero less this gain. Negative for a rule that hurts.
    pub given_up: T,
    /// The largest loss of a capability, 0 where none is hurt beyond rounding.
    pub harm: T,
}

impl UpdateRule {
    /// Every rule, from the most cautious to the optimum.
    pub const ALL: [Self; 4] = [
        Self::NullSpace,
        Self::HarmedSpan,
        Self::Sequential,
        Self::PolarCone,
    ];

    /// What the rule gains for an objective against all the others, from inner products alone.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::UnknownName`] or [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// As [`FloorOptimum`](super::FloorOptimum).
    ///
    /// # Examples
    /// See [`UpdateRule`].
    pub fn gain<T: Real>(
        self,
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
    ) -> Result<RuleGain<T>, FrontierError> {
        let at = objectives.named("safety", safety)?;
        let embedding = objectives.embedding();
        let others: Vec<usize> = (0..objectives.len()).filter(|&i| i != at).collect();
        let capabilities = embedding.points.select_columns(&others);
        let v = embedding.points.column(at).into_owned();
        let b = budget.value();
        let measured = |rule: Self| -> Result<(T, T), FrontierError> {
            let mut step = rule.of(&capabilities, embedding.noise, &v)?;
            if scale::norm(step.as_slice()) <= embedding.noise {
                return Ok((T::zero(), T::zero()));
            }
            scale::normalise(step.as_mut_slice());
            let change = |x: &[T]| reduce::dot(x, step.as_slice());
            let harm = capabilities
                .column_iter()
                .fold(T::zero(), |most, c| most.max(-change(c.as_slice())));
            let harm = if harm <= embedding.noise {
                T::zero()
            } else {
                harm
            };
            Ok((b * change(v.as_slice()), b * harm))
        };
        let (safety, harm) = measured(self)?;
        let (optimum, _) = measured(Self::PolarCone)?;
        Ok(RuleGain {
            rule: self,
            safety,
            given_up: optimum - safety,
            harm,
        })
    }

    /// The rule in coordinates.
    fn of<T: Real>(
        self,
        capabilities: &DMatrix<T>,
        noise: T,
        x: &DVector<T>,
    ) -> Result<DVector<T>, Error> {
        let mut step = x.clone();
        let along =
            |c: DVectorView<'_, T>, step: &DVector<T>| reduce::dot(c.as_slice(), step.as_slice());
        match self {
            Self::NullSpace => Fixed::new(capabilities, noise)?.reject(&mut step),
            Self::HarmedSpan => {
                let harmed: Vec<usize> = (0..capabilities.ncols())
                    .filter(|&i| along(capabilities.column(i), x) < T::zero())
                    .collect();
                Fixed::new(&capabilities.select_columns(&harmed), noise)?.reject(&mut step);
            }
            Self::Sequential => {
                for c in capabilities.column_iter() {
                    let harm = along(c, &step);
                    if harm < T::zero() {
                        step.axpy(-harm, &c, T::one());
                    }
                }
            }
            Self::PolarCone => {
                let problem = Problem {
                    safety: x.column(0),
                    capabilities: capabilities.clone(),
                    floors: DVector::zeros(capabilities.ncols()),
                    noise,
                };
                step = problem.projected()?;
            }
        }
        Ok(step)
    }
}

/// A rule ready to be applied to gradients in R^d.
///
/// $$ x \mapsto x - U z + U \cdot \text{rule}(z), \qquad z = U^\top x $$
///
/// U is an orthonormal basis of the span of the capabilities; no d × d matrix is formed. For
/// [`UpdateRule::NullSpace`] that is the linear operator I − UUᵀ.
///
/// # Units and shapes
/// d coordinates, whatever their units; the result is not rescaled to the length of x.
///
/// # Accuracy
/// [`tolerance::gain`](crate::tolerance::gain)·‖x‖, times the condition number of the capabilities that are frozen.
///
/// # Examples
/// ```
/// use alignment_tax::{Objectives, UpdateProjection, UpdateRule};
/// use nalgebra::{DVector, dmatrix, dvector};
///
/// let capabilities: Objectives<f64> = Objectives::from_gradients(&["math", "code"], &dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
/// let gradient: DVector<f64> = dvector![-1.0, 2.0, 3.0];
/// let frozen = UpdateProjection::new(UpdateRule::NullSpace, &capabilities)?;
/// assert_eq!(frozen.apply(&gradient)?, dvector![0.0, 0.0, 3.0]);
/// let cone = UpdateProjection::new(UpdateRule::PolarCone, &capabilities)?;
/// assert!((cone.apply(&gradient)? - dvector![0.0, 2.0, 3.0]).norm() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateProjection<T> {
    rule: UpdateRule,
    /// U, d × r.
    basis: DMatrix<T>,
    /// The capabilities in it, r × p.
    capabilities: DMatrix<T>,
    noise: T,
}

impl<T: Real> UpdateProjection<T> {
    /// A rule that spares every one of these objectives.
    ///
    /// # Errors
    /// [`FrontierError::NoVectors`] where only their Gram matrix is known.
    ///
    /// # Examples
    /// See [`UpdateProjection`].
    pub fn new(rule: UpdateRule, capabilities: &Objectives<T>) -> Result<Self, FrontierError> {
        let vectors = capabilities.vectors().ok_or(FrontierError::NoVectors {
            argument: "capabilities",
        })?;
        let rank = capabilities.rank();
        let (u, _, _) = ThinSvd::new(vectors)?.into_parts();
        let basis = u.columns(0, rank).into_owned();
        Ok(Self {
            rule,
            capabilities: T::kernel_transposed_product(&basis, vectors),
            basis,
            noise: capabilities.embedding().noise,
        })
    }

    /// What the rule leaves of one gradient or shift.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::DimensionMismatch`], [`Error::NonFinite`],
    /// [`Error::Empty`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`UpdateProjection`].
    pub fn apply<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, FrontierError> {
        let x = x.into();
        check::vector("x", &x)?;
        check::same("x", "coordinates", self.basis.nrows(), x.len())?;
        let mut rest = x.into_owned();
        let unit = scale::power_of_two(reduce::max_abs(rest.as_slice()));
        rest *= unit;
        let length = scale::norm(rest.as_slice());
        if length == T::zero() {
            return Ok(rest);
        }
        // The part outside is freed of the basis twice, so that nothing of it is left.
        let mut inside = DVector::zeros(self.basis.ncols());
        for _ in 0..2 {
            for (sum, u) in inside.iter_mut().zip(self.basis.column_iter()) {
                let along = reduce::dot(u.as_slice(), rest.as_slice());
                rest.axpy(-along, &u, T::one());
                *sum += along;
            }
        }
        let step = match self.rule {
            UpdateRule::NullSpace => DVector::zeros(inside.len()),
            rule => rule.of(&self.capabilities, self.noise, &(inside / length))? * length,
        };
        for (u, &along) in self.basis.column_iter().zip(&step) {
            rest.axpy(along, &u, T::one());
        }
        rest /= unit;
        check::slice("projected x", rest.as_slice())?;
        Ok(rest)
    }

    /// What the rule leaves of each row: a batch of gradients, or a weight matrix whose rows
    /// write to the representation.
    ///
    /// # Errors
    /// As [`UpdateProjection::apply`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Objectives, UpdateProjection, UpdateRule};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let math: Objectives<f64> = Objectives::from_gradients(&["math"], &dmatrix![1.0; 0.0])?;
    /// let spared = UpdateProjection::new(UpdateRule::Sequential, &math)?;
    /// let rows: DMatrix<f64> = dmatrix![-1.0, 2.0; 3.0, 4.0];
    /// assert_eq!(spared.apply_rows(&rows)?, dmatrix![0.0, 2.0; 3.0, 4.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_rows<'a>(
        &self,
        rows: impl Into<DMatrixView<'a, T>>,
    ) -> Result<DMatrix<T>, FrontierError> {
        let rows = rows.into();
        check::matrix("rows", &rows)?;
        check::same("rows", "columns", self.basis.nrows(), rows.ncols())?;
        let mut result = rows.into_owned();
        for mut row in result.row_iter_mut() {
            let step = self.apply(&row.transpose())?;
            row.copy_from(&step.transpose());
        }
        Ok(result)
    }

    /// The rule.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Objectives, UpdateProjection, UpdateRule};
    /// use nalgebra::dmatrix;
    ///
    /// let math: Objectives<f64> = Objectives::from_gradients(&["math"], &dmatrix![1.0; 0.0])?;
    /// let spared = UpdateProjection::new(UpdateRule::PolarCone, &math)?;
    /// assert_eq!(spared.rule(), UpdateRule::PolarCone);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rule(&self) -> UpdateRule {
        self.rule
    }
}
