//! Goals where some capabilities do not move: which of them fight, and what is left of each.
//!
//! Two goals have one cosine; n of them have a matrix, that of the partial correlations given what is
//! frozen (theory §6.1). Two numbers sum up a choice of what to freeze,
//!
//!   conflict left = max over pairs of max(0, −cosθ),   safety lost = 1 − min over goals of √(1 − τⱼ).
//!
//! The first is that of the worst pair, as a fight between two goals is not made good by
//! peace between two others. The second is the share of its reach that every goal keeps, the
//! complement of it; freezing more can only raise it, since a residual never becomes longer,
//! while the first may go either way.

use nalgebra::{DMatrix, DVector};

use super::ConflictVerdict;
use crate::{Error, Objectives, Real, tolerance};

/// Two or more goals where some capabilities are frozen.
///
/// $$ \text{conflict left} = \max\_{i \lt j} \max(0, -\cos\theta\_{ij}), \qquad \text{safety lost} = 1 - \min\_j \sqrt{1 - \tau\_j} $$
///
/// # Units and shapes
/// n goals in the order given; matrices are n × n. Everything is without unit: cosines, and shares of
/// the gain that a goal has for itself with nothing frozen.
///
/// # Accuracy
/// That of [`Objectives::freeze`]; [`rounding`](Self::rounding) says what it is here.
/// Directions are taken for exact; for noisy ones, two goals at a time, there is
/// [`ConflictEstimate`](crate::ConflictEstimate).
///
/// # References
/// Theory §6.3; Young (2026), arXiv:2603.00047, on recursion.
///
/// # Examples
/// ```
/// use alignment_tax::{FrozenGoals, Objectives, ConflictVerdict};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![
///     1.0, -0.3, 0.1, 0.6;
///     -0.3, 1.0, 0.2, -0.6;
///     0.1, 0.2, 1.0, 0.0;
///     0.6, -0.6, 0.0, 1.0
/// ];
/// let all = Objectives::from_gram(&["helpful", "harmless", "honest", "reasoning"], &gram)?;
/// let goals = ["helpful", "harmless", "honest"];
/// let frozen = FrozenGoals::new(&all, &goals, &["reasoning"])?;
/// assert_eq!(frozen.verdict(), ConflictVerdict::Resolved);
/// assert_eq!(frozen.conflict_left(), 0.0);
/// // Helpful and harmless each keep 0.8 of their reach, honest all of it.
/// assert!((frozen.safety_lost() - 0.2).abs() < 1e-15);
/// assert!((frozen.free_shares()[2] - 1.0).abs() < 1e-14);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FrozenGoals<T> {
    goals: Vec<String>,
    frozen: Vec<String>,
    before: DMatrix<T>,
    after: DMatrix<T>,
    /// √(1 − τⱼ).
    kept: DVector<T>,
    rounding: T,
}

impl<T: Real> FrozenGoals<T> {
    /// Goals among the objectives, where others are frozen.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two goals; [`Error::Dependent`] for a goal that is a
    /// combination of the frozen ones; [`Error::DuplicateName`] also for a goal that is to
    /// be frozen; [`Error::UnknownName`]; [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`FrozenGoals`].
    pub fn new(objectives: &Objectives<T>, goals: &[&str], frozen: &[&str]) -> Result<Self, Error> {
        let (taking_part, count) = taking_part(objectives, goals, frozen)?;
        let frozen: Vec<usize> = (count..taking_part.len()).collect();
        Self::of(&taking_part, count, &frozen)
    }

    /// The first `count` objectives are the goals.
    pub(super) fn of(
        objectives: &Objectives<T>,
        count: usize,
        frozen: &[usize],
    ) -> Result<Self, Error> {
        let names = objectives.names();
        let goals: Vec<usize> = (0..count).collect();
        let left = objectives.residuals(&goals, frozen)?;
        let before = objectives.gram().view((0, 0), (count, count)).into_owned();
        Ok(Self {
            goals: names[..count].to_vec(),
            frozen: frozen.iter().map(|&i| names[i].clone()).collect(),
            after: if frozen.is_empty() {
                before.clone()
            } else {
                left.gram()
            },
            before,
            kept: left.lengths.map(|x| x.min(T::one())),
            rounding: tolerance::combination(left.rounding(), T::from_double(2.0)),
        })
    }

    /// The names of the goals.
    ///
    /// # Examples
    /// See [`FreezePlan`](crate::FreezePlan).
    #[must_use]
    pub fn goals(&self) -> &[String] {
        &self.goals
    }

    /// The names of what is frozen.
    ///
    /// # Examples
    /// See [`FreezePlan`](crate::FreezePlan).
    #[must_use]
    pub fn frozen(&self) -> &[String] {
        &self.frozen
    }

    /// The overlaps of the goals with nothing frozen.
    ///
    /// # Examples
    /// See [`cosines_after`](Self::cosines_after).
    #[must_use]
    pub fn cosines_before(&self) -> &DMatrix<T> {
        &self.before
    }

    /// The matrix of conditional conflicts: the partial correlations of the goals given what is frozen.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FrozenGoals, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.6; 0.0, 1.0, 0.6; 0.6, 0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"])?;
    /// assert_eq!(frozen.cosines_before()[(0, 1)], 0.0);
    /// assert!((frozen.cosines_after()[(0, 1)] + 0.36 / 0.64).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn cosines_after(&self) -> &DMatrix<T> {
        &self.after
    }

    /// What freezing did to the worst of the conflicts: the least cosine before against the least
    /// after, whichever pairs have them.
    ///
    /// # Accuracy
    /// As [`Conflict::verdict`](crate::Conflict::verdict).
    ///
    /// # Examples
    /// See [`FrozenGoals`].
    #[must_use]
    pub fn verdict(&self) -> ConflictVerdict {
        ConflictVerdict::of(least(&self.before).0, least(&self.after).0, self.rounding)
    }

    /// What freezing did to one pair.
    ///
    /// # Errors
    /// [`Error::UnknownName`]; [`Error::DuplicateName`] for a goal and itself.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FrozenGoals, Objectives, ConflictVerdict};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.6; 0.0, 1.0, 0.6; 0.6, 0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"])?;
    /// assert_eq!(frozen.verdict_on("helpful", "harmless")?, ConflictVerdict::Created);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn verdict_on(&self, first: &str, second: &str) -> Result<ConflictVerdict, Error> {
        let named = |argument, name: &str| {
            let found = self.goals.iter().position(|x| x == name);
            found.ok_or_else(|| Error::UnknownName {
                argument,
                name: name.to_owned(),
                known: self.goals.clone(),
            })
        };
        let pair = (named("first", first)?, named("second", second)?);
        if pair.0 == pair.1 {
            return Err(Error::DuplicateName {
                argument: "pair",
                name: first.to_owned(),
                first: 0,
                second: 1,
            });
        }
        Ok(ConflictVerdict::of(
            self.before[pair],
            self.after[pair],
            self.rounding,
        ))
    }

    /// Whether any two of the goals fight where the frozen ones do not move.
    ///
    /// # Examples
    /// See [`FreezeSearch`](crate::FreezeSearch).
    #[must_use]
    pub fn fights(&self) -> bool {
        least(&self.after).0 < -self.rounding
    }

    /// cosθ of the worst pair.
    pub(super) fn worst_cosine(&self) -> T {
        least(&self.after).0
    }

    /// max(0, −cosθ) of the worst pair; zero where no pair fights by more than rounding.
    ///
    /// # Examples
    /// See [`FrozenGoals`].
    #[must_use]
    pub fn conflict_left(&self) -> T {
        if self.fights() {
            -least(&self.after).0
        } else {
            T::zero()
        }
    }

    /// The pair with the least cosine where the frozen ones do not move; the first of them in the
    /// order of the goals.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FrozenGoals, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.2, 0.1; 0.2, 1.0, -0.6; 0.1, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "honest"], &gram)?;
    /// let goals = FrozenGoals::new(&all, &["helpful", "harmless", "honest"], &[])?;
    /// assert_eq!(goals.worst_pair(), ["harmless", "honest"]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn worst_pair(&self) -> [&str; 2] {
        least(&self.after).1.map(|i| self.goals[i].as_str())
    }

    /// √(1 − τⱼ), the share of its gain that each goal keeps.
    ///
    /// # Examples
    /// See [`FrozenGoals`].
    #[must_use]
    pub fn free_shares(&self) -> &DVector<T> {
        &self.kept
    }

    /// 1 − min √(1 − τⱼ): what the goal that is hit hardest loses of its gain.
    ///
    /// # Examples
    /// See [`FrozenGoals`].
    #[must_use]
    pub fn safety_lost(&self) -> T {
        T::one() - self.kept.iter().fold(T::one(), |least, &x| least.min(x))
    }

    /// What the goals lose of their gains on average.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FrozenGoals, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, 0.0; 0.6, 0.0, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"])?;
    /// assert!((frozen.mean_lost() - 0.1).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn mean_lost(&self) -> T {
        let lost = self.kept.iter().map(|&x| T::one() - x);
        lost.fold(T::zero(), |sum, x| sum + x) / T::from_double(self.kept.len() as f64)
    }

    /// How far a cosine may be off by the rounding of what it was computed from.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FrozenGoals, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, 0.0; 0.6, 0.0, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"])?;
    /// assert!(frozen.rounding() < 1e-13);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rounding(&self) -> T {
        self.rounding
    }
}

/// Goals first, then the others; and how many goals there are.
pub(super) fn taking_part<T: Real>(
    objectives: &Objectives<T>,
    goals: &[&str],
    others: &[&str],
) -> Result<(Objectives<T>, usize), Error> {
    if goals.len() < 2 {
        return Err(Error::OutOfBounds {
            argument: "number of goals",
            least: 2,
            most: objectives.len(),
            actual: goals.len(),
            advice: "a conflict takes two",
        });
    }
    let names: Vec<&str> = goals.iter().chain(others).copied().collect();
    Ok((objectives.select(&names)?, goals.len()))
}

/// The least cosine off the diagonal and its first pair.
fn least<T: Real>(cosines: &DMatrix<T>) -> (T, [usize; 2]) {
    let mut found = (cosines[(0, 1)], [0, 1]);
    for i in 0..cosines.nrows() {
        for j in i + 1..cosines.ncols() {
            if cosines[(i, j)] < found.0 {
                found = (cosines[(i, j)], [i, j]);
            }
        }
    }
    found
}
