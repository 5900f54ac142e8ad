//! The largest gain that all goals can have at once.
//!
//! Of goal j a shift that leaves the frozen capabilities alone gains ⟨rⱼ, δ⟩, rⱼ = ρⱼ·uⱼ its residual.
//! The most that every goal can have is, by the minimax theorem (both sets are convex and compact),
//!
//!   max over ‖δ‖ ≤ B of min over j of ⟨rⱼ, δ⟩ = min over w ≥ 0, Σw = 1 of B·‖Σ wⱼrⱼ‖:
//!
//! B times the distance of the hull of the residuals from zero. The shift points to the nearest point of
//! the hull, and where zero lies in the hull no shift helps all, w being the proof. With
//! aⱼ = ρ_min/ρⱼ and μⱼ = wⱼ/aⱼ the nearest point is ρ_min·Σ μⱼuⱼ under Σ aⱼμⱼ = 1, and its direction is
//! that of the non-negative least squares problem min over μ ≥ 0 of ‖Σ μⱼ·(uⱼ, aⱼ) − (0, 1)‖ (Lawson &
//! Hanson 1974, ch. 23: along a fixed direction of μ the minimum is d²/(d² + 1), d the distance,
//! and rises with d), which the solver behind floors does. No length is squared, so that goals of
//! very different slopes neither overflow nor vanish.

use nalgebra::{DMatrix, DVector};

use super::goals::taking_part;
use crate::frontier::Problem;
use crate::linalg::{check, reduce, scale};
use crate::objectives::Embedding;
use crate::{Budget, Error, Objectives, Real};

/// The largest gain that every one of several goals can have at once, what stands in its way, and
/// the shift.
///
/// $$ t^\star = \max\_{\lVert \delta \rVert \le B} \min\_j \langle r\_j, \delta \rangle = \min\_{w \ge 0, \sum w = 1} B \Bigl\lVert \sum\_j w\_j r\_j \Bigr\rVert $$
///
/// with rⱼ what is left of goal j where the frozen capabilities do not move.
///
/// # Units and shapes
/// n goals in the order given. Gains in units of the representation, or of the metrics by
/// [`JointGain::in_metric_units`]; weights without unit.
///
/// # Accuracy
/// The gain to [`tolerance::gain`](crate::tolerance::gain)·B of the largest unit, from vectors; the
/// [`gap`](Self::gap) says what it is here. Weights are determined to ε times the squared
/// condition of the goals that bind; where residuals depend on each other they are one choice of several.
/// Directions are taken for exact: noise in them brings goals nearer to right angles.
///
/// # References
/// Theory §6.3; Wolfe (1976), *Finding the nearest point in a polytope*; Lawson & Hanson (1974), ch. 23.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, JointGain, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![
///     1.0, -0.28, 0.0;
///     -0.28, 1.0, 0.0;
///     0.0, 0.0, 1.0
/// ];
/// let all = Objectives::from_gram(&["helpful", "harmless", "honest"], &gram)?;
/// let joint = JointGain::new(&all, &["helpful", "harmless"], &[], Budget::unit())?;
/// // Half way between: ‖f₁ + f₂‖/2 = √(2 − 0.56)/2.
/// assert!((joint.gain() - 0.6).abs() < 1e-14 && joint.gap().abs() < 1e-14);
/// // A third goal that fights none of them still shares the budget.
/// let goals = ["helpful", "harmless", "honest"];
/// let three = JointGain::new(&all, &goals, &[], Budget::unit())?;
/// assert!(three.gain() < joint.gain());
/// assert_eq!(three.binding(), goals);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct JointGain<T> {
    goals: Vec<String>,
    weights: DVector<T>,
    gains: DVector<T>,
    alone: DVector<T>,
    bound: T,
    length: T,
    delta: Option<DVector<T>>,
}

impl<T: Real> JointGain<T> {
    /// The largest gain of the least of the goals, in units of the representation, where others
    /// are frozen.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two goals; [`Error::Dependent`] for a goal that is a
    /// combination of the frozen ones; [`Error::DuplicateName`] also for a goal that is to be
    /// frozen; [`Error::UnknownName`]; [`Error::Unresolved`] where rounding, that of objectives frozen
    /// before included, leaves no direction of a goal; [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`JointGain`].
    pub fn new(
        objectives: &Objectives<T>,
        goals: &[&str],
        frozen: &[&str],
        budget: Budget<T>,
    ) -> Result<Self, Error> {
        let (taking_part, count) = taking_part(objectives, goals, frozen)?;
        let ones = DVector::from_element(count, T::one());
        Self::of(&taking_part, &ones, budget)
    }

    /// The same with each gain in the units of its metric, by the slopes of the goals: the least of
    /// the gains is then one of numbers that may be compared only if the metrics may.
    ///
    /// # Errors
    /// As [`JointGain::new`]; [`Error::OutOfRange`] for a gain that overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0; 0.0, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless"], &gram)?.with_slopes(&[4.0, 3.0])?;
    /// let joint = JointGain::in_metric_units(&all, &["helpful", "harmless"], &[], Budget::unit())?;
    /// // 4·0.6 = 3·0.8.
    /// assert!((joint.gain() - 2.4).abs() < 1e-14);
    /// assert_eq!(joint.bottleneck(), "harmless");
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn in_metric_units(
        objectives: &Objectives<T>,
        goals: &[&str],
        frozen: &[&str],
        budget: Budget<T>,
    ) -> Result<Self, Error> {
        let (taking_part, count) = taking_part(objectives, goals, frozen)?;
        let slopes = taking_part.slopes().rows(0, count).into_owned();
        Self::of(&taking_part, &slopes, budget)
    }

    /// As many goals as slopes; what follows is frozen.
    fn of(
        objectives: &Objectives<T>,
        slopes: &DVector<T>,
        budget: Budget<T>,
    ) -> Result<Self, Error> {
        let count = slopes.len();
        let goals: Vec<usize> = (0..count).collect();
        let frozen: Vec<usize> = (count..objectives.len()).collect();
        let left = objectives.residuals(&goals, &frozen)?;
        let b = budget.value();
        let fits = |x: T| {
            let expected = "a value that the scalar can hold";
            check::scalar("gain of a goal", x, expected, |x| x > T::zero())
        };
        let mut alone = DVector::zeros(count);
        for j in 0..count {
            alone[j] = fits(b * left.lengths[j] * slopes[j])?;
        }
        let shortest = alone.iter().fold(alone[0], |least, &x| least.min(x));
        let share = alone.map(|x| shortest / x);

        let embedding = Embedding::of_vectors(&left.units, left.rounding())?;
        let points = &embedding.points;
        let direction = direction(points, &share, embedding.noise)?;
        let total = reduce::dot(direction.as_slice(), share.as_slice());
        let mu = direction / total;
        let weights = mu.component_mul(&share);
        let nearest = points * &mu;
        let distance = scale::norm(nearest.as_slice());
        let resolved = distance > embedding.noise * reduce::sum(mu.as_slice()).max(T::one());
        // δ*/B, in coordinates and as a combination of the residuals.
        let (unit, combination) = if resolved {
            (nearest / distance, mu / distance)
        } else {
            (nearest * T::zero(), mu * T::zero())
        };
        let columns = points.as_slice().chunks_exact(points.nrows());
        let reached = columns.map(|u| reduce::dot(u, unit.as_slice()));
        Ok(Self {
            goals: objectives.names()[..count].to_vec(),
            weights,
            gains: DVector::from_iterator(count, reached).component_mul(&alone),
            bound: shortest * distance,
            length: b * scale::norm(unit.as_slice()),
            delta: objectives.vectors().map(|_| &left.units * &combination * b),
            alone,
        })
    }

    /// The names of the goals.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let all: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -0.5; -0.5, 1.0])?;
    /// let joint = JointGain::new(&all, &["b", "a"], &[], Budget::unit())?;
    /// assert_eq!(joint.goals(), ["b", "a"]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn goals(&self) -> &[String] {
        &self.goals
    }

    /// t*, the least of the gains, measured on the shift; zero where no shift helps all.
    ///
    /// # Examples
    /// See [`JointGain`].
    #[must_use]
    pub fn gain(&self) -> T {
        let gains = self.gains.iter();
        gains.fold(self.gains[0], |least, &x| least.min(x))
    }

    /// What each goal gains by the shift, measured.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let all: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -0.5; -0.5, 1.0])?;
    /// let joint = JointGain::new(&all, &["a", "b"], &[], Budget::new(2.0)?)?;
    /// assert!((joint.gains()[0] - 1.0).abs() < 1e-14 && (joint.gains()[1] - 1.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn gains(&self) -> &DVector<T> {
        &self.gains
    }

    /// What each goal would gain by itself, the others forgotten.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let all: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -0.5; -0.5, 1.0])?;
    /// let joint = JointGain::new(&all, &["a", "b"], &[], Budget::new(2.0)?)?;
    /// assert_eq!(joint.gains_alone().as_slice(), [2.0, 2.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn gains_alone(&self) -> &DVector<T> {
        &self.alone
    }

    /// w, the price of each goal: if goal j may fall short of the others by ηⱼ, so that
    /// ⟨rⱼ, δ⟩ ≥ t − ηⱼ is asked, t* rises by wⱼ to first order.
    ///
    /// $$ \frac{\partial t^\star}{\partial \eta\_j} = w\_j, \qquad \sum\_j w\_j = 1 $$
    ///
    /// Where weights are not unique, those of one solution: wⱼ·ηⱼ is then an upper bound to what that goal
    /// brings, since any w bounds t* from above.
    ///
    /// # Examples
    /// See [`bottleneck`](Self::bottleneck).
    #[must_use]
    pub fn weights(&self) -> &DVector<T> {
        &self.weights
    }

    /// The goals with a weight above zero, which all gain t* and no more.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // What helps the first two helps the third more than either of them.
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.28, 0.6; -0.28, 1.0, 0.6; 0.6, 0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "honest"], &gram)?;
    /// let joint = JointGain::new(&all, &["helpful", "harmless", "honest"], &[], Budget::unit())?;
    /// assert_eq!(joint.binding(), ["helpful", "harmless"]);
    /// assert!((joint.gains()[2] - 1.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn binding(&self) -> Vec<&str> {
        let weighed = self.goals.iter().zip(&self.weights);
        weighed
            .filter(|&(_, &w)| w > T::zero())
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// The bottleneck: the goal with the largest weight, the first of them in the order of the goals.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.8; 0.0, 1.0, 0.0; 0.8, 0.0, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let goals = ["helpful", "harmless"];
    /// let joint = JointGain::new(&all, &goals, &["reasoning"], Budget::unit())?;
    /// // Little is left of helpful, so that it takes most of the budget.
    /// assert_eq!(joint.bottleneck(), "helpful");
    /// assert!((joint.weights()[0] - 1.0 / 1.36).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn bottleneck(&self) -> &str {
        let mut largest = 0;
        for (j, &w) in self.weights.iter().enumerate() {
            if w > self.weights[largest] {
                largest = j;
            }
        }
        &self.goals[largest]
    }

    /// B·‖Σ wⱼrⱼ‖, which the least gain of no shift within the budget exceeds, whatever the
    /// weights: the certificate, also that a gain of zero cannot be bettered.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// // Two goals that are opposites.
    /// let all: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -1.0; -1.0, 1.0])?;
    /// let joint = JointGain::new(&all, &["a", "b"], &[], Budget::unit())?;
    /// assert_eq!(joint.gain(), 0.0);
    /// assert!(joint.bound() < 1e-15);
    /// assert!((joint.weights()[0] - 0.5).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn bound(&self) -> T {
        self.bound
    }

    /// The bound less the measured gain. Rounding, of either sign.
    ///
    /// # Examples
    /// See [`JointGain`].
    #[must_use]
    pub fn gap(&self) -> T {
        self.bound - self.gain()
    }

    /// ‖δ*‖, measured: the budget, or zero where no shift helps all.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, JointGain, Objectives};
    /// use nalgebra::dmatrix;
    ///
    /// let all: Objectives<f64> = Objectives::from_gram(&["a", "b"], &dmatrix![1.0, -1.0; -1.0, 1.0])?;
    /// let joint = JointGain::new(&all, &["a", "b"], &[], Budget::unit())?;
    /// assert_eq!(joint.length(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn length(&self) -> T {
        self.length
    }

    /// δ* in R^d, where the objectives' vectors are known.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, JointGain, Objectives};
    ///
    /// let helpful = Direction::from_slice(&[1.0_f64, 0.0, 0.6])?;
    /// let harmless = Direction::from_slice(&[0.0_f64, 1.0, -0.6])?;
    /// let reasoning = Direction::from_slice(&[0.0_f64, 0.0, 1.0])?;
    /// let all = Objectives::from_directions(&[
    ///     ("helpful", &helpful),
    ///     ("harmless", &harmless),
    ///     ("reasoning", &reasoning),
    /// ])?;
    /// let goals = ["helpful", "harmless"];
    /// let joint = JointGain::new(&all, &goals, &["reasoning"], Budget::unit())?;
    /// let delta = joint.delta().cloned().expect("vectors are known");
    /// assert!(delta[2].abs() < 1e-15 && (delta[0] - 0.5_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn delta(&self) -> Option<&DVector<T>> {
        self.delta.as_ref()
    }
}

/// μ up to a factor: argmin over μ ≥ 0 of ‖Σ μⱼ·(uⱼ, aⱼ) − (0, 1)‖.
fn direction<T: Real>(
    points: &DMatrix<T>,
    share: &DVector<T>,
    noise: T,
) -> Result<DVector<T>, Error> {
    let (rank, count) = points.shape();
    let length = share.map(|a| a.hypot(T::one()));
    let columns = DMatrix::from_fn(rank + 1, count, |i, j| {
        let entry = if i < rank { points[(i, j)] } else { share[j] };
        entry / length[j]
    });
    let mut target = DVector::zeros(rank + 1);
    target[rank] = -T::one();
    let problem = Problem {
        safety: target.column(0),
        capabilities: columns,
        floors: DVector::zeros(count),
        noise,
    };
    let mut mu = problem.solve()?.prices.component_div(&length);
    // The shortest goal has a share of one and falls short by 1/√2, of which 2·noise are accepted: some
    // price is above zero unless rounding is as large as the residuals.
    if !scale::normalise(mu.as_mut_slice()) {
        return Err(Error::Unresolved {
            argument: "directions of what is left of the goals",
            norm: 1.0,
            tolerance: 8.0_f64.sqrt() * noise.to_double(),
        });
    }
    Ok(mu)
}
