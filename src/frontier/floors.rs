//! Floors: the most safety when each capability may lose so much and no more.
//!
//! This is the question of practice (theory §5.3). A fixed target forbids a capability to gain
//! as well; a floor leaves it free to. The answer lies between everything frozen and no
//! constraint at all, and comes with a price for each floor: how much more safety there would
//! be for the next unit of loss that is tolerated. Capabilities with price zero are not in the
//! way. The solver is in `active_set.rs`; what it returns is measured, and bounded from above by
//! the dual, so that nobody has to believe it.

use super::active_set::{Problem, Solution};
use super::{Budget, FloorCurve, FloorOptimum, FrontierError};
use crate::linalg::check;
use crate::{Error, Objectives, Real};

const DOMAIN: &str = "a tolerated loss of at least 0, or infinity for no floor";

/// Limits to what each capability may lose while safety is maximised.
///
/// $$ \max_\delta \langle v, \delta \rangle \quad \text{subject to} \quad \lVert \delta \rVert \le B, \quad \langle c_i, \delta \rangle \ge -\varepsilon_i $$
///
/// # Units and shapes
/// Tolerated losses εᵢ ≥ 0 in units of the representation, or of the metrics by
/// [`Floors::in_metric_units`]. Objectives without a floor may change as they will.
///
/// # Accuracy
/// See [`FloorOptimum`].
///
/// # References
/// Boyd & Vandenberghe (2004), *Convex Optimization*, §5.6 for prices as sensitivities; Lawson & Hanson
/// (1974), *Solving Least Squares Problems*, ch. 23 for the active sets.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Floors, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.6, 0.3; -0.6, 1.0, 0.0; 0.3, 0.0, 1.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// let floors = [("math", 0.0), ("code", 0.0)];
/// let optimum = Floors::new(&objectives, "safety", Budget::new(2.0)?, &floors)?.solve()?;
/// // Code gains by safety, so that only math is in the way: 2·√(1 − 0.36).
/// assert!((optimum.gain() - 1.6).abs() < 1e-14);
/// assert_eq!(optimum.active(), ["math"]);
/// assert!((optimum.price("math")? - 0.6).abs() < 1e-14);
/// assert_eq!(optimum.price("code")?, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Floors<T> {
    pub(super) objectives: Objectives<T>,
    pub(super) safety: usize,
    pub(super) budget: T,
    /// ε of each objective that has a floor.
    pub(super) floors: Vec<Option<T>>,
}

impl<T: Real> Floors<T> {
    /// Floors for the named objectives, none for the others.
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::DuplicateName`], a floor for the safety objective
    /// among them; [`Error::EntryOutOfRange`] for a loss below zero or NaN.
    ///
    /// # Examples
    /// See [`Floors`].
    pub fn new(
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
        floors: &[(&str, T)],
    ) -> Result<Self, Error> {
        let (safety, others) = others(objectives, safety, "floors", floors)?;
        let mut set = vec![None; objectives.len()];
        for (index, (&i, &(_, loss))) in others.iter().zip(floors).enumerate() {
            set[i] = tolerated(index, loss)?;
        }
        Ok(Self {
            objectives: objectives.clone(),
            safety,
            budget: budget.value(),
            floors: set,
        })
    }

    /// One and the same floor for every objective but safety; zero is "nothing may get worse".
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::EntryOutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let strict = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?;
    /// assert!((strict.solve()?.gain() - 0.8).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn uniform(
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
        loss: T,
    ) -> Result<Self, Error> {
        let safety = objectives.named("safety", safety)?;
        let loss = tolerated(0, loss)?;
        let mut floors = vec![loss; objectives.len()];
        floors[safety] = None;
        Ok(Self {
            objectives: objectives.clone(),
            safety,
            budget: budget.value(),
            floors,
        })
    }

    /// Floors in the units of the metrics: "we may lose 0.1 % of math".
    ///
    /// $$ \varepsilon_i = \frac{\text{loss}\_i}{\lVert \nabla f_i \rVert} $$
    ///
    /// # Errors
    /// As [`Floors::new`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?.with_slopes(&[1.0, 0.01])?;
    /// let floors = Floors::in_metric_units(&objectives, "safety", Budget::unit(), &[("math", 0.001)])?;
    /// let optimum = floors.solve()?;
    /// assert!((optimum.metric_changes()?[1] + 0.001).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_metric_units(
        objectives: &Objectives<T>,
        safety: &str,
        budget: Budget<T>,
        losses: &[(&str, T)],
    ) -> Result<Self, Error> {
        let mut floors = Vec::with_capacity(losses.len());
        for (index, &(name, loss)) in losses.iter().enumerate() {
            tolerated(index, loss)?;
            let slope = objectives.slopes()[objectives.named("floors", name)?];
            floors.push((name, loss / slope));
        }
        Self::new(objectives, safety, budget, &floors)
    }

    /// The same with another floor for one objective.
    ///
    /// # Errors
    /// As [`Floors::new`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let strict = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?;
    /// let lifted = strict.with("math", f64::INFINITY)?;
    /// assert!((lifted.solve()?.gain() - 1.0).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(mut self, name: &str, loss: T) -> Result<Self, Error> {
        let (_, others) = others(
            &self.objectives,
            &self.objectives.names()[self.safety],
            "floors",
            &[(name, loss)],
        )?;
        self.floors[others[0]] = tolerated(0, loss)?;
        Ok(self)
    }

    /// The tolerated loss of an objective, where it has a floor.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Floors, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.6; -0.6, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// let floors = Floors::uniform(&objectives, "safety", Budget::unit(), 0.25)?;
    /// assert_eq!((floors.floor("math")?, floors.floor("safety")?), (Some(0.25), None));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn floor(&self, name: &str) -> Result<Option<T>, Error> {
        Ok(self.floors[self.objectives.index(name)?])
    }

    /// The optimum, its prices and its certificate.
    ///
    /// 500 floors in 2000 dimensions take a quarter of a second, 100 in 400 two milliseconds.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::NotConverged`] where the bounded search ends
    /// without a result, which no input is known to cause.
    ///
    /// # Examples
    /// See [`Floors`].
    pub fn solve(&self) -> Result<FloorOptimum<T>, FrontierError> {
        let embedding = self.objectives.embedding();
        // A shift within the budget loses B at most: a floor at or below that never binds.
        let limited: Vec<usize> = (0..self.objectives.len())
            .filter(|&i| self.floors[i].is_some_and(|loss| loss < self.budget))
            .collect();
        let floors = limited.iter().filter_map(|&i| self.floors[i]);
        let problem = Problem {
            safety: embedding.points.column(self.safety),
            capabilities: embedding.points.select_columns(&limited),
            floors: nalgebra::DVector::from_iterator(
                limited.len(),
                floors.map(|loss| loss / self.budget),
            ),
            noise: embedding.noise,
        };
        let solution: Solution<T> = problem.solve()?;
        Ok(FloorOptimum::measured(self, &limited, &solution))
    }

    /// How much safety each tolerated loss of one objective buys, the other floors as they are.
    ///
    /// From a loss of zero to the one at which the floor stops to bind, in n even
    /// steps, with the kinks where a floor starts or stops to bind.
    ///
    /// # Errors
    /// [`FrontierError::Input`] with [`Error::UnknownName`], [`Error::DuplicateName`] for safety
    /// itself, [`Error::OutOfBounds`] for n below 2 or above 10⁷; as [`Floors::solve`].
    ///
    /// # Examples
    /// See [`FloorCurve`].
    pub fn trade_off(&self, name: &str, n: usize) -> Result<FloorCurve<T>, FrontierError> {
        FloorCurve::swept(self, name, n)
    }
}

/// Where the safety objective stands, and where the others that are named do.
pub(super) fn others<T: Real>(
    objectives: &Objectives<T>,
    safety: &str,
    argument: &'static str,
    named: &[(&str, T)],
) -> Result<(usize, Vec<usize>), Error> {
    let at = objectives.named("safety", safety)?;
    let names: Vec<&str> = named.iter().map(|&(name, _)| name).collect();
    let indices = objectives.indices(argument, &names)?;
    if let Some(second) = indices.iter().position(|&i| i == at) {
        return Err(Error::DuplicateName {
            argument: "safety and the others",
            name: safety.to_owned(),
            first: 0,
            second: second + 1,
        });
    }
    Ok((at, indices))
}

fn tolerated<T: Real>(index: usize, loss: T) -> Result<Option<T>, Error> {
    if loss == T::from_double(f64::INFINITY) {
        return Ok(None);
    }
    match check::scalar("floors", loss, DOMAIN, |x| x >= T::zero()) {
        Ok(loss) => Ok(Some(loss)),
        Err(_) => Err(Error::EntryOutOfRange {
            argument: "floors",
            index,
            expected: DOMAIN,
            actual: loss.to_double(),
        }),
    }
}
